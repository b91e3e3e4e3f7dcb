"""A hostile feed in every output format: its text is shown, its markup and controls are not."""

from __future__ import annotations

import email
import json
import re
from email import policy
from pathlib import Path

import pytest

from digest.cli import main

#: Markup, controls, escape sequences and header lines in a title.
TITLE = (
    "&lt;script&gt;alert(1)&lt;/script&gt;Bridge&#x202e; opens&#x200b;&#x200b; &#27;]0;owned&#7;again"
    "&#13;&#10;Bcc: all@example.org &lt;img src=x onerror=alert(2)&gt;"
)
BODY = """
<p onclick="alert(3)">The bridge over the river is open again, the works office said.\u200b\u200b\u200b\u202e</p>
<script>alert(4)</script><style>p { display: none }</style>
<form action="https://evil.example/"><input name=password><button>The office asks for your password.</button></form>
<iframe src="https://evil.example/"></iframe><object data="x.swf"></object><svg onload=alert(5)></svg>
<img src="https://tracker.example/pixel.gif" width=1 height=1><img src="data:image/png;base64,AAAA">
<p><a href="javascript:alert(6)">Traffic</a> moves <a href="https://me:secret@evil.example/">freely</a> in both lanes
since Monday morning, \x1b[31mand the toll\x1b[0m is what it was.</p>
<p style="display:none">Hidden words that nobody may read are not told at all.</p>
"""
ITEM = """<item><title>{title}</title><guid isPermaLink="false">{guid}</guid><link>{link}</link>
<author>desk@post.example (&lt;b&gt;The&lt;/b&gt; desk&#x202e;)</author>
<media:content url="{image}" medium="image" width="640" height="360"/>
<description><![CDATA[{body}]]></description></item>"""
FORBIDDEN = [
    *("<script", "alert(", "onerror", "onclick", "onload", "javascript:", "data:image", "secret", "tracker.example"),
    *("evil.example", "<form", "<iframe", "<object", "<svg", "password", "\x1b", "\x07", "\u200b", "\u202e", "\x9b"),
    "Hidden words",
]


@pytest.fixture
def feed(tmp_path: Path) -> Path:
    file = tmp_path / "feed.xml"
    items = [
        ITEM.format(title=TITLE, guid=number, link=link, image=link, body=BODY)
        for number, link in enumerate(("javascript:alert(7)", "https://me:secret@evil.example/", "data:text/html,x"))
    ]
    body = re.sub("[\x1b]", "", "".join(items))  # not allowed in XML
    file.write_text(
        f'<rss version="2.0" xmlns:media="http://search.yahoo.com/mrss/"><channel><title>{TITLE}</title>{body}</channel></rss>'
    )
    return file


@pytest.mark.parametrize("form", ["terminal", "html", "text", "eml", "json"])
def test_no_format_has_the_feeds_markup_or_controls(feed: Path, form: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["preview", str(feed), "--format", form]) == 0
    output = capsys.readouterr().out
    parts = [output]
    if form == "eml":
        message = email.message_from_string(output, policy=policy.default)
        parts = [str(part.get_content()) for part in message.walk() if not part.is_multipart()]
        parts.append("\n".join(f"{name}: {value}" for name, value in message.items()))
        assert "Bcc" not in message
    if form == "json":
        parts = [json.dumps(json.loads(output), ensure_ascii=False)]
    for part in parts:
        text = re.sub(r"\x1b\[[0-9;]*m", "", part) if form == "terminal" else part
        assert [word for word in FORBIDDEN if word in text] == []
    assert any("The bridge over the river is open again" in " ".join(part.split()) for part in parts)
