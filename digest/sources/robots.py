"""What a site allows robots to fetch (RFC 9309). It binds for pages; a feed is there to be fetched by programs."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING
from urllib.parse import urljoin
from urllib.robotparser import RobotFileParser

from digest.errors import SourceError
from digest.sources.charset import decode

if TYPE_CHECKING:
    from digest.sources.http import Client

_NAME = "digest"
#: What RFC 9309 asks to read at least; more of it is nobody's rule.
_MOST = 500_000


class Robots:
    """The rules of the sites visited, each fetched once."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._rules: dict[str, RobotFileParser] = {}
        self._turn = asyncio.Lock()

    async def allow(self, url: str) -> bool:
        """May this page be fetched?"""
        place = urljoin(url, "/robots.txt")
        async with self._turn:
            if place not in self._rules:
                self._rules[place] = parse_rules(await self._text(place))
        return self._rules[place].can_fetch(_NAME, url)

    async def _text(self, place: str) -> str:
        """Without rules, or where they can't be had, all is allowed; the page itself will say if not."""
        try:
            reply = await self._client.get(place)
        except SourceError:
            return ""
        return "" if "html" in reply.content_type else decode(reply.body[:_MOST], reply.content_type)


def parse_rules(text: str) -> RobotFileParser:
    """The rules in a robots.txt."""
    rules = RobotFileParser()
    rules.parse(text.lstrip("\ufeff").splitlines())
    return rules
