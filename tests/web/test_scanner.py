"""Mail scanners open every link of a mail, and of the pages behind it: that changes nothing."""

from __future__ import annotations

import html
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import urljoin

import pytest

from digest.store import Store
from tests.support.published_site import ANN, BEN, PUBLIC, add_subscribers, links_of, mails_to, publish_edition
from tests.support.web_site import URL, Answer, RunningSite, running_site, site_settings
from tests.web.test_subscribe import ask, mails

DEPTH = 3


@pytest.fixture
def site(sqlite_store: Store) -> Iterator[RunningSite]:
    """Two editions were sent, and someone else asked to subscribe."""
    with running_site(sqlite_store, site_settings(PUBLIC)) as running:
        add_subscribers(running, ANN, BEN)
        for day in range(2):
            publish_edition(running, day=day, stories_count=2)
        ask(running, "cleo@harbour.example")
        yield running


def dump(file: Path) -> list[str]:
    """Everything in the store, as SQL."""
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as conn:
        return list(conn.iterdump())


def targets(page: Answer, address: str) -> set[str]:
    """Links, forms, style sheets and pictures of the site that a page has, and where it sends the browser."""
    found = [html.unescape(target) for target in re.findall(r'(?:href|action|src)="([^"]+)"', page.text)]
    absolute = {
        urljoin(URL + address, target).partition("#")[0] for target in [*found, page.headers.get("location", address)]
    }
    return {target.removeprefix(URL) for target in absolute if target.startswith(f"{URL}/")}


def test_a_scanner_that_follows_every_link_changes_nothing(site: RunningSite, tmp_path: Path) -> None:
    """With the cookies that pages give it."""
    before = dump(tmp_path / "digest.db")
    level = {link.removeprefix(URL) for mail in [*mails_to(site, ANN), *mails(site)] for link in links_of(mail, URL)}
    level |= {"/", "/main/"}
    opened: set[str] = set()
    cookies: dict[str, str] = {}
    for _ in range(DEPTH + 1):
        following: set[str] = set()
        for address in sorted(level - opened):
            for method in ("HEAD", "GET"):
                answer = site.request(method, address, Cookie="; ".join(f"{k}={v}" for k, v in cookies.items()))
                cookie, _, _ = answer.headers.get("set-cookie", "").partition(";")
                if cookie:
                    name, _, value = cookie.partition("=")
                    cookies[name] = value
                assert answer.status < 500, address
            following |= targets(answer, address) if "text/html" in answer.headers["content-type"] else set()
            opened.add(address)
        level = following

    for path in ("unsubscribe", "read", "preferences", "confirm", "main"):
        assert any(address.startswith(f"/{path}") for address in opened), opened
    assert dump(tmp_path / "digest.db") == before
    assert site.events == []
