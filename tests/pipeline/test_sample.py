"""Pictures of the sample: read from files, so that its preview needs no network."""

from __future__ import annotations

import re
from base64 import b64decode
from pathlib import Path

import pytest

from digest.cli import main
from digest.settings import shipped_files

FOLDER = shipped_files.config() / "sample-pictures"


def test_the_stories_of_the_sample_are_shown_with_their_pictures(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("DIGEST_CONFIG", raising=False)
    page = tmp_path / "digest.html"

    assert main(["preview", "--template", "longread", "--stories", "5", "-o", str(page)]) == 0

    shown = {b64decode(data) for data in re.findall(r'src="data:image/png;base64,([^"]*)"', page.read_text("utf-8"))}
    assert len(shown) == 5
    assert shown < {path.read_bytes() for path in FOLDER.iterdir()}
    assert "image missing" not in capsys.readouterr().err


def test_the_pictures_are_small() -> None:
    sizes = [path.stat().st_size for path in FOLDER.iterdir()]

    assert len(sizes) >= 5
    assert max(sizes) < 60_000
