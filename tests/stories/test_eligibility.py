"""Eligibility: excluded topics, stories already published, updates."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from digest.model.articles import Article
from digest.stories.criteria import Criteria
from digest.stories.rank import Ranking, rank
from tests.support.ranking import NOON, lead_ids, left_out, outlet_article, story, story_about

FIRE = "A fire destroyed the market hall in Elmgate on Monday night. Nobody was hurt, the fire brigade said."
ARRESTS = (
    "Detectives arrested two caretakers on Thursday morning. Prosecutors accuse them of insurance fraud worth nine "
    "million. A judge remanded both into custody until April. The insurer froze every payment."
)


def test_an_article_without_title_and_text_is_left_out() -> None:
    empty = replace(outlet_article("a"), title="", paragraphs=())

    ranking = rank([story(empty), story(outlet_article("b"))], Criteria(now=NOON))

    assert lead_ids(ranking) == ["b"]
    assert left_out(ranking) == [("a", "there is nothing to read in it")]


def test_excluded_topics_are_left_out() -> None:
    stories = [story_about("a", "Footballers strike"), story_about("b", "Trams run again")]
    ranking = rank(stories, Criteria(now=NOON, exclude=("footballer", "tram line")))

    assert lead_ids(ranking) == ["b"]
    assert left_out(ranking) == [("a", "about “footballer”, which is excluded")]


def test_with_included_topics_all_others_are_left_out() -> None:
    stories = [
        story_about("a", "Trams run again"),
        story_about("b", "Rents rise"),
        story_about("c", "News", *["The tram stood."] * 3),
    ]
    ranking = rank(stories, Criteria(now=NOON, include=("trams",)))

    assert sorted(lead_ids(ranking)) == ["a", "c"]
    assert left_out(ranking) == [("b", "about none of the topics that are included")]


def test_an_already_published_article_is_left_out() -> None:
    published = {"a": (outlet_article("a"),)}
    ranking = rank(
        [story(outlet_article("a")), story(outlet_article("b"))], Criteria(now=NOON, already_published=published)
    )

    assert lead_ids(ranking) == ["b"]
    assert left_out(ranking) == [("a", "already in an earlier edition")]


def rank_with_published_fire(later: Article) -> Ranking:
    """Rank a story of an article on the fire that was already published, and of this one."""
    published = outlet_article("published", FIRE, title="Fire destroys market hall", hours_old=30)
    return rank([story(later, published)], Criteria(now=NOON, already_published={"published": (published,)}))


def test_a_development_of_a_published_story_is_an_update_with_the_new_article_alone() -> None:
    ranking = rank_with_published_fire(
        outlet_article("arrests", ARRESTS, title="Two caretakers arrested over market hall fire")
    )

    assert [(ranked.update, [article.id for article in ranked.story.articles]) for ranked in ranking.chosen] == [
        (True, ["arrests"])
    ]
    assert left_out(ranking) == [("published", "already in an earlier edition")]


def test_a_substantial_edit_of_a_published_article_is_an_update() -> None:
    published = outlet_article("a", FIRE, title="Fire destroys market hall")
    edited = outlet_article("a", f"{FIRE} {ARRESTS}", title="Fire destroys market hall")
    ranking = rank([story(edited)], Criteria(now=NOON, already_published={"a": (published,)}))

    assert [(ranked.update, ranked.already_published) for ranked in ranking.chosen] == [(True, (published,))]


@pytest.mark.parametrize(
    "later",
    [
        outlet_article("same", FIRE, title="Fire destroys market hall"),
        outlet_article(
            "paraphrase", f"{FIRE} The hall was built long ago.", title="Market hall in Elmgate destroyed by night fire"
        ),
        outlet_article("older", ARRESTS, title="Two caretakers arrested over market hall fire", hours_old=40),
        outlet_article("bare", "", title="Market hall burns"),
    ],
    ids=["the same text", "a paraphrase", "older than the published article", "a bare title"],
)
def test_an_article_without_news_on_a_published_story_is_left_out(later: Article) -> None:
    ranking = rank_with_published_fire(later)

    assert ranking.chosen == ()
    assert [reason for _, reason in left_out(ranking)] == [
        "nothing new since an earlier edition published its story",
        "already in an earlier edition",
    ]


def rank_with_floor(*names: str, **criteria: Any) -> Ranking:
    """Rank stories by these names over a floor of half a point, if the last edition passed over "old"."""
    passed_over = frozenset({"old", "report"})
    stories = {
        "old": story(outlet_article("old", words=800)),
        "new": story(outlet_article("new", words=5, hours_old=60)),
        "followed": story(outlet_article("old"), outlet_article("report")),
    }
    return rank(
        [stories[name] for name in names],
        Criteria(**{"now": NOON, "passed_over": passed_over, "quality_floor": 0.5, "limit": 5, **criteria}),
    )


def test_what_the_last_edition_passed_over_does_not_fill_up_a_slow_day() -> None:
    ranking = rank_with_floor("old", "new")

    assert lead_ids(ranking) == ["new"]
    assert left_out(ranking) == [("old", "worth no more by itself than the quality floor of 0.5 points (0.50)")]
    assert ranking.is_exhaustive


def test_a_story_that_several_outlets_report_is_above_the_floor() -> None:
    assert lead_ids(rank_with_floor("followed")) == ["old"]


@pytest.mark.parametrize(
    "changes",
    [
        {"quality_floor": 0},
        {"include": ("story",)},
        {"boost": {"story old": 1.0}},
        {"passed_over": frozenset()},
        {"passed_over": frozenset(), "undated": frozenset({"old"})},
    ],
    ids=["no floor", "included topic", "raised topic", "new", "new without a date"],
)
def test_a_story_that_is_asked_for_or_new_is_above_the_floor(changes: dict[str, Any]) -> None:
    assert lead_ids(rank_with_floor("old", **changes)) == ["old"]
