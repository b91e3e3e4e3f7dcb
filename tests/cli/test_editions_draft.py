"""``digest editions draft`` and the decisions about it, on the command line."""

from __future__ import annotations

import io
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from digest.cli import main
from digest.model.drafts import DraftState
from digest.pipeline import calendar
from digest.pipeline.app import make_app
from digest.pipeline.hold import compose_draft, store_draft
from digest.settings import load
from digest.store import open_store

SETTINGS = """
[[sources]]
id = "own"
path = "articles"

[[newsletters]]
id = "main"
title = "Main"
from = "Main <main@example.org>"
hold = "45m"
quality_floor = 0
stories = 3
"""
TEXTS = {
    "harbour": "The harbour opens again\n\nThe ferry sails on Monday at nine. Bread came by helicopter.",
    "library": "The library has three hundred readers\n\nThe new library opened its doors after two years of work.",
    "glass": "Glassworks cut their gas by half\n\nThe Lindau glassworks doubled the wall of their main furnace.",
    "bridge": "A bridge for cyclists is planned\n\nThe council wants to span the river north of the old mill.",
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with settings, and a draft whose slot is in twenty minutes."""
    monkeypatch.chdir(tmp_path)
    slot = datetime.now(UTC) + timedelta(minutes=20)
    (tmp_path / "digest.toml").write_text(SETTINGS + f'schedule = "daily {slot:%H:%M}"\n')
    (tmp_path / "articles").mkdir()
    for name, text in TEXTS.items():
        (tmp_path / "articles" / f"{name}.txt").write_text(text)
    assert main(["collect"]) == 0
    settings = load(tmp_path / "digest.toml", {})
    [newsletter], now = settings.newsletters, datetime.now(UTC)
    with open_store(settings.store.url) as store:
        app = make_app(settings, store=store)
        with store.read() as conn:
            next_slot = calendar.next_slot(conn, newsletter, now=now)
        content = compose_draft(newsletter, next_slot, app, now=now)
        with store.begin() as conn:
            store_draft(conn, newsletter, next_slot, content, composed=now, now=now)
    return tmp_path


def shown(capsys: pytest.CaptureFixture[str], *argv: str) -> str:
    capsys.readouterr()
    assert main(["editions", *argv]) == 0
    return capsys.readouterr().out


def document(capsys: pytest.CaptureFixture[str], *argv: str) -> dict[str, Any]:
    result: dict[str, Any] = json.loads(shown(capsys, *argv, "--json"))
    return result


def test_an_editor_decides_on_the_command_line(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert [story["place"] for story in document(capsys, "draft")["stories"]] == [1, 2, 3, None]
    assert shown(capsys, "drop", "2") == "dropped story 2: no edition of main will have its articles\n"
    shown(capsys, "restore", "2")
    shown(capsys, "pin", "4")
    shown(capsys, "unpin", "4")
    shown(capsys, "move", "3", "1")
    assert shown(capsys, "merge", "2", "1") == "merged story 2 into story 1\n"
    stories = {story["number"]: story for story in document(capsys, "draft")["stories"]}
    assert [article["title"] for article in stories[1]["articles"]] == [stories[1]["title"], stories[2]["title"]]
    assert (stories[1]["place"], stories[2]["merged_into"]) == (2, 1)
    shown(capsys, "headline", "1", "2")
    monkeypatch.setattr("sys.stdin", io.StringIO("Good morning!\n\nMind the tide.\n"))
    shown(capsys, "note", "-")
    shown(capsys, "reject")
    shown(capsys, "restore")
    text = shown(capsys, "draft")
    assert "Mind the tide." in text
    assert "Decided: drop 2 (command, " in text
    shown(capsys, "approve")
    final = document(capsys, "draft")

    assert final["state"] == DraftState.APPROVED
    assert final["version"] == len(final["decisions"]) == 11
    assert final["note"] == "Good morning!\n\nMind the tide."
    assert {story["number"]: story for story in final["stories"]}[1]["title"] == stories[2]["title"]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("argv", "code", "message"),
    [
        (["drop", "9"], 1, "the draft has no story 9"),
        (["drop", "4"], 1, "story 4 is not in the edition"),
        (["move", "1", "7"], 1, "the edition has no place 7"),
        (["headline", "1", "5"], 1, "story 1 has no such article"),
        (["merge", "1", "1"], 1, "name two stories to merge"),
        (["restore"], 1, "the draft is not rejected"),
        (["drop", "one"], 2, "expected a number like 3"),
        (["draft", "-n", "mian"], 2, "did you mean 'main'?"),
    ],
)
def test_what_can_not_be_decided_is_said(
    folder: Path, capsys: pytest.CaptureFixture[str], argv: list[str], code: int, message: str
) -> None:
    assert main(["editions", *argv]) == code
    assert message in capsys.readouterr().err


@pytest.mark.slow
def test_without_a_draft_the_next_step_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "digest.toml").write_text('[[newsletters]]\nid = "main"\ntitle = "Main"\n')
    assert main(["collect"]) in {0, 1, 2}
    assert main(["editions", "drop", "1"]) == 1
    assert 'set hold = "45m"' in capsys.readouterr().err


@pytest.mark.slow
def test_status_preview_and_completion_know_the_draft(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shown(capsys, "drop", "1")
    main(["status", "--json"])
    [newsletter] = json.loads(capsys.readouterr().out)["newsletters"]
    assert newsletter["draft"]["state"] == "open"
    assert main(["preview", "--format", "json"]) == 0
    assert len(json.loads(capsys.readouterr().out)["stories"]) == 2
    assert main(["completion", "--list", "stories"]) == 0
    assert capsys.readouterr().out.split() == ["2", "3", "1", "4"]
