"""What the program asks of its replaceable parts; each has two implementations or more.

A part is named in the settings by a short name; ``app.py`` puts the named one in its place.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from digest.model import Article, Entry, Source


def _none_of(_: Collection[str]) -> frozenset[str]:
    return frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchState:
    """What is remembered of a source; first what its server gave to ask "has it changed?" with (RFC 9110, 8.8)."""

    etag: str = ""
    last_modified: str = ""
    #: Where they were given, if not at the source's own address: its feed as discovered, or where it moved for good.
    url: str = ""
    #: Its server asked not to be visited before then, and what it said.
    not_before: datetime | None = None
    refusal: str = ""
    #: It was a feed when it was last read.
    is_feed: bool = False
    #: Which of these guids did it bring before?
    known: Callable[[Collection[str]], frozenset[str]] = _none_of
    #: Teasers that it brought before, whose pages are to be asked for again now.
    pending_pages: tuple[Entry, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Collected:
    """What one visit to one source brought."""

    source: Source
    entries: tuple[Entry, ...]
    #: The source's own title, as published; empty if it has none.
    title: str = ""
    #: What it turned out to be, for people: ``feed``, ``page``, ``list of 12 feeds``; empty where nothing new came.
    kind: str = ""
    fetch_state: FetchState = FetchState()
    #: The server said that nothing changed since the last visit.
    unchanged: bool = False
    #: Parts of the source that could not be read, one line each (a file in a folder, say).
    problems: tuple[str, ...] = ()
    #: Addresses of other feeds that its page names.
    feed_urls: tuple[str, ...] = ()
    #: Teasers, by guid, whose pages could not be had now, and before when their server asked not to be visited again.
    pending_pages: Mapping[str, datetime | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchInterval:
    """How often a source is visited on schedule."""

    #: Failed visits in a row.
    failures: int = 0
    #: Between visits while it works; zero where its rhythm isn't known.
    interval_s: int = 0
    #: Not before then; None for whenever others are visited.
    next_fetch: datetime | None = None


class Collector(Protocol):
    """Visits one source. Raises ``sources.SourceError`` with one clear line if it can't be read."""

    async def __call__(self, source: Source, validators: FetchState) -> Collected: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """How long a brief may be: at most ``words`` if set, else ``sentences``; sentences are never cut."""

    sentences: int = 3
    words: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A sentence that a brief may use, and where it stands."""

    text: str
    article: Article
    #: 0 for the article's first sentence.
    position: int
    #: 0 for the article's first paragraph.
    paragraph: int


class Summarizer(Protocol):
    """Chooses the sentences that tell a story, in reading order, none twice, within the budget."""

    def __call__(self, candidates: Sequence[Candidate], budget: Budget, *, language: str) -> tuple[Candidate, ...]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One mail to one recipient: its envelope and its content (RFC 5322)."""

    #: The delivery's id in the ledger.
    id: int
    #: The same on every try.
    message_id: str
    #: The address that bounces go to.
    sender: str
    recipient: str
    #: Header and body, each line ending with CRLF, in chunks. Messages of one edition share most chunks, uncopied.
    chunks: tuple[bytes, ...]
    #: The content is known to be ASCII, with CRLF as its only line end, and without a dot at the beginning of a line.
    is_wire_ready: bool = False

    @property
    def content(self) -> bytes:
        """All chunks joined."""
        return b"".join(self.chunks)

    @property
    def size(self) -> int:
        """Length of the content in bytes."""
        return sum(map(len, self.chunks))


class SendOutcome(enum.Enum):
    """What a service's answer means for a message."""

    #: The service took the message over.
    ACCEPTED = "accepted"
    #: The service refuses this message or this recipient for good.
    REJECTED = "rejected"
    #: The service refuses the message for now: retry later.
    DEFERRED = "deferred"
    #: The service refuses the sender or the account; no message is at fault: retry later.
    SENDER_REJECTED = "sender rejected"
    #: The connection ended before the message was complete, so that it can't have arrived: retry at once.
    INTERRUPTED = "interrupted"
    #: The whole message was sent and no answer came: it may have arrived.
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class SendResult:
    """The result of one try to send a message."""

    message: Message
    outcome: SendOutcome
    #: The service's answer in one line, or why there is none; it is stored in the ledger.
    reply: str
    #: The service's numeric status, if it has any: an SMTP or HTTP code.
    code: int | None = None


class Outbox(Protocol):
    """A mailer's source of messages, and the record of their results."""

    @property
    def is_closing(self) -> bool:
        """Start no further message; finish those that are under way."""
        ...

    def next_message(self) -> Message | None:
        """Take the next message to send; None while there is none."""
        ...

    def commit(self, results: Sequence[SendResult], starting: Sequence[Message]) -> frozenset[int]:
        """Commit results, and that ``starting`` are about to be sent, in one transaction.

        Returns the ids of ``starting`` that may be sent: not those whose subscriber left meanwhile. A message must not
        be sent before this returns, and each message returned by ``next_message`` gets one result, or is not started.
        """
        ...


#: Called with one line for the user, now and then.
Notify = Callable[[str], None]


def ignore_notice(_: str) -> None:
    """Default for ``Notify``: discard the line."""


class Mailer(Protocol):
    """Sends an outbox's messages until there is none. Raises ``MailError`` if the service can't be used at all.

    A mailer that sends one message at a time is this loop::

        while not outbox.is_closing and (message := outbox.next_message()):
            if message.id in outbox.commit([], [message]):
                outbox.commit([send(message)], [])
    """

    def __call__(self, outbox: Outbox) -> None: ...
