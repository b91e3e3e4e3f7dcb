"""Editions, subscribers and deliveries."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from digest.model.slots import Slot


class EditionKind(enum.StrEnum):
    """The occasion of an edition."""

    #: The newsletter's schedule.
    DIGEST = "digest"
    #: One story that many outlets report at once.
    ALERT = "alert"


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """A rendered, frozen digest: every delivery sends these bytes, however often it is resumed."""

    newsletter_id: str
    slot: Slot
    subject: str
    preheader: str
    html: str
    text: str
    language: str
    reading_minutes: int
    #: Subscribers with the same content; empty for all.
    audience: str = ""
    revision: int = 1
    kind: EditionKind = EditionKind.DIGEST
    #: An editor's own text on top of it, and its author; empty without one. ``html`` and ``text`` have it too.
    note: str = ""
    note_author: str = ""


class Outcome(enum.StrEnum):
    """State of one delivery."""

    PENDING = "pending"
    SENDING = "sending"
    SENT = "sent"
    RETRY = "retry"
    FAILED = "failed"
    UNKNOWN = "unknown"
    SUPPRESSED = "suppressed"
    #: It was sent, and a bounce came back.
    BOUNCED = "bounced"

    @property
    def is_final(self) -> bool:
        return self in {Outcome.SENT, Outcome.FAILED, Outcome.SUPPRESSED, Outcome.BOUNCED}


class SuppressionState(enum.StrEnum):
    """State of an edition's decision about a subscriber's address."""

    #: The address is suppressed.
    WRITTEN = "written"
    #: Too many at once would be suppressed: the subscriber still gets mail, until an operator reviews it.
    HELD = "held"
    #: The server refused the sender together with many others: nothing to suppress, but an operator must review it.
    REFUSED = "refused"
    #: An operator said that the refusal was right.
    CONFIRMED = "confirmed"


#: Name of the preference for an attachment, and its value for an EPUB.
ATTACH, EPUB = "attach", "epub"


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscriber:
    """Recipient of newsletters; ``address`` is as entered, and unique regardless of case."""

    id: int
    address: str
    name: str = ""
    #: Choices of the subscriber for all newsletters: an attachment, and columns of imported files.
    preferences: Mapping[str, str] = field(default_factory=dict)
    #: Raised to revoke the subscriber's earlier links, those that unsubscribe excepted.
    links_version: int = 0

    @property
    def wants_epub(self) -> bool:
        """Whether each mail comes with its edition as an EPUB, for an e-reader."""
        return self.preferences.get(ATTACH) == EPUB


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """Row of the ledger: one edition to one subscriber."""

    id: int
    edition_id: int
    subscriber: Subscriber
    message_id: str
    outcome: Outcome
    attempts: int = 0
    #: The server's last reply, raw.
    reply: str = ""
    next_try: datetime | None = None
