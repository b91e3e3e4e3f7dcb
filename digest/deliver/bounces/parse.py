"""Parses one inbound mail: a bounce, a complaint, an unsubscribe request, or none of these.

The mail is untrusted: what is read of it is bounded, and no content raises. Standard reports are parsed by RFC 3464 and
6533 (delivery status) and RFC 5965 (complaints); bounces in other forms are recognised by flufl.bounce.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import Message
from email.parser import HeaderParser
from email.utils import parseaddr
from itertools import islice

from digest.deliver.bounces.classify import MailKind, classify_failure
from digest.inbound import MAX_MAIL_BYTES
from digest.model.delivery_token import DeliveryToken, find_delivery_tokens

#: No genuine report has more parts. Python's parser is recursive, and slow for many or deeply nested parts.
_MAX_PARTS, _MAX_BOUNDARIES = 30, 1_000
_MAX_TOKENS = 20
_MULTIPART = re.compile(rb"^content-type:\s*(?:multipart|message)/", re.IGNORECASE | re.MULTILINE)
#: Raised by the email parser, and by flufl.bounce, for malformed mails.
_PARSE_ERRORS = (ValueError, LookupError, TypeError, AttributeError, AssertionError, RecursionError)

#: Headers with the address that the mail was sent to: it may be a return address with a delivery token.
_RECIPIENT_HEADERS = ("Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To", "To")
#: Fields of a report, and headers of the mail that it returns, that may contain the delivery token.
_TOKEN_FIELD = re.compile(
    r"^[>\t ]*(?:message-id|original-envelope-id|original-mail-from|return-path|x-message-id):\s*(\S{1,300})",
    re.IGNORECASE | re.MULTILINE,
)
_UNSUBSCRIBE = re.compile(r"\b(?:unsubscribe|leave)[\s:=+-]+(\S{26,200})", re.IGNORECASE)
#: Lines of a nonstandard bounce that are likely to quote the server's reply.
_SERVER_REPLY = re.compile(r"(?<![\d.])[45]\d\d[ -]|#[45]\.\d|<[^<>\s]+@[^<>\s]+>:")
_FEEDBACK_TYPES = {
    "abuse": MailKind.COMPLAINT,
    "fraud": MailKind.COMPLAINT,
    "opt-out": MailKind.UNSUBSCRIBE,
    "opt-out-list": MailKind.UNSUBSCRIBE,
}
_MOST_SEVERE_FIRST = (MailKind.HARD_BOUNCE, MailKind.SOFT_BOUNCE, MailKind.REJECTED, MailKind.DELAYED)
_BLANK_LINE = re.compile(r"\r?\n[ \t]*\r?\n")


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
    #: An unsigned token is only accepted if its reader's address occurs in this text.
    evidence: str = field(default="", repr=False)


def parse_mail(raw: bytes) -> InboundMail:
    """Parse a mail of any content; never raises."""
    raw = raw[:MAX_MAIL_BYTES]
    if len(_MULTIPART.findall(raw)) > _MAX_PARTS or raw.count(b"\n--") > _MAX_BOUNDARIES:
        return InboundMail(kind=MailKind.OTHER, detail="it has more parts than any report")
    try:
        return _parse(message_from_bytes(raw), raw)
    except _PARSE_ERRORS as error:
        return InboundMail(
            kind=MailKind.OTHER, detail=_one_line(f"it can't be parsed: {type(error).__name__}: {error}")
        )


def _parse(message: Message, raw: bytes) -> InboundMail:
    parts = list(islice(message.walk(), _MAX_PARTS * 2))
    body = "\n".join(_body_texts(raw, parts))
    sender = parseaddr(str(message.get("From", "")))[1]
    unsubscribe_tokens = tuple(_unsubscribe_tokens(message))
    if report := _parse_report(parts):
        kind, detail = report
    elif _is_newsletter(message):
        return InboundMail(kind=MailKind.AUTOMATIC, detail="a newsletter, or our own mail", sender=sender)
    elif unsubscribe_tokens and not _is_automatic(message):
        return InboundMail(
            kind=MailKind.UNSUBSCRIBE, detail="by mail", tokens=unsubscribe_tokens, sender=sender, evidence=sender
        )
    else:
        kind, detail = _parse_nonstandard_bounce(message, body) or _not_a_bounce(message)
    tokens = tuple(_bounce_tokens(message, body))
    return InboundMail(kind=kind, detail=_one_line(detail), tokens=tokens, sender=sender, evidence=body)


def _body_texts(raw: bytes, parts: Sequence[Message]) -> Iterator[str]:
    """The raw text below the mail's own headers, then each encoded part, decoded."""
    _, _, body = raw.replace(b"\r\n", b"\n").partition(b"\n\n")
    yield body.decode("utf-8", "replace")
    for part in parts:
        encoding = str(part.get("Content-Transfer-Encoding", "")).strip().lower()
        if encoding in {"base64", "quoted-printable"} and isinstance(data := part.get_payload(decode=True), bytes):
            yield data.decode("utf-8", "replace")


