"""The shipped sample has the defects of real pages, and cleaning and grouping mend them all."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from digest.clean.articles import clean
from digest.collect.collector import make_collector
from digest.model.articles import Article, Entry
from digest.model.newsletters import Source
from digest.model.protocols import FetchState
from digest.model.stories import Story
from digest.settings import FetchSettings
from digest.stories.group import group
from digest.text.urls import is_web_url

FOLDER = Path(__file__).resolve().parents[1] / "config" / "sample"
#: The Saturday morning after all articles were published.
NOW = datetime(2026, 3, 28, 6, tzinfo=UTC)

#: Stories of several articles, by file; each of the remaining files is a story of its own.
STORIES = [
    {"harbour-post-line-7.md", "tidewater-courier-tram.md", "meridian-tram.html"},
    {"harbour-post-water-price.md", "northfield-gazette-water.txt", "meridian-water.md"},
    {"tidewater-courier-ferry.md", "northfield-gazette-ferry.txt", "meridian-ferry.md"},
    {"lantern-comet.md", "harbour-post-comet.md"},
    {"wiedetaler-bote-nahwaerme.md", "walder-zeitung-waermepumpen.md"},
]
#: Two sources printed the same agency's text.
NEAR_DUPLICATES = {"tidewater-courier-ferry.md", "northfield-gazette-ferry.txt"}

#: Boilerplate around the articles in the files, as on real pages; in no cleaned article.
BOILERPLATE = {
    "a caption": [
        "The first Line 7 tram leaves the Old Fish Market",
        "Der Nordschacht versorgt das Netz.",
        "Volunteers below the weir at Northfield",
        "The Kittiwake under its wings off Sandholm light.",
        "A tram climbs Kestrel Hill during a test run",
        "A hive on the roof of the institute",
        "A crew list of 1887, before and after cleaning",
    ],
    "a credit": [
        "Photo: Harbour Post",
        "Foto: Gemeinde",
        "Bildnachweis:",
        "Photograph: Maritime museum",
        "Illustration: Harbour Post graphics",
        "With material from Coastline News Agency",
        "(Coastline News Agency)",
        "(Gazette staff)",
        "© Harbour Post",
        "Photo gallery",
    ],
    "a sign-up line": [
        "SIGN UP: The harbour in your inbox",
        "GET OUR WEEKEND LETTER",
        "Subscribe to our consumer letter",
        "kostenlos anmelden",
        "Get the results of every club in your inbox",
        "Abonnieren Sie unseren Newsletter",
        "Follow our economics desk",
        "FOLLOW TOUCHLINE",
        "Sign up for What's On",
        "Our letter brings three discoveries",
        "weekly letter on how we travel",
    ],
    "a related link": [
        "Read more:",
        "RELATED:",
        "Read next:",
        "Lesen Sie auch",
        "Also in this section",
        "Oyster beds at Sallow Creek",
        "More from The Meridian",
        "Rents: what the new index counts",
        "Previous: A package index turns ten",
        "Tags: maps",
        "SHARE THIS STORY",
        "Why owls fly without a sound",
        "Why night trains are returning",
        "Which beaches are open",
    ],
    "a comment notice": [
        "Comments on this article are closed",
        "Kommentare (0)",
        "Bitte melden Sie sich an",
        "Log in to",
        "Lovely to see this finished",
    ],
    "a byline or notice of the page": ["min read", "We use cookies", "All rights reserved", "readers' cooperative"],
}
MOJIBAKE = re.compile(r"â€|Ã.|Â|‚Ä|ďż")


@pytest.fixture(scope="module")
def entries() -> Sequence[Entry]:
    collector = make_collector(FetchSettings(), NOW)
    collected = asyncio.run(collector(Source(id="sample", path=FOLDER), FetchState()))
    assert collected.problems == ()
    return collected.entries


@pytest.fixture(scope="module")
def articles(entries: Sequence[Entry]) -> Sequence[Article]:
    return clean(entries)


@pytest.fixture(scope="module")
def stories(articles: Sequence[Article]) -> Sequence[Story]:
    return group(articles)


@pytest.fixture(scope="module")
def files(entries: Sequence[Entry], articles: Sequence[Article]) -> dict[str, str]:
    """The file that an article was read from, by the article's id."""
    return {article.id: entry.guid for entry, article in zip(entries, articles, strict=True)}


def full_text(article: Article) -> str:
    return "\n".join((article.title, *article.paragraphs))


def test_every_file_of_the_sample_is_an_article_with_a_web_address(entries: Sequence[Entry]) -> None:
    assert len(entries) == len(list(FOLDER.iterdir())) >= 20
    assert len({entry.url for entry in entries}) == len(entries)
    for entry in entries:
        assert is_web_url(entry.url), entry.guid
        assert entry.url.startswith("https://"), entry.guid
        assert (urlsplit(entry.url).hostname or "").endswith(".example"), "not a reserved domain"


