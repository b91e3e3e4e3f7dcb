"""Brake on suppressions: decides whether so many addresses at once can all be dead. Pure.

One bad run of a relay (no login, a wrong recipient table) refuses every recipient, often with the words for an unknown
one. Without a brake such a run would suppress a newsletter's whole list for good.
"""

from __future__ import annotations

import enum
import re
from dataclasses import dataclass
from datetime import timedelta

from digest.deliver.bounces.classify import MailKind, recognise_failure

#: Suppressions within this time are judged together.
PERIOD = timedelta(days=1)
#: More than one in so many subscribers is suspicious ...
_MAX_FRACTION = 5
#: ... and of a list shorter than this, more than one subscriber.
_SMALL_LIST = 25

_PERMANENT_REPLY = re.compile(r"5\d\d(?![\d.])")
#: The server supports no international addresses (RFC 6531, section 3.5): a matter of this address.
_NO_INTERNATIONAL_ADDRESS = re.compile(r"\b5\.6\.(?:7|8|9|10)\b")


class RefusalKind(enum.Enum):
    """What a server's permanent refusal says about the address."""

    #: The address does not exist: it is to be suppressed.
    ADDRESS = "address"
    #: The server refuses the sender, its mail, or gives no reason that concerns the address.
    SENDER = "sender"
    #: Another reason of this subscriber's: a full mailbox, say.
    OTHER = "other"


def refusal_kind(reply: str) -> RefusalKind:
    """What the reply to a mail that failed while it was sent says about the address."""
    kind = recognise_failure("", reply)
    if kind is MailKind.HARD_BOUNCE:
        return RefusalKind.ADDRESS
    if not _PERMANENT_REPLY.match(reply) or _NO_INTERNATIONAL_ADDRESS.search(reply):
        return RefusalKind.OTHER
    return RefusalKind.SENDER if kind in {None, MailKind.REJECTED} else RefusalKind.OTHER


@dataclass(frozen=True, slots=True, kw_only=True)
class RecentSuppressions:
    """A newsletter's suppressions within the last ``PERIOD``."""

    #: Subscribers who get mail, and those who were suppressed within the period.
    subscribers: int
    #: Subscribers who were suppressed, or whose suppression is held back.
    suppressed: int = 0
    #: The edition has refusals that wait for a review.
    is_suspected: bool = False

    @property
    def limit(self) -> int:
        """The number of subscribers that may be suppressed, or refused for the sender's sake, within the period."""
        return 1 if self.subscribers < _SMALL_LIST else self.subscribers // _MAX_FRACTION


def must_hold_back(recent: RecentSuppressions, *, addresses: int, sender_refusals: int = 0) -> bool:
    """Whether these further suppressions are to be held back, and the recent ones with them.

    ``sender_refusals`` are the edition's refusals of the sender: so many mean that the server takes nothing from us,
    and then its words about addresses prove nothing either.
    """
    if recent.is_suspected:
        return addresses + sender_refusals > 0
    return sender_refusals > recent.limit or (addresses > 0 and recent.suppressed + addresses > recent.limit)


class RefusalBrake:
    """Stops the sending of an edition as soon as more of its mails are refused than can be the subscribers' fault."""

    def __init__(self, recent: RecentSuppressions, *, addresses: int, sender_refusals: int) -> None:
        # Earlier editions may have used up the limit: this one stops at its first refusal, not before.
        self._remaining_addresses = max(recent.limit - recent.suppressed, 0) - addresses
        self._remaining_sender_refusals = recent.limit - sender_refusals
        self._is_suspected = recent.is_suspected

    @property
    def is_on(self) -> bool:
        """Send no further mail of the edition."""
        return self._is_suspected or self._remaining_addresses < 0 or self._remaining_sender_refusals < 0

    def record_refusal(self, reply: str) -> None:
        """Count a mail that the server refused for good."""
        match refusal_kind(reply):
            case RefusalKind.ADDRESS:
                self._remaining_addresses -= 1
            case RefusalKind.SENDER:
                self._remaining_sender_refusals -= 1
            case RefusalKind.OTHER:
                pass
