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
    """One mail to one reader: what stands on the envelope, and what is in it."""

    #: The delivery's id in the ledger.
    id: int
    #: The same on every try.
    message_id: str
    #: Where bounces go.
    sender: str
    recipient: str
    #: Header and body; each line ends with CRLF. Most pieces are the same in all letters, and are copied for none.
    chunks: tuple[bytes, ...]
    #: Its maker knows that all is ASCII, that no line begins with a dot, and that there are no other line ends.
    is_wire_ready: bool = False

    @property
    def content(self) -> bytes:
        """The pieces as one."""
        return b"".join(self.chunks)

    @property
    def size(self) -> int:
        """How many bytes it has."""
        return sum(map(len, self.chunks))


class Stage(enum.IntEnum):
    """How far a letter came on its way, in the words of RFC 5321."""

    MAIL = 1
    RCPT = 2
    DATA = 3
    #: The final dot left: whether it arrived, only the server's reply tells.
    CONTENT = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class SendResult:
    """What was heard of a letter: the server's last word on it."""

    message: Message
    stage: Stage
    #: The reply's code (RFC 5321, 4.2); 0 where the line went dead without one.
    code: int
    text: str


class Outbox(Protocol):
    """Where a mailer gets its letters, and says what became of them."""

    @property
    def is_closing(self) -> bool:
        """Nothing new is to be sent; what is under way may end."""
        ...

    def take(self) -> Message | None:
        """The next letter to try; None while there is none."""
        ...

    def settle(self, reports: Sequence[SendResult], starting: Sequence[Message]) -> frozenset[int]:
        """Commit what was heard, and which letters' contents leave next.

        The ids of those that may leave: not all, if the ledger says that someone's mail is not wanted any more.
        """
        ...


#: Called with one line for a person, now and then.
Notify = Callable[[str], None]


def ignore_notice(_: str) -> None:
    """Where nobody listens."""


class Mailer(Protocol):
    """Carries an outbox's letters, until there is none to take. Raises ``MailError`` if no server takes any."""

    def __call__(self, outbox: Outbox) -> None: ...
