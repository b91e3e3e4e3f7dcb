"""Grouping: a story for each event; near-duplicates are attached; no article is lost."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.model.articles import Article
from digest.model.stories import Story
from digest.stories.group import group

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
GOLD_STORIES = Path(__file__).resolve().parents[1] / "data" / "group" / "stories.jsonl"
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
    return {frozenset(article.id for article in story.all_articles) for story in stories}


def test_no_articles_give_no_stories() -> None:
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


def test_an_article_with_a_new_top_and_a_trimmed_end_is_a_near_duplicate() -> None:
    wire = [
        f"The harbour authority said on day {n} that work on pier {n} went on without delay for {n} crews."
        for n in range(9)
    ]
    original = article("wire", "Harbour work goes on", *wire)
    trimmed = article("paper", "Piers: work goes on", "By our newsroom.", *wire[:6], hours=1)

    (story,) = group([trimmed, original])

    assert (story.lead, story.near_duplicates) == (original, (trimmed,))


def test_a_round_up_is_no_near_duplicate_of_what_it_quotes() -> None:
    reports = [
        article(
            name, title, *(f"{title}: the office of {name} gave detail {n} of {n * 7} on {n} pages." for n in range(4))
        )
        for name, title in (("bridge", "Bridge reopens"), ("comet", "Comet seen"), ("tram", "Tram delayed"))
    ]
    roundup = article("roundup", "The day in brief", *(line for report in reports for line in report.paragraphs * 2))

    assert all(not story.near_duplicates for story in group([*reports, roundup]))


def test_the_lead_is_the_longest_article_with_a_web_address() -> None:
    brief = article("brief", "Harbour bridge reopens after repairs", "The harbour bridge reopened on Monday.")
    full = article(
        "full", "Harbour bridge reopens after two years", "The harbour bridge reopened on Monday. " + REPAIRS
    )
    local = article(
        "local", "Harbour bridge reopens", "The harbour bridge is open again. " * 9, url="file:///tmp/local.txt"
    )

    assert group([local, brief, full])[0].lead == full


def test_of_equal_articles_the_one_of_the_source_with_more_weight_is_the_lead() -> None:
    stories = [article(name, "Harbour bridge reopens after repairs", f"{REPAIRS} {name}") for name in "ab"]

    assert group(stories, weights={"source-b": 2.0})[0].lead.id == "b"


def test_stories_are_the_gold_stories() -> None:
    """Two earthquakes, two trials, two matches, in two languages, and events with a single article."""
    rows = [json.loads(line) for line in GOLD_STORIES.read_text("utf-8").splitlines()]
    stories = group(
        [
            article(row["id"], row["title"], *row["text"].split("\n")[1:], hours=row["t"], language=row["language"])
            for row in rows
        ]
    )
    gold = {frozenset(row["id"] for row in rows if row["gold"] == name) for name in {row["gold"] for row in rows}}

    assert ids(stories) == gold


def test_two_unlike_reports_of_one_event_are_one_story() -> None:
    council = article(
        "council",
        "Lakeside council closes the Ferncliff baths",
        "The Ferncliff baths will close in June, the Lakeside council decided by nine votes to four. Roof repairs "
        "would cost more than the town can borrow, treasurer Ilse Brandt said, and two other pools are within a short "
        "ride. Opponents handed in a petition before the vote and announced a complaint with the district.",
    )
    swimmers = article(
        "swimmers",
        "Swimming clubs look for lanes",
        "Coach Tomas Rehn has trained children at the Ferncliff baths since they opened. From summer on, it needs "
        "lanes elsewhere: Lakeside gives up the building because of its roof. Parents fear long evenings on buses, and "
        "the state association wonders how lifeguards are to be taught when water is scarce.",
        hours=3,
    )
    others = [
        article(
            "comet", "Comet seen before dawn", "Astronomers at the valley observatory photographed a bright comet."
        ),
        article(
            "tram", "Tram delayed until spring", "The carrier of the hospital line waits for switches from abroad."
        ),
        article("bridge", "Harbour bridge reopens after repairs", REPAIRS),
    ]

    assert frozenset({"council", "swimmers"}) in ids(group([council, swimmers, *others]))


def test_bare_titles_on_one_event_are_one_story() -> None:
    stories = group(
        [
            article("a", "Sbarro pizza chain files for bankruptcy again"),
            article("b", "Pizza chain Sbarro in second bankruptcy", hours=1),
            article("c", "Tram line to the hospital delayed until spring", hours=1),
        ]
    )

    assert ids(stories) == {frozenset("ab"), frozenset("c")}


def test_few_bare_titles_that_share_a_word_are_different_stories() -> None:
    stories = group(
        [
            article("a", "Orchard unveils new phone"),
            article("b", "Orchard sued over app store fees", hours=1),
            article("c", "Orchard shares fall after earnings", hours=2),
            article("d", "Phone: Orchard unveils new model", hours=2),
        ]
    )

    assert ids(stories) == {frozenset("ad"), frozenset("b"), frozenset("c")}


def test_a_bare_title_has_the_main_language_of_its_source() -> None:
    """Language detection takes the short title for Italian."""
    titles = [("Pizza chain Sbarro files for bankruptcy", "en"), ("Sbarro bankruptcy", "it"), ("Comet seen", "en")]
    feed = [replace(article(f"n{n}", title, language=tag), source_id="feed") for n, (title, tag) in enumerate(titles)]

    assert ids(group(feed)) == {frozenset({"n0", "n1"}), frozenset({"n2"})}


def test_articles_with_the_same_words_are_one_story_days_apart() -> None:
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
def test_an_odd_text_is_a_story_of_its_own(title: str, paragraphs: tuple[str, ...]) -> None:
    odd = article("odd", title, *paragraphs)
    stories = group([odd, article("even", "Harbour bridge reopens", REPAIRS)])

    assert ids(stories) == {frozenset({"odd"}), frozenset({"even"})}


def test_a_huge_article_is_grouped_by_its_beginning() -> None:
    huge = article("huge", "Harbour bridge reopens", f"{REPAIRS} " * 20_000)

    assert len(group([huge, article("other", "Comet seen", "A comet can be seen before dawn.")])) == 2


WORDS = st.sampled_from(
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
TITLES = st.lists(WORDS, min_size=0, max_size=6).map(" ".join)
BODIES = st.lists(st.lists(WORDS, min_size=0, max_size=20).map(" ".join), max_size=3)
ARTICLES = st.lists(
    st.tuples(TITLES, BODIES, st.sampled_from(["en", "de", "und"]), st.integers(0, 72)), max_size=12
).map(
    lambda rows: [
        article(f"n{number}", title, *body, language=language, hours=hours)
        for number, (title, body, language, hours) in enumerate(rows)
    ]
)


@settings(deadline=None)
@given(ARTICLES, st.randoms(use_true_random=False))
def test_every_article_is_in_exactly_one_story_in_any_input_order(articles: list[Article], random: Random) -> None:
    stories = group(articles)
    shuffled = list(articles)
    random.shuffle(shuffled)

    languages = [{article.language for article in story.all_articles if article.paragraphs} for story in stories]

    assert sorted(article.id for story in stories for article in story.all_articles) == sorted(
        article.id for article in articles
    )
    assert all(len(story_languages) < 2 for story_languages in languages)
    assert group(shuffled) == stories
