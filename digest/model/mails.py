"""Mails that are sources: what is remembered of each, of its sender, and of the folder that it was read from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class MailRecord:
    """A mail of a source that was looked at: it became articles, waits for the operator, or can't be read."""

    #: Hash of Message-ID and sender's domain: the same for a mail that was moved, or came twice.
    key: str
    #: Where it was: UIDVALIDITY and UID, or the name of its file.
    place: str
    #: Address in lower case; empty unless the mail names exactly one.
    sender: str
    subject: str
    #: By its own Date; None if it has none.
    sent: datetime | None
    #: It became articles, or has nothing to read: it is not looked at again.
    is_read: bool
    #: A trusted server says that a signature of the sender's domain is valid.
    is_verified: bool = False
    #: The server whose word was asked for; empty if none.
    judged_by: str = ""
    #: It asks for the confirmation of a subscription.
    asks_confirmation: bool = False
    #: Why it can't be read, in one line; empty otherwise.
    problem: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MailboxState:
    """What is known of a source's folder before it is read."""

    #: UIDs are valid as long as this number is the same (RFC 3501, section 2.3.1.1).
    uid_validity: int = 0
    #: Ranges of UIDs that were looked at, in order, both ends included.
    done: tuple[tuple[int, int], ...] = ()
    #: Senders that the operator allowed (true) or refused: an address, or ``@domain``.
    decisions: Mapping[str, bool] = field(default_factory=dict)
    #: Places of mails that waited, and may be read now.
    recheck: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class MailRun:
    """What reading a source's folder brought besides entries: to be stored with them, in one transaction."""

    uid_validity: int = 0
    done: tuple[tuple[int, int], ...] = ()
    records: tuple[MailRecord, ...] = ()
    #: Places of ``recheck`` without a mail: it was deleted or moved.
    gone: tuple[str, ...] = ()
