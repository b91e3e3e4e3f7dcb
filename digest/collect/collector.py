"""Where articles come from: feeds, pages and sites on the web; files, folders and lists of feeds on the disk."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING

from digest.http.limits import ConcurrencyLimits
from digest.model import Source
from digest.model.errors import SourceError
from digest.model.protocols import Collected, Collector, FetchState
from digest.settings import FetchSettings

if TYPE_CHECKING:
    from digest.http.robots import Rules

__all__ = ["SourceError", "make_collector"]


def make_collector(fetch: FetchSettings, now: datetime) -> Collector:
    """A collector for any source: its address says what it is. What it brings was seen at ``now``."""
    return _Anything(fetch=fetch, now=now, turns=ConcurrencyLimits(fetch.per_host))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Anything:
    fetch: FetchSettings
    now: datetime
    turns: ConcurrencyLimits
    #: What sites' robots.txt ask for, as far as it was heard.
    rules: Rules = field(default_factory=dict)
    #: Lists of feeds are read; one listed in another list is not, since that may have no end.
    lists: bool = True

    async def __call__(self, source: Source, validators: FetchState) -> Collected:
        found = self._on_disk(source) if source.path is not None else await self._on_web(source, validators)
        return found if isinstance(found, Collected) else await self._each(source, found, validators)

    def _on_disk(self, source: Source) -> Collected | tuple[Source, ...]:
        from digest.collect.files import read_path

        assert source.path is not None
        return read_path(source, path=source.path, max_bytes=self.fetch.max_bytes, seen=self.now)

    async def _on_web(self, source: Source, validators: FetchState) -> Collected | tuple[Source, ...]:
        # Here, since a preview of what is on the disk must not pay for it.
        from digest.collect.web import visit
        from digest.http.client import Client

        async with Client(self.fetch, self.now, self.turns) as client:
            return await visit(source, validators, client=client, rules=self.rules, seen=self.now)

    async def _each(self, source: Source, listed: tuple[Source, ...], validators: FetchState) -> Collected:
        from digest.collect.feed_list import collect_feed_list

        if not self.lists:
            raise SourceError("a list of feeds inside a list of feeds: give it by itself")
        return await collect_feed_list(
            source, listed, validators, collector=replace(self, lists=False), concurrency=self.fetch.concurrency
        )
