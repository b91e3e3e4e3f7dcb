"""The HTML as a validator reads it: html-validate of npm, where it is installed (``npm install -g html-validate``)."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from digest import assets
from digest.model import Failure, LeftOut
from digest.render import Brand, Links, Look, render
from digest.render.folders import names
from tests.digests import article, brief, digest, news

pytestmark = pytest.mark.slow

#: Outlook knows no other way to say that a table has no gaps.
RULES = {"extends": ["html-validate:standard"], "root": True, "rules": {"no-deprecated-attr": "off"}}
LOOK = Look(
    show_left_out=True,
    show_failures=True,
    brand=Brand(address="Pier 4, Sandhaven", logo="https://a.example/logo.png"),
    links=Links(web="https://a.example/w", preferences="https://a.example/p", unsubscribe="https://a.example/u"),
)
HOSTILE = brief([article("<b>\"Fog\" & 'rain'</b> --> ]]>", ["</p><script>alert(1)</script>"], source="<i>&amp;</i>")])


@pytest.fixture(scope="module")
def validator() -> str:
    found = os.environ.get("HTML_VALIDATE") or shutil.which("html-validate")
    if found is None:
        wanting = "no html-validate on this machine: npm install -g html-validate"
        pytest.fail(wanting) if os.environ.get("CI") else pytest.skip(wanting)
    return found


@pytest.mark.parametrize("template", list(names([assets.templates()])))
def test_the_html_is_valid(validator: str, template: str, tmp_path: Path) -> None:
    whole = digest(
        [news(0, section="Harbour"), news(1, section="Sky"), news(2), HOSTILE],
        left_out=[LeftOut(article=article("A long weekend"), reason="older than the window")],
        failures=[Failure(source="Lighthouse Wire", url="https://l.example/", error="HTTP 503")],
    )
    editions = {"full": (whole, LOOK), "many": (digest(stories=70), LOOK), "empty": (digest([]), Look())}
    for name, (content, look) in editions.items():
        for language in ("en", "ar", "ja"):
            edition = render(replace(content, language=language), replace(look, template=template))
            (tmp_path / f"{name}-{language}.html").write_text(edition.html, "utf-8")
    (tmp_path / ".htmlvalidate.json").write_text(json.dumps(RULES), "utf-8")

    done = subprocess.run([validator, "."], cwd=tmp_path, capture_output=True, text=True)

    assert (done.returncode, done.stdout) == (0, "")
