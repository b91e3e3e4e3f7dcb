"""Every picture is made from the files of today, by the command that makes them all."""

from __future__ import annotations

from tests.bench.pictures.sources import ROOT, current_hashes, pictures, recorded_hashes


def test_every_picture_is_made_from_the_current_files() -> None:
    """If one differs, look at it after: .venv/bin/uv run python -m tests.bench.pictures"""
    assert current_hashes() == recorded_hashes()


def test_every_picture_of_the_repository_is_made_by_the_command() -> None:
    files = [file for folder in ("config", "templates") for file in (ROOT / folder).rglob("*")]
    found = {file.relative_to(ROOT).as_posix() for file in files if file.suffix in {".png", ".svg", ".jpg", ".gif"}}

    assert found == set(pictures())
