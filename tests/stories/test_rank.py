"""Ranking: the order of stories, limits, sections; no article is lost."""

from __future__ import annotations

import math
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from digest.model.stories import Story
from digest.stories.criteria import Criteria
from digest.stories.rank import Ranking, rank
from tests.support.ranking import NOON, lead_ids, left_out, outlet_article, story, story_about


def test_no_stories_give_an_empty_ranking() -> None:
    assert rank([], Criteria(now=NOON)) == Ranking(chosen=(), left_out=(), is_exhaustive=False)


def test_a_story_of_more_outlets_comes_first() -> None:
    covered_by_three = story(outlet_article("a"), outlet_article("b"), outlet_article("c"))
    covered_by_one = story(outlet_article("d"))

    assert lead_ids(rank([covered_by_one, covered_by_three], Criteria(now=NOON))) == ["a", "d"]


def test_a_newer_story_comes_first() -> None:
    old, new = story(outlet_article("a", hours_old=30)), story(outlet_article("b", hours_old=2))

    assert lead_ids(rank([old, new], Criteria(now=NOON))) == ["b", "a"]


def test_a_story_of_a_source_with_more_weight_comes_first() -> None:
    stories = [story(outlet_article("a", source="x")), story(outlet_article("b", source="y"))]

    assert lead_ids(rank(stories, Criteria(now=NOON, weights={"y": 2}))) == ["b", "a"]


def test_a_story_on_a_boosted_topic_comes_first() -> None:
    stories = [story_about("a", "Rents rise"), story_about("b", "Climate change and the harbour")]

    assert lead_ids(rank(stories, Criteria(now=NOON, boost={"climate change": 1.5}))) == ["b", "a"]


def test_one_source_does_not_crowd_out_the_others() -> None:
    crowd = [story(outlet_article(f"x{n}", source="x", hours_old=n)) for n in range(5)]
    single = story(outlet_article("y", source="y", hours_old=8))

    assert "y" in lead_ids(rank([*crowd, single], Criteria(now=NOON, limit=3)))


def test_stories_over_the_limit_are_left_out_with_their_rank_and_near_duplicates() -> None:
    stories = [
        story(outlet_article(f"n{n}", hours_old=n), near_duplicates=(outlet_article(f"m{n}"),)) for n in range(3)
    ]
    ranking = rank(stories, Criteria(now=NOON, limit=2))

    assert lead_ids(ranking) == ["n0", "n1"]
    assert left_out(ranking) == [
        ("n2", "over the limit of 2 stories (rank 3)"),
        ("m2", "over the limit of 2 stories (rank 3)"),
    ]


def test_the_reason_names_the_source_or_section_whose_limit_was_reached() -> None:
    stories = [story(outlet_article(f"{name}{n}", source=name, hours_old=n)) for n in range(2) for name in "xyz"]
    criteria = Criteria(now=NOON, sections={"y": "City", "z": "City"}, per_source=1, per_section=1)

    assert {(id, reason.split(" (")[0]) for id, reason in left_out(rank(stories, criteria))} == {
        ("x1", "over the limit of 1 story from X"),
        ("y1", "over the limit of 1 story from Y"),
        ("z0", "over the limit of 1 story in City"),
        ("z1", "over the limit of 1 story in City"),
    }


def test_a_topic_has_no_more_stories_than_its_limit() -> None:
    trams = [story_about(f"t{n}", f"Tram number {n} derails") for n in range(3)]
    criteria = Criteria(now=NOON, boost={"trams": 1.0}, per_topic=2)
    ranking = rank([*trams, story_about("r", "Rents rise")], criteria)

    assert sorted(lead_ids(ranking)) == ["r", "t0", "t1"]
    assert left_out(ranking) == [("t2", "over the limit of 2 stories about “trams” (rank 3)")]


