"""Collects a source from its web address; the content, not the address, tells its kind."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from digest.collect.discovery.feeds import FEED_KINDS, discover_feed
from digest.collect.discovery.known_sites import known_site_feed
from digest.collect.discovery.opml import FeedList, read_opml
from digest.collect.discovery.sitemap import decompress_reply, drop_lastmod, select_articles, sitemap_entries
from digest.collect.documents.kind import DocumentKind, detect_kind
from digest.collect.full_text import FullTextResult, add_full_text
from digest.collect.isolated import read_isolated
from digest.collect.reader import Contents, Document
from digest.model.articles import Entry
from digest.model.errors import SourceError
from digest.model.newsletters import Source
from digest.model.protocols import Collected, FetchState, KnownGuids
from digest.text.urls import outlet_domain

if TYPE_CHECKING:
    from digest.http.client import Client, Reply
    from digest.http.robots import Robots


async def collect_url(
    source: Source, state: FetchState, known_guids: KnownGuids, *, client: Client, robots: Robots, seen: datetime
) -> Collected | FeedList:
    """Fetch and read the source. A site's address leads to its feed or site map; a feed list gives its feeds."""
    if state.not_before is not None and seen < state.not_before:
        raise SourceError(state.refusal, retry_at=state.not_before)
    url, page = await _fetch(source, state, client)
    page = decompress_reply(page, client.settings.max_bytes)
    reader = _ReplyReader(source=source, state=state, known_guids=known_guids, client=client, robots=robots, seen=seen)
    if page.unchanged:
        return await reader.unchanged(page)
    kind = _kind(page)
    if kind is DocumentKind.OPML:
        return read_opml(page.body, content_type=page.content_type)
    is_known = kind is DocumentKind.HTML and bool(known_guids([page.url]))
    discovery = await discover_feed(page, client, robots, only_declared=is_known)
    home = discovery.url or page.moved_to or url
    collected = await reader.read(discovery.reply)
    fetch_state = replace(collected.fetch_state, url="" if home == source.url else home)
    return replace(collected, fetch_state=fetch_state, feed_urls=discovery.other_feed_urls)


async def _fetch(source: Source, state: FetchState, client: Client) -> tuple[str, Reply]:
    """The address that answered, and the reply: first the feed's last or known address, then the source's own."""
    feed_url = state.url or known_site_feed(source.url)
    if feed_url:
        try:
            return feed_url, await client.get(feed_url, state if state.url else FetchState())
        except SourceError as error:
            if error.retry_at is not None and not error.gone:
                raise
    return source.url, await client.get(source.url, FetchState() if feed_url else state)


@dataclass(frozen=True, slots=True, kw_only=True)
class _ReplyReader:
    """Turns replies of a source's server into entries."""

    source: Source
    state: FetchState
    known_guids: KnownGuids
    client: Client
    robots: Robots
    seen: datetime

    async def read(self, reply: Reply) -> Collected:
        kind = _kind(reply)
        if kind is DocumentKind.SITEMAP:
            return await self._sitemap(reply)
        return await (self._feed(reply) if kind in FEED_KINDS else self._page(reply))

    async def unchanged(self, reply: Reply) -> Collected:
        """No new entries, except for pages that could not be fetched before."""
        texts = await self._add_full_text(())
        return Collected(
            source=self.source,
            entries=texts.entries,
            fetch_state=replace(self.state, url=reply.moved_to or self.state.url),
            unchanged=True,
            problems=texts.problems,
            exceptions=texts.exceptions,
            pending_pages=texts.pending_pages,
        )

    async def _feed(self, reply: Reply) -> Collected:
        contents = await self._contents(reply)
        texts = await self._add_full_text(contents.entries)
        return Collected(
            source=self.source,
            entries=texts.entries,
            title=contents.title,
            kind="feed",
            problems=(*contents.problems, *texts.problems),
            exceptions=texts.exceptions,
            fetch_state=reply.fetch_state,
            pending_pages=texts.pending_pages,
        )

    async def _sitemap(self, reply: Reply) -> Collected:
        """The articles among a site map's pages.

        Its validators are dropped while pages are left to read, and always for an index, which may stay unchanged
        while its maps change.
        """
        listed, is_index = await sitemap_entries(reply, self.source, client=self.client, seen=self.seen)
        texts = await self._add_full_text(tuple(map(drop_lastmod, listed)))
        entries = select_articles(texts.entries, listed)
        return Collected(
            source=self.source,
            entries=entries,
            kind="site map",
            problems=texts.problems,
            exceptions=texts.exceptions,
            fetch_state=reply.fetch_state if texts.is_complete and not is_index else FetchState(),
            pending_pages=texts.pending_pages,
        )

    async def _page(self, reply: Reply) -> Collected:
        """A single page, if it is an article and robots.txt allows it."""
        if self.state.is_feed:
            raise SourceError("it gives a page where its feed was: see in a browser whether that has moved or is away")
        if not await self.robots.is_allowed(reply.url, in_doubt=True):
            raise SourceError("its robots.txt asks programs not to read this page: look for its feed")
        contents = await self._contents(reply)
        return Collected(source=self.source, entries=contents.entries, kind="page", fetch_state=reply.fetch_state)

    async def _contents(self, reply: Reply) -> Contents:
        document = Document(
            data=reply.body,
            url=reply.url,
            guid=reply.url,
            outlet=self.source.title or outlet_domain(reply.url),
            content_type=reply.content_type,
        )
        limit_s, slot = self.client.settings.timeout_s, self.client.limits.for_parsing()
        return await read_isolated(document, self.source, seen=self.seen, timeout_s=limit_s, slot=slot)

    async def _add_full_text(self, entries: tuple[Entry, ...]) -> FullTextResult:
        return await add_full_text(
            entries,
            self.source,
            pending=self.state.pending_pages,
            known_guids=self.known_guids,
            client=self.client,
            robots=self.robots,
        )


def _kind(reply: Reply) -> DocumentKind:
    return detect_kind(reply.body, content_type=reply.content_type)
