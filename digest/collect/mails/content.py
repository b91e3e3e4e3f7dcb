"""Content of a newsletter's mail: entries with its title, sender, date and text. Pure."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from email.message import Message
from html import escape

from digest.collect.mails.headers import MailHeaders, read_headers
from digest.collect.mails.parts import MailParts, mails_within, no_article, parse_message, read_parts
from digest.model.articles import BodyFormat, Entry
from digest.model.newsletters import Source

#: Mails within a mail that are read, at most: a mailing list's digest has a day's.
_MAX_MAILS = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class MailContents:
    """Entries read from a mail."""

    entries: tuple[Entry, ...] = ()
    #: The mail's subject.
    title: str = ""
    #: Why it has no entries, or fewer than it seems to have; one line each.
    problems: tuple[str, ...] = ()


def read_mail(mail: bytes | Message, source: Source, *, seen: datetime) -> MailContents:
    """Read the mail into entries of ``source``; never raises on any input."""
    message = parse_message(mail) if isinstance(mail, bytes) else mail
    if message is None:
        return MailContents(problems=("a mail is left out: its parts are nested too deep",))
    headers = read_headers(message)
    title = headers.subject or "(no subject)"
    if kind := no_article(message):
        return MailContents(title=headers.subject, problems=(f"{title}: {kind}, no article",))
    messages = mails_within(message)[:_MAX_MAILS] or (message,)
    entries = [entry for inner in messages if (entry := _entry(inner, headers, source, seen))]
    problems = () if entries else (f"{title}: the mail has no text",)
    return MailContents(entries=tuple(entries), title=headers.subject, problems=problems)


def _entry(message: Message, outer: MailHeaders, source: Source, seen: datetime) -> Entry | None:
    headers, parts = read_headers(message), read_parts(message)
    is_html = bool(parts.html.strip())
    body = parts.html if is_html else parts.text
    if not body.strip():
        return None
    title = headers.subject or outer.subject
    address = headers.sender_address or outer.sender_address
    return Entry(
        source_id=source.id,
        guid=_guid(headers, parts),
        url="",
        title=escape(title, quote=False) if is_html else title,  # the titles of markup are HTML
        body=body,
        form=BodyFormat.HTML if is_html else BodyFormat.TEXT,
        seen=seen,
        source=escape(headers.sender_name or address.rpartition("@")[2] or source.title or source.id, quote=False),
        published=headers.sent or outer.sent,
        language=headers.language,
    )


def _guid(headers: MailHeaders, parts: MailParts) -> str:
    """The Message-ID; of a mail without one a hash of its content."""
    if headers.message_id:
        return headers.message_id
    content = "\0".join((headers.subject, headers.sender_address, str(headers.sent), parts.html, parts.text))
    return "sha256:" + hashlib.sha256(content.encode(errors="replace")).hexdigest()
