"""Fetches the page of a known article again, with the same politeness as the first time."""

from __future__ import annotations

import enum
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from digest.collect.documents.kind import DocumentKind, detect_kind
from digest.collect.isolated import call_isolated, is_heavy
from digest.collect.pages.page_text import page_blocks
from digest.collect.reader import Document, read_document
from digest.model.articles import BodyFormat, Entry
from digest.model.errors import SourceError, one_line
from digest.model.protocols import FetchState
from digest.text.urls import url_identity

if TYPE_CHECKING:
    from digest.http.client import Client, Reply
    from digest.http.robots import Robots
    from digest.model.newsletters import Source

_NO_STATE = FetchState()


class VisitOutcome(enum.StrEnum):
    """What a visit of a page found."""

    READ = "read"
    #: The server answered that the page is as it was.
    UNCHANGED = "unchanged"
    #: The page was removed, or leads to another one.
    GONE = "gone"
    MOVED = "moved"
    #: It shows a notice (a consent form, a login) instead of the article.
    NO_ARTICLE = "no article"
    #: robots.txt forbids it.
    FORBIDDEN = "forbidden"
    #: The server asked to wait: no request was made, or none that counts.
    POSTPONED = "postponed"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class PageVisit:
    """Result of a visit."""

    outcome: VisitOutcome
    #: In one line, where the page wasn't read.
    detail: str = ""
    #: The entry with the text of its page now; None unless it was read.
    entry: Entry | None = None
    #: The headline on the page.
    title: str = ""
    #: Blocks of text of the whole page.
    blocks: tuple[str, ...] = ()
    #: For the next conditional request.
    fetch_state: FetchState = _NO_STATE
    #: The server takes no request before.
    retry_at: datetime | None = None
    #: An exception that nothing foresaw, for the log.
    exception: Exception | None = None


async def visit_page(entry: Entry, state: FetchState, source: Source, *, client: Client, robots: Robots) -> PageVisit:
    """Fetch and read the page of ``entry``; ``state`` makes the request conditional. Never raises ``SourceError``."""
    try:
        if not await robots.is_allowed(entry.page_url):
            return PageVisit(outcome=VisitOutcome.FORBIDDEN, detail="robots.txt forbids it")
        await robots.wait_for_turn(entry.page_url)
        reply = await client.get(entry.page_url, state)
    except SourceError as error:
        return _failure(error)
    if reply.unchanged:
        return PageVisit(outcome=VisitOutcome.UNCHANGED, fetch_state=state)
    if url_identity(reply.url) != url_identity(entry.page_url):
        return PageVisit(outcome=VisitOutcome.MOVED, detail=f"it leads to {reply.url}")
    try:
        return await _read(entry, reply, source, client)
    except SourceError as error:
        return PageVisit(outcome=VisitOutcome.NO_ARTICLE, detail=one_line(str(error)), fetch_state=reply.fetch_state)


def _failure(error: SourceError) -> PageVisit:
    detail = one_line(str(error))
    if error.gone or error.status in {404, 410}:
        return PageVisit(outcome=VisitOutcome.GONE, detail=detail)
    if error.retry_at:
        return PageVisit(outcome=VisitOutcome.POSTPONED, detail=detail, retry_at=error.retry_at)
    return PageVisit(outcome=VisitOutcome.FAILED, detail=detail)


async def _read(entry: Entry, reply: Reply, source: Source, client: Client) -> PageVisit:
    if detect_kind(reply.body, content_type=reply.content_type) is not DocumentKind.HTML:
        raise SourceError("it is no page any more")
    document = Document(data=reply.body, url=reply.url, guid="", outlet="", content_type=reply.content_type)
    if is_heavy(document):
        limit_s, slot = client.settings.timeout_s, client.limits.for_parsing()
        page, blocks = await call_isolated(
            read_page_and_blocks, document, source.without_password(), entry.seen, timeout_s=limit_s, slot=slot
        )
    else:
        page, blocks = read_page_and_blocks(document, source, entry.seen)
    return PageVisit(
        outcome=VisitOutcome.READ,
        entry=replace(entry, body=page.body, form=BodyFormat.HTML),
        title=page.title,
        blocks=blocks,
        fetch_state=reply.fetch_state,
    )


def read_page_and_blocks(document: Document, source: Source, seen: datetime) -> tuple[Entry, tuple[str, ...]]:
    """The page's article, and all of its text. Raises ``SourceError``."""
    entry = read_document(document, source, seen=seen).entries[0]
    return entry, page_blocks(document.data, document.content_type)
