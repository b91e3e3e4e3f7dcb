"""What a site allows robots to fetch (RFC 9309). It binds for pages; a feed is there to be fetched by programs."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from typing import TYPE_CHECKING
from urllib.parse import urljoin
from urllib.robotparser import RobotFileParser

from digest.model.errors import SourceError
from digest.text.charset import decode
from digest.text.urls import is_web_url

if TYPE_CHECKING:
    from digest.http.client import Client

_NAME = "digest"
#: What RFC 9309 asks to read at least; more of it is nobody's rule.
_MOST = 500_000


#: Rules that are remembered for other sources: as many sites, each of so many letters.
_SITES, _LETTERS = 1_000, 20_000
#: The rules of sites, by the address of their robots.txt.
Rules = dict[str, RobotFileParser]


class Robots:
    """The rules of the sites visited, each fetched once; ``known`` are those that visits to other sources learnt."""

    def __init__(self, client: Client, known: Rules) -> None:
        self._client = client
        self._known = known
        self._found: dict[str, RobotFileParser | SourceError] = {}
        # One for each site, since one that doesn't answer must not keep others' pages waiting.
        self._turns: dict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def is_allowed(self, url: str, *, in_doubt: bool = False) -> bool:
        """May this page be fetched? Where its site's rules can't be had now, it may ``in_doubt``; else that raises."""
        rules = await self._of(url)
        if isinstance(rules, SourceError):
            if in_doubt:
                return True
            raise rules
        return rules.can_fetch(_NAME, url)

    async def sitemaps(self, url: str) -> tuple[str, ...]:
        """The site maps that this page's site names in its rules."""
        rules = await self._of(url)
        named = None if isinstance(rules, SourceError) else rules.site_maps()
        return tuple(filter(is_web_url, named or ()))

    async def _of(self, url: str) -> RobotFileParser | SourceError:
        place = urljoin(url, "/robots.txt")
        if place in self._known:
            return self._known[place]
        async with self._turns[place]:
            if place not in self._found:
                self._found[place] = await self._fetched(place)
        return self._found[place]

    async def _fetched(self, place: str) -> RobotFileParser | SourceError:
        """A site that says it has no rules allows all (RFC 9309, 2.3.1.3); one that doesn't answer may have some."""
        try:
            reply = await self._client.get(place)
            text = "" if "html" in reply.content_type else decode(reply.body[:_MOST], reply.content_type)
        except SourceError as error:
            if not 400 <= error.status < 500 or error.temporary:
                return error
            text = ""
        rules = parse_rules(text)
        if len(text) < _LETTERS and len(self._known) < _SITES:
            self._known[place] = rules
        return rules


def parse_rules(text: str) -> RobotFileParser:
    """The rules in a robots.txt."""
    rules = RobotFileParser()
    rules.parse(text.lstrip("\ufeff").splitlines())
    return rules
