"""``digest preview --alert``: the alert that would be sent now, or why there is none; nothing changes."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from digest.cli import main
from tests.support.alert_news import NOON, OUTLETS, report

SETTINGS = """\
[[newsletters]]
id = "main"
title = "Main"
alert = "fire"
alert_quiet = "13:00-14:00"
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Settings with five outlets."""
    monkeypatch.chdir(tmp_path)
    sources = "".join(f'\n[[sources]]\nid = "{outlet}"\npath = "{outlet}"\n' for outlet in OUTLETS)
    Path("digest.toml").write_text(SETTINGS + sources)
    for outlet in OUTLETS:
        Path(outlet).mkdir()
    return tmp_path


def write(outlet: int, at: datetime) -> None:
    item = report(0, outlet, at=at)
    head = f"title: {json.dumps(item.title)}\nsource: {item.source}\ndate: {at.isoformat()}\nurl: {item.url}"
    Path(OUTLETS[outlet], "1.md").write_text(f"---\n{head}\n---\n{item.paragraphs[0]}\n")


@pytest.fixture
def shown(folder: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[str, str]]:
    """What a preview at noon shows, and its messages."""

    def run(*arguments: str, at: datetime = NOON) -> tuple[str, str]:
        assert main(["preview", "--alert", "--fetch", "--at", f"{at:%Y-%m-%dT%H:%M}+00:00", *arguments]) == 0
        captured = capsys.readouterr()
        assert not (folder / "digest.db").exists()
        return captured.out, captured.err

    return run


@pytest.mark.slow
def test_the_alert_is_shown_as_it_would_be_mailed(shown: Callable[..., tuple[str, str]]) -> None:
    for outlet in range(3):
        write(outlet, NOON - timedelta(minutes=30 + outlet))
    out, err = shown("--format", "json")
    document = json.loads(out)

    assert (document["kind"], document["slot"]) == ("alert", "2026-06-01-alert-1")
    assert document["subject"].startswith("Alert: ")
    assert len(document["stories"]) == 1
    assert not err
    assert "quiet hours (13:00-14:00)" in shown(at=NOON + timedelta(hours=1, minutes=10))[1]


@pytest.mark.slow
def test_without_a_surge_it_says_why(shown: Callable[..., tuple[str, str]]) -> None:
    for outlet in range(2):
        write(outlet, NOON - timedelta(minutes=30 + outlet))
    write(2, NOON - timedelta(days=2))
    out, err = shown("--explain")

    assert not out
    assert "no alert: no story is reported by enough outlets at once" in err
