"""The Atom feed of editions, read by feedparser and by the rules of RFC 4287; sitemap and robots.txt."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from urllib.robotparser import RobotFileParser
from xml.etree import ElementTree as ET

import feedparser
import pytest

from digest.pipeline.public_addresses import public_addresses
from digest.store import Store, editions, stories
from digest.web.routes import ROUTES
from digest.web.sitemap import sitemap
from tests.support.values import NOON, SLOT, article, brief, edition
from tests.support.web_site import URL, RunningSite, running_site, site_settings
from tests.web.test_archive import HIDDEN, MEMBERS, PUBLIC, publish, slot_of
from tests.web.test_unsubscribe import BODY

ATOM = "{http://www.w3.org/2005/Atom}"
SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


@pytest.fixture
def site(sqlite_store: Store) -> Iterator[RunningSite]:
    with running_site(sqlite_store, site_settings(PUBLIC, MEMBERS, HIDDEN)) as running:
        yield running


def read_feed(site: RunningSite) -> Any:
    """The feed as feedparser reads it; it finds nothing wrong."""
    answer = site.get("/main/feed.xml")
    assert answer.headers["content-type"] == "application/atom+xml; charset=utf-8"
    parsed = feedparser.parse(answer.body)
    assert not parsed.bozo
    return parsed


def locations(document: bytes) -> list[str]:
    return [element.text or "" for element in ET.fromstring(document).iter(f"{SITEMAP}loc")]


def test_the_feed_has_editions_with_their_content(site: RunningSite, sqlite_store: Store) -> None:
    publish(sqlite_store, title="The ferry <sails> & stays", html=BODY)
    publish(sqlite_store, slot=slot_of(1), title="The mill grinds")
    parsed = read_feed(site)
    newest, oldest = parsed.entries

    assert parsed.feed.title == "Harbour News"
    assert (newest.link, oldest.link) == (f"{URL}/main/2026-03-30", f"{URL}/main/2026-03-29")
    assert oldest.title == "The ferry <sails> & stays sails"
    assert "The harbour opens again." in oldest.content[0].value
    assert 'href="https://herald.example/main-2026-03-29"' in oldest.content[0].value
    assert "reader." not in str(parsed)


def test_the_feed_keeps_the_rules_of_rfc_4287(site: RunningSite, sqlite_store: Store) -> None:
    publish(sqlite_store)
    publish(sqlite_store, slot=slot_of(1), title="Bell\x07 and \ufffe")
    root = ET.fromstring(site.get("/main/feed.xml").body)

    for element in (root, *root.findall(f"{ATOM}entry")):
        assert [len(element.findall(f"{ATOM}{name}")) for name in ("id", "title", "updated")] == [1, 1, 1]
        assert datetime.fromisoformat(element.findtext(f"{ATOM}updated", "")).tzinfo
        assert re.fullmatch(r"(https|urn):\S+", element.findtext(f"{ATOM}id", ""))
        assert len(element.findall(f"{ATOM}link[@rel='alternate']")) == 1
    assert root.findtext(f"{ATOM}author/{ATOM}name")
    (itself,) = root.findall(f"{ATOM}link[@rel='self']")
    assert itself.get("href") == f"{URL}/main/feed.xml"
    assert len({entry.findtext(f"{ATOM}id") for entry in root.iter(f"{ATOM}entry")}) == 2


def test_a_revised_edition_keeps_its_id_and_is_updated(site: RunningSite, sqlite_store: Store) -> None:
    publish(sqlite_store)
    (before,) = read_feed(site).entries
    with sqlite_store.begin() as conn:
        editions.add(conn, edition(revision=2, subject="Corrected"), at=NOON + timedelta(days=2))
    site.now += timedelta(seconds=2)
    (after,) = read_feed(site).entries

    assert (after.id, after.published, after.title) == (before.id, before.published, "Corrected")
    assert after.updated > before.updated


def test_a_feed_without_editions_is_valid(site: RunningSite) -> None:
    assert read_feed(site).entries == []


def test_the_feed_has_the_newest_editions_only(site: RunningSite, sqlite_store: Store) -> None:
    with sqlite_store.begin() as conn:
        for day in range(25):
            id_, _ = editions.add(conn, edition(slot=slot_of(day)), at=NOON)
            stories.add(conn, id_, [brief(article("a"))])

    entries = read_feed(site).entries
    assert len(entries) == 20
    assert entries[0].link == f"{URL}/main/{slot_of(24).key}"


@pytest.mark.parametrize("newsletter_id", ["members", "hidden", "nobody"])
def test_only_a_public_archive_has_a_feed(newsletter_id: str, site: RunningSite) -> None:
    assert site.get(f"/{newsletter_id}/feed.xml").status == 404


def test_the_sitemap_lists_public_pages_only(site: RunningSite, sqlite_store: Store) -> None:
    for newsletter_id in ("main", "members", "hidden"):
        publish(sqlite_store, newsletter_id=newsletter_id)
    answer = site.get("/sitemap.xml")

    assert locations(answer.body) == [f"{URL}/main/", f"{URL}/main/2026-03-29", f"{URL}/stories/1"]
    assert f"<lastmod>{SLOT.due.isoformat()}</lastmod>" in answer.text
    assert site.get("/sitemap.xml?page=2").status == 404


def test_a_sitemap_without_room_is_an_index_of_files(sqlite_store: Store) -> None:
    for day in range(4):
        publish(sqlite_store, slot=slot_of(day))
    small = ("GET", "/small/sitemap.xml", partial(sitemap, per_file=3))
    with running_site(sqlite_store, site_settings(PUBLIC), routes=(small, *ROUTES)) as site:
        index = locations(site.get("/small/sitemap.xml").body)
        files = [locations(site.get(f"/small/sitemap.xml?page={number}").body) for number in (1, 2, 3)]

    assert index == [f"{URL}/sitemap.xml?page={number}" for number in (1, 2, 3)]
    assert [len(addresses) for addresses in files] == [3, 3, 3]


@pytest.mark.parametrize("size", [1, 2, 3, 4, 100])
def test_every_public_address_is_on_one_file_of_the_sitemap(size: int, sqlite_store: Store) -> None:
    other = PUBLIC.__class__(id="other", title="Other", archive="public")
    settings = site_settings(PUBLIC, MEMBERS, other)
    for newsletter_id, days in {"main": 3, "members": 2, "other": 2}.items():
        for day in range(days):
            publish(sqlite_store, newsletter_id=newsletter_id, slot=slot_of(day))
    with sqlite_store.read() as conn:
        parts = [
            [address.path for address in public_addresses(conn, settings, limit=size, offset=offset)]
            for offset in range(0, 12, size)
        ]

    assert all(len(part) <= size for part in parts)
    assert [path for part in parts for path in part] == [
        "main/", "main/2026-03-31", "main/2026-03-30", "main/2026-03-29",
        "other/", "other/2026-03-30", "other/2026-03-29",
        "stories/1", "stories/2", "stories/3", "stories/6", "stories/7",
    ]  # fmt: skip


def test_robots_are_kept_from_pages_with_tokens(site: RunningSite) -> None:
    text = site.get("/robots.txt").text
    rules = RobotFileParser()
    rules.parse(text.splitlines())
    tokens = {address.partition("{")[0] for _, address, _ in ROUTES if "{token}" in address}

    assert tokens >= {"/read/", "/unsubscribe/", "/preferences/"}
    assert [address for address in tokens if rules.can_fetch("*", f"{URL}{address}1.2.3")] == []
    assert not rules.can_fetch("*", f"{URL}/search?q=ferry")
    for address in ("/", "/main/", "/main/2026-03-29", "/reading/", "/stories/1", "/assets/style.css?v=1"):
        assert rules.can_fetch("*", URL + address)
    assert f"Sitemap: {URL}/sitemap.xml" in text
