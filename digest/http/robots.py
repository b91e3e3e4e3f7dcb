"""robots.txt rules of sites (RFC 9309). They apply to pages only: a feed is published for programs to fetch."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from typing import TYPE_CHECKING
from urllib.parse import urljoin
from urllib.robotparser import RobotFileParser

from yarl import URL

from digest.http.limits import host_name
from digest.model.errors import SourceError
from digest.text.charset import decode
from digest.text.urls import is_web_url

if TYPE_CHECKING:
    from digest.http.client import Client

_USER_AGENT = "digest"
#: RFC 9309 requires at least this many bytes to be parsed.
_MAX_BYTES = 500_000
#: Limits of the cache: sites, and characters of a site's rules.
_MAX_SITES, _MAX_CHARACTERS = 1_000, 20_000
#: A longer ``Crawl-delay`` counts as this.
_MAX_DELAY_S = 60.0
#: Rules by the address of their robots.txt, shared by all sources of a run.
RobotsCache = dict[str, RobotFileParser]


class Robots:
    """The rules of the sites that a source leads to; each robots.txt is fetched once."""

    def __init__(self, client: Client, cache: RobotsCache) -> None:
        self._client = client
        self._cache = cache
        self._results: dict[str, RobotFileParser | SourceError] = {}
        # One for each site: a site that doesn't answer must not delay the others.
        self._locks: dict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def is_allowed(self, url: str, *, in_doubt: bool = False) -> bool:
        """Whether the page may be fetched. If its rules are unavailable, ``in_doubt`` allows it; else that raises."""
        rules = await self._rules(url)
        if isinstance(rules, SourceError):
            if in_doubt:
                return True
            raise rules
        return rules.can_fetch(_USER_AGENT, url)

    async def wait_for_turn(self, url: str) -> None:
        """Wait as long as the site's robots.txt asks programs to wait between two pages (``Crawl-delay``)."""
        gate, rules = self._client.limits.gate, await self._rules(url)
        if gate is None or isinstance(rules, SourceError):
            return
        if delay := rules.crawl_delay(_USER_AGENT):
            await gate.page_turn(host_name(URL(url)), min(float(delay), _MAX_DELAY_S))

    async def sitemaps(self, url: str) -> tuple[str, ...]:
        """Addresses of the site maps that the site's robots.txt names."""
        rules = await self._rules(url)
        urls = None if isinstance(rules, SourceError) else rules.site_maps()
        return tuple(filter(is_web_url, urls or ()))

    async def _rules(self, url: str) -> RobotFileParser | SourceError:
        robots_url = urljoin(url, "/robots.txt")
        if robots_url in self._cache:
            return self._cache[robots_url]
        async with self._locks[robots_url]:
            if robots_url not in self._results:
                self._results[robots_url] = await self._fetch(robots_url)
        return self._results[robots_url]

    async def _fetch(self, robots_url: str) -> RobotFileParser | SourceError:
        """A client error allows everything (RFC 9309, 2.3.1.3); after any other error the rules are unknown."""
        try:
            reply = await self._client.get(robots_url)
            text = "" if "html" in reply.content_type else decode(reply.body[:_MAX_BYTES], reply.content_type)
        except SourceError as error:
            if not 400 <= error.status < 500 or error.temporary:
                return error
            text = ""
        rules = parse_rules(text)
        if len(text) < _MAX_CHARACTERS and len(self._cache) < _MAX_SITES:
            self._cache[robots_url] = rules
        return rules


def parse_rules(text: str) -> RobotFileParser:
    """Parser loaded with the text of a robots.txt, without the lines that it can't parse (RFC 9309, 2.2.4)."""
    lines = text.lstrip("\ufeff").splitlines()
    return _parse(lines) or _parse([line for line in lines if _parse(["User-agent: *", line])]) or RobotFileParser()


def _parse(lines: list[str]) -> RobotFileParser | None:
    """Parser loaded with the lines; None if one of them makes it fail, like ``Crawl-delay: ²``."""
    rules = RobotFileParser()
    try:
        rules.parse(lines)
    except ValueError:
        return None
    return rules
