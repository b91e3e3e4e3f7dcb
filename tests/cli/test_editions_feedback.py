"""``digest editions feedback``: readers' votes, on an edition's stories or by outlet."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from digest.cli import main
from digest.model.feedback import Vote
from digest.model.slots import Slot
from digest.store import Store, editions, feedback, open_store, stories, story_texts, subscribers
from digest.store.subscribers import NewSubscriber
from tests.support.values import article, brief, edition

SETTINGS = """
[[newsletters]]
id = "main"
title = "Main"
[[newsletters]]
id = "quiet"
title = "Quiet"
feedback = false
"""
YESTERDAY = datetime.now(UTC) - timedelta(days=1)


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    """The store of the settings in the present folder: an edition with two stories, and votes of two readers."""
    monkeypatch.chdir(tmp_path)
    Path("digest.toml").write_text(SETTINGS)
    with open_store(f"sqlite:///{tmp_path / 'digest.db'}") as opened, opened.begin() as conn:
        new = [NewSubscriber(address=address) for address in ("ann@harbour.example", "ben@harbour.example")]
        subscribers.add(conn, new, "main", at=YESTERDAY)
        id_, _ = editions.add(conn, edition(slot=Slot(due=YESTERDAY, key="2026-03-29")), at=YESTERDAY)
        stories.add(conn, id_, [brief(article("a")), brief(article("b", url="https://post.example/b"))])
        first, second = story_texts.of_edition(conn, id_)
        for reader in subscribers.for_newsletter(conn, "main"):
            feedback.record(conn, first.id, reader.id, Vote.UP, at=YESTERDAY)
        feedback.record(conn, second.id, 1, Vote.DOWN, at=YESTERDAY)
    return opened


@pytest.mark.usefixtures("store")
def test_votes_on_an_edition(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["editions", "feedback", "1"]) == 0
    assert capsys.readouterr().out.splitlines() == ["  1  2 useful, 0 not  Title a", "  2  0 useful, 1 not  Title b"]
    assert main(["editions", "feedback", "1", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {
        "id": 1,
        "newsletter": "main",
        "slot": "2026-03-29",
        "stories": [
            {"number": 1, "title": "Title a", "useful": 2, "not_useful": 0},
            {"number": 2, "title": "Title b", "useful": 0, "not_useful": 1},
        ],
    }


@pytest.mark.usefixtures("store")
def test_votes_by_outlet_with_their_points(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["editions", "feedback", "-n", "main"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "+0.05  herald.example  useful to 100 % of 2 readers",
        "-0.03  post.example  useful to 0 % of 1 reader",
    ]
    assert main(["editions", "feedback", "-n", "main", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert (document["newsletter"], document["days"]) == ("main", 60)
    assert document["outlets"][0] == {"outlet": "herald.example", "points": 0.049, "readers": 2, "useful": 1.0}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["9"], "there is no edition 9"),
        (["-n", "quiet"], "doesn't count votes"),
        (["-n", "nobody"], "nobody"),
    ],
)
@pytest.mark.usefixtures("store")
def test_wrong_usage_is_explained(arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["editions", "feedback", *arguments]) == 2
    assert message in capsys.readouterr().err
