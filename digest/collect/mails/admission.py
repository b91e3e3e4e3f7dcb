"""Decides which mails of a mailbox become articles: those of allowed senders, if a trusted server verified them. Pure.

Anybody can write to a mailbox, under any sender's name. A mail of anybody else waits for the operator.
"""

from __future__ import annotations

import enum
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from email import message_from_bytes
from email.message import Message
from email.utils import getaddresses

from digest.collect.mails.confirmations import asks_confirmation
from digest.collect.mails.headers import header_text, read_headers
from digest.inbound.authentication import is_signed_by_author
from digest.inbound.mail_folder import MailHead
from digest.model.mails import MailRecord
from digest.model.newsletters import ANYBODY, Source
from digest.text.mail_addresses import parseable_addresses
from digest.text.mail_header import clean_header

_MAX_RESULTS = 20
_MAX_SUBJECT, _MAX_ADDRESS = 300, 254


class Admission(enum.Enum):
    """What happens to a mail."""

    READ = "read"
    #: Its sender waits for the operator, or was refused.
    UNKNOWN_SENDER = "unknown sender"
    #: Its sender is allowed, and nothing proves that the mail is by the sender.
    UNVERIFIED = "unverified"
    CONFIRMATION = "confirmation"


@dataclass(frozen=True, slots=True, kw_only=True)
class SenderPolicy:
    """Whose mails a source reads."""

    #: As ``Source.senders``.
    senders: tuple[str, ...] = ()
    #: As ``MailboxState.decisions``.
    decisions: Mapping[str, bool] = field(default_factory=dict)
    #: The server whose word on signatures is believed; without one, no mail is verified.
    authserv_id: str = ""

    @property
    def takes_anybody(self) -> bool:
        return ANYBODY in self.senders

    def allows(self, sender: str) -> bool:
        """Whether mails by this sender are read, if they are verified."""
        if self.takes_anybody or matches(sender, self.senders):
            return True
        domain = f"@{sender.rpartition('@')[2]}"
        return self.decisions.get(sender, self.decisions.get(domain, False)) if sender else False


@dataclass(frozen=True, slots=True, kw_only=True)
class MailHeader:
    """The headers of a mail by which it is admitted."""

    key: str
    #: In lower case; empty unless the mail names exactly one.
    sender: str
    subject: str
    sent: datetime | None
    #: Authentication-Results, the topmost first.
    authentication: tuple[str, ...]
    #: It is one of a mailing that can be unsubscribed from.
    is_mailing: bool


def policy_of(source: Source, decisions: Mapping[str, bool]) -> SenderPolicy:
    """Whose mails the source reads."""
    return SenderPolicy(senders=source.senders, decisions=decisions, authserv_id=source.authserv_id)


def matches(sender: str, patterns: tuple[str, ...]) -> bool:
    """Whether the address is one of ``news@example.org``, or of a domain: ``@example.org``."""
    return bool(sender) and (sender in patterns or f"@{sender.rpartition('@')[2]}" in patterns)


def read_header(mail: MailHead) -> MailHeader:
    """Parse the headers of a listed mail; never fails."""
    block = mail.header.replace(b"\r\n", b"\n").partition(b"\n\n")[0]
    message = message_from_bytes(block + b"\n\n")
    headers = read_headers(message)
    sender = author_address(message)
    identity = headers.message_id or f"{sender} {headers.subject} {headers.sent} {mail.size}"
    domain = sender.rpartition("@")[2]
    return MailHeader(
        key=hashlib.sha256(f"{identity} {domain}".encode(errors="replace")).hexdigest()[:32],
        sender=sender,
        subject=clean_header(headers.subject, _MAX_SUBJECT),
        sent=headers.sent,
        authentication=tuple(_values(message, "Authentication-Results")[:_MAX_RESULTS]),
        is_mailing=bool(_values(message, "List-Unsubscribe")),
    )


def author_address(message: Message) -> str:
    """The address in From, in lower case; empty unless there is exactly one. A signature may be of any of several."""
    values = _values(message, "From")
    addresses = [address for _, address in getaddresses([parseable_addresses(value) for value in values]) if address]
    if len(values) != 1 or len(addresses) != 1 or not header_text(message, "From", decoded=False):
        return ""
    address = addresses[0].strip()
    is_plain = clean_header(address) == address and len(address.split()) == 1  # nothing invisible makes it another's
    return address.lower() if "@" in address and is_plain and len(address) <= _MAX_ADDRESS else ""


def _values(message: Message, name: str) -> list[str]:
    return [str(value) for key, value in message.raw_items() if key.lower() == name.lower()]


def is_verified(header: MailHeader, authserv_id: str) -> bool:
    """Whether the trusted server says that a signature of the sender's domain is valid."""
    return is_signed_by_author(header.authentication, authserv_id, header.sender.rpartition("@")[2])


def admit(header: MailHeader, policy: SenderPolicy) -> Admission:
    """What happens to the mail. An issue of a newsletter that is read may ask for anything in its subject."""
    is_allowed = policy.allows(header.sender)
    if asks_confirmation(header.subject) and not (is_allowed and header.is_mailing):
        return Admission.CONFIRMATION
    if not is_allowed:
        return Admission.UNKNOWN_SENDER
    if policy.takes_anybody or is_verified(header, policy.authserv_id):
        return Admission.READ
    return Admission.UNVERIFIED


def record_of(mail: MailHead, header: MailHeader, admission: Admission, policy: SenderPolicy) -> MailRecord:
    """What is remembered of the mail."""
    return MailRecord(
        key=header.key,
        place=mail.place,
        sender=header.sender,
        subject=header.subject,
        sent=header.sent,
        is_read=admission in {Admission.READ, Admission.CONFIRMATION},
        is_verified=is_verified(header, policy.authserv_id),
        judged_by=policy.authserv_id,
        asks_confirmation=admission is Admission.CONFIRMATION,
    )
