"""Protocols of the replaceable parts (collector, ranker, summarizer, mailer) and the values that cross them.

Settings name a part; ``settings/plugins.py`` finds it, and ``pipeline/parts.py`` makes it. ``config/PLUGINS.md`` shows
how to write each.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from digest.model.articles import Article, Entry
from digest.model.mails import MailboxState, MailRun
from digest.model.newsletters import Source
from digest.model.published_stories import PublishedEdition
from digest.model.stories import Ranked


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchState:
    """State of a source after its last fetch."""

    #: Validators for a conditional request (RFC 9110, 8.8).
    etag: str = ""
    last_modified: str = ""
    #: The address that gave them, if not the source's own: its discovered feed, or the target of a permanent redirect.
    url: str = ""
    #: The server asked for no request before then (Retry-After), with its message.
    not_before: datetime | None = None
    refusal: str = ""
    #: The last fetch found a feed.
    is_feed: bool = False
    #: Known teasers whose pages failed before and are due for another try.
    pending_pages: tuple[Entry, ...] = ()
    #: The newest guids that are stored, for a plugin's collector: it can't ask the store.
    newest_guids: tuple[str, ...] = ()
    #: Of a folder of mails.
    mailbox: MailboxState = field(default_factory=MailboxState)


#: Returns which of these guids of a source are stored already.
KnownGuids = Callable[[Collection[str]], frozenset[str]]


def no_known_guids(_: Collection[str]) -> frozenset[str]:
    """Treats every entry as new."""
    return frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Collected:
    """Result of collecting one source."""

    source: Source
    entries: tuple[Entry, ...]
    #: The source's own title, as published; empty if it has none.
    title: str = ""
    #: Kind of the source, for display: ``feed``, ``page``, ``list of 12 feeds``; empty if nothing changed.
    kind: str = ""
    fetch_state: FetchState = FetchState()
    #: The server answered that nothing changed since the last fetch.
    unchanged: bool = False
    #: Parts of the source that could not be read, one line each (a file in a folder, say).
    problems: tuple[str, ...] = ()
    #: Unexpected exceptions behind some of the problems, for the log.
    exceptions: tuple[Exception, ...] = field(default=(), compare=False)
    #: Addresses of further feeds that its page names.
    feed_urls: tuple[str, ...] = ()
    #: Teasers, by guid, whose pages could not be fetched, with the earliest time that their server allows another try.
    pending_pages: Mapping[str, datetime | None] = field(default_factory=dict)
    #: Of a folder of mails; None for any other source.
    mail_run: MailRun | None = None
    #: Time that fetching and parsing took.
    duration_s: float = field(default=0.0, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchInterval:
    """Interval between a source's scheduled fetches."""

    #: Failed fetches in a row.
    failures: int = 0
    #: While the source works; zero if unknown.
    interval_s: int = 0
    #: None means that the source is fetched in every run.
    next_fetch: datetime | None = None


class Collector(Protocol):
    """Collects one source. Raises ``SourceError`` with a one-line message if it can't be read.

    A plugin may be a plain function instead of a coroutine. It runs in a process of its own, where only the newest
    guids are known.
    """

    async def __call__(self, source: Source, state: FetchState, known_guids: KnownGuids) -> Collected: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """Maximum length of a brief: ``words`` if set, else ``sentences``; sentences are never cut."""

    sentences: int = 3
    words: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """Sentence that a brief may use, with its position."""

    text: str
    article: Article
    #: 0 for the article's first sentence.
    position: int
    #: 0 for the article's first paragraph.
    paragraph: int


class Summarizer(Protocol):
    """Chooses the sentences of a brief, in reading order, none twice, within the budget."""

    def __call__(self, candidates: Sequence[Candidate], budget: Budget, *, language: str) -> tuple[Candidate, ...]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class RankingContext:
    """The edition that stories are ranked for."""

    #: The time of its slot.
    now: datetime
    #: Labels of the sources (a political leaning, a country) by id.
    labels: Mapping[str, str] = field(default_factory=dict)


class Ranker(Protocol):
    """Orders stories, the best first. The newsletter's limits apply to its order; what it leaves out is left out."""

    def __call__(self, stories: Sequence[Ranked], context: RankingContext, /) -> Sequence[Ranked]: ...


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
    #: The service asks for no other try of this message within so many seconds (HTTP: Retry-After).
    retry_after_s: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """Return address and recipient of a mail."""

    sender: str
    recipient: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EnvelopeRefusal:
    """A service's refusal to take mail with this envelope."""

    envelope: Envelope
    code: int
    #: The service's answer in one line.
    reply: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerReport:
    """Result of testing a mail server without sending."""

    #: One line.
    description: str
    refusals: tuple[EnvelopeRefusal, ...] = ()


class Outbox(Protocol):
    """A mailer's source of messages, and the record of their results."""

    @property
    def is_closing(self) -> bool:
        """Start no further message; finish those that are under way."""
        ...

    def next_message(self) -> Message | None:
        """Take the next message to send; None while there is none."""
        ...

    @property
    def wait_s(self) -> float | None:
        """After ``next_message`` returned None: in how many seconds to ask again, as messages wait for their turn in a
        rate; None if there are no more.
        """
        ...

    @property
    def edition(self) -> PublishedEdition | None:
        """The edition of all messages, for a mailer that sends no mails; None for other mails, as of confirmations."""
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

        while not outbox.is_closing:
            if message := outbox.next_message():
                if message.id in outbox.commit([], [message]):
                    outbox.commit([send(message)], [])
            elif outbox.wait_s is None:
                break
            else:
                time.sleep(outbox.wait_s)
    """

    def __call__(self, outbox: Outbox) -> None: ...


class Stop(Protocol):
    """Request to stop: a ``threading.Event`` is one."""

    def is_set(self) -> bool: ...
