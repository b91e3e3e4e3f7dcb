"""Where a feed gives a teaser, the text of its page; where that can't be had, the feed's own."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from digest.collect.documents.kind import DocumentKind, detect_kind
from digest.collect.isolated import read
from digest.collect.pages.teaser import is_full_article, is_teaser
from digest.collect.reader import Document
from digest.http.robots import Robots
from digest.model import BodyFormat, Entry, Source
from digest.model.errors import SourceError
from digest.model.protocols import FetchState
from digest.text.urls import is_web_url

if TYPE_CHECKING:
    from digest.http.client import Client

#: Pages of one source that are asked for in one visit: the newest, since feeds begin with them.
_MOST_PAGES = 20
#: Of them at the same time, if they are of several hosts, of which some may not answer.
_AT_ONCE = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class FullTextResult:
    """Entries, those that were teasers with the texts of their pages."""

    entries: tuple[Entry, ...]
    #: As ``Collected.unread``.
    pending_pages: Mapping[str, datetime | None]
    #: No page is left for another visit.
    is_complete: bool


async def add_full_text(
    entries: Sequence[Entry], source: Source, *, client: Client, robots: Robots, remembered: FetchState
) -> FullTextResult:
    """The entries, those that are teasers with their page's text, where it can be had.

    A teaser that is known comes without its text, which would only take the place of what its page once gave; unless
    its page is to be asked for again, as are those of teasers that the source shows no more.
    """
    asked = {entry.guid: entry for entry in remembered.pending_pages}
    teasers = [entry for entry in entries if _wants_page(entry, source)]
    old = remembered.known([entry.guid for entry in teasers]) - set(asked) if teasers else frozenset()
    shown = {entry.guid: entry for entry in teasers if entry.guid not in old}
    wanted = {**dict(islice(shown.items(), _MOST_PAGES)), **{guid: shown.get(guid, asked[guid]) for guid in asked}}
    pages = _Pages(source=source, client=client, robots=robots)
    await pages.read(wanted.values())
    given = (
        replace(entry, body="") if entry.guid in old else pages.found.get(entry.guid, entry)
        for entry in entries
        if entry.title or entry.guid not in old
    )
    there = {entry.guid for entry in entries}
    gone = (entry for guid, entry in pages.found.items() if guid not in there)
    is_all = len(shown) <= _MOST_PAGES and not pages.unread
    return FullTextResult(entries=(*given, *gone), pending_pages=pages.unread, is_complete=is_all)


def _wants_page(entry: Entry, source: Source) -> bool:
    if not is_web_url(entry.url):
        return False
    if not (entry.title or entry.body):
        return True  # in a site map: there is nothing else to read
    if source.full_text == "never":
        return False
    return source.full_text == "always" or is_teaser(entry.body)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pages:
    """The pages of a source's teasers, as far as they can be had within its time."""

    source: Source
    client: Client
    robots: Robots
    found: dict[str, Entry] = field(default_factory=dict)
    unread: dict[str, datetime | None] = field(default_factory=dict)
    #: Hosts that asked to be left in peace.
    _tired: dict[str, SourceError] = field(default_factory=dict)

    async def read(self, entries: Iterable[Entry]) -> None:
        at_all = asyncio.Semaphore(_AT_ONCE)
        at_host: dict[str, asyncio.Semaphore] = defaultdict(lambda: asyncio.Semaphore(self.client.settings.per_host))

        async def read_one(entry: Entry) -> None:
            async with at_host[urlsplit(entry.url).netloc], at_all:
                await self._read(entry)

        tasks = {asyncio.create_task(read_one(entry)): entry.guid for entry in entries}
        if not tasks:
            return
        done, late = await asyncio.wait(tasks, timeout=self.client.settings.timeout_s)
        for task in late:
            task.cancel()
            self.unread[tasks[task]] = None
        await asyncio.gather(*late, return_exceptions=True)
        for task in done:
            task.result()

    async def _read(self, entry: Entry) -> None:
        host = urlsplit(entry.url).netloc
        try:
            if tired := self._tired.get(host):
                raise tired
            if await self.robots.is_allowed(entry.url):
                self.found[entry.guid] = self._completed(entry, await self._page(entry))
        except SourceError as error:
            if error.temporary:
                self.unread[entry.guid] = error.retry_at
            if error.retry_at and not error.gone:
                self._tired[host] = error

    async def _page(self, entry: Entry) -> Entry:
        """The article on the entry's page. Raises ``SourceError`` if it is no page or has none."""
        reply = await self.client.get(entry.url)
        if detect_kind(reply.body, content_type=reply.content_type) is not DocumentKind.HTML:
            raise SourceError("no page")
        document = Document(data=reply.body, url=reply.url, guid="", outlet="", content_type=reply.content_type)
        limit_s, turn = self.client.settings.timeout_s, self.client.limits.for_parsing()
        contents = await read(document, self.source, seen=entry.seen, timeout_s=limit_s, turn=turn)
        return contents.entries[0]

    def _completed(self, entry: Entry, page: Entry) -> Entry:
        """The entry with its page's text; as it is if that is not the article."""
        # Who names the place of the text knows better than any gate.
        if not self.source.selector and not is_full_article(page.body, title=entry.title, teaser=entry.body):
            return entry
        # Who gives a title says whose it is; of a page in a site map only its own words tell.
        outlet = entry.source if entry.title or self.source.title else page.source or entry.source
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
        )
