"""Headers of an edition's mails: those that all recipients share, and those that name the recipient."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime

from digest.deliver.message.headers import WIDTH, UnsafeHeaders, fold_header
from digest.model.editions import Edition
from digest.model.mailbox import Mailbox
from digest.settings.web_pages import is_secure
from digest.text.mail_header import clean_header, encode_phrase, encode_unstructured
from digest.text.urls import canonical_url

#: Maximum length of a domain name; other names are cut to it, so that a header line stays within its limit.
_MAX_NAME = 253
_URI = re.compile(r"[!-;=?-~]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class EditionHeaders:
    """Values of the headers that all mails of an edition share; headers of empty links are left out.

    Links and the edition may contain placeholders. A placeholder consists of letters, digits and ``-._~()``, and must
    be unguessable: an article that contained it could move a subscriber's personal link into a link of its choice.
    """

    sender: Mailbox
    #: The newsletter's id.
    list_id: str
    title: str
    #: When the edition was frozen: the same on every try.
    date: datetime
    #: ``https://…``: a POST unsubscribes without confirmation (RFC 8058).
    unsubscribe: str = ""
    #: ``mailto:…``
    unsubscribe_mail: str = ""
    archive: str = ""
    #: Where answers go, if not to the sender.
    reply_to: Mailbox | None = None
    placeholders: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """Address and personal values of one mail."""

    mailbox: Mailbox
    #: As in the ledger, with angle brackets; the same on every try.
    message_id: str
    #: The value of each placeholder.
    values: Mapping[str, str] = field(default_factory=dict)


def shared_headers(edition: Edition, headers: EditionHeaders) -> Iterator[str]:
    """The headers that all mails of the edition share, except those of MIME."""
    yield fold_header("From", headers.sender.words(room=WIDTH - len("From: ")))
    if headers.reply_to:
        yield fold_header("Reply-To", headers.reply_to.words(room=WIDTH - len("Reply-To: ")))
    subject = clean_header(edition.subject) or clean_header(headers.title) or headers.list_id
    yield fold_header("Subject", encode_unstructured(subject, first_width=WIDTH - len("Subject: ")))
    yield fold_header("Date", format_datetime(headers.date.astimezone(UTC)).split(" "))
    yield fold_header("List-Id", _list_id(headers))
    yield fold_header("List-Post", ["NO"])  # RFC 2369, section 3.4: mail programs offer no reply to all readers
    if headers.archive:
        yield fold_header("List-Archive", [_bracketed(headers.archive)])
    yield fold_header("Feedback-ID", [_feedback_id(edition, headers)])
    # RFC 3834: suppresses automatic replies. The other two are for mail servers that do not support it.
    yield fold_header("Auto-Submitted", ["auto-generated"])
    yield fold_header("Precedence", ["list"])
    yield fold_header("X-Auto-Response-Suppress", ["OOF,", "AutoReply"])
    if re.fullmatch(r"[a-z]{2,3}", edition.language) and edition.language != "und":
        yield fold_header("Content-Language", [edition.language])


def recipient_headers(headers: EditionHeaders, recipient: Recipient) -> Iterator[str]:
    """The headers that name the recipient. Raises ``UnsafeHeaders``."""
    yield fold_header("To", recipient.mailbox.words(room=WIDTH - len("To: ")))
    yield fold_header("Message-ID", [recipient.message_id])
    links = [link for link in (headers.unsubscribe, headers.unsubscribe_mail) if link]
    if links:
        words = [_bracketed(_fill(link, recipient.values)) for link in links]
        yield fold_header("List-Unsubscribe", [*(f"{word}," for word in words[:-1]), words[-1]])
    if headers.unsubscribe and is_secure(headers.unsubscribe):
        yield fold_header("List-Unsubscribe-Post", ["List-Unsubscribe=One-Click"])


def _fill(link: str, values: Mapping[str, str]) -> str:
    for placeholder, value in values.items():
        link = link.replace(placeholder, value)
    return link


def _bracketed(link: str) -> str:
    """The link as RFC 2369 writes it: neither encoded nor folded, since mail servers would not recognise it."""
    if not link.isascii():
        link = canonical_url(link)
    if not _URI.fullmatch(link):
        excerpt = clean_header(link, 80)
        raise UnsafeHeaders(f"a link that no header can contain: {excerpt!r}", hint="correct [web] url")
    return f"<{link}>"


def _list_id(headers: EditionHeaders) -> list[str]:
    """RFC 2919: the newsletter's id under the sender's domain; it stays the same when the title changes."""
    words = encode_phrase(clean_header(headers.title), first_width=WIDTH - len("List-Id: "))
    return [*words, f"<{_dot_atom(headers.list_id)}.{_dot_atom(headers.sender.domain)}>"]


def _feedback_id(edition: Edition, headers: EditionHeaders) -> str:
    """Gmail's Feedback-ID: campaign, newsletter, kind, and a constant sender id of 5 to 15 characters."""
    campaign = re.sub(r"[^0-9A-Za-z-]", "", edition.slot.key)[:_MAX_NAME]
    domain = headers.sender.domain
    sender_id = f"list.{domain}" if len(domain) < 5 else domain[-15:]
    return f"{campaign}:{_dot_atom(headers.list_id)}:digest:{_dot_atom(sender_id)}"


def _dot_atom(name: str) -> str:
    """The name in ASCII (RFC 5322, ``dot-atom-text``)."""
    ascii_name = (name if name.isascii() else "xn--" + name.encode("punycode").decode())[:_MAX_NAME]
    return re.sub(r"\.+", ".", re.sub(r"[^0-9A-Za-z_.-]", "-", ascii_name)).strip(".-") or "list"
