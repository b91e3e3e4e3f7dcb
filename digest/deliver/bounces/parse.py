"""One mail that came in, read as a notice. The mail may come from anyone: it is bounded, and never an exception.

Reports are read as they are standardised (RFC 3464 and 6533 on delivery, RFC 5965 on complaints); mails that come back
in no such form are recognised by flufl.bounce.
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

from digest.deliver.bounces.classify import Kind, judge
from digest.inbound import LARGEST
from digest.model.delivery_token import DeliveryToken, find_delivery_tokens

#: No report has more parts. Python's parser is recursive, and slow where there are many, or deep ones.
_MOST_PARTS, _MOST_BOUNDARIES = 30, 1_000
_PART = re.compile(rb"^content-type:\s*(?:multipart|message)/", re.IGNORECASE | re.MULTILINE)
#: What that parser, and the detectors over it, raise for mails that nobody wrote by hand.
_UNPARSABLE = (ValueError, LookupError, TypeError, AttributeError, AssertionError, RecursionError)

#: Where the address stands that the mail was sent to: it may be one that we gave for this copy alone.
_ADDRESSED = ("Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To", "To")
#: Where a report, or the mail that came back in it, says which copy it was.
_NAMED = re.compile(
    r"^[>\t ]*(?:message-id|original-envelope-id|original-mail-from|return-path|x-message-id):\s*(\S{1,300})",
    re.IGNORECASE | re.MULTILINE,
)
_LEAVING = re.compile(r"\b(?:unsubscribe|leave)[\s:=+-]+(\S{26,200})", re.IGNORECASE)
#: Lines of a mail in no standard form that may hold the server's words.
_TELLING = re.compile(r"(?<![\d.])[45]\d\d[ -]|#[45]\.\d|<[^<>\s]+@[^<>\s]+>:")
_MEANT = {"abuse": Kind.COMPLAINT, "fraud": Kind.COMPLAINT, "opt-out": Kind.LEAVE, "opt-out-list": Kind.LEAVE}
_WORST_FIRST = (Kind.HARD, Kind.SOFT, Kind.REFUSED, Kind.DELAYED)
_BLANK_LINE = re.compile(r"\r?\n[ \t]*\r?\n")


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """What a mail says; nothing in it is proven."""

    kind: Kind
    #: The server's words, or what the mail is: one line.
    detail: str
    #: Whose copy it is about, the likeliest first.
    marks: tuple[DeliveryToken, ...] = ()
    #: Who it came from.
    sender: str = ""
    #: The text in which the reader's address must stand for a mark without a seal to be believed.
    evidence: str = field(default="", repr=False)


def read(raw: bytes) -> Notice:
    """The notice that a mail is."""
    raw = raw[:LARGEST]
    if len(_PART.findall(raw)) > _MOST_PARTS or raw.count(b"\n--") > _MOST_BOUNDARIES:
        return Notice(kind=Kind.OTHER, detail="it has more parts than a report has")
    try:
        return _notice(message_from_bytes(raw), raw)
    except _UNPARSABLE as error:
        return Notice(kind=Kind.OTHER, detail=_line(f"it can't be understood: {type(error).__name__}: {error}"))


def _notice(message: Message, raw: bytes) -> Notice:
    parts = list(islice(message.walk(), _MOST_PARTS * 2))
    body = "\n".join(_text(raw, parts))
    sender = parseaddr(str(message.get("From", "")))[1]
    leaving = tuple(_leaving(message))
    if found := _reported(parts):
        kind, detail = found
    elif _is_newsletter(message):
        return Notice(kind=Kind.AUTOMATIC, detail="a newsletter, or our own mail", sender=sender)
    elif leaving and not _is_automatic(message):
        return Notice(kind=Kind.LEAVE, detail="by mail", marks=leaving, sender=sender, evidence=sender)
    else:
        kind, detail = _returned(message, body) or _unasked(message)
    return Notice(kind=kind, detail=_line(detail), marks=tuple(_marks(message, body)), sender=sender, evidence=body)


def _text(raw: bytes, parts: Sequence[Message]) -> Iterator[str]:
    """The mail's text below its own headers, and what is encoded in it, decoded."""
    _, _, body = raw.replace(b"\r\n", b"\n").partition(b"\n\n")
    yield body.decode("utf-8", "replace")
    for part in parts:
        encoding = str(part.get("Content-Transfer-Encoding", "")).strip().lower()
        if encoding in {"base64", "quoted-printable"} and isinstance(data := part.get_payload(decode=True), bytes):
            yield data.decode("utf-8", "replace")


