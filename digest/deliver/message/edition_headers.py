"""What a mail says of itself: which headers it has, and why."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime

from digest.deliver.message.headers import WIDTH, UnsafeHeaders, header
from digest.model import Edition
from digest.model.mailbox import Mailbox
from digest.text.mail_header import clean_header, encode_phrase, encode_unstructured
from digest.text.urls import canonical_url

#: A domain's length; nothing that is named here is longer, and a line must end.
_LONGEST = 253
_URI = re.compile(r"[!-;=?-~]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Letterhead:
    """What every mail of an edition says of its sender; an empty link is not promised.

    Links may hold placeholders, and so may the edition. A placeholder consists of letters, digits and ``-._~()``, and
    no article can guess it: otherwise it could draw a reader's own link into a link of its choice.
    """

    sender: Mailbox
    #: The newsletter's.
    list_id: str
    title: str
    #: When the edition was frozen: every try says the same.
    date: datetime
    #: ``https://…``: leaves at a POST, without asking (RFC 8058).
    unsubscribe: str = ""
    #: ``mailto:…``
    unsubscribe_mail: str = ""
    archive: str = ""
    placeholders: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """Whom one mail is for."""

    mailbox: Mailbox
    #: As in the ledger, with angle brackets; the same on every try.
    message_id: str
    #: What stands in the place of each of the letterhead's placeholders.
    values: Mapping[str, str] = field(default_factory=dict)


def shared(edition: Edition, letterhead: Letterhead) -> Iterator[str]:
    """The headers that all mails of the edition have, but for their content's."""
    yield header("From", letterhead.sender.words(room=WIDTH - len("From: ")))
    subject = clean_header(edition.subject) or clean_header(letterhead.title) or letterhead.list_id
    yield header("Subject", encode_unstructured(subject, first_width=WIDTH - len("Subject: ")))
    yield header("Date", format_datetime(letterhead.date.astimezone(UTC)).split(" "))
    yield header("List-Id", _list_id(letterhead))
    yield header("List-Post", ["NO"])  # RFC 2369, section 3.4: no mail program offers to answer all readers
    if letterhead.archive:
        yield header("List-Archive", [_bracketed(letterhead.archive)])
    yield header("Feedback-ID", [_feedback_id(edition, letterhead)])
    # RFC 3834: nobody's absence is to be announced to a newsletter. The other two are for those who don't know it.
    yield header("Auto-Submitted", ["auto-generated"])
    yield header("Precedence", ["list"])
    yield header("X-Auto-Response-Suppress", ["OOF,", "AutoReply"])
    if re.fullmatch(r"[a-z]{2,3}", edition.language) and edition.language != "und":
        yield header("Content-Language", [edition.language])


def own(letterhead: Letterhead, recipient: Recipient) -> Iterator[str]:
    """The headers that name the recipient. Raises ``UnsafeHeaders``."""
    yield header("To", recipient.mailbox.words(room=WIDTH - len("To: ")))
    yield header("Message-ID", [recipient.message_id])
    links = [link for link in (letterhead.unsubscribe, letterhead.unsubscribe_mail) if link]
    if links:
        words = [_bracketed(_filled(link, recipient.values)) for link in links]
        yield header("List-Unsubscribe", [*(f"{word}," for word in words[:-1]), words[-1]])
    if letterhead.unsubscribe.startswith("https://"):
        yield header("List-Unsubscribe-Post", ["List-Unsubscribe=One-Click"])


def _filled(link: str, values: Mapping[str, str]) -> str:
    for placeholder, value in values.items():
        link = link.replace(placeholder, value)
    return link


def _bracketed(link: str) -> str:
    """RFC 2369; never encoded, and never folded: a mail server would lose it."""
    if not link.isascii():
        link = canonical_url(link)
    if not _URI.fullmatch(link):
        raise UnsafeHeaders(f"a link that no header can hold: {clean_header(link, 80)!r}", hint="correct [web] url")
    return f"<{link}>"


def _list_id(letterhead: Letterhead) -> list[str]:
    """RFC 2919: the newsletter's id under the sender's domain; it stays the same when the title changes."""
    words = encode_phrase(clean_header(letterhead.title), first_width=WIDTH - len("List-Id: "))
    return [*words, f"<{_label(letterhead.list_id)}.{_label(letterhead.sender.domain)}>"]


def _feedback_id(edition: Edition, letterhead: Letterhead) -> str:
    """Gmail's: campaign, newsletter, kind, and 5 to 15 characters for the sender that never change."""
    campaign = re.sub(r"[^0-9A-Za-z-]", "", edition.slot.key)[:_LONGEST]
    domain = letterhead.sender.domain
    sender = f"list.{domain}" if len(domain) < 5 else domain[-15:]
    return f"{campaign}:{_label(letterhead.list_id)}:digest:{_label(sender)}"


def _label(name: str) -> str:
    """The name as dots and atoms of ASCII (RFC 5322, ``dot-atom-text``)."""
    plain = (name if name.isascii() else "xn--" + name.encode("punycode").decode())[:_LONGEST]
    return re.sub(r"\.+", ".", re.sub(r"[^0-9A-Za-z_.-]", "-", plain)).strip(".-") or "list"
