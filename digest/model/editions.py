"""What goes out: editions, to subscribers, one delivery each."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from digest.model.stories import Slot


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


class Outcome(enum.StrEnum):
    """Where one mail to one subscriber stands."""

    PENDING = "pending"
    SENDING = "sending"
    SENT = "sent"
    RETRY = "retry"
    FAILED = "failed"
    UNKNOWN = "unknown"
    SUPPRESSED = "suppressed"
    #: It was sent, and came back.
    BOUNCED = "bounced"

    @property
    def is_final(self) -> bool:
        return self in {Outcome.SENT, Outcome.FAILED, Outcome.SUPPRESSED, Outcome.BOUNCED}


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
