"""Ranking: every score is the sum of its reasons, every article is accounted for."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.model import Article, Story
from digest.stories.criteria import Criteria
from digest.stories.rank import Ranking, rank

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def article(id: str, *body: str, source: str = "", hours_old: float = 1, words: int = 100, title: str = "") -> Article:
    source = source or f"outlet-{id}"
    return Article(
        id=id,
        source_id=source,
        source=source.title(),
        url=f"https://{source}.example/{id}",
        title=title or f"Story {id}",
        paragraphs=body or ("word " * words,),
        published=NOON - timedelta(hours=hours_old),
        language="en",
    )


def story(*articles: Article, near_duplicates: tuple[Article, ...] = ()) -> Story:
    return Story(articles=articles, near_duplicates=near_duplicates)


def leads(ranking: Ranking) -> list[str]:
    return [ranked.story.lead.id for ranked in ranking.chosen]


def test_nothing_ranks_as_nothing() -> None:
    assert rank([], Criteria(now=NOON)) == Ranking(chosen=(), left_out=())


def test_what_has_neither_title_nor_text_is_left_out() -> None:
    empty = replace(article("a"), title="", paragraphs=())

    ranking = rank([story(empty), story(article("b"))], Criteria(now=NOON))

    assert leads(ranking) == ["b"]
    assert [(left.article, left.reason) for left in ranking.left_out] == [(empty, "there is nothing to read in it")]


def test_more_outlets_come_first() -> None:
    wide = story(article("a"), article("b"), article("c"))
    lone = story(article("d"))

    assert leads(rank([lone, wide], Criteria(now=NOON))) == ["a", "d"]


def test_two_articles_of_one_outlet_are_one_outlet() -> None:
    twice = story(article("a", source="x"), article("b", source="x"))

    assert "coverage" not in {reason.name for reason in rank([twice], Criteria(now=NOON)).chosen[0].reasons}


def test_newer_comes_first() -> None:
    old, new = story(article("a", hours_old=30)), story(article("b", hours_old=2))

    assert leads(rank([old, new], Criteria(now=NOON))) == ["b", "a"]


def test_a_weightier_source_comes_first() -> None:
    stories = [story(article("a", source="x")), story(article("b", source="y"))]

    assert leads(rank(stories, Criteria(now=NOON, weights={"y": 2}))) == ["b", "a"]


def test_what_is_over_the_limit_is_left_out_with_its_rank() -> None:
    stories = [story(article(f"n{n}", hours_old=n), near_duplicates=(article(f"m{n}"),)) for n in range(3)]
    ranking = rank(stories, Criteria(now=NOON, limit=2))

    assert leads(ranking) == ["n0", "n1"]
    assert [(out.article.id, out.reason) for out in ranking.left_out] == [
        ("n2", "over the limit of 2 stories (rank 3)"),
        ("m2", "over the limit of 2 stories (rank 3)"),
    ]


def test_what_was_sent_is_silent() -> None:
    ranking = rank(
        [story(article("a")), story(article("b"))], Criteria(now=NOON, already_published={"a": (article("a"),)})
    )

    assert leads(ranking) == ["b"]
    assert [(out.article.id, out.reason) for out in ranking.left_out] == [("a", "already in an earlier edition")]


def test_one_source_does_not_crowd_out_the_others() -> None:
    stories = [story(article(f"x{n}", source="x", hours_old=n)) for n in range(5)]
    other = story(article("y", source="y", hours_old=8))

    assert "y" in leads(rank([*stories, other], Criteria(now=NOON, limit=3)))


FIRE = "A fire destroyed the market hall in Elmgate on Monday night. Nobody was hurt, the fire brigade said."
TURN = (
    "Detectives arrested two caretakers on Thursday morning. Prosecutors accuse them of insurance fraud worth nine "
    "million. A judge remanded both into custody until April. The insurer froze every payment."
)


def told_and(later: Article) -> Ranking:
    told = article("told", FIRE, title="Fire destroys market hall", hours_old=30)
    return rank([story(later, told)], Criteria(now=NOON, already_published={"told": (told,)}))


def test_a_new_turn_of_a_story_that_was_sent_is_an_update_that_holds_only_what_is_new() -> None:
    ranking = told_and(article("turn", TURN, title="Two caretakers arrested over market hall fire"))

    assert [(ranked.update, [a.id for a in ranked.story.articles]) for ranked in ranking.chosen] == [(True, ["turn"])]
    assert [(out.article.id, out.reason) for out in ranking.left_out] == [("told", "already in an earlier edition")]


def test_an_article_that_was_sent_and_says_more_now_is_an_update() -> None:
    before = article("told", FIRE, title="Fire destroys market hall")
    now = article("told", f"{FIRE} {TURN}", title="Fire destroys market hall")
    ranking = rank([story(now)], Criteria(now=NOON, already_published={"told": (before,)}))

    assert [(ranked.update, ranked.already_published) for ranked in ranking.chosen] == [(True, (before,))]


@pytest.mark.parametrize(
    "later",
    [
        article("again", FIRE, title="Fire destroys market hall"),
        article("late", f"{FIRE} The hall was built long ago.", title="Market hall in Elmgate destroyed by night fire"),
        article("earlier", TURN, title="Two caretakers arrested over market hall fire", hours_old=40),
        article("bare", "", title="Market hall burns"),
    ],
    ids=["the same", "another telling", "older than what was sent", "a title alone"],
)
def test_another_telling_of_a_story_that_was_sent_is_silent(later: Article) -> None:
    ranking = told_and(later)

    assert ranking.chosen == ()
    assert [out.reason for out in ranking.left_out] == [
        "nothing new since an earlier edition published its story",
        "already in an earlier edition",
    ]


def about(id: str, title: str, *paragraphs: str) -> Story:
    return story(article(id, *(paragraphs or ("A text.",)), title=title))


def test_excluded_topics_are_left_out() -> None:
    stories = [about("a", "Footballers strike"), about("b", "Trams run again")]
    ranking = rank(stories, Criteria(now=NOON, exclude=("footballer", "tram line")))

    assert leads(ranking) == ["b"]
    assert [out.reason for out in ranking.left_out] == ["about “footballer”, which is excluded"]


def test_only_included_topics_are_in() -> None:
    stories = [about("a", "Trams run again"), about("b", "Rents rise"), about("c", "News", *["The tram stood."] * 3)]
    ranking = rank(stories, Criteria(now=NOON, include=("trams",)))

    assert sorted(leads(ranking)) == ["a", "c"]
    assert [out.reason for out in ranking.left_out] == ["about none of the topics that are included"]


def test_a_boosted_topic_rises_and_says_why() -> None:
    stories = [about("a", "Rents rise"), about("b", "Climate change and the harbour")]
    ranking = rank(stories, Criteria(now=NOON, boost={"climate change": 1.5}))

    assert leads(ranking) == ["b", "a"]
    assert ("topic", 1.5, "about “climate change”") in [(r.name, r.points, r.detail) for r in ranking.chosen[0].reasons]


def test_sections_come_in_their_order_and_stories_without_one_first() -> None:
    stories = [story(article(name, source=name, hours_old=hours)) for name, hours in (("a", 1), ("b", 2), ("c", 3))]
    ranking = rank(stories, Criteria(now=NOON, sections={"b": "City", "a": "Sport"}))

    assert [(ranked.story.lead.id, ranked.section) for ranked in ranking.chosen] == [
        ("c", ""),
        ("b", "City"),
        ("a", "Sport"),
    ]


def test_limits_for_a_source_and_a_section_say_so() -> None:
    stories = [story(article(f"{name}{n}", source=name, hours_old=n)) for n in range(2) for name in "xyz"]
    criteria = Criteria(now=NOON, sections={"y": "City", "z": "City"}, per_source=1, per_section=1)

    assert {(out.article.id, out.reason.split(" (")[0]) for out in rank(stories, criteria).left_out} == {
        ("x1", "over the limit of 1 story from X"),
        ("y1", "over the limit of 1 story from Y"),
        ("z0", "over the limit of 1 story in City"),
        ("z1", "over the limit of 1 story in City"),
    }


def test_a_text_in_fifty_outlets_is_one_story_with_a_sound_score() -> None:
    ranking = rank(
        [story(article("a"), near_duplicates=tuple(article(f"c{n}") for n in range(49)))], Criteria(now=NOON)
    )

    assert ("reprints", "49 more outlets have the same text") in [(r.name, r.detail) for r in ranking.chosen[0].reasons]


articles = st.builds(
    lambda number, source, hours, words: (number, source, hours, words),
    st.integers(0, 10_000), st.sampled_from("xyz"), st.floats(0, 100), st.integers(0, 900),
)  # fmt: skip
many = st.lists(articles, max_size=12, unique_by=lambda row: row[0]).map(
    lambda rows: [story(article(f"n{n}", source=s, hours_old=h, words=w)) for n, s, h, w in rows]
)


@given(many, st.one_of(st.none(), st.integers(0, 5)), st.randoms(use_true_random=False))
def test_scores_sum_and_nothing_is_lost_whatever_the_order(stories: list[Story], limit: int | None, random) -> None:  # type: ignore[no-untyped-def]
    told = {a.id: (a,) for one in stories for a in one.articles if a.id in {"n1", "n2"}}
    criteria = Criteria(now=NOON, limit=limit, already_published=told)
    ranking = rank(stories, criteria)
    seen = [a.id for r in ranking.chosen for a in r.story.articles] + [out.article.id for out in ranking.left_out]
    shuffled = list(stories)
    random.shuffle(shuffled)

    assert all(math.isclose(r.score, sum(part.points for part in r.reasons), abs_tol=1e-9) for r in ranking.chosen)
    assert sorted(seen) == sorted(s.lead.id for s in stories)
    assert [r.score for r in ranking.chosen] == sorted((r.score for r in ranking.chosen), reverse=True)
    assert leads(rank(shuffled, criteria)) == leads(ranking)


def test_a_topic_has_no_more_stories_than_its_limit() -> None:
    stories = [about(f"t{n}", f"Tram number {n} derails") for n in range(3)] + [about("r", "Rents rise")]
    ranking = rank(stories, Criteria(now=NOON, boost={"trams": 1.0}, per_topic=2))

    assert sorted(leads(ranking)) == ["r", "t0", "t1"]
    assert [out.reason for out in ranking.left_out] == ["over the limit of 2 stories about “trams” (rank 3)"]


def test_sections_come_in_the_order_that_is_wished_then_in_that_of_the_sources() -> None:
    stories = [story(article(id, source=id)) for id in ("w", "x", "y", "z")]
    sections = {"w": "World", "x": "Town", "y": "", "z": "Arts"}
    ranking = rank(stories, Criteria(now=NOON, sections=sections, order=("Arts", "Town")))

    assert leads(ranking) == ["y", "z", "x", "w"]
