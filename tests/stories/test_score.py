"""Scores: reasons in points, and their sum."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from digest.model.articles import Article
from digest.model.stories import Ranked
from digest.stories.coverage import count_outlets
from digest.stories.criteria import Criteria
from digest.stories.salience import Salience
from digest.stories.score import lower_for_variety, score
from tests.support.ranking import NOON, outlet_article, story, story_about


def reasons(ranked: Ranked) -> dict[str, tuple[float, str]]:
    return {reason.name: (reason.points, reason.detail) for reason in ranked.reasons}


def test_a_second_outlet_is_worth_one_point() -> None:
    ranked = score(story(outlet_article("a"), outlet_article("b")), Criteria(now=NOON))

    assert reasons(ranked)["coverage"] == (1.0, "2 outlets")


def test_two_articles_of_one_outlet_are_one_outlet() -> None:
    ranked = score(story(outlet_article("a", source="x"), outlet_article("b", source="x")), Criteria(now=NOON))

    assert "coverage" not in reasons(ranked)


def linked(source: str, *outlets: str) -> tuple[Article, ...]:
    """Articles at these outlets' addresses, all from one source."""
    return tuple(
        replace(outlet_article(f"{source}-{name}", source=name), source_id=source, source=source) for name in outlets
    )


@pytest.mark.parametrize(
    ("articles", "count"),
    [
        pytest.param(linked("g", "a", "b", "c", "d"), 1, id="an aggregator alone"),
        pytest.param(
            linked("g", "a", "b", "c") + linked("a", "a"), 2, id="an aggregator and an outlet that it links to"
        ),
        pytest.param(linked("g", "a", "b") + linked("h", "a", "b"), 2, id="two aggregators"),
        pytest.param(linked("a", "a") + linked("a2", "a"), 1, id="two feeds of one outlet"),
        pytest.param(
            linked("a", "a") + linked("a2", "a") + linked("g", "a", "b", "c"), 2, id="feeds and an aggregator"
        ),
        pytest.param((outlet_article("a"), outlet_article("b"), outlet_article("c")), 3, id="outlets"),
    ],
)
def test_a_source_counts_for_at_most_one_outlet(articles: tuple[Article, ...], count: int) -> None:
    ranked = score(story(*articles), Criteria(now=NOON))

    assert count_outlets(articles) == count
    assert reasons(ranked).get("coverage", (0.0, ""))[1] == (f"{count} outlets" if count > 1 else "")


def test_reprints_that_one_source_links_to_count_for_one_outlet() -> None:
    ranked = score(story(outlet_article("x"), near_duplicates=linked("g", "a", "b", "c")), Criteria(now=NOON))

    assert reasons(ranked)["reprints"] == (0.2, "1 more outlet has the same text")


def test_forty_nine_near_duplicates_are_worth_about_a_second_outlet() -> None:
    near_duplicates = tuple(outlet_article(f"c{n}") for n in range(49))
    ranked = score(story(outlet_article("a"), near_duplicates=near_duplicates), Criteria(now=NOON))

    assert reasons(ranked)["reprints"] == (1.129, "49 more outlets have the same text")


def test_a_boosted_topic_is_worth_its_points() -> None:
    criteria = Criteria(now=NOON, boost={"climate change": 1.5})

    assert reasons(score(story_about("b", "Climate change and the harbour"), criteria))["topic"] == (
        1.5,
        "about “climate change”",
    )
    assert "topic" not in reasons(score(story_about("a", "Rents rise"), criteria))


def test_higher_stories_of_the_same_outlet_lower_a_score_up_to_three() -> None:
    ranked = score(story(outlet_article("a", source="x")), Criteria(now=NOON))

    assert reasons(lower_for_variety(ranked, 1))["variety"] == (-0.25, "1 above from X")
    assert reasons(lower_for_variety(ranked, 9))["variety"] == (-0.75, "9 above from X")
    assert lower_for_variety(lower_for_variety(ranked, 2), 0) == ranked


