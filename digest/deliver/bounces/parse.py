"""Parses one inbound mail: a bounce, a complaint, an unsubscribe request, or none of these.

The mail is untrusted: what is read of it is bounded, and no content raises. ``unsubscribe.py`` recognises unsubscribe
mails, ``reports.py`` standard reports, and ``notices.py`` bounces in other forms.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import Message
from email.utils import parseaddr
from itertools import islice
from urllib.parse import unquote

from digest.deliver.bounces.author_mails import AuthorMail, find_message_tokens, parse_author_mail
from digest.deliver.bounces.classify import MailKind
from digest.deliver.bounces.notices import PARSE_ERRORS, has_null_sender, is_from_mail_system, notice_text, parse_notice
from digest.deliver.bounces.reports import parse_report
from digest.deliver.bounces.unsubscribe import (
    RECIPIENT_HEADERS,
    author_addresses,
    decoded_header,
    unsubscribe_link_token,
    unsubscribe_tokens,
)
from digest.inbound import MAX_MAIL_BYTES
from digest.model.delivery_token import DeliveryToken, find_delivery_tokens

#: No genuine report has more parts. Python's parser is recursive, and slow for many or deeply nested parts.
_MAX_PARTS, _MAX_BOUNDARIES = 30, 1_000
_MAX_TOKENS = 20
#: The parser of addresses takes quadratic time for some malformed ones.
_MAX_ADDRESS_HEADER = 2_000
_MULTIPART = re.compile(rb"^content-type:\s*(?:multipart|message)/", re.IGNORECASE | re.MULTILINE)

#: Fields of a report, and headers of the mail that it returns, that may contain the delivery token.
_TOKEN_FIELD = re.compile(
    r"^[>\t ]*(?:message-id|original-envelope-id|original-mail-from|return-path|x-message-id|list-unsubscribe):"
    r"\s*(\S[^\n]{0,600}(?:\n[>\t ]*[\t ][^\n]{0,600}){0,3})",
    re.IGNORECASE | re.MULTILINE,
)
_REFERENCE_HEADERS = ("In-Reply-To", "References")
#: Begins a quotation in a reply.
_QUOTATION = re.compile(r"^(?:>|-{3,}|_{5,}|On .{10,120} wrote:)", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class InboundMail:
    """A parsed mail; nothing in it is verified."""

    kind: MailKind
    #: The server's text, or a description of the mail: one line.
    detail: str
    #: Tokens of the deliveries that it may be about, the most likely first.
    tokens: tuple[DeliveryToken, ...] = ()
    #: The address in From.
    sender: str = ""
    subject: str = ""
    #: An unsigned token is only accepted if its reader's address occurs in this text.
    evidence: str = field(default="", repr=False)
    #: The token of the page's link that it unsubscribes by.
    link_token: str = field(default="", repr=False)
    #: Tokens of the confirmation mails that it returns or answers, of a machine's mail too.
    message_tokens: tuple[str, ...] = field(default=(), repr=False)
    #: Of ``SUBSCRIBE`` and ``CONFIRM``.
    author_mail: AuthorMail | None = None


def parse_mail(raw: bytes) -> InboundMail:
    """Parse a mail of any content; never raises."""
    raw = raw[:MAX_MAIL_BYTES]
    if len(_MULTIPART.findall(raw)) > _MAX_PARTS or raw.count(b"\n--") > _MAX_BOUNDARIES:
        return InboundMail(kind=MailKind.OTHER, detail="it has more parts than any report")
    try:
        return _parse(message_from_bytes(raw), raw)
    except PARSE_ERRORS as error:
        return InboundMail(
            kind=MailKind.OTHER, detail=_one_line(f"it can't be parsed: {type(error).__name__}: {error}")
        )


def _parse(message: Message, raw: bytes) -> InboundMail:
    parts = list(islice(message.walk(), _MAX_PARTS * 2))
    body = "\n".join(_body_texts(raw, parts))
    kind, detail, tokens = _recognise(message, parts, body)
    link_token, author_mail = "", None
    if kind in {MailKind.OTHER, MailKind.AUTOMATIC}:
        link_token = unsubscribe_link_token(message, is_automatic=_is_automatic(message))
    if kind is MailKind.OTHER and not link_token:
        author_mail = _author_mail(message, parts)
    if link_token:
        kind, detail = MailKind.UNSUBSCRIBE, "by mail"
    elif author_mail:
        kind = MailKind.SUBSCRIBE if author_mail.commands else MailKind.CONFIRM
    # Only the author can unsubscribe; anything else is about the address in the returned mail or in the report.
    evidence = "\n".join(author_addresses(message)) if kind is MailKind.UNSUBSCRIBE and not _has_report(parts) else body
    return InboundMail(
        kind=kind,
        detail=_one_line(detail),
        tokens=tokens,
        sender=parseaddr(str(message.get("From", ""))[:_MAX_ADDRESS_HEADER])[1],
        subject=_one_line(decoded_header(message.get("Subject", ""))),
        evidence=evidence,
        link_token=link_token,
        message_tokens=tuple(islice(_message_tokens(message, body), _MAX_TOKENS)),
        author_mail=author_mail,
    )


def _author_mail(message: Message, parts: Sequence[Message]) -> AuthorMail | None:
    """What a person asks for; None for the mail of a machine, which can't have a person's will."""
    is_list = any(name in message for name in ("List-Id", "List-Unsubscribe"))
    if is_list or _is_automatic(message) or is_from_mail_system(message):
        return None
    return parse_author_mail(message, text=notice_text(parts))


def _recognise(
    message: Message, parts: Sequence[Message], body: str
) -> tuple[MailKind, str, tuple[DeliveryToken, ...]]:
    """The mail's kind, a description, and the tokens of the deliveries that it may be about."""
    about = tuple(_bounce_tokens(message, body))
    if report := parse_report(parts):
        return *report, about
    text = _QUOTATION.split(notice_text(parts), maxsplit=1)[0].strip()
    is_automatic = _is_automatic(message)
    if tokens := tuple(islice(unsubscribe_tokens(message, text=text, is_automatic=is_automatic), _MAX_TOKENS)):
        return MailKind.UNSUBSCRIBE, "by mail", tokens
    is_newsletter = "List-Unsubscribe" in message or "List-Id" in message
    if (is_from_mail_system(message) or not is_newsletter) and (bounce := parse_notice(message, parts, body)):
        return *bounce, about
    about = tuple(dict.fromkeys((*about, *_reference_tokens(message))))
    if is_newsletter:
        return MailKind.AUTOMATIC, "a newsletter, or our own mail", about
    if is_automatic:
        return MailKind.AUTOMATIC, "an automatic reply", about
    return MailKind.OTHER, "neither a bounce, nor a complaint, nor an unsubscribe request", about


