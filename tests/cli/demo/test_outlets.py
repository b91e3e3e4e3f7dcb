"""The demo's feeds: articles appear one after another, with addresses on this machine, and never end."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from digest.cli.demo.outlets import Outlets
from digest.collect.feeds.parser import feed_entries, read_feed
from digest.model.articles import Article
from digest.model.newsletters import Source
from tests.support.values import NOON

PORT = 8000
ARTICLE = Article(
    id="a",
    source_id="sample",
    source="Harbour & Post",
    url="https://harbour-post.example/city/tram",
    title="Trams < buses",
    paragraphs=("Trams & buses.",),
    published=datetime(2026, 3, 27, tzinfo=UTC),
    language="en",
)


@pytest.fixture(scope="module")
def outlets() -> Outlets:
    articles = [
        replace(ARTICLE, url=f"{ARTICLE.url}/{number}", published=ARTICLE.published + timedelta(hours=number))
        for number in range(12)
    ]
    return Outlets.of_sample(articles, started=NOON, port=PORT)


@pytest.mark.parametrize(("seconds", "number"), [(0, 9), (39, 9), (40, 10), (120, 12), (159, 12), (160, 13), (400, 19)])
def test_articles_appear_one_after_another(outlets: Outlets, seconds: int, number: int) -> None:
    published = outlets.published(NOON + timedelta(seconds=seconds))

    assert len(published) == number
    assert [article.published for article in published] == sorted((item.published for item in published), reverse=True)


def test_bulletins_follow_for_ever_and_are_all_unlike(outlets: Outlets) -> None:
    later = outlets.published(NOON + timedelta(days=3), outlet="osterhaven-bulletins")

    assert len({article.title for article in later}) == len(later) == 21
    assert NOON + timedelta(days=3) - later[0].published < timedelta(seconds=40)


def test_a_feed_can_be_read_as_it_is(outlets: Outlets) -> None:
    url = "http://127.0.0.1:8000/feeds/harbour-post.xml"
    feed = read_feed(outlets.feed("harbour-post", NOON).encode(), url=url)
    entries, problem = feed_entries(feed, Source(id="a", url=url), url=url, seen=NOON)

    assert (entries[0].title, entries[0].source) == ("Trams < buses", "Harbour & Post")
    assert entries[0].url == "http://harbour-post.localhost:8000/city/tram/8"
    assert len(entries) == 9
    assert not problem


def test_an_article_is_found_once_it_has_appeared(outlets: Outlets) -> None:
    assert outlets.find("harbour-post", "/city/tram/8", NOON)
    assert outlets.find("harbour-post", "/city/tram/9", NOON) is None
    assert outlets.find("another", "/city/tram/8", NOON) is None
