"""Collector for any source: feeds, pages and sites on the web; files, folders and feed lists on the disk."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING

from digest.http.limits import ConcurrencyLimits, HostGate
from digest.model.errors import SourceError
from digest.model.newsletters import Source
from digest.model.protocols import Collected, Collector, FetchState, KnownGuids, no_known_guids
from digest.settings import FetchSettings

if TYPE_CHECKING:
    from digest.collect.discovery.opml import FeedList
    from digest.http.private_access import PrivateAccess
    from digest.http.robots import RobotsCache

__all__ = ["SourceError", "make_collector"]


def make_collector(fetch: FetchSettings, now: datetime, gate: HostGate | None = None) -> Collector:
    """A collector that detects the kind of each source from its address and content; ``now`` dates new entries.

    ``gate`` admits it to hosts, where other processes fetch as well.
    """
    return _AnyCollector(fetch=fetch, now=now, limits=ConcurrencyLimits(fetch.per_host, gate))


def _is_mail_folder(source: Source) -> bool:
    """Whether the source is a mailbox or a Maildir."""
    if source.path is None:
        return source.mailbox is not None
    from digest.inbound.maildir_source import is_maildir

    return is_maildir(source.path)


@dataclass(frozen=True, slots=True, kw_only=True)
class _AnyCollector:
    fetch: FetchSettings
    now: datetime
    limits: ConcurrencyLimits
    robots_cache: RobotsCache = field(default_factory=dict)
    #: A feed list within a feed list is refused, since nesting may have no end.
    allows_feed_lists: bool = True
    #: Access of the feeds of a list; None if each has that of its own address.
    list_access: PrivateAccess | None = None

    async def __call__(self, source: Source, state: FetchState, known_guids: KnownGuids = no_known_guids) -> Collected:
        if _is_mail_folder(source):
            from digest.collect.mails.collect import MailCollector

            mail_collector = MailCollector(fetch=self.fetch, limits=self.limits, seen=self.now)
            return await self._add_pages(await mail_collector(source, state, known_guids), state, known_guids)
        if source.path is None:
            collected = await self._collect_url(source, state, known_guids)
        else:
            from digest.collect.files import read_path

            collected = read_path(
                source, path=source.path, max_bytes=self.fetch.max_bytes, seen=self.now, known_guids=known_guids
            )
        if isinstance(collected, Collected):
            return collected
        if not self.allows_feed_lists:
            raise SourceError("a list of feeds inside a list of feeds: give it by itself")
        from digest.collect.feed_list import collect_feed_list

        collector = replace(self, allows_feed_lists=False, list_access=self._list_access(source))
        return await collect_feed_list(
            source, collected, state, known_guids, collector=collector, concurrency=self.fetch.concurrency
        )

    async def _collect_url(self, source: Source, state: FetchState, known_guids: KnownGuids) -> Collected | FeedList:
        # Imported here: a preview of files must not pay for an HTTP client.
        from digest.collect.web import collect_url
        from digest.http.client import Client
        from digest.http.robots import Robots

        async with Client(self.fetch, self.now, self._access(source), self.limits) as client:
            robots = Robots(client, self.robots_cache)
            return await collect_url(source, state, known_guids, client=client, robots=robots, seen=self.now)

    async def _add_pages(self, mails: Collected, state: FetchState, known_guids: KnownGuids) -> Collected:
        """The stories of mails that only link to an article, with its text. Anybody's mail may lead anywhere: no
        private address is fetched.
        """
        from digest.collect.mails.pages import add_pages, wants_pages

        if not wants_pages(mails, state):
            return mails
        from digest.http.client import Client
        from digest.http.private_access import PrivateAccess
        from digest.http.robots import Robots

        async with Client(self.fetch, self.now, PrivateAccess(), self.limits) as client:
            robots = Robots(client, self.robots_cache)
            return await add_pages(mails, state, known_guids, client=client, robots=robots)

    def _list_access(self, source: Source) -> PrivateAccess | None:
        """A list that is a file, or at an allowed address, names feeds for the user; any other may be anybody's."""
        access = None if source.path else self._access(source)
        return None if access is None or access.allow else access

    def _access(self, source: Source) -> PrivateAccess:
        from digest.http.private_access import PrivateAccess

        return self.list_access or PrivateAccess.for_source(source.url, self.fetch.allow)
