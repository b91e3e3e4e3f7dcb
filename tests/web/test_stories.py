"""The page of a story with its updates, on a real socket."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import delete

from digest.model.articles import Article
from digest.model.slots import Slot
from digest.model.stories import Brief, Sentence
from digest.store import Store, editions, stories, tables
from tests.support.values import SLOT, article, brief, edition
from tests.support.web_site import URL, RunningSite, running_site, site_settings
from tests.web.test_search import HIDDEN, MEMBERS, PUBLIC, WEEKLY, ferry_site

__all__ = ["ferry_site"]  # a fixture

FERRY = article("a", title="The ferry stays", url="https://post.example/a", source="Post")
BACK = article("b", title="The ferry is back", url="https://herald.example/b")
WIND = article("c", title="Strong wind", url="https://log.example/c", source="Log")


def told(*sentences: tuple[str, Article], also: tuple[Article, ...] = (), update_of: tuple[Article, ...] = ()) -> Brief:
    """A story in these sentences, each from its article."""
    articles = dict.fromkeys([*(source for _, source in sentences), *also])
    story = brief(*articles)
    ranked = replace(story.ranked, update=bool(update_of), already_published=update_of)
    return replace(story, ranked=ranked, sentences=tuple(Sentence(text=text, article=of) for text, of in sentences))


def publish(store: Store, *briefs: Brief, day: int = 0, newsletter_id: str = "main", **changes: object) -> None:
    slot = Slot(due=SLOT.due + timedelta(days=day), key=f"{(SLOT.due + timedelta(days=day)).date()}")
    with store.begin() as conn:
        values = {"newsletter_id": newsletter_id, "slot": slot} | changes
        id_, _ = editions.add(conn, edition(**values), at=slot.due)
        stories.add(conn, id_, briefs)


@pytest.fixture
def site(sqlite_store: Store) -> Iterator[RunningSite]:
    with running_site(sqlite_store, site_settings(PUBLIC, WEEKLY, MEMBERS, HIDDEN)) as running:
        yield running


def test_a_story_is_told_with_its_updates_and_the_source_of_each_sentence(
    site: RunningSite, sqlite_store: Store
) -> None:
    publish(sqlite_store, told(("The ferry stays in harbour.", FERRY), also=(WIND,)))
    publish(sqlite_store, told(("It sails again.", BACK), update_of=(FERRY, WIND)), day=2)
    page = site.get("/stories/1")

    assert page.status == 200
    assert '<h1 lang="en" dir="ltr">The ferry is back</h1>' in page.text
    assert re.findall(r'<time datetime="([\d-]+)">', page.text) == ["2026-03-31", "2026-03-29"]
    assert '<p>It sails again. <a class="cite" href="https://herald.example/b">Harbour Herald</a></p>' in page.text
    assert '<p>The ferry stays in harbour. <a class="cite" href="https://post.example/a">Post</a></p>' in page.text
    assert '<h3 class="headline">The ferry stays</h3>' in page.text
    assert '<a href="https://log.example/c" title="Strong wind">Log</a>' in page.text
    assert re.findall(r'href="(/main/2026[\d-]+)"', page.text) == ["/main/2026-03-31", "/main/2026-03-29"]
    assert f'<link rel="canonical" href="{URL}/stories/1">' in page.text
    assert '<meta property="og:description" content="It sails again.">' in page.text


def test_each_sentence_stands_once(site: RunningSite, sqlite_store: Store) -> None:
    first, second = ("The ferry stays in harbour.", FERRY), ("The wind is strong.", WIND)
    publish(sqlite_store, told(first))
    publish(sqlite_store, told(first, second), newsletter_id="weekly")
    publish(sqlite_store, told(first), newsletter_id="weekly", day=5)
    page = site.get("/stories/1").text

    assert (page.count(first[0]), page.count("<p>The wind is strong.")) == (1, 1)
    assert 'href="/weekly/2026-04-03">Weekly (3 April)</a>' in page


@pytest.mark.parametrize("number", ["0", "2", "-1", "x", "1x", "%D9%A1", "9" * 30, "1/", "1/2", ""])
def test_an_unknown_story_is_404(number: str, ferry_site: RunningSite) -> None:
    assert ferry_site.get("/stories/1").status == 200
    assert ferry_site.get(f"/stories/{number}").status == 404
    assert ferry_site.events == []


def test_only_what_public_newsletters_told_is_shown(site: RunningSite, sqlite_store: Store) -> None:
    publish(sqlite_store, told(("Told to members.", FERRY)), newsletter_id="members")
    publish(sqlite_store, told(("Told to nobody.", WIND)), newsletter_id="hidden")
    publish(sqlite_store, told(("Told to the weekly's audience.", FERRY)), audience="weekly")
    assert [site.get(f"/stories/{number}").status for number in (1, 2, 3)] == [404, 404, 404]

    publish(sqlite_store, told(("Told to everybody.", BACK), update_of=(FERRY,)), day=1)
    page = site.get("/stories/1")
    assert page.status == 200
    assert "Told to everybody." in page.text
    assert "Told to members." not in page.text
    assert "audience" not in page.text


def test_a_revised_edition_replaces_its_stories(site: RunningSite, sqlite_store: Store) -> None:
    publish(sqlite_store, told(("The ferry stays.", FERRY)))
    publish(sqlite_store, told(("The ferry stays in harbour.", FERRY)), revision=2)
    page = site.get("/stories/1").text

    assert "The ferry stays in harbour." in page
    assert "The ferry stays. " not in page


def test_an_unchanged_page_is_not_sent_again(site: RunningSite, sqlite_store: Store) -> None:
    publish(sqlite_store, told(("The ferry stays.", FERRY)))
    etag = site.get("/stories/1").headers["etag"]
    assert site.get("/stories/1", If_None_Match=etag).status == 304

    publish(sqlite_store, told(("It sails again.", BACK), update_of=(FERRY,)), day=1)
    site.now += timedelta(seconds=2)
    assert site.get("/stories/1", If_None_Match=etag).status == 200


def test_a_page_is_in_the_language_of_the_newsletters_that_told_it(sqlite_store: Store) -> None:
    settings = site_settings(replace(PUBLIC, language="de"), WEEKLY)
    publish(sqlite_store, told(("Die Fähre bleibt.", FERRY)))
    publish(sqlite_store, told(("It blows.", WIND)), newsletter_id="weekly")
    with running_site(sqlite_store, settings) as site:
        assert "Sonntag, 29. März 2026" in site.get("/stories/1").text
        assert "Sunday, 29 March 2026" in site.get("/stories/2").text
        assert "In den Meldungen suchen" in site.get("/search?newsletter=main").text
        assert "Search the stories" in site.get("/search").text


def test_titles_and_addresses_from_outside_are_escaped(site: RunningSite, sqlite_store: Store) -> None:
    hostile = article("h", title='"><script>alert(1)</script>', url="javascript:alert(1)", source="<b>Post</b>")
    publish(sqlite_store, told(("<script>alert(2)</script>", hostile)))
    page = site.get("/stories/1").text

    assert "<script" not in page
    assert "javascript:" not in page


def test_editions_link_to_stories_with_updates(site: RunningSite, sqlite_store: Store) -> None:
    publish(sqlite_store, told(("The ferry stays.", FERRY)), told(("It blows.", WIND)))
    assert "/stories/" not in site.get("/main/2026-03-29").text
    site.now += timedelta(seconds=2)

    publish(sqlite_store, told(("It sails again.", BACK), update_of=(FERRY,)), day=1)
    for day in ("2026-03-29", "2026-03-30"):
        assert re.findall(r'href="(/stories/\d+)"', site.get(f"/main/{day}").text) == ["/stories/1"]


def test_the_sitemap_lists_stories_of_public_newsletters(site: RunningSite, sqlite_store: Store) -> None:
    publish(sqlite_store, told(("The ferry stays.", FERRY)))
    publish(sqlite_store, told(("It blows.", WIND)), newsletter_id="members")
    publish(sqlite_store, told(("It sails again.", BACK), update_of=(FERRY,)), day=1)
    sitemap = site.get("/sitemap.xml").text

    assert re.findall(r"/stories/\d+</loc><lastmod>(.{10})", sitemap) == ["2026-03-30"]
    assert f"<loc>{URL}/stories/1</loc>" in sitemap


def test_a_story_whose_sources_are_no_longer_known_is_shown(site: RunningSite, sqlite_store: Store) -> None:
    """An earlier version stored none, and retention had deleted its articles."""
    publish(sqlite_store, told(("The ferry stays in harbour.", FERRY)))
    with sqlite_store.begin() as conn:
        conn.execute(delete(tables.story_texts))
    page = site.get("/stories/1")

    assert page.status == 200
    assert "<p>The ferry stays in harbour.</p>" in page.text
    assert "The ferry stays" in site.get("/search?q=harbour").text
