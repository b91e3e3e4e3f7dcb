"""Grouping: one event, one story; near-copies collapse; nothing is lost."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.model import Article, Story
from digest.stories.group import group

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
STORIES = Path(__file__).resolve().parents[1] / "data" / "group" / "stories.jsonl"
REPAIRS = (
    "The harbour bridge reopened on Monday after two years of repairs. The port authority spent 40 million on new "
    "bearings and cables, and the first trucks crossed at six in the morning."
)


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
    return {frozenset(a.id for a in story.all_articles) for story in stories}


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
    assert len(stories[0].near_duplicates) == 49
    assert stories[0].lead.id == "n0"


def test_a_copy_with_a_new_top_and_a_trimmed_end_is_a_copy() -> None:
    wire = [
        f"The harbour authority said on day {n} that work on pier {n} went on without delay for {n} crews."
        for n in range(9)
    ]
    whole = article("wire", "Harbour work goes on", *wire)
    trimmed = article("paper", "Piers: work goes on", "By our newsroom.", *wire[:6], hours=1)

    (story,) = group([trimmed, whole])

    assert (story.lead, story.near_duplicates) == (whole, (trimmed,))


def test_a_round_up_is_no_copy_of_what_it_quotes() -> None:
    reports = [
        article(
            name, title, *(f"{title}: the office of {name} gave detail {n} of {n * 7} on {n} pages." for n in range(4))
        )
        for name, title in (("bridge", "Bridge reopens"), ("comet", "Comet seen"), ("tram", "Tram delayed"))
    ]
    roundup = article("roundup", "The day in brief", *(line for report in reports for line in report.paragraphs * 2))

    assert all(not story.near_duplicates for story in group([*reports, roundup]))


def test_the_lead_is_the_fullest_that_readers_can_open() -> None:
    brief = article("brief", "Harbour bridge reopens after repairs", "The harbour bridge reopened on Monday.")
    full = article(
        "full", "Harbour bridge reopens after two years", "The harbour bridge reopened on Monday. " + REPAIRS
    )
    local = article(
        "local", "Harbour bridge reopens", "The harbour bridge is open again. " * 9, url="file:///tmp/local.txt"
    )

    assert group([local, brief, full])[0].lead == full


def test_a_weightier_source_leads_among_equals() -> None:
    stories = [article(name, "Harbour bridge reopens after repairs", f"{REPAIRS} {name}") for name in "ab"]

    assert group(stories, weights={"source-b": 2.0})[0].lead.id == "b"


def test_confusable_events_stay_apart_and_reports_of_one_event_come_together() -> None:
    """Two earthquakes, two trials, two matches, in two languages, and events that stand alone."""
    rows = [json.loads(line) for line in STORIES.read_text("utf-8").splitlines()]
    stories = group(
        [
            article(row["id"], row["title"], *row["text"].split("\n")[1:], hours=row["t"], language=row["language"])
            for row in rows
        ]
    )
    gold = {frozenset(row["id"] for row in rows if row["gold"] == name) for name in {row["gold"] for row in rows}}

    assert ids(stories) == gold


def test_titles_alone_are_enough() -> None:
    stories = group(
        [
            article("a", "Sbarro pizza chain files for bankruptcy again"),
            article("b", "Pizza chain Sbarro in second bankruptcy", hours=1),
            article("c", "Tram line to the hospital delayed until spring", hours=1),
        ]
    )

    assert ids(stories) == {frozenset("ab"), frozenset("c")}


def test_few_titles_that_share_a_word_are_strangers() -> None:
    stories = group(
        [
            article("a", "Orchard unveils new phone"),
            article("b", "Orchard sued over app store fees", hours=1),
            article("c", "Orchard shares fall after earnings", hours=2),
            article("d", "Phone: Orchard unveils new model", hours=2),
        ]
    )

    assert ids(stories) == {frozenset("ad"), frozenset("b"), frozenset("c")}


def test_a_title_alone_is_in_the_language_of_its_source() -> None:
    """``Sbarro`` sounds Italian; a short title is often mistaken."""
    titles = [("Pizza chain Sbarro files for bankruptcy", "en"), ("Sbarro bankruptcy", "it"), ("Comet seen", "en")]
    feed = [replace(article(f"n{n}", title, language=tag), source_id="feed") for n, (title, tag) in enumerate(titles)]

    assert ids(group(feed)) == {frozenset({"n0", "n1"}), frozenset({"n2"})}


def test_days_do_not_part_a_story_that_shares_its_words() -> None:
    first = article("a", "Harbour bridge reopens after repairs", REPAIRS)
    later = article(
        "b", "After the repairs: harbour bridge reopened", f"A week on. {REPAIRS.replace('Monday', 'May 3')}", hours=170
    )

    assert len(group([first, later])) == 1


@pytest.mark.parametrize(
    ("title", "paragraphs"),
    [
        ("", ()),
        ("", ("",)),
        ("One", ("one",)),
        ("🎉🎉", ("🎉 🎉🎉",)),
        ("ALL CAPITALS IN THE TITLE", ("EVERYTHING IN CAPITALS HERE TOO.",)),
        ("the and of", ("the of and to in",)),
        ("عنوان", ("نص من اليمين إلى اليسار",)),
    ],
    ids=["nothing", "empty", "one word", "emoji", "capitals", "stop words", "right to left"],
)
def test_odd_texts_are_stories_too(title: str, paragraphs: tuple[str, ...]) -> None:
    odd = article("odd", title, *paragraphs)
    stories = group([odd, article("even", "Harbour bridge reopens", REPAIRS)])

    assert ids(stories) == {frozenset({"odd"}), frozenset({"even"})}


def test_a_huge_article_is_read_from_the_top() -> None:
    huge = article("huge", "Harbour bridge reopens", f"{REPAIRS} " * 20_000)

    assert len(group([huge, article("other", "Comet seen", "A comet can be seen before dawn.")])) == 2


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

    assert sorted(a.id for story in stories for a in story.all_articles) == sorted(a.id for a in articles)
    assert all(len({a.language for a in story.all_articles if a.paragraphs}) < 2 for story in stories)
    assert group(shuffled) == stories
