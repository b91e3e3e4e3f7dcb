"""Surges: which stories are reported by independent outlets at once, for the first time."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from digest.model.articles import Article
from digest.model.stories import Story
from digest.stories.surge import NoSurge, Surge, SurgeCriteria, is_flood, judge, recurring_ids
from tests.support.values import article

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def told(outlet: str, hours_ago: float, **changes: Any) -> Article:
    values: dict[str, Any] = {
        "source_id": outlet,
        "source": outlet,
        "url": f"https://{outlet}.example/{hours_ago}",
        "title": f"Ferry sinks off Sandhaven, {outlet} reports",
        "published": NOW - hours_ago * HOUR,
    }
    return article(f"{outlet}-{hours_ago}", **values | changes)


A, B, C, D = (told(outlet, hours) for outlet, hours in zip("abcd", (2.5, 2, 1, 0.5), strict=True))
#: No decision had any of them.
ALL = frozenset(item.id for item in (A, B, C, D))


def criteria(**changes: Any) -> SurgeCriteria:
    values: dict[str, Any] = {"now": NOW, "topics": ("*",), "earliest": NOW - 3 * HOUR, "fresh": ALL}
    return SurgeCriteria(**values | changes)


def verdict(*articles: Article, copies: tuple[Article, ...] = (), **changes: Any) -> Surge | str:
    """The surge, or the reason why it is none; empty if the story isn't even listed."""
    surges, others = judge([Story(articles=articles, near_duplicates=copies)], criteria(**changes))
    if surges:
        return surges[0]
    return others[0].reason if others else ""


def test_three_outlets_within_three_hours_are_a_surge() -> None:
    surge = verdict(C, A, B)

    assert isinstance(surge, Surge)
    assert (surge.outlets, surge.began, surge.completed) == (3, A.published, C.published)


@pytest.mark.parametrize(
    ("articles", "copies", "changes", "reason"),
    [
        pytest.param((A, B), (), {}, "2 independent outlets, not 3", id="two outlets"),
        pytest.param((A,), (B, C), {}, "", id="one text and its reprints"),
        pytest.param((A, B), (C, D), {}, "2 independent outlets", id="two texts and reprints"),
        pytest.param((A, B, told("c", 1, url=B.url)), (), {}, "2 independent outlets", id="an aggregator's link"),
        pytest.param((A, told("a", 2), told("a", 1), B), (), {}, "2 independent outlets", id="an outlet often"),
        pytest.param((A, B, told("c", 1, is_opinion=True)), (), {}, "2 independent outlets", id="an opinion"),
        pytest.param(
            (A, B, told("c", 1, title="What to know about the ferry")), (), {}, "2 independent", id="an explainer"
        ),
        pytest.param((A, B, C), (), {"undated": {C.id}}, "2 independent outlets", id="a guessed date"),
        pytest.param((A, B, C), (), {"recurring": {C.id}}, "2 independent outlets", id="one of a series"),
        pytest.param((told("z", 7), told("y", 6), A, B, C), (), {}, "not new", id="a story that runs"),
        pytest.param((told("z", 30), A, B, C), (), {}, "not new", id="yesterday's news"),
        pytest.param((A, B, C), (told("z", 200),), {}, "not new", id="a reprint of old news"),
        pytest.param((A, B, C), (), {"published": {B.id}}, "an earlier edition has it", id="told before"),
        pytest.param((A, B, C), (), {"fresh": frozenset()}, "before the last edition or decision", id="decided before"),
        pytest.param((A, B, C, D), (), {"fresh": {D.id}}, "before the last edition", id="a fourth outlet"),
        pytest.param((A, B, C), (), {"earliest": NOW - HOUR / 2}, "too long ago", id="a source that was away"),
        pytest.param((A, B, C), (), {"topics": ("chess",)}, "", id="another topic"),
        pytest.param((A, B, C), (), {"exclude": ("ferry",)}, "", id="an excluded topic"),
        pytest.param((A, B, told("c", -1)), (), {}, "2 independent outlets", id="a date in the future"),
        pytest.param((A, B, C, D), (), {"outlets": 5}, "4 independent outlets, not 5", id="too few for the settings"),
        pytest.param((A, B, C), (), {"within": HOUR}, "not 3 within 1 h", id="too slow for the settings"),
    ],
)
def test_other_stories_are_no_surge_for_a_reason(
    articles: tuple[Article, ...], copies: tuple[Article, ...], changes: dict[str, Any], reason: str
) -> None:
    changes = {name: frozenset(value) if isinstance(value, set) else value for name, value in changes.items()}
    given = verdict(*articles, copies=copies, **changes)

    assert isinstance(given, str)
    assert reason in given
    assert bool(reason) == bool(given)


@pytest.mark.parametrize(
    ("articles", "changes"),
    [
        pytest.param((told("z", 6), A, B, C), {}, id="one outlet was first"),
        pytest.param((A, B, C, told("d", 0.1, is_opinion=True)), {}, id="an opinion besides"),
        pytest.param((A, B, C), {"topics": ("chess", "ferry")}, id="one of the topics"),
        pytest.param((A, B, C), {"fresh": frozenset({C.id})}, id="its last outlet is new"),
    ],
)
def test_these_are_surges_too(articles: tuple[Article, ...], changes: dict[str, Any]) -> None:
    assert isinstance(verdict(*articles, **changes), Surge)


def test_surges_are_ordered_by_outlets() -> None:
    small, large = (
        Story(articles=(A, B, C)),
        Story(articles=tuple(replace(item, id=f"{item.id}x") for item in (A, B, C, D))),
    )
    surges, others = judge([small, large], criteria(fresh=frozenset({*ALL, *(item.id for item in large.articles)})))

    assert [surge.story for surge in surges] == [large, small]
    assert not others


def test_many_surges_within_an_hour_are_a_flood_and_a_few_hours_of_them_are_not() -> None:
    surge = verdict(A, B, C)
    assert isinstance(surge, Surge)

    assert is_flood([replace(surge, completed=NOW + minutes * HOUR / 60) for minutes in range(9)])
    assert not is_flood([replace(surge, completed=NOW + hours * HOUR) for hours in range(9)])
    assert not is_flood([surge] * 8)


@pytest.mark.parametrize(
    ("title", "earlier", "is_recurring"),
    [
        ("The official chart: week 22, 2026", "The official chart: week 21, 2026", True),
        ("Lottery numbers of Monday, 1 June", "Lottery numbers of Monday, 25 May", True),
        ("Fire destroys ferry Aurora in Sandhaven", "Fire destroys mill Calder in Northmoor", False),
        ("1, 2, 3", "4, 5, 6", False),
    ],
)
def test_a_title_with_other_numbers_is_one_of_a_series(title: str, earlier: str, is_recurring: bool) -> None:
    ids = [*recurring_ids([told("a", 1, title=title)], {"a": [earlier], "b": [title]})]

    assert bool(ids) == is_recurring


def test_the_reason_names_the_story() -> None:
    _, (no_surge,) = judge([Story(articles=(A, B))], criteria())

    assert no_surge == NoSurge(story=Story(articles=(A, B)), reason="2 independent outlets, not 3 within 3 h")
