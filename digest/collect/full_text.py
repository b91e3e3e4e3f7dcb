"""Replaces a feed's teasers by the full text of their pages, where that can be fetched."""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING
from urllib.parse import urldefrag, urlsplit

from digest.collect.documents.kind import DocumentKind, detect_kind
from digest.collect.isolated import read_isolated
from digest.collect.pages.teaser import is_full_article, is_teaser
from digest.collect.reader import Document
from digest.model.articles import BodyFormat, Entry
from digest.model.errors import PrivateAddressError, SourceError, describe_unexpected
from digest.model.newsletters import Source
from digest.model.protocols import KnownGuids
from digest.text.urls import is_web_url, outlet_domain

if TYPE_CHECKING:
    from digest.http.client import Client
    from digest.http.robots import Robots

#: Pages fetched for one source in one run: the newest, since feeds begin with them.
_MAX_PAGES = 20
#: Pages fetched at once, if they are on several hosts: some may not answer.
_CONCURRENCY = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class FullTextResult:
    """Entries with the text of their pages instead of teasers."""

    entries: tuple[Entry, ...]
    #: As ``Collected.pending_pages``.
    pending_pages: Mapping[str, datetime | None]
    #: No page is left for a later run.
    is_complete: bool
    #: Pages that may not be fetched, or whose reading met a bug, one line each.
    problems: tuple[str, ...] = ()
    #: As ``Collected.exceptions``.
    exceptions: tuple[Exception, ...] = ()


async def add_full_text(
    entries: Sequence[Entry],
    source: Source,
    *,
    pending: Sequence[Entry],
    known_guids: KnownGuids,
    client: Client,
    robots: Robots,
) -> FullTextResult:
    """The entries, with their page's text where they are teasers and the page can be fetched.

    A known teaser comes with an empty body, which replaces nothing in the store; unless its page is ``pending``, i.e.
    due for another try. Pending teasers that the source no longer lists are tried as well.
    """
    retries = {entry.guid: entry for entry in pending}
    shared = _shared_pages(entries)
    teasers = [entry for entry in entries if _wants_page(entry, source) and urldefrag(entry.url).url not in shared]
    known_teasers = known_guids([entry.guid for entry in teasers]) - set(retries) if teasers else frozenset()
    candidates = {entry.guid: entry for entry in teasers if entry.guid not in known_teasers}
    to_fetch = {
        **dict(islice(candidates.items(), _MAX_PAGES)),
        **{guid: candidates.get(guid, entry) for guid, entry in retries.items()},
    }
    pages = _PageFetcher(source=source, client=client, robots=robots)
    await pages.fetch(to_fetch.values())
    listed = (
        replace(entry, body="") if entry.guid in known_teasers else pages.completed.get(entry.guid, entry)
        for entry in entries
        if entry.title or entry.guid not in known_teasers
    )
    listed_guids = {entry.guid for entry in entries}
    unlisted = (entry for guid, entry in pages.completed.items() if guid not in listed_guids)
    is_complete = len(candidates) <= _MAX_PAGES and not pages.pending
    return FullTextResult(
        entries=(*listed, *unlisted),
        pending_pages=pages.pending,
        is_complete=is_complete,
        problems=tuple(pages.problems),
        exceptions=tuple(pages.exceptions),
    )


def _shared_pages(entries: Sequence[Entry]) -> frozenset[str]:
    """The addresses of several entries, without their anchors: such a page is no single one's text."""
    counts = Counter(urldefrag(entry.url).url for entry in entries)
    return frozenset(url for url, count in counts.items() if count > 1)


def _wants_page(entry: Entry, source: Source) -> bool:
    if not is_web_url(entry.url):
        return False
    if not (entry.title or entry.body):
        return True  # from a site map, which has no text, or an item with only a link
    if source.full_text == "never":
        return False
    return source.full_text == "always" or is_teaser(entry.body)


