"""Pages kept in memory: as long as they are true, within bounds, and validated by their ETag."""

from __future__ import annotations

import asyncio
from collections.abc import Hashable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from digest.model.errors import StoreError
from digest.store import Store, editions, open_store
from digest.web.page_cache import PageCache, is_unchanged
from digest.web.pages import PageRequest, PageResponse, Site
from digest.web.public import public_response
from digest.web.routes import ROUTES
from tests.support.values import NOON, edition
from tests.support.web_site import NEWSLETTER, running_site, site_settings, take_away
from tests.web.test_archive import PUBLIC, publish, slot_of

SECONDS = timedelta(seconds=1)


@dataclass(slots=True)
class World:
    """The clock and the store of a cache."""

    now: datetime = NOON
    version: Hashable = 1
    is_away: bool = False

    async def read_version(self) -> Hashable:
        if self.is_away:
            raise StoreError("the database does not answer")
        return self.version


def kept(cache: PageCache, *keys: str) -> list[str]:
    """Those of the keys whose pages are kept."""

    async def find() -> list[str]:
        return [key for key in keys if await cache.get(key)]

    return asyncio.run(find())


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def cache(world: World) -> PageCache:
    """A cache for 100 bytes, with a page of 40 bytes as ``a``."""
    cache = PageCache(world.read_version, lambda: world.now, max_bytes=100)
    assert kept(cache, "a") == []
    cache.store("a", b"x" * 40, {}, version=cache.version)
    return cache


def test_a_page_is_kept_for_a_minute(cache: PageCache, world: World) -> None:
    world.now += 59 * SECONDS
    assert kept(cache, "a") == ["a"]
    world.now += 2 * SECONDS
    assert kept(cache, "a") == []


def test_a_new_version_of_the_store_drops_all_pages_within_a_second(cache: PageCache, world: World) -> None:
    world.version = 2
    world.now += SECONDS
    assert kept(cache, "a") == []


def test_a_clock_that_is_set_back_keeps_nothing_for_longer(cache: PageCache, world: World) -> None:
    world.version = 2
    world.now -= 3600 * SECONDS
    assert kept(cache, "a") == []


def test_pages_are_kept_while_the_store_is_away(cache: PageCache, world: World) -> None:
    world.is_away = True
    world.now += 10 * SECONDS
    assert kept(cache, "a") == ["a"]


def test_a_page_rendered_before_a_new_version_is_not_kept(cache: PageCache, world: World) -> None:
    before, world.version = cache.version, 2
    world.now += SECONDS
    kept(cache, "a")
    cache.store("b", b"old", {}, version=before)
    assert kept(cache, "b") == []


def test_the_pages_used_longest_ago_make_room(cache: PageCache) -> None:
    cache.store("b", b"x" * 40, {}, version=cache.version)
    assert kept(cache, "a", "b") == ["a", "b"]
    kept(cache, "a")
    cache.store("c", b"x" * 40, {}, version=cache.version)
    assert kept(cache, "a", "b", "c") == ["a", "c"]


def test_a_page_larger_than_the_cache_is_not_kept(cache: PageCache) -> None:
    cache.store("b", b"x" * 101, {}, version=cache.version)
    assert kept(cache, "a", "b") == ["a"]


@pytest.mark.parametrize(
    ("if_none_match", "expected"),
    [('"a"', True), ('W/"a"', True), ('"b", "a"', True), ("*", True), ('"b"', False), ("a", False), ('"a"x', False)],
)
def test_an_etag_is_compared_whole(if_none_match: str, expected: bool) -> None:
    assert is_unchanged('"a"', if_none_match) is expected


def test_a_page_is_rendered_once_and_an_unchanged_one_not_sent(sqlite_store: Store) -> None:
    rendered: list[str] = []

    def page(site: Site, request: PageRequest) -> PageResponse:
        rendered.append(site.language)
        return public_response(PageResponse(body=f"in {site.language}"), request, changed=NOON)

    with running_site(sqlite_store, routes=(*ROUTES, ("GET", "/kept/page", page))) as site:
        first, second = site.get("/kept/page"), site.get("/kept/page")
        german = site.get("/kept/page", Accept_Language="de")
        unchanged = site.get("/kept/page", If_None_Match=first.headers["etag"])
        head = site.request("HEAD", "/kept/page")
        invented = [site.get(f"/kept/page?invented={number}") for number in (1, 1)]

    assert rendered == ["en", "de", "en", "en"]
    del first.headers["date"], second.headers["date"]  # type: ignore[attr-defined]
    assert (second.headers, second.body) == (first.headers, first.body)
    assert "content-security-policy" in second.headers
    assert first.headers["last-modified"] == "Sat, 28 Mar 2026 12:00:00 GMT"
    assert german.text == "in de"
    assert (unchanged.status, unchanged.body, unchanged.headers["etag"]) == (304, b"", first.headers["etag"])
    assert (head.body, head.headers["content-length"]) == (b"", str(len(first.body)))
    assert [answer.status for answer in invented] == [200, 200]


def test_a_new_edition_appears_a_second_later(sqlite_store: Store) -> None:
    with running_site(sqlite_store, site_settings(PUBLIC)) as site:
        publish(sqlite_store)
        tag = site.get("/main/").headers["etag"]
        publish(sqlite_store, slot=slot_of(1), title="The mill grinds")
        site.now += SECONDS
        page = site.get("/main/", If_None_Match=tag)

        assert (page.status, "The mill grinds" in page.text) == (200, True)
        assert "/main/2026-03-30" in site.get("/main/2026-03-29").text


def test_text_that_was_deleted_is_gone_after_a_minute(sqlite_store: Store) -> None:
    with running_site(sqlite_store, site_settings(PUBLIC)) as site:
        publish(sqlite_store)
        assert site.get("/main/2026-03-29/mail").status == 200
        with sqlite_store.begin() as conn:
            conn.execute(editions.table.update().values(html="", text=""))
        site.now += 61 * SECONDS

        assert site.get("/main/2026-03-29/mail").status == 404


def test_pages_of_subscribers_are_not_kept_for_others(sqlite_store: Store) -> None:
    with running_site(sqlite_store, site_settings(replace(NEWSLETTER, archive="subscribers"))) as site:
        with sqlite_store.begin() as conn:
            editions.add(conn, edition(), at=NOON)

        assert site.get("/main/").headers["cache-control"] == "no-store"


def test_readers_get_kept_pages_while_the_store_is_away(tmp_path: Path) -> None:
    file = tmp_path / "digest.db"
    with open_store(f"sqlite:///{file}") as store, running_site(store, site_settings(PUBLIC)) as site:
        publish(store)
        before = site.get("/main/2026-03-29")
        take_away(store, file)
        site.now += 5 * SECONDS

        assert site.get("/main/2026-03-29").body == before.body
        assert site.get("/main/2026-03-28").status == 503