def test_sections_come_in_the_order_of_the_sources_and_stories_without_one_first() -> None:
    stories = [
        story(outlet_article(name, source=name, hours_old=hours)) for name, hours in (("a", 1), ("b", 2), ("c", 3))
    ]
    ranking = rank(stories, Criteria(now=NOON, sections={"b": "City", "a": "Sport"}))

    assert [(ranked.story.lead.id, ranked.section) for ranked in ranking.chosen] == [
        ("c", ""),
        ("b", "City"),
        ("a", "Sport"),
    ]


def test_sections_come_in_the_configured_order_then_in_that_of_the_sources() -> None:
    stories = [story(outlet_article(id, source=id)) for id in ("w", "x", "y", "z")]
    sections = {"w": "World", "x": "Town", "y": "", "z": "Arts"}

    assert lead_ids(rank(stories, Criteria(now=NOON, sections=sections, order=("Arts", "Town")))) == list("yzxw")


def labelled_stories() -> tuple[list[Story], dict[str, str]]:
    """Four stories of sources with the label "left", each a little newer, and one with the label "right"."""
    left = [story(outlet_article(f"l{n}", words=100 - n)) for n in range(4)]
    labels = {f"outlet-l{n}": "left" for n in range(4)} | {"outlet-r": "right"}
    return [*left, story(outlet_article("r", words=50))], labels


def test_sources_with_different_labels_are_mixed() -> None:
    stories, labels = labelled_stories()

    assert lead_ids(rank(stories, Criteria(now=NOON))) == ["l0", "l1", "l2", "l3", "r"]
    assert lead_ids(rank(stories, Criteria(now=NOON, labels=labels))) == ["l0", "r", "l1", "l2", "l3"]


def test_a_label_has_no_more_stories_than_its_limit() -> None:
    stories, labels = labelled_stories()
    ranking = rank(stories, Criteria(now=NOON, labels=labels, per_label=2))

    assert lead_ids(ranking) == ["l0", "r", "l1"]
    assert left_out(ranking)[0] == ("l2", "over the limit of 2 stories labelled “left” (rank 4)")


STORIES = st.lists(
    st.tuples(st.integers(0, 10_000), st.sampled_from("xyz"), st.floats(0, 100), st.integers(0, 900)),
    max_size=12,
    unique_by=lambda row: row[0],
).map(
    lambda rows: [
        story(outlet_article(f"n{number}", source=source, hours_old=hours, words=words))
        for number, source, hours, words in rows
    ]
)


@given(STORIES, st.one_of(st.none(), st.integers(0, 5)), st.randoms(use_true_random=False))
def test_scores_are_sums_and_no_article_is_lost_in_any_input_order(
    stories: list[Story], limit: int | None, random: Random
) -> None:
    published = {story.lead.id: (story.lead,) for story in stories if story.lead.id in {"n1", "n2"}}
    criteria = Criteria(now=NOON, limit=limit, already_published=published)
    ranking = rank(stories, criteria)
    chosen_ids = [article.id for ranked in ranking.chosen for article in ranked.story.articles]
    scores = [ranked.score for ranked in ranking.chosen]
    shuffled = list(stories)
    random.shuffle(shuffled)

    assert all(
        math.isclose(ranked.score, sum(reason.points for reason in ranked.reasons), abs_tol=1e-9)
        for ranked in ranking.chosen
    )
    assert sorted([*chosen_ids, *(id for id, _ in left_out(ranking))]) == sorted(story.lead.id for story in stories)
    assert scores == sorted(scores, reverse=True)
    assert lead_ids(rank(shuffled, criteria)) == lead_ids(ranking)


def test_a_rankers_order_holds_and_what_it_drops_is_left_out_with_a_reason() -> None:
    stories = [story(outlet_article(id_, hours_old=age)) for age, id_ in enumerate("abcd", start=1)]
    ranking = rank(stories, Criteria(now=NOON, limit=2), lambda ranked, _: [*reversed(ranked)][:3])

    assert [ranked.story.lead.id for ranked in ranking.chosen] == ["d", "c"]
    assert next((item.article.id, item.reason) for item in ranking.left_out) == ("a", "left out by the ranker")