@dataclass(frozen=True, slots=True, kw_only=True)
class _PageFetcher:
    """Fetches the pages of a source's teasers, within the source's time limit."""

    source: Source
    client: Client
    robots: Robots
    #: Entries with their page's text, by guid.
    completed: dict[str, Entry] = field(default_factory=dict)
    #: Pages that failed for now, by guid, with the earliest time for another try.
    pending: dict[str, datetime | None] = field(default_factory=dict)
    #: As in the result.
    problems: list[str] = field(default_factory=list)
    exceptions: list[Exception] = field(default_factory=list)
    #: Hosts that asked for no more requests (Retry-After).
    _refusals: dict[str, SourceError] = field(default_factory=dict)

    async def fetch(self, entries: Iterable[Entry]) -> None:
        slots = asyncio.Semaphore(_CONCURRENCY)
        per_host = self.client.settings.per_host
        host_slots: dict[str, asyncio.Semaphore] = defaultdict(lambda: asyncio.Semaphore(per_host))

        async def fetch_one(entry: Entry) -> None:
            async with host_slots[urlsplit(entry.url).netloc], slots:
                await self._fetch(entry)

        tasks = {asyncio.create_task(fetch_one(entry)): entry.guid for entry in entries}
        if not tasks:
            return
        finished, unfinished = await asyncio.wait(tasks, timeout=self.client.settings.timeout_s)
        for task in unfinished:
            task.cancel()
            self.pending[tasks[task]] = None
        await asyncio.gather(*unfinished, return_exceptions=True)
        for task in finished:
            error = task.exception()
            if isinstance(error, Exception):  # the edge of one page: a bug in one stops no other
                self.exceptions.append(error)
                self.problems.append(f"the page of {tasks[task]} can't be read: {describe_unexpected(error)}")
            elif error:
                raise error

    async def _fetch(self, entry: Entry) -> None:
        host = urlsplit(entry.url).netloc
        try:
            if refusal := self._refusals.get(host):
                raise refusal
            if await self.robots.is_allowed(entry.url):
                await self.robots.wait_for_turn(entry.url)
                self.completed[entry.guid] = self._complete(entry, await self._page(entry))
        except SourceError as error:
            if isinstance(error, PrivateAddressError):
                self.problems.append(f"{entry.title or entry.url}: its page is not fetched: {error}")
            if error.temporary:
                self.pending[entry.guid] = error.retry_at
            if error.retry_at and not error.gone:
                self._refusals[host] = error

    async def _page(self, entry: Entry) -> Entry:
        """The article on the entry's page. Raises ``SourceError`` if it is not HTML or has no article."""
        reply = await self.client.get(entry.url)
        if detect_kind(reply.body, content_type=reply.content_type) is not DocumentKind.HTML:
            raise SourceError("no page")
        document = Document(data=reply.body, url=reply.url, guid="", outlet="", content_type=reply.content_type)
        limit_s, slot = self.client.settings.timeout_s, self.client.limits.for_parsing()
        contents = await read_isolated(document, self.source, seen=entry.seen, timeout_s=limit_s, slot=slot)
        return replace(contents.entries[0], page_url=reply.url)

    def _is_own_page(self, entry: Entry) -> bool:
        return outlet_domain(entry.url) == outlet_domain(self.source.url or "")

    def _complete(self, entry: Entry, page: Entry) -> Entry:
        """The entry with its page's text; unchanged if that is not the article."""
        # A selector set by the user is trusted without this check.
        if not self.source.selector and not is_full_article(page.body, title=entry.title, teaser=entry.body):
            return entry
        # The feed names the outlet of an entry with a title; for others, such as a site map's, only the page can. Pages
        # of other sites don't: a feed that links to many would count as as many outlets.
        is_named_by_page = not (entry.title or self.source.title) and self._is_own_page(entry)
        outlet = (page.source if is_named_by_page else "") or entry.source
        return replace(
            entry,
            source=outlet,
            body=page.body,
            form=BodyFormat.HTML,
            image=entry.image or page.image,
            author=entry.author or page.author,
            title=entry.title or page.title,
            published=entry.published or page.published,
            language=entry.language or page.language,
            sections=(*entry.sections, *page.sections),
            page_url=page.page_url,
        )
