"""One visit to an address on the web: what it answers, told apart by its own bytes, becomes entries."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from digest.errors import SourceError
from digest.model import Entry, Source
from digest.ports import Collected, Validators
from digest.sources.document import Document
from digest.sources.finding.discover import FEEDS, feed_behind
from digest.sources.finding.known import known_feed
from digest.sources.finding.opml import read_opml
from digest.sources.finding.sitemap import entries_of, unpacked
from digest.sources.kind import Kind, kind_of
from digest.sources.pages.fulltext import Known, with_full_text
from digest.sources.robots import Robots
from digest.sources.worker import read
from digest.urls import domain

if TYPE_CHECKING:
    from digest.sources.http import Client, Reply


async def visit(
    source: Source, validators: Validators, *, client: Client, seen: datetime
) -> Collected | tuple[Source, ...]:
    """Fetch the source and read it: a site's address leads to its feed, a list of feeds gives those."""
    _check_patience(validators, seen)
    asked, page = await _asked(source, validators, client)
    page = unpacked(page, client.fetch.max_bytes)
    if page.unchanged:
        known = replace(validators, url=page.moved_to or validators.url)
        return Collected(source=source, entries=(), validators=known, unchanged=True)
    if _kind(page) is Kind.OPML:
        return read_opml(page.body, content_type=page.content_type)
    if _kind(page) is Kind.SITEMAP:
        return await _mapped(page, source, validators, client=client, seen=seen)
    feed, reply = await feed_behind(page, client)
    contents = await read(_document(source, reply), source, seen=seen, timeout_s=client.fetch.timeout_s)
    home = feed or page.moved_to or asked
    return Collected(
        source=source,
        entries=await _complete(contents.entries, source, reply, client=client, known=validators.known),
        title=contents.title,
        kind="feed" if _kind(reply) in FEEDS else "page",
        problems=contents.problems,
        validators=replace(reply.validators, url="" if home == source.url else home),
    )


async def _mapped(page: Reply, source: Source, validators: Validators, *, client: Client, seen: datetime) -> Collected:
    """A site map's pages, as far as they are articles; all read anew, since an index may stay while maps change."""
    listed = await entries_of(page, source, client=client, seen=seen)
    entries = await with_full_text(listed, source, client=client, known=validators.known)
    told = tuple(entry for entry in entries if entry.title or entry.body)
    return Collected(source=source, entries=told, kind="site map")


def _check_patience(validators: Validators, now: datetime) -> None:
    """Raise while its server wants to be left in peace."""
    until = validators.not_before
    if until is not None and now < until:
        line = f"its server asked not to be visited before {until:%Y-%m-%d %H:%M} UTC: it will be tried again then"
        raise SourceError(line, retry_at=until)


async def _complete(
    entries: tuple[Entry, ...], source: Source, reply: Reply, *, client: Client, known: Known
) -> tuple[Entry, ...]:
    """A feed's entries with the text of their pages; a page by itself, if robots may read it."""
    if _kind(reply) in FEEDS:
        return await with_full_text(entries, source, client=client, known=known)
    if not await Robots(client).allow(reply.url, in_doubt=True):
        raise SourceError("its robots.txt asks programs not to read this page: look for its feed")
    return entries


async def _asked(source: Source, validators: Validators, client: Client) -> tuple[str, Reply]:
    """Ask where it was found the last time, or is bound to be; if it is no more, at its own address."""
    better = validators.url or known_feed(source.url)
    if better:
        try:
            return better, await client.get(better, validators if validators.url else Validators())
        except SourceError as error:
            if error.retry_at is not None and not error.gone:
                raise
    return source.url, await client.get(source.url, Validators() if better else validators)


def _kind(reply: Reply) -> Kind:
    return kind_of(reply.body, content_type=reply.content_type)


def _document(source: Source, reply: Reply) -> Document:
    return Document(
        data=reply.body,
        url=reply.url,
        guid=reply.url,
        outlet=source.title or domain(reply.url),
        content_type=reply.content_type,
    )