def test_the_sample_has_several_sources_two_languages_and_three_formats(entries: Sequence[Entry]) -> None:
    assert len({entry.source for entry in entries}) >= 8
    assert {entry.language for entry in entries} == {"en", "de"}
    assert {entry.form for entry in entries} == {"html", "markdown", "text"}


def test_the_sample_was_published_on_two_days(entries: Sequence[Entry]) -> None:
    dates = {entry.published.date().isoformat() for entry in entries if entry.published}

    assert dates == {"2026-03-26", "2026-03-27"}
    assert all(entry.published and entry.published < NOW for entry in entries)


def test_authors_of_the_sample_are_offices_and_no_person_is_named(entries: Sequence[Entry]) -> None:
    office = re.compile(r"desk|office|agency|redaktion|notices", re.IGNORECASE)
    person = re.compile(r"\b(Mr|Mrs|Ms|Dr|Prof|Herrn?|Frau|Sir|Lady)\b\.? (?=[A-Z])")
    for entry in entries:
        assert office.search(entry.author), entry.guid
        assert not person.search(entry.body), entry.guid


@pytest.mark.parametrize("kind", BOILERPLATE)
def test_the_files_have_boilerplate_as_real_pages_have(kind: str) -> None:
    files = "\n".join(path.read_text(encoding="utf-8") for path in FOLDER.iterdir())

    assert [line for line in BOILERPLATE[kind] if line not in files] == []


def test_three_files_are_mojibake_of_two_kinds_in_two_languages() -> None:
    broken = {path.name for path in FOLDER.iterdir() if MOJIBAKE.search(path.read_text(encoding="utf-8"))}

    assert broken == {"harbour-post-comet.md", "tidewater-courier-river.md", "walder-zeitung-waermepumpen.md"}


@pytest.mark.parametrize("kind", BOILERPLATE)
def test_no_boilerplate_is_left_in_a_cleaned_article(kind: str, articles: Sequence[Article]) -> None:
    remaining = [
        (article.title, line) for article in articles for line in BOILERPLATE[kind] if line in full_text(article)
    ]

    assert remaining == []


def test_every_cleaned_article_is_readable(articles: Sequence[Article]) -> None:
    for article in articles:
        assert not MOJIBAKE.search(full_text(article)), article.title
        assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]", full_text(article)), article.title
        assert article.paragraphs, article.title
        assert all(re.search(r"[.!?][”“\"’)]?$", paragraph) for paragraph in article.paragraphs), article.title


def test_cleaning_keeps_the_articles_own_paragraphs(
    entries: Sequence[Entry], articles: Sequence[Article], files: dict[str, str]
) -> None:
    counts = {files[article.id]: len(article.paragraphs) for article in articles}

    assert counts == {
        "build-log-release.md": 6,
        "harbour-post-archive.html": 6,
        "harbour-post-comet.md": 6,
        "harbour-post-line-7.md": 6,
        "harbour-post-water-price.md": 6,
        "lantern-bees.html": 7,
        "lantern-comet.md": 6,
        "meridian-ferry.md": 6,
        "meridian-museum.md": 5,
        "meridian-tram.html": 6,
        "meridian-water.md": 5,
        "northfield-gazette-chess.txt": 6,
        "northfield-gazette-ferry.txt": 4,
        "northfield-gazette-notice.txt": 1,
        "northfield-gazette-water.txt": 6,
        "tidewater-courier-bog.md": 5,
        "tidewater-courier-ferry.md": 5,
        "tidewater-courier-river.md": 6,
        "tidewater-courier-tram.md": 6,
        "touchline-promotion.md": 7,
        "walder-zeitung-nachtzug.md": 4,
        "walder-zeitung-waermepumpen.md": 5,
        "wiedetaler-bote-nahwaerme.md": 5,
        "wiedetaler-bote-saatgut.md": 5,
    }


def test_the_sample_groups_into_its_stories(stories: Sequence[Story], files: dict[str, str]) -> None:
    stories_by_file = [{files[article.id] for article in story.all_articles} for story in stories]
    several = [story for story in stories_by_file if len(story) > 1]

    assert sorted(several, key=sorted) == sorted(STORIES, key=sorted)
    assert sum(map(len, stories_by_file)) == len(files)


def test_agency_text_printed_twice_has_one_near_duplicate(stories: Sequence[Story], files: dict[str, str]) -> None:
    near_duplicates = {files[article.id] for story in stories for article in story.near_duplicates}

    assert len(near_duplicates) == 1
    assert near_duplicates < NEAR_DUPLICATES


def test_a_story_has_three_sources(stories: Sequence[Story]) -> None:
    assert max(len({article.source for article in story.articles}) for story in stories) >= 3
