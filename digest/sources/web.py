"""One visit to an address on the web: what it answers, told apart by its own bytes, becomes entries."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from digest.errors import SourceError
from digest.model import Entry, Source
from digest.ports import Collected, Validators
from digest.sources.document import Document
from digest.sources.fulltext import with_full_text
from digest.sources.kind import Kind, kind_of
from digest.sources.opml import read_opml
from digest.sources.robots import Robots
from digest.sources.worker import read
from digest.urls import domain

if TYPE_CHECKING:
    from digest.sources.http import Client, Reply

_FEEDS = {Kind.FEED, Kind.JSON}


async def visit(
    source: Source, validators: Validators, *, client: Client, seen: datetime
) -> Collected | tuple[Source, ...]:
    """Fetch the source and read it: a site's address leads to its feed, a list of feeds gives those."""
    reply = await _known(source, validators, client)
    if reply.unchanged:
        return Collected(source=source, entries=(), validators=validators, unchanged=True)
    if _kind(reply) is Kind.OPML:
        return read_opml(reply.body, content_type=reply.content_type)
    feed = _feed_of(reply)
    home = feed or reply.moved_to or validators.url
    if feed:
        reply = await _feed(feed, client)
    contents = await read(_document(source, reply), source, seen=seen, timeout_s=client.fetch.timeout_s)
    return Collected(
        source=source,
        entries=await _complete(contents.entries, source, reply, client=client, known=validators.known),
        title=contents.title,
        validators=replace(reply.validators, url="" if home == source.url else home),
    )


async def _feed(url: str, client: Client) -> Reply:
    """The feed that a page names."""
    reply = await client.get(url)
    if _kind(reply) not in _FEEDS:
        raise SourceError(f"its page names {url} as its feed, and that is none: give the feed's address")
    return reply


async def _complete(
    entries: tuple[Entry, ...], source: Source, reply: Reply, *, client: Client, known: frozenset[str]
) -> tuple[Entry, ...]:
    """A feed's entries with the text of their pages; a page by itself, if robots may read it."""
    if _kind(reply) in _FEEDS:
        return await with_full_text(entries, source, client=client, known=known)
    if not await Robots(client).allow(reply.url):
        raise SourceError("its robots.txt asks programs not to read this page: look for its feed")
    return entries


async def _known(source: Source, validators: Validators, client: Client) -> Reply:
    """Ask where it was found the last time; if that is no more, at its own address."""
    if validators.url:
        try:
            return await client.get(validators.url, validators)
        except SourceError as error:
            if error.retry_at is not None:
                raise
    return await client.get(source.url, Validators() if validators.url else validators)


def _kind(reply: Reply) -> Kind:
    return kind_of(reply.body, content_type=reply.content_type)


def _feed_of(reply: Reply) -> str:
    """The feed that a site's front page names; empty for an article, which stands for itself, and for all else."""
    from digest.sources.head import read_head
    from digest.sources.page import read_tree

    if _kind(reply) is not Kind.HTML:
        return ""
    head = read_head(read_tree(reply.body, reply.content_type), reply.url)
    return head.feeds[0] if head.feeds and (_is_front(reply.url) or not head.is_article) else ""


def _is_front(url: str) -> bool:
    from urllib.parse import urlsplit

    parts = urlsplit(url)
    return parts.path in {"", "/"} and not parts.query


def _document(source: Source, reply: Reply) -> Document:
    return Document(
        data=reply.body,
        url=reply.url,
        guid=reply.url,
        outlet=source.title or domain(reply.url),
        content_type=reply.content_type,
    )