def _marks(message: Message, body: str) -> Iterator[DeliveryToken]:
    addressed = (str(value) for name in _ADDRESSED for value in message.get_all(name, []))
    found = (mark for text in (*addressed, *_NAMED.findall(body)) for mark in find_delivery_tokens(text))
    return iter(dict.fromkeys(islice(found, 20)))


def _line(text: str) -> str:
    text = " ".join(text.split())[:300]
    return "".join(letter for letter in text if letter.isprintable())


# --- reports -----------------------------------------------------------------------------------------------------


def _reported(parts: Sequence[Message]) -> tuple[Kind, str] | None:
    """What the mail's first report says."""
    for part in parts:
        match part.get_content_type():
            case "message/delivery-status" | "message/global-delivery-status":
                return _delivery(_blocks(part))
            case "message/feedback-report":
                said = next((block["feedback-type"] for block in _blocks(part) if "feedback-type" in block), "")
                return _MEANT.get(said.strip().lower(), Kind.AUTOMATIC), f"a report of the type {said!r}"
            case "message/disposition-notification" | "message/global-disposition-notification":
                return Kind.AUTOMATIC, "a read receipt"
    return None


def _delivery(blocks: Iterator[Mapping[str, str]]) -> tuple[Kind, str] | None:
    """The worst that is said of a recipient; our mails have one each."""
    said = [_recipient(block) for block in blocks if block.get("action", "").strip()]
    return min(said, key=lambda each: _WORST_FIRST.index(each[0]), default=None)


def _recipient(block: Mapping[str, str]) -> tuple[Kind, str]:
    status, words = block.get("status", "").strip(), block.get("diagnostic-code", "").partition(";")[2].strip()
    words = words or block.get("diagnostic-code", "")
    detail = words if status and status in words else f"{status} {words}".strip()
    # One mail server says "error" for "failed".
    if block["action"].strip().lower().startswith(("fail", "error")):
        return judge(status, words), detail or "no reason is given"
    return Kind.DELAYED, detail or block["action"]


def _blocks(part: Message) -> Iterator[Mapping[str, str]]:
    """The groups of fields of a report: some as Python has parsed them, the rest still as text."""
    inner = part.get_payload()
    for child in inner if isinstance(inner, list) else [part]:
        if isinstance(child, Message) and child is not part:
            yield _fields(child)
        rest = child.get_payload() if isinstance(child, Message) else ""
        for text in _BLANK_LINE.split(rest) if isinstance(rest, str) else ():
            yield _fields(HeaderParser().parsestr(text.lstrip()))


def _fields(block: Message) -> Mapping[str, str]:
    return {name.lower(): str(value) for name, value in block.items()}


# --- other mails -------------------------------------------------------------------------------------------------


def _leaving(message: Message) -> Iterator[DeliveryToken]:
    """The marks in a subject, or an address, that says "unsubscribe"."""
    for name in ("Subject", *_ADDRESSED):
        for value in message.get_all(name, []):
            for said in _LEAVING.findall(str(value)):
                yield from find_delivery_tokens(said)


def _returned(message: Message, body: str) -> tuple[Kind, str] | None:
    """What a mail in no standard form says, if it is one that came back."""
    from flufl.bounce import all_failures  # only odd mails need it

    try:
        delayed, failed = all_failures(message)
    except _UNPARSABLE:  # some of its detectors don't expect every mail
        return None
    if not delayed and not failed:
        return None
    said = [line for line in body.splitlines() if _TELLING.search(line)]
    words = " ".join("\n".join(said or [body])[:3_000].split())
    return (judge("", words), words) if failed else (Kind.DELAYED, words)


def _unasked(message: Message) -> tuple[Kind, str]:
    if _is_automatic(message):
        return Kind.AUTOMATIC, "an automatic reply"
    return Kind.OTHER, "neither a bounce, nor a complaint, nor a wish to leave"


def _is_newsletter(message: Message) -> bool:
    return "List-Unsubscribe" in message or "List-Id" in message


def _is_automatic(message: Message) -> bool:
    """RFC 3834, and what was there before it."""
    submitted = str(message.get("Auto-Submitted", "no")).strip().lower()
    precedence = str(message.get("Precedence", "")).strip().lower()
    return (
        submitted != "no"
        or precedence in {"auto_reply", "bulk", "junk", "list"}
        or str(message.get("Return-Path", "")).strip() == "<>"
        or any(name in message for name in ("X-Autoreply", "X-Autorespond"))
    )
