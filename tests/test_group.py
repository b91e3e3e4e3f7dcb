"""Grouping: one event, one story; near-copies collapse; nothing is lost."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from digest.group import group
from digest.model import Article, Story

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def article(id: str, title: str, *paragraphs: str, hours: float = 0, language: str = "en", url: str = "") -> Article:
    return Article(
        id=id,
        source_id=f"source-{id}",
        source=f"Outlet {id}",
        url=url or f"https://{id}.example/story",
        title=title,
        paragraphs=paragraphs,
        published=NOON + timedelta(hours=hours),
        language=language,
    )


def ids(stories: tuple[Story, ...]) -> set[frozenset[str]]:
    return {frozenset(a.id for a in (*story.articles, *story.copies)) for story in stories}


def test_nothing_gives_nothing() -> None:
    assert group([]) == ()


def test_one_article_is_a_story() -> None:
    only = article("a", "Harbour bridge reopens after repairs", "The bridge opened at six in the morning.")

    assert group([only]) == (Story(articles=(only,)),)


def test_fifty_identical_articles_are_one_story_with_one_lead() -> None:
    text = "The harbour authority reopened the bridge on Monday after two years of repairs that cost 40 million."
    stories = group([article(f"n{n}", "Harbour bridge reopens", text, hours=n) for n in range(50)])

    assert len(stories) == 1
    assert len(stories[0].articles) == 1
    assert len(stories[0].copies) == 49
    assert stories[0].lead.id == "n0"


words = st.sampled_from(
    [
        "bridge",
        "harbour",
        "council",
        "budget",
        "vote",
        "storm",
        "flood",
        "river",
        "trial",
        "verdict",
        "court",
        "40",
        "2026",
        "ferry",
    ]
)
titles = st.lists(words, min_size=0, max_size=6).map(" ".join)
bodies = st.lists(st.lists(words, min_size=0, max_size=20).map(" ".join), max_size=3)
some = st.lists(st.tuples(titles, bodies, st.sampled_from(["en", "de", "und"]), st.integers(0, 72)), max_size=12).map(
    lambda rows: [article(f"n{n}", t, *b, language=lang, hours=h) for n, (t, b, lang, h) in enumerate(rows)]
)


@settings(deadline=None)
@given(some, st.randoms(use_true_random=False))
def test_every_article_is_in_exactly_one_story_whatever_the_order(articles: list[Article], random) -> None:  # type: ignore[no-untyped-def]
    stories = group(articles)
    shuffled = list(articles)
    random.shuffle(shuffled)

    assert sorted(a.id for story in stories for a in (*story.articles, *story.copies)) == sorted(a.id for a in articles)
    assert all(len({a.language for a in (*story.articles, *story.copies)}) == 1 for story in stories)
    assert group(shuffled) == stories
