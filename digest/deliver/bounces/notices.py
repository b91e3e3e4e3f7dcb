"""Bounces in words: recognises a mail in which a mail server says that it could not deliver, and finds its reason.

Servers write such a notice for a person. It is the mail's text above the returned copy, or the text part beside a
report. A mail that this module's rules do not recognise is tried with flufl.bounce.
"""

from __future__ import annotations

import html
import logging
import re
from collections.abc import Sequence
from email.message import Message

from digest.deliver.bounces import phrases
from digest.deliver.bounces.classify import MailKind, classify_failure, recognise_failure
from digest.text.charset import decode

#: Raised by the email parser, and by flufl.bounce, for malformed mails.
PARSE_ERRORS = (ValueError, LookupError, TypeError, AttributeError, AssertionError, RecursionError)
#: A notice is short; what follows is the returned mail.
_MAX_NOTICE, _MAX_REASON = 8_000, 3_000

#: Begins the copy of the returned mail: one of its first headers, or a line that announces it.
_RETURNED_COPY = re.compile(
    r"^[>\t ]*(?:received|return-path|dkim-signature|message-id|x-received|delivered-to):[ \t]*\S"
    r"|^[-=|> \t]{0,40}(?:begin |this is a )?(?:copy of|below this line is a copy|below is a copy|original message|"
    r"returned message|unsent message|message (?:headers?|text)) ?(?:of|follows?|the|is|below|[-=|:]|$)"
    r"|^[-=|> \t]{2,40}(?:this is a copy|original message|message header)",
    re.IGNORECASE | re.MULTILINE,
)
_MAIL_SYSTEM = re.compile(
    r"mailer-?daemon|post_?master|mail-?daemon|mdaemon|mail deliver\w* (?:sub)?system|mail administrator|double-bounce",
    re.IGNORECASE,
)
_NULL_SENDERS = ("<>", "<mailer-daemon>")
#: A server's reply, or a field of a report that is part of the text.
_REPLY = re.compile(
    r"(?:^|[\s:>'\"(\[=#])[45]\d\d[ -](?=\S)|(?<![\d.])[45]\.\d{1,2}\.\d{1,3}(?![\d.])|^action: *failed|responsecode",
    re.IGNORECASE | re.MULTILINE,
)
#: A line that begins with a reply: enough if the mail has a null sender, but not a mail system's name.
_REPLY_LINE = re.compile(
    r"^[>< \t]{0,8}(?:[^\s@]{1,100}@[^\s@]{1,200}:?[ \t]+)?(?:remote host said: )?[45]\d\d[ -]"
    r"(?:#?[45]\.\d{1,2}\.\d{1,3}\b|(?=[^\n]*(?:user|recipient|mailbox|account|address|reject|deni|block|relay)))",
    re.IGNORECASE | re.MULTILINE,
)
_ADDRESS_LINE = re.compile(r"<[^<>\s]+@[^<>\s]+>:|^[ \t]*\S{1,200}@\S", re.MULTILINE)
_BLANK_LINE = re.compile(r"\n[ \t]*\n")
_TAG = re.compile(r"<(?:style|script|head)\b.{0,4000}?</(?:style|script|head)>|<[^<>@]{0,2000}>", re.I | re.DOTALL)


def parse_notice(message: Message, parts: Sequence[Message], body: str) -> tuple[MailKind, str] | None:
    """Kind and detail of a bounce without a report; None if the mail is no bounce."""
    text = notice_text(parts) or body[:_MAX_NOTICE]
    is_delayed = bool(phrases.DELAYED.search(text)) and not phrases.GIVEN_UP.search(text)
    if not _is_bounce(message, text):
        delayed, failed = _flufl_recipients(message)
        if not delayed and not failed:
            return None
        is_delayed = not failed
    reason = " ".join(find_reason(text).split())
    return (MailKind.DELAYED if is_delayed else classify_failure("", reason)), reason


def is_from_mail_system(message: Message) -> bool:
    """The sender is a mail system by name, or a null sender."""
    return bool(_MAIL_SYSTEM.search(str(message.get("From", ""))[:500])) or has_null_sender(message)


def has_null_sender(message: Message) -> bool:
    return str(message.get("Return-Path", "")).strip().lower() in _NULL_SENDERS


def notice_text(parts: Sequence[Message]) -> str:
    """The text above the returned copy: of the first text part that has any, as plain text."""
    for part in parts:
        if part.get_content_type() in {"message/rfc822", "text/rfc822-headers", "message/global"}:
            break
        if part.get_content_maintype() != "text":
            continue
        text = _decoded(part)[: 4 * _MAX_NOTICE]
        if part.get_content_type() == "text/html":
            text = html.unescape(_TAG.sub(" ", text))
        if notice := _above_returned_copy(text).strip():
            return notice[:_MAX_NOTICE]
    return ""


def find_reason(notice: str) -> str:
    """The paragraphs that quote a server's reply, or else name an address; or else all of it."""
    paragraphs = _BLANK_LINE.split(notice)
    for pattern in (_REPLY, _ADDRESS_LINE):
        reason = "\n".join(paragraph for paragraph in paragraphs if pattern.search(paragraph))
        if recognise_failure("", reason):
            return reason[:_MAX_REASON]
    return notice[:_MAX_REASON]


def _is_bounce(message: Message, text: str) -> bool:
    if _MAIL_SYSTEM.search(str(message.get("From", ""))[:500]):
        return bool(
            _REPLY.search(text)
            or phrases.FAILED.search(text)
            or phrases.DELAYED.search(text)
            or phrases.NO_SUCH_ADDRESS.search(text)
            or phrases.MAILBOX_FULL.search(text)
        )
    return has_null_sender(message) and bool(_REPLY_LINE.search(text) or _is_failure_notice(message, text))


def _is_failure_notice(message: Message, text: str) -> bool:
    """Both the subject and the text say that a mail was not delivered."""
    return bool(phrases.FAILED.search(str(message.get("Subject", ""))[:300]) and phrases.FAILED.search(text))


def _flufl_recipients(message: Message) -> tuple[object, object]:
    """The recipients that flufl.bounce finds: delayed, and failed."""
    from flufl.bounce import all_failures  # imported here: few mails need it

    logging.getLogger("flufl.bounce").disabled = True  # it logs errors of its detectors
    try:
        delayed, failed = all_failures(message)
    except PARSE_ERRORS:  # some of its detectors fail on unexpected mails
        return (), ()
    return delayed, failed


def _above_returned_copy(text: str) -> str:
    copy = _RETURNED_COPY.search(text)
    return text[: copy.start()] if copy else text


def _decoded(part: Message) -> str:
    payload = part.get_payload(decode=True)
    if not isinstance(payload, bytes):
        return ""
    charset = part.get_content_charset("")
    return decode(payload, f"{part.get_content_type()}; charset={charset}").replace("\r\n", "\n")
