"""Every kind of document is decoded by the same rules: labels as browsers read them, one letter for a wrong byte."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from digest.collect.discovery.opml import read_opml
from digest.collect.discovery.sitemap import read_sitemap
from digest.collect.reader import Document, read_document
from digest.model.newsletters import Source

NEWS = "http://www.google.com/schemas/sitemap-news/0.9"
#: A document of each kind, with its title in place of {title}.
DOCUMENTS = {
    "feed.xml": "<rss version='2.0'><channel><title>T</title><item><title>{title}</title></item></channel></rss>",
    "feed.json": json.dumps({"version": "https://jsonfeed.org/version/1", "items": [{"id": "1", "title": "TITLE"}]}),
    "page.html": "<!doctype html><title>{title}</title><article><p>The council voted to widen the quay.</p></article>",
    "post.md": "# {title}\n\nThe council voted on Tuesday to widen the quay.\n",
    "list.opml": "<opml version='2.0'><body><outline text='{title}' xmlUrl='https://a.example/feed'/></body></opml>",
    "map.xml": (
        f"<urlset xmlns:n='{NEWS}'><url><loc>https://a.example/1</loc><n:news><n:title>{{title}}</n:title></n:news></url></urlset>"
    ),
}  # fmt: skip


def read_title(name: str, data: bytes, content_type: str) -> str:
    if name.endswith(".opml"):
        return read_opml(data, content_type=content_type).sources[0].title
    if name == "map.xml":
        return read_sitemap(data, content_type=content_type, url="https://a.example/map.xml").pages[0].title
    document = Document(data=data, url="file:///x", guid="g", outlet="o", name=name, content_type=content_type)
    contents = read_document(document, Source(id="s", path="x"), seen=datetime(2026, 3, 27, tzinfo=UTC))
    return contents.entries[0].title


@pytest.mark.parametrize("name", DOCUMENTS)
@pytest.mark.parametrize(
    ("title", "encode", "charset", "expected"),
    [
        pytest.param("港の①番埠頭", lambda text: text.encode("cp932"), "x-sjis", "港の①番埠頭", id="NEC's row"),
        pytest.param("港口嘅碼頭", lambda text: text.encode("big5hkscs"), "big5", "港口嘅碼頭", id="Hong Kong"),
        pytest.param("Café “Zoë”", lambda text: text.encode("cp1252"), "iso-8859-1", "Café “Zoë”", id="Windows"),
        pytest.param("Порт расширит", lambda text: text.encode("koi8-r"), "", "Порт расширит", id="without a label"),
        pytest.param("Порт", lambda text: text.encode(), "windows-1251", "Порт", id="UTF-8 in spite of the label"),
        pytest.param(
            "“Quay” – so", lambda text: text.encode().replace("–".encode(), b"\xe2\x80"), "", "“Quay” � so", id="cut"
        ),
        pytest.param("Порт", lambda text: text.encode("utf-16"), "utf-8", "Порт", id="a byte order mark"),
    ],
)  # fmt: skip
def test_a_title_is_decoded(name: str, title: str, encode: Callable[[str], bytes], charset: str, expected: str) -> None:
    document = DOCUMENTS[name].replace("{title}", title).replace("TITLE", title)
    content_type = (
        f"{'application/json' if name.endswith('json') else 'text/plain'}{charset and f'; charset={charset}'}"
    )

    assert read_title(name, encode(document), content_type) == expected
