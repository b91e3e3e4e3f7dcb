"""Scores: reasons in points, and their sum."""

from __future__ import annotations

from digest.model.stories import Ranked
from digest.stories.criteria import Criteria
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