def _bounce_tokens(message: Message, body: str) -> Iterator[DeliveryToken]:
    addresses = (str(value) for name in _RECIPIENT_HEADERS for value in message.get_all(name, []))
    texts = (*addresses, *_TOKEN_FIELD.findall(body))
    tokens = (token for text in texts for token in find_delivery_tokens(text))
    return iter(dict.fromkeys(islice(tokens, _MAX_TOKENS)))


def _unsubscribe_tokens(message: Message) -> Iterator[DeliveryToken]:
    """Tokens after the word "unsubscribe" in the subject or a recipient address."""
    for name in ("Subject", *_RECIPIENT_HEADERS):
        for value in message.get_all(name, []):
            for text in _UNSUBSCRIBE.findall(str(value)):
                yield from find_delivery_tokens(text)


def _one_line(text: str) -> str:
    text = " ".join(text.split())[:300]
    return "".join(character for character in text if character.isprintable())


# --- standard reports ------------------------------------------------------------------------------------------------


def _parse_report(parts: Sequence[Message]) -> tuple[MailKind, str] | None:
    """Kind and detail of the mail's first report; None if it has none."""
    for part in parts:
        match part.get_content_type():
            case "message/delivery-status" | "message/global-delivery-status":
                return _parse_delivery_status(_field_groups(part))
            case "message/feedback-report":
                types = (fields["feedback-type"] for fields in _field_groups(part) if "feedback-type" in fields)
                feedback_type = next(types, "")
                kind = _FEEDBACK_TYPES.get(feedback_type.strip().lower(), MailKind.AUTOMATIC)
                return kind, f"a feedback report of type {feedback_type!r}"
            case "message/disposition-notification" | "message/global-disposition-notification":
                return MailKind.AUTOMATIC, "a read receipt"
    return None


def _parse_delivery_status(groups: Iterator[Mapping[str, str]]) -> tuple[MailKind, str] | None:
    """The most severe status of all recipients; our mails have one recipient each."""
    statuses = [_recipient_status(fields) for fields in groups if fields.get("action", "").strip()]
    return min(statuses, key=lambda status: _MOST_SEVERE_FIRST.index(status[0]), default=None)


def _recipient_status(fields: Mapping[str, str]) -> tuple[MailKind, str]:
    status = fields.get("status", "").strip()
    diagnostic = fields.get("diagnostic-code", "")
    text = diagnostic.partition(";")[2].strip() or diagnostic
    detail = text if status and status in text else f"{status} {text}".strip()
    # "error" is not in RFC 3464; one mail server sends it for "failed".
    if fields["action"].strip().lower().startswith(("fail", "error")):
        return classify_failure(status, text), detail or "no reason is given"
    return MailKind.DELAYED, detail or fields["action"]


def _field_groups(part: Message) -> Iterator[Mapping[str, str]]:
    """The report's groups of fields; Python parses some of them as parts, and leaves others as text."""
    payload = part.get_payload()
    for child in payload if isinstance(payload, list) else [part]:
        if isinstance(child, Message) and child is not part:
            yield _fields(child)
        text = child.get_payload() if isinstance(child, Message) else ""
        for group in _BLANK_LINE.split(text) if isinstance(text, str) else ():
            yield _fields(HeaderParser().parsestr(group.lstrip()))


def _fields(block: Message) -> Mapping[str, str]:
    return {name.lower(): str(value) for name, value in block.items()}


# --- mails without a report ------------------------------------------------------------------------------------------


def _parse_nonstandard_bounce(message: Message, body: str) -> tuple[MailKind, str] | None:
    """Kind and detail of a bounce in no standard form; None if the mail is no bounce."""
    from flufl.bounce import all_failures  # imported here: few mails need it

    try:
        delayed, failed = all_failures(message)
    except _PARSE_ERRORS:  # some of its detectors fail on unexpected mails
        return None
    if not delayed and not failed:
        return None
    replies = [line for line in body.splitlines() if _SERVER_REPLY.search(line)]
    text = " ".join("\n".join(replies or [body])[:3_000].split())
    return (classify_failure("", text), text) if failed else (MailKind.DELAYED, text)


def _not_a_bounce(message: Message) -> tuple[MailKind, str]:
    if _is_automatic(message):
        return MailKind.AUTOMATIC, "an automatic reply"
    return MailKind.OTHER, "neither a bounce, nor a complaint, nor an unsubscribe request"


def _is_newsletter(message: Message) -> bool:
    return "List-Unsubscribe" in message or "List-Id" in message


def _is_automatic(message: Message) -> bool:
    """RFC 3834, and the headers that were used before it."""
    auto_submitted = str(message.get("Auto-Submitted", "no")).strip().lower()
    precedence = str(message.get("Precedence", "")).strip().lower()
    return (
        auto_submitted != "no"
        or precedence in {"auto_reply", "bulk", "junk", "list"}
        or str(message.get("Return-Path", "")).strip() == "<>"
        or any(name in message for name in ("X-Autoreply", "X-Autorespond"))
    )
