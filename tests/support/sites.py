"""Sites for tests: feeds and pages on the test's web server, and a collector for them."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

from digest.collect.collector import make_collector
from digest.model.newsletters import Source
from digest.model.protocols import Collected, FetchState
from digest.settings import FetchSettings
from tests.support.web_servers import Answer, WebServer

SEEN = datetime(2026, 3, 27, tzinfo=UTC)
PARAGRAPHS = "".join(
    f"<p>The ferry sails again, says notice number {number} of the harbour office.</p>" for number in range(8)
)
JSON_FEED = (
    b'{"version": "https://jsonfeed.org/version/1.1", "items": [{"id": "A", "title": "A", "content_html": "x"}]}'
)
ALTERNATE = '<link rel="alternate" type="application/rss+xml" href="{}">'


def rss(*titles: str) -> bytes:
    items = "".join(f"<item><guid>{title}</guid><title>{title}</title></item>" for title in titles)
    return f"<rss version='2.0'><channel><title>Harbour News</title>{items}</channel></rss>".encode()


def html(head: str = "", body: str = PARAGRAPHS) -> Answer:
    text = f"<html lang=en><head><title>A page</title>{head}</head><body><article>{body}</article></body></html>"
    return Answer(body=f"<!DOCTYPE html>{text}".encode(), headers={"Content-Type": "text/html"})


def collect(
    web: WebServer,
    path: str,
    state: FetchState | None = None,
    *,
    known_guids: frozenset[str] = frozenset(),
    timeout_s: float = 5,
) -> Collected:
    collector = make_collector(FetchSettings(allow=(web.address,), timeout_s=timeout_s), SEEN)
    return asyncio.run(collector(Source(id="web", url=web.url(path)), state or FetchState(), known_guids.intersection))


def titles(collected: Collected) -> list[str]:
    return [entry.title for entry in collected.entries]
