"""The nouns, one type for each stage of the sentence, all frozen.

Source → Entry → Article → Story → Ranked → Brief → Digest → Edition → Delivery

A value exists only once its stage has run: nothing here is half filled, and ``None`` never means "not done yet".
Every ``datetime`` is aware; inside the program it is UTC. The glossary is in ``digest/README.md``.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Literal

# --- what a person defines ---------------------------------------------------------------------------------------

FullText = Literal["auto", "always", "never"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where articles come from: exactly one of ``url`` and ``path`` is set."""

    id: str
    url: str = ""
    path: Path | None = None
    #: The name readers see; the feed's own title where empty.
    title: str = ""
    section: str = ""
    #: How much its articles count when stories are ranked; 1 is normal.
    weight: float = 1.0
    full_text: FullText = "auto"
    #: A CSS selector for the article's text on a stubborn site.
    selector: str = ""

    @property
    def address(self) -> str:
        """The address as the person gave it."""
        return self.url or str(self.path)


@dataclass(frozen=True, slots=True, kw_only=True)
class Newsletter:
    """What is sent, to whom it is addressed, and when."""

    id: str
    title: str
    #: The From header's mailbox: ``Name <name@example.org>``.
    sender: str = ""
    #: Ids of sources; empty means all.
    sources: tuple[str, ...] = ()
    schedule: str = "daily 07:00"
    #: An IANA zone name.
    timezone: str = "UTC"
    #: How many stories an edition has at most; None for no limit.
    stories: int | None = 10
    #: How long a brief is: sentences, or words where that is set.
    sentences: int = 3
    words: int | None = None
    summarizer: str = "default"
    template: str = "briefing"


# --- collect: Source → Entry -------------------------------------------------------------------------------------


class Form(enum.StrEnum):
    """What an entry's body is written in."""

    HTML = "html"
    TEXT = "text"
    MARKDOWN = "markdown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """A picture that belongs to an article; ``width`` and ``height`` in pixels where known."""

    url: str
    alt: str = ""
    width: int | None = None
    height: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One item as its source published it: nothing repaired, nothing trusted."""

    source_id: str
    #: What tells it from the source's other entries: GUID, else link, else a hash of the content.
    guid: str
    url: str
    title: str
    body: str
    form: Form
    #: When it was first seen here.
    seen: datetime
    #: The source's name, as published or as the person set it.
    source: str
    author: str = ""
    published: datetime | None = None
    #: As declared by the source (BCP 47), unchecked; empty if it did not say.
    language: str = ""
    image: Image | None = None


# --- clean: Entry → Article --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """A readable article: canonical URL, plain paragraphs of body text, a known language."""

    #: Stable: the same article has the same id in every run.
    id: str
    source_id: str
    source: str
    url: str
    title: str
    paragraphs: tuple[str, ...]
    #: The published date, or when it was first seen; never in the future.
    published: datetime
    #: BCP 47 primary tag: ``en``, ``de``; ``und`` if it can't be told.
    language: str
    author: str = ""
    image: Image | None = None

    @property
    def words(self) -> int:
        """How many words the body has, as white space separates them."""
        return sum(len(paragraph.split()) for paragraph in self.paragraphs)


# --- group: Articles → Story -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """Articles about one event, the lead first."""

    articles: tuple[Article, ...]
    #: Near-copies (wire text) of an article above; named, never summarized.
    copies: tuple[Article, ...] = ()

    @property
    def lead(self) -> Article:
        """The article that gives the story its title and link."""
        return self.articles[0]


# --- rank: Story → Ranked, LeftOut -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """One part of a score: ``coverage +0.40 (3 outlets)``."""

    name: str
    points: float
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranked:
    """A story that is in, with why it stands where it does."""

    story: Story
    #: The sum of the reasons' points.
    score: float
    reasons: tuple[Reason, ...]
    section: str = ""
    #: It was in an earlier edition and something material is new.
    update: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """An article that was collected and is not in the digest, and why."""

    article: Article
    reason: str


# --- summarize: Ranked → Brief -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """A whole sentence, word for word as it stands in ``article``."""

    text: str
    article: Article


@dataclass(frozen=True, slots=True, kw_only=True)
class Brief:
    """A story told in verbatim sentences."""

    ranked: Ranked
    sentences: tuple[Sentence, ...]

    @property
    def story(self) -> Story:
        return self.ranked.story


# --- compose: Briefs → Digest ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Slot:
    """The local date (and time, where a newsletter has several a day) that an edition is for."""

    #: The instant at which it falls due, in UTC.
    due: datetime
    #: ``2026-03-29`` or ``2026-03-29T18:30``; with the newsletter's id it names the edition.
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """How far back an edition looks: ``start <= published < end``."""

    start: datetime
    end: datetime

    def __contains__(self, instant: datetime) -> bool:
        return self.start <= instant < self.end


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """A source that could not be collected; shown to people, never raised."""

    #: The source's name as readers see it.
    source: str
    #: The address as given.
    url: str
    #: What went wrong and what to do, in one line.
    error: str
    #: The server asked not to be visited before then.
    retry_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """A newsletter's content for one slot."""

    newsletter: Newsletter
    slot: Slot
    window: Window
    language: str
    briefs: tuple[Brief, ...]
    left_out: tuple[LeftOut, ...] = ()
    failures: tuple[Failure, ...] = ()


# --- render: Digest → Edition ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """A digest dressed and frozen: these very bytes are sent, however often delivery is resumed."""

    newsletter_id: str
    slot: Slot
    subject: str
    preheader: str
    html: str
    text: str
    language: str
    reading_minutes: int
    #: Those who get the same content; empty for everyone.
    audience: str = ""
    revision: int = 1


# --- deliver: Edition × Subscriber → Delivery --------------------------------------------------------------------


class Outcome(enum.StrEnum):
    """Where one mail to one subscriber stands."""

    PENDING = "pending"
    SENDING = "sending"
    SENT = "sent"
    RETRY = "retry"
    FAILED = "failed"
    UNKNOWN = "unknown"
    SUPPRESSED = "suppressed"

    @property
    def is_final(self) -> bool:
        return self in {Outcome.SENT, Outcome.FAILED, Outcome.SUPPRESSED}


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscriber:
    """Someone who reads; ``address`` is as given, and unique without regard to case."""

    id: int
    address: str
    name: str = ""
    #: What the person asked for, beside the newsletter: zone, rhythm, topics.
    preferences: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One row of the ledger: one edition to one subscriber."""

    id: int
    edition_id: int
    subscriber: Subscriber
    message_id: str
    outcome: Outcome
    attempts: int = 0
    #: The server's last words, raw.
    reply: str = ""
    next_try: datetime | None = None
