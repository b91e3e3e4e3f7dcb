"""Where a feed gives a teaser, the text of its page; where that can't be had, the feed's own."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from digest.errors import SourceError
from digest.model import Entry, Form, Source
from digest.sources.document import Document
from digest.sources.kind import Kind, kind_of
from digest.sources.pages.teaser import is_article, is_teaser
from digest.sources.robots import Robots
from digest.sources.worker import read
from digest.urls import is_web

if TYPE_CHECKING:
    from digest.sources.http import Client

#: Pages of one source that are asked for in one visit: the newest, since feeds begin with them.
_MOST_PAGES = 20
#: Which of these guids did the source bring before?
Known = Callable[[Collection[str]], frozenset[str]]


async def with_full_text(
    entries: Sequence[Entry], source: Source, *, client: Client, robots: Robots, known: Known
) -> tuple[Entry, ...]:
    """The entries, those that are teasers with their page's text.

    A teaser that is ``known`` comes without its text, which would only take the place of what its page once gave.
    """
    teasers = [entry for entry in entries if _wants_page(entry, source)]
    old = known([entry.guid for entry in teasers]) if teasers else frozenset()
    new = [entry for entry in teasers if entry.guid not in old][:_MOST_PAGES]
    found = {entry.guid: entry for entry in await _in_time(new, source, client, robots)}
    return tuple(
        replace(entry, body="") if entry.guid in old else found.get(entry.guid, entry)
        for entry in entries
        if entry.title or entry.guid not in old
    )


async def _in_time(entries: Sequence[Entry], source: Source, client: Client, robots: Robots) -> list[Entry]:
    """Those that were completed before the source's time was up."""
    turns = asyncio.Semaphore(client.fetch.per_host)

    async def completed(entry: Entry) -> Entry:
        async with turns:
            return await _completed(entry, source, client, robots)

    tasks = [asyncio.create_task(completed(entry)) for entry in entries]
    if not tasks:
        return []
    done, late = await asyncio.wait(tasks, timeout=client.fetch.timeout_s)
    for task in late:
        task.cancel()
    await asyncio.gather(*late, return_exceptions=True)
    return [task.result() for task in done]


def _wants_page(entry: Entry, source: Source) -> bool:
    if source.full_text == "never" or not is_web(entry.url):
        return False
    return source.full_text == "always" or is_teaser(entry.body)


async def _completed(entry: Entry, source: Source, client: Client, robots: Robots) -> Entry:
    """The entry with its page's text; as it is wherever that fails."""
    try:
        if not await robots.allow(entry.url):
            return entry
        page = await _page(entry, source, client)
    except SourceError:
        return entry
    # Who names the place of the text knows better than any gate.
    if not source.selector and not is_article(page.body, title=entry.title, teaser=entry.body):
        return entry
    image = entry.image or page.image
    return replace(
        entry,
        body=page.body,
        form=Form.HTML,
        image=image,
        author=entry.author or page.author,
        title=entry.title or page.title,
        published=entry.published or page.published,
        language=entry.language or page.language,
    )


async def _page(entry: Entry, source: Source, client: Client) -> Entry:
    """The article on the entry's page. Raises ``SourceError`` if it is no page or has none."""
    reply = await client.get(entry.url)
    if kind_of(reply.body, content_type=reply.content_type) is not Kind.HTML:
        raise SourceError("no page")
    document = Document(data=reply.body, url=reply.url, guid="", outlet="", content_type=reply.content_type)
    contents = await read(document, source, seen=entry.seen, timeout_s=client.fetch.timeout_s)
    return contents.entries[0]
