"""Received mails as the pages show them: headers, HTML with its pictures, text, and the source."""

from __future__ import annotations

import base64
import re
from collections import deque
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage, Message
from email.policy import default
from threading import Lock

#: Older ones are forgotten.
_MAX_MAILS = 200
_HEAD = re.compile(r"<head\b[^>]*>", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivedMail:
    """One mail for one or several recipients."""

    id: int
    received: datetime
    recipients: tuple[str, ...]
    subject: str
    sender: str
    #: Complete, with embedded pictures as ``data:``; empty without an HTML part.
    html: str
    text: str
    source: str

    @property
    def kind(self) -> str:
        """The part to show first."""
        return "html" if self.html else "text"


@dataclass(slots=True)
class Inbox:
    """The newest received mails; filled in one thread and read in another."""

    _mails: deque[ReceivedMail] = field(default_factory=lambda: deque(maxlen=_MAX_MAILS))
    _last_id: int = 0
    _lock: Lock = field(default_factory=Lock)

    def add(self, recipients: tuple[str, ...], content: bytes) -> ReceivedMail:
        """Store a mail as it was received."""
        with self._lock:
            self._last_id += 1
            mail = parse_mail(content, id_=self._last_id, recipients=recipients, received=datetime.now(UTC))
            self._mails.append(mail)
        return mail

    def newest_first(self) -> tuple[ReceivedMail, ...]:
        """All mails that are stored."""
        with self._lock:
            return tuple(reversed(self._mails))

    def find(self, id_: int) -> ReceivedMail | None:
        """The mail with that number; None if it is forgotten."""
        return next((mail for mail in self.newest_first() if mail.id == id_), None)


def parse_mail(content: bytes, *, id_: int, recipients: tuple[str, ...], received: datetime) -> ReceivedMail:
    """Parse a mail; a part that is damaged is shown as far as it can be read."""
    message = message_from_bytes(content, policy=default)
    html = _part(message, "html")
    return ReceivedMail(
        id=id_,
        received=received,
        recipients=recipients,
        subject=_header(message, "Subject"),
        sender=_header(message, "From"),
        html=_complete(html, message) if html else "",
        text=_part(message, "plain"),
        source=content.decode("utf-8", "replace"),
    )


def _header(message: EmailMessage, name: str) -> str:
    """A header decoded; as it stands if the library fails on it."""
    try:
        return str(message.get(name, ""))
    except (IndexError, ValueError, AttributeError):  # CPython's parser of addresses, on what is no address
        return next((str(value) for key, value in message.raw_items() if key.lower() == name.lower()), "")


def _part(message: EmailMessage, subtype: str) -> str:
    """The text of the first part of that type."""
    for part in message.walk():
        if part.get_content_type() == f"text/{subtype}" and not part.is_attachment():
            return _bytes(part).decode(_charset(part), "replace")
    return ""


def _charset(part: Message) -> str:
    charset = part.get_content_charset("utf-8")
    try:
        "".encode(charset)
    except LookupError:
        return "utf-8"
    return charset


def _bytes(part: Message) -> bytes:
    content = part.get_payload(decode=True)
    return content if isinstance(content, bytes) else b""


def _complete(html: str, message: EmailMessage) -> str:
    """Put pictures of the mail into the HTML, and let its links open beside the page."""
    for part in message.walk():
        content_id = str(part.get("Content-ID", "")).strip("<> ")
        if content_id and part.get_content_maintype() == "image":
            data = base64.b64encode(_bytes(part)).decode()
            html = html.replace(f"cid:{content_id}", f"data:{part.get_content_type()};base64,{data}")
    return _HEAD.sub(lambda head: head[0] + '<base target="_blank">', html, count=1)