YESTERDAY = NOON - timedelta(hours=24)


@pytest.mark.parametrize(
    ("hours_old", "points"), [(0, 1.0), (5, 1.0), (24, 1.0), (48, 0.5), (72, 0.25)], ids=lambda value: str(value)
)
def test_articles_since_the_edition_before_are_equally_fresh(hours_old: float, points: float) -> None:
    ranked = score(story(outlet_article("a", hours_old=hours_old)), Criteria(now=NOON, fresh_since=YESTERDAY))

    assert reasons(ranked)["freshness"] == (points, f"{hours_old:.0f} h old")


def test_a_guessed_date_is_not_fresh() -> None:
    criteria = Criteria(now=NOON, fresh_since=YESTERDAY, undated=frozenset({"a"}))

    assert reasons(score(story(outlet_article("a")), criteria))["freshness"] == (0.0, "no date")
    assert reasons(score(story(outlet_article("a"), outlet_article("b")), criteria))["freshness"][0] == 1.0


def test_an_article_that_the_last_edition_passed_over_is_not_fresh_unless_another_is_new() -> None:
    criteria = Criteria(now=NOON, fresh_since=YESTERDAY, passed_over=frozenset({"a"}))
    old = reasons(score(story(outlet_article("a")), criteria))["freshness"]

    assert old == (0.0, "collected before the last edition")
    assert reasons(score(story(outlet_article("a"), outlet_article("b")), criteria))["freshness"][0] == 1.0


def opinion(id: str) -> Article:
    return outlet_article(id, title=f"Opinion: story {id}")


def test_opinions_are_no_coverage() -> None:
    opinions = reasons(score(story(opinion("a"), opinion("b"), opinion("c")), Criteria(now=NOON)))
    report = reasons(score(story(outlet_article("d"), opinion("a"), opinion("b")), Criteria(now=NOON)))
    reports = reasons(score(story(outlet_article("d"), outlet_article("e"), opinion("a")), Criteria(now=NOON)))

    assert "coverage" not in opinions
    assert opinions["opinion"] == (-0.5, "no report")
    assert "coverage" not in report
    assert "opinion" not in report
    assert reports["coverage"] == (1.0, "2 outlets")


def test_a_source_in_a_section_of_opinions_gives_no_reports() -> None:
    criteria = Criteria(now=NOON, sections={"outlet-a": "Opinion"})

    assert "opinion" in reasons(score(story(outlet_article("a")), criteria))


def test_stories_with_the_same_label_lower_a_score_ever_more_slowly() -> None:
    ranked = score(story(outlet_article("a")), Criteria(now=NOON))

    assert reasons(lower_for_variety(ranked, 0, label="left", higher_with_label=1))["label"] == (
        -0.25,
        "1 above labelled “left”",
    )
    assert reasons(lower_for_variety(ranked, 0, label="left", higher_with_label=3))["label"][0] == -0.5


@pytest.mark.parametrize(
    ("salience", "expected"),
    [
        (Salience(related=0, others=40), None),
        (Salience(related=15, others=15), (0.8, "15 of 15 other outlets write about it")),
        (Salience(related=1, others=1), (0.2, "1 of 1 other outlets write about it")),
        (Salience(related=7, others=63), (0.4, "7 of 63 other outlets write about it")),
    ],
)
def test_a_subject_of_many_outlets_is_worth_less_than_a_second_report(
    salience: Salience, expected: tuple[float, str] | None
) -> None:
    ranked = score(story(outlet_article("a")), Criteria(now=NOON), salience=salience)

    assert reasons(ranked).get("subject") == expected


def test_a_title_without_news_loses_points() -> None:
    assert reasons(score(story_about("a", "Who pays for the tram?"), Criteria(now=NOON)))["title"] == (
        -0.25,
        "tells no news",
    )
    assert "title" not in reasons(score(story_about("a", "The council pays for the tram"), Criteria(now=NOON)))
