"""One visit to an address on the web: what it answers, told apart by its own bytes, becomes entries."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from digest.collect.discovery.feeds import FEED_KINDS, discover_feed, refuse_list_page
from digest.collect.discovery.known_sites import known_site_feed
from digest.collect.discovery.opml import read_opml
from digest.collect.discovery.sitemap import decompress_reply, drop_lastmod, select_articles, sitemap_entries
from digest.collect.documents.kind import DocumentKind, detect_kind
from digest.collect.full_text import FullTextResult, add_full_text
from digest.collect.isolated import read
from digest.collect.reader import Contents, Document
from digest.http.robots import Robots, Rules
from digest.model import Entry, Source
from digest.model.errors import SourceError
from digest.model.protocols import Collected, FetchState
from digest.text.urls import outlet_domain

if TYPE_CHECKING:
    from digest.http.client import Client, Reply


async def visit(
    source: Source, validators: FetchState, *, client: Client, rules: Rules, seen: datetime
) -> Collected | tuple[Source, ...]:
    """Fetch the source and read it: a site's address leads to its feed or its map, a list of feeds gives those."""
    _check_patience(validators, seen)
    robots = Robots(client, rules)
    asked, page = await _asked(source, validators, client)
    page = decompress_reply(page, client.settings.max_bytes)
    reader = _Reader(source=source, remembered=validators, client=client, robots=robots, seen=seen)
    if page.unchanged:
        return await reader.unchanged(page)
    kind = _kind(page)
    if kind is DocumentKind.OPML:
        return read_opml(page.body, content_type=page.content_type)
    is_known = kind is DocumentKind.HTML and bool(validators.known([page.url]))
    found = await discover_feed(page, client, robots, only_declared=is_known)
    home = found.url or page.moved_to or asked
    collected = await reader.read(found.reply, home="" if home == source.url else home)
    return replace(collected, feed_urls=found.other_feed_urls)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reader:
    """Makes entries of what a source answered."""

    source: Source
    remembered: FetchState
    client: Client
    robots: Robots
    seen: datetime

    async def read(self, reply: Reply, *, home: str) -> Collected:
        """``home`` is where it is found, if not at the source's own address."""
        kind = _kind(reply)
        if kind is DocumentKind.SITEMAP:
            collected = await self._map(reply)
        elif kind in FEED_KINDS:
            collected = await self._feed(reply)
        else:
            collected = await self._page(reply)
        return replace(collected, fetch_state=replace(collected.fetch_state, url=home))

    async def unchanged(self, reply: Reply) -> Collected:
        """Nothing new, but for pages that could not be had before."""
        texts = await self._with_full_text(())
        return Collected(
            source=self.source,
            entries=texts.entries,
            fetch_state=replace(self.remembered, url=reply.moved_to or self.remembered.url),
            unchanged=True,
            pending_pages=texts.pending_pages,
        )

    async def _feed(self, reply: Reply) -> Collected:
        """A feed's entries with the texts of their pages."""
        contents = await self._contents(reply)
        texts = await self._with_full_text(contents.entries)
        return Collected(
            source=self.source,
            entries=texts.entries,
            title=contents.title,
            kind="feed",
            problems=contents.problems,
            fetch_state=reply.fetch_state,
            pending_pages=texts.pending_pages,
        )

    async def _map(self, reply: Reply) -> Collected:
        """A site map's pages, as far as they are articles.

        It is read anew as long as there are pages left to read; and an index always: it may stay while its maps change.
        """
        listed, is_index = await sitemap_entries(reply, self.source, client=self.client, seen=self.seen)
        texts = await self._with_full_text(tuple(map(drop_lastmod, listed)))
        entries = select_articles(texts.entries, listed)
        is_done = texts.is_complete and not is_index
        return Collected(
            source=self.source,
            entries=entries,
            kind="site map",
            fetch_state=reply.fetch_state if is_done else FetchState(),
            pending_pages=texts.pending_pages,
        )

    async def _page(self, reply: Reply) -> Collected:
        """A page that stands for itself, if it is an article, and for robots to read."""
        if self.remembered.is_feed:
            raise SourceError("it gives a page where its feed was: see in a browser whether that has moved or is away")
        if not await self.robots.is_allowed(reply.url, in_doubt=True):
            raise SourceError("its robots.txt asks programs not to read this page: look for its feed")
        if _kind(reply) is DocumentKind.HTML and not self.source.selector:
            refuse_list_page(reply)
        contents = await self._contents(reply)
        return Collected(source=self.source, entries=contents.entries, kind="page", fetch_state=reply.fetch_state)

    async def _contents(self, reply: Reply) -> Contents:
        document, limit_s = _document(self.source, reply), self.client.settings.timeout_s
        turn = self.client.limits.for_parsing()
        return await read(document, self.source, seen=self.seen, timeout_s=limit_s, turn=turn)

    async def _with_full_text(self, entries: tuple[Entry, ...]) -> FullTextResult:
        return await add_full_text(
            entries, self.source, client=self.client, robots=self.robots, remembered=self.remembered
        )


def _check_patience(validators: FetchState, now: datetime) -> None:
    """Raise while its server wants to be left in peace."""
    until = validators.not_before
    if until is not None and now < until:
        raise SourceError(validators.refusal, retry_at=until)


async def _asked(source: Source, validators: FetchState, client: Client) -> tuple[str, Reply]:
    """Ask where it was found the last time, or is bound to be; if it is no more, at its own address."""
    better = validators.url or known_site_feed(source.url)
    if better:
        try:
            return better, await client.get(better, validators if validators.url else FetchState())
        except SourceError as error:
            if error.retry_at is not None and not error.gone:
                raise
    return source.url, await client.get(source.url, FetchState() if better else validators)


def _kind(reply: Reply) -> DocumentKind:
    return detect_kind(reply.body, content_type=reply.content_type)


def _document(source: Source, reply: Reply) -> Document:
    return Document(
        data=reply.body,
        url=reply.url,
        guid=reply.url,
        outlet=source.title or outlet_domain(reply.url),
        content_type=reply.content_type,
    )
