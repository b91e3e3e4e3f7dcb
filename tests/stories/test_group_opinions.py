"""Grouping of opinion pieces: they join the story of a report, and never each other."""

from __future__ import annotations

from dataclasses import replace

import pytest

from digest.model.articles import Article
from digest.stories.group import group
from tests.stories.test_group import REPAIRS, article, ids

TOPIC = (
    "The night ferry has become a symbol. Lakeside subsidises the night ferry with four million a year, and the mayor "
    "wants to keep the night ferry for shift workers of the shipyard. The shipyard pays nothing for the night ferry."
)
REPORT = article(
    "report",
    "Lakeside council votes to end the night ferry",
    "The Lakeside council voted on Monday to end the night ferry in June. The subsidy of four million a year goes to "
    "buses instead. Mayor Ilse Brandt had wanted to keep the night ferry for shift workers of the shipyard.",
)


def opinion(id: str, title: str, *paragraphs: str) -> Article:
    return article(id, title, *paragraphs, url=f"https://{id}.example/opinion/night-ferry")


OPINIONS = [
    opinion("a", "The night ferry must stay", TOPIC, "Whoever has stood at the pier at four knows what it is worth."),
    opinion("b", "Let the night ferry go", TOPIC, "Nobody would build it today, and buses are cheaper for all of us."),
    opinion(
        "c", "Who should pay for the night ferry?", TOPIC, "Let the owners of the yard open their purses for once."
    ),
]
OTHERS = [
    article("comet", "Comet seen before dawn", "Astronomers at the valley observatory photographed a bright comet."),
    article("bridge", "Harbour bridge reopens after repairs", REPAIRS),
]


def reports(articles: list[Article]) -> list[Article]:
    return [replace(item, url=f"https://{item.id}.example/local/night-ferry") for item in articles]


def test_opinions_on_one_topic_are_no_story() -> None:
    assert frozenset("abc") in ids(group([*reports(OPINIONS), *OTHERS]))
    assert {frozenset("a"), frozenset("b"), frozenset("c")} <= ids(group([*OPINIONS, *OTHERS]))


def test_opinions_join_the_story_of_the_report_that_they_are_about() -> None:
    assert frozenset({"report", "a", "b", "c"}) in ids(group([REPORT, *OPINIONS, *OTHERS]))


def test_opinions_do_not_bring_two_events_together() -> None:
    later = article(
        "later",
        "Shipyard at Lakeside lays off two hundred",
        "The shipyard at Lakeside lays off two hundred workers after it lost an order for tugs. The union called the "
        "layoffs a shock for the town and asked the owners for talks about shorter hours in the slipways.",
    )

    assert not any({"report", "later"} <= story for story in ids(group([REPORT, later, *OPINIONS, *OTHERS])))


@pytest.mark.parametrize("marked", [(0, 1, 2), (1,)], ids=["by all outlets", "by one outlet"])
def test_a_syndicated_column_is_one_story(marked: tuple[int, ...]) -> None:
    column = [
        "Each winter the same argument about the night ferry returns, and each winter nobody counts the riders.",
        "I counted them on nine nights: forty-one nurses, thirty welders, six students and a man with an accordion.",
    ]
    copies = [
        opinion(f"o{n}", "Count the riders first", *column)
        if n in marked
        else article(f"o{n}", "Count the riders first", *column)
        for n in range(3)
    ]

    assert frozenset({"o0", "o1", "o2"}) in ids(group([*copies, *OTHERS]))
