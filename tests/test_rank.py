"""Ranking: every score is the sum of its reasons, every article is accounted for."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from digest.model import Article, Story
from digest.rank import Criteria, Ranking, rank

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def article(id: str, *, source: str = "", hours_old: float = 1, words: int = 100) -> Article:
    source = source or f"outlet-{id}"
    return Article(
        id=id,
        source_id=source,
        source=source.title(),
        url=f"https://{source}.example/{id}",
        title=f"Story {id}",
        paragraphs=("word " * words,),
        published=NOON - timedelta(hours=hours_old),
        language="en",
    )


def story(*articles: Article, copies: tuple[Article, ...] = ()) -> Story:
    return Story(articles=articles, copies=copies)


def leads(ranking: Ranking) -> list[str]:
    return [ranked.story.lead.id for ranked in ranking.chosen]


def test_nothing_ranks_as_nothing() -> None:
    assert rank([], Criteria(now=NOON)) == Ranking(chosen=(), left_out=())


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
    stories = [story(article(f"n{n}", hours_old=n), copies=(article(f"m{n}"),)) for n in range(3)]
    ranking = rank(stories, Criteria(now=NOON, limit=2))

    assert leads(ranking) == ["n0", "n1"]
    assert [(out.article.id, out.reason) for out in ranking.left_out] == [
        ("n2", "over the limit of 2 stories (rank 3)"),
        ("m2", "over the limit of 2 stories (rank 3)"),
    ]


def test_what_was_sent_is_silent() -> None:
    ranking = rank([story(article("a")), story(article("b"))], Criteria(now=NOON, sent=frozenset({"a"})))

    assert leads(ranking) == ["b"]
    assert [(out.article.id, out.reason) for out in ranking.left_out] == [("a", "already in an earlier edition")]


def test_one_source_does_not_crowd_out_the_others() -> None:
    stories = [story(article(f"x{n}", source="x", hours_old=n)) for n in range(5)]
    other = story(article("y", source="y", hours_old=8))

    assert "y" in leads(rank([*stories, other], Criteria(now=NOON, limit=3)))


articles = st.builds(
    lambda number, source, hours, words: (number, source, hours, words),
    st.integers(0, 10_000), st.sampled_from("xyz"), st.floats(0, 100), st.integers(0, 900),
)  # fmt: skip
many = st.lists(articles, max_size=12, unique_by=lambda row: row[0]).map(
    lambda rows: [story(article(f"n{n}", source=s, hours_old=h, words=w)) for n, s, h, w in rows]
)


@given(many, st.one_of(st.none(), st.integers(0, 5)), st.randoms(use_true_random=False))
def test_scores_sum_and_nothing_is_lost_whatever_the_order(stories: list[Story], limit: int | None, random) -> None:  # type: ignore[no-untyped-def]
    criteria = Criteria(now=NOON, limit=limit, sent=frozenset({"n1", "n2"}))
    ranking = rank(stories, criteria)
    seen = [a.id for r in ranking.chosen for a in r.story.articles] + [out.article.id for out in ranking.left_out]
    shuffled = list(stories)
    random.shuffle(shuffled)

    assert all(math.isclose(r.score, sum(part.points for part in r.reasons), abs_tol=1e-9) for r in ranking.chosen)
    assert sorted(seen) == sorted(s.lead.id for s in stories)
    assert [r.score for r in ranking.chosen] == sorted((r.score for r in ranking.chosen), reverse=True)
    assert leads(rank(shuffled, criteria)) == leads(ranking)