def _has_report(parts: Sequence[Message]) -> bool:
    return any(part.get_content_type() == "message/feedback-report" for part in parts)


def _body_texts(raw: bytes, parts: Sequence[Message]) -> Iterator[str]:
    """The raw text below the mail's own headers, then each encoded part, decoded."""
    _, _, body = raw.replace(b"\r\n", b"\n").partition(b"\n\n")
    yield body.decode("utf-8", "replace")
    for part in parts:
        encoding = str(part.get("Content-Transfer-Encoding", "")).strip().lower()
        if encoding in {"base64", "quoted-printable"} and isinstance(data := part.get_payload(decode=True), bytes):
            yield data.decode("utf-8", "replace")


def _bounce_tokens(message: Message, body: str) -> Iterator[DeliveryToken]:
    addresses = (str(value) for name in RECIPIENT_HEADERS for value in message.get_all(name, []))
    texts = (*addresses, *(unquote(text) for text in _TOKEN_FIELD.findall(body)))
    tokens = (token for text in texts for token in find_delivery_tokens(text))
    return iter(dict.fromkeys(islice(tokens, _MAX_TOKENS)))


def _message_tokens(message: Message, body: str) -> Iterator[str]:
    """Link tokens in the Message-IDs of the mails that this one returns or replies to."""
    replies = (str(value) for name in _REFERENCE_HEADERS for value in message.get_all(name, [])[:2])
    texts = (*replies, *islice(_TOKEN_FIELD.findall(body), _MAX_PARTS))
    return iter(dict.fromkeys(token for text in texts for token in find_message_tokens(text)))


def _reference_tokens(message: Message) -> Iterator[DeliveryToken]:
    """Tokens of the mails that this one replies to."""
    texts = (str(value) for name in _REFERENCE_HEADERS for value in message.get_all(name, []))
    return islice((token for text in texts for token in find_delivery_tokens(text)), _MAX_TOKENS)


def _one_line(text: str) -> str:
    text = " ".join(text.split())[:300]
    return "".join(character for character in text if character.isprintable())


def _is_automatic(message: Message) -> bool:
    """RFC 3834, and the headers that were used before it."""
    auto_submitted = str(message.get("Auto-Submitted", "no")).strip().lower()
    precedence = str(message.get("Precedence", "")).strip().lower()
    return (
        auto_submitted != "no"
        or precedence in {"auto_reply", "bulk", "junk", "list"}
        or has_null_sender(message)
        or any(name in message for name in ("X-Autoreply", "X-Autorespond"))
    )
