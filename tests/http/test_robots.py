"""robots.txt rules: a line that can't be parsed is skipped, and the others apply (RFC 9309, 2.2.4); delays."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest

from digest.http.client import Client
from digest.http.limits import ConcurrencyLimits
from digest.http.private_access import PrivateAccess
from digest.http.robots import Robots, parse_rules
from digest.model.errors import SourceError
from digest.settings import FetchSettings
from tests.support.values import NOON
from tests.support.web_servers import Answer, WebServer

BROKEN_LINES = ["Crawl-delay: ²", "Request-rate: 1/²", "Disallow: //[", "Allow: http://[::1", "\x00:\x00"]


@pytest.mark.parametrize(
    "line", ["Crawl-delay: ²", "Request-rate: 1/²", "Disallow: //[", "Allow: http://[::1", "\x00:\x00"]
)
def test_a_broken_line_leaves_the_other_rules(line: str) -> None:
    rules = parse_rules(f"User-agent: *\n{line}\nDisallow: /private\n")

    assert not rules.can_fetch("digest", "https://post.example/private/1")
    assert rules.can_fetch("digest", "https://post.example/public")


@dataclass(slots=True)
class RecordingGate:
    """A gate that admits everybody and records what it is asked."""

    turns: list[tuple[str, float]] = field(default_factory=list)

    @asynccontextmanager
    async def kept(self) -> AsyncIterator[None]:
        yield

    @asynccontextmanager
    async def use(self, host: str) -> AsyncIterator[None]:  # a gate's
        yield

    async def page_turn(self, host: str, delay_s: float) -> None:
        self.turns.append((host, delay_s))

    def refuse(self, host: str, error: SourceError) -> None:
        raise AssertionError(host, error)


@pytest.mark.parametrize(
    ("rules", "delays"),
    [
        ("User-agent: *\nCrawl-delay: 7\n", [7.0]),
        ("User-agent: digest\nCrawl-delay: 2\n\nUser-agent: *\nCrawl-delay: 7\n", [2.0]),
        ("User-agent: *\nCrawl-delay: 86400\n", [60.0]),
        ("User-agent: *\nCrawl-delay: soon\n", []),
        ("User-agent: *\nDisallow:\n", []),
    ],
)
def test_pages_wait_as_long_as_the_site_asks(web: WebServer, rules: str, delays: list[float]) -> None:
    web.routes["/robots.txt"] = Answer(body=rules.encode(), headers={"Content-Type": "text/plain"})
    gate = RecordingGate()

    async def wait() -> None:
        limits = ConcurrencyLimits(1, gate)
        access = PrivateAccess(allow=(web.address,))
        async with Client(FetchSettings(), NOON, access, limits) as client:
            await Robots(client, {}).wait_for_turn(web.url("/page"))

    asyncio.run(wait())

    assert gate.turns == [(web.address, delay) for delay in delays]
