"""Grouping of events of one kind in the same wording: names, places and numbers keep them apart.

Each kind has report templates, one for each outlet, and the facts of two events to fill in.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from digest.model.articles import Article
from digest.stories.group import group
from tests.support.values import article

DATA = Path(__file__).resolve().parents[1] / "data" / "group"
KINDS = json.loads((DATA / "alike.json").read_text("utf-8"))
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def reports(kind: str, *, outlets: int, hours: float) -> list[list[Article]]:
    """The reports of each of the kind's two events; the second event is ``hours`` later."""
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


def background_articles() -> list[Article]:
    """Articles on other events."""
    rows = [json.loads(line) for line in (DATA / "stories.jsonl").read_text("utf-8").splitlines()]
    return [article(row["id"], title=row["title"], paragraphs=(row["text"],), language=row["language"]) for row in rows]


def story_ids(articles: Sequence[Article], kind: str) -> set[frozenset[str]]:
    stories = [frozenset(article.id for article in story.all_articles) for story in group(articles)]
    return {ids for ids in stories if any(id.startswith(kind) for id in ids)}


@pytest.mark.parametrize("hours", [0, 3, 48])
@pytest.mark.parametrize("outlets", [1, 2, 3])
@pytest.mark.parametrize("background", [[], background_articles()], ids=["alone", "among others"])
@pytest.mark.parametrize("kind", KINDS)
def test_two_events_in_the_same_wording_are_two_stories(
    kind: str, background: list[Article], outlets: int, hours: float
) -> None:
    first, second = reports(kind, outlets=outlets, hours=hours)

    assert story_ids([*background, *first, *second], kind) == {
        frozenset(report.id for report in event) for event in (first, second)
    }


def test_a_day_of_many_such_events_has_as_many_stories() -> None:
    events = [event for kind in KINDS for event in reports(kind, outlets=3, hours=3)]
    articles = [report for event in events for report in event]

    assert story_ids(articles, "") == {frozenset(report.id for report in event) for event in events}
