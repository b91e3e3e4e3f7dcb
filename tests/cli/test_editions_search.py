"""``digest editions search``: published stories by their words."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from sqlalchemy import text

from digest.cli import main
from digest.store import Store, editions, open_store, stories
from tests.support.values import NOON, article, brief, edition

SETTINGS = """
[web]
url = "https://news.example"
[[newsletters]]
id = "main"
title = "Main"
archive = "public"
[[newsletters]]
id = "other"
title = "Other"
"""


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    """The store of the settings in the present folder, with three stories."""
    monkeypatch.chdir(tmp_path)
    Path("digest.toml").write_text(SETTINGS)
    with open_store(f"sqlite:///{tmp_path / 'digest.db'}") as opened:
        publish(opened, "The ferry stays", "The mill grinds")
        publish(opened, "A ferry of others", newsletter_id="other")
    return opened


def publish(store: Store, *titles: str, **changes: object) -> None:
    with store.begin() as conn:
        id_, _ = editions.add(conn, edition(**changes), at=NOON)
        stories.add(conn, id_, [brief(article(title, title=title)) for title in titles])


@pytest.mark.usefixtures("store")
def test_stories_of_all_newsletters_are_found(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["editions", "search", "harbour", "ferr"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "2026-03-29  other  A ferry of others",
        "    The harbour opens again.",
        "2026-03-29  main  The ferry stays",
        "    The harbour opens again.",
        "    https://news.example/stories/1",
    ]
    assert main(["editions", "search", '"ferry stays"', "-n", "main"]) == 0
    assert capsys.readouterr().out.startswith("2026-03-29  main  The ferry stays\n")
    assert main(["editions", "search", "zebra"]) == 0
    assert capsys.readouterr().out == "no story has all of these words\n"


@pytest.mark.usefixtures("store")
def test_json_has_each_sentence_with_its_source(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["editions", "search", "mill", "--json"]) == 0

    assert json.loads(capsys.readouterr().out) == [
        {
            "id": 2,
            "newsletter": "main",
            "slot": "2026-03-29",
            "edition": 1,
            "title": "The mill grinds",
            "language": "en",
            "update": False,
            "page": "https://news.example/stories/2",
            "sentences": [
                {
                    "text": "The harbour opens again.",
                    "url": "https://herald.example/The mill grinds",
                    "source": "Harbour Herald",
                }
            ],
        }
    ]


@pytest.mark.usefixtures("store")
@pytest.mark.parametrize("word", ["*", '""', "--", "\x00"])
def test_a_search_needs_a_word(word: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["editions", "search", "--", word]) == 2
    assert "there is no word to search for" in capsys.readouterr().err


def test_stories_that_are_not_indexed_are_mentioned(store: Store, capsys: pytest.CaptureFixture[str]) -> None:
    with open_store(store.name) as opened, opened.begin() as conn:
        conn.execute(text("DELETE FROM story_search WHERE rowid = 1"))
    assert main(["editions", "search", "ferry"]) == 0
    captured = capsys.readouterr()
    assert "A ferry of others" in captured.out
    assert "'digest serve' indexes them" in captured.err

    with open_store(store.name) as opened, opened.begin() as conn:
        conn.execute(text("DROP TABLE story_search"))
    assert main(["editions", "search", "ferry"]) == 1
    assert "the stories aren't indexed yet" in capsys.readouterr().err
