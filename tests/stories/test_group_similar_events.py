"""Events of one kind, told in the same words, stay apart: what differs are names, places, numbers.

Each kind has forms, one for each outlet, and two events that fill them.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from digest.model import Article
from digest.stories.group import group
from tests.support.values import article

DATA = Path(__file__).resolve().parents[1] / "data" / "group"
KINDS = json.loads((DATA / "alike.json").read_text("utf-8"))
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def reports(kind: str, *, outlets: int, hours: float) -> list[list[Article]]:
    """For each of the kind's two events, what so many outlets say of it; the second is so many hours later."""
    return [
        [
            article(
                f"{kind} {event} {outlet}",
                source_id=f"outlet {outlet}",
                title=form["title"].format(**facts),
                paragraphs=(form["body"].format(**facts),),
                published=NOON + timedelta(hours=outlet + event * hours),
            )
            for outlet, form in enumerate(KINDS[kind]["forms"][:outlets])
        ]
        for event, facts in enumerate(KINDS[kind]["events"])
    ]


def others() -> list[Article]:
    rows = [json.loads(line) for line in (DATA / "stories.jsonl").read_text("utf-8").splitlines()]
    return [article(row["id"], title=row["title"], paragraphs=(row["text"],), language=row["language"]) for row in rows]


def grouped(articles: Sequence[Article], kind: str) -> set[frozenset[str]]:
    found = [frozenset(one.id for one in story.all_articles) for story in group(articles)]
    return {ids for ids in found if any(id.startswith(kind) for id in ids)}


@pytest.mark.parametrize("hours", [0, 3, 48])
@pytest.mark.parametrize("outlets", [1, 2, 3])
@pytest.mark.parametrize("around", [[], others()], ids=["alone", "among others"])
@pytest.mark.parametrize("kind", KINDS)
def test_two_events_told_in_the_same_words_are_two_stories(
    kind: str, around: list[Article], outlets: int, hours: float
) -> None:
    told = reports(kind, outlets=outlets, hours=hours)

    assert grouped([*around, *told[0], *told[1]], kind) == {frozenset(one.id for one in event) for event in told}


def test_a_day_of_many_such_events_is_as_many_stories() -> None:
    told = [event for kind in KINDS for event in reports(kind, outlets=3, hours=3)]
    articles = [one for event in told for one in event]

    assert grouped(articles, "") == {frozenset(one.id for one in event) for event in told}
