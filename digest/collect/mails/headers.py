"""Headers of a newsletter's mail: subject, sender, date and Message-ID as plain text. Never fails on any input."""

from __future__ import annotations

import base64
import binascii
import quopri
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from email.message import Message
from email.utils import parseaddr

from digest.collect.documents.dates import parse_date
from digest.text.charset import decode
from digest.text.mail_addresses import parseable_addresses
from digest.text.mail_header import clean_header

#: Characters of a header that are read; a longer one is hostile.
_MAX_LENGTH = 4_000
#: A word encoded as in RFC 2047, and what stands between two of them.
_ENCODED_WORD = re.compile(r"=\?([^?\s]{1,60})\?([bBqQ])\?([^?\s]*(?: [^?\s]+)*)\?=")
_BETWEEN_WORDS = re.compile(r"(\?=)\s+(=\?)")
_MESSAGE_ID = re.compile(r"<\s*([^<>\s]{1,500})\s*>")


@dataclass(frozen=True, slots=True, kw_only=True)
class MailHeaders:
    """The headers of a mail that make an entry; each is empty where the mail has none."""

    subject: str = ""
    sender_name: str = ""
    #: In lower case.
    sender_address: str = ""
    #: Without angle brackets.
    message_id: str = ""
    sent: datetime | None = None
    #: As declared (BCP 47).
    language: str = ""


def read_headers(message: Message) -> MailHeaders:
    """The headers of a parsed mail."""
    name, address = parseaddr(parseable_addresses(header_text(message, "From", decoded=False)))
    identifier = _MESSAGE_ID.search(header_text(message, "Message-ID", decoded=False))
    return MailHeaders(
        subject=header_text(message, "Subject"),
        sender_name=decode_words(name).strip("\"' "),
        sender_address=address.lower() if "@" in address else "",
        message_id=identifier[1] if identifier else "",
        sent=parse_date(header_text(message, "Date")),
        language=header_text(message, "Content-Language").partition(",")[0].strip(),
    )


def header_text(message: Message, name: str, *, decoded: bool = True) -> str:
    """The first header of that name on one line; with ``decoded`` its encoded words are decoded."""
    raw = next((str(value) for key, value in message.raw_items() if key.lower() == name.lower()), "")
    line = " ".join(_without_surrogates(raw[:_MAX_LENGTH]).split())
    return decode_words(line) if decoded else line


def decode_words(text: str) -> str:
    """Decode words as in RFC 2047; adjacent ones are joined first, since a character may be divided among them."""
    if "=?" not in text:
        return clean_header(text)
    text = _BETWEEN_WORDS.sub(r"\1\2", text)
    pieces = list(_pieces(text))
    return clean_header("".join(_join(pieces)))


def _pieces(text: str) -> Iterator[tuple[str, bytes | str]]:
    """Yield each encoded word as its charset and bytes, and the text between them with an empty charset."""
    position = 0
    for word in _ENCODED_WORD.finditer(text):
        if before := text[position : word.start()]:
            yield "", before
        yield word[1].partition("*")[0].lower(), _word_bytes(word[2], word[3])
        position = word.end()
    if position < len(text):
        yield "", text[position:]


def _join(pieces: list[tuple[str, bytes | str]]) -> Iterator[str]:
    charset, data = "", b""
    for name, piece in (*pieces, ("", "")):
        if data and (name != charset or isinstance(piece, str)):
            yield decode(data, f"text/plain; charset={charset}")
            data = b""
        if isinstance(piece, str):
            yield piece
        else:
            charset, data = name, data + piece


def _word_bytes(encoding: str, text: str) -> bytes:
    if encoding in "qQ":
        return quopri.decodestring(text.encode("ascii", "replace"), header=True)
    return decode_base64(text.encode("ascii", "replace"))


def decode_base64(data: bytes) -> bytes:
    """Decode base64 without its padding, or cut anywhere; empty if it is none."""
    data = re.sub(rb"[^A-Za-z0-9+/]", b"", data)
    data = data[: len(data) - 1] if len(data) % 4 == 1 else data
    try:
        return base64.b64decode(data + b"=" * (-len(data) % 4))
    except binascii.Error:
        return b""


def _without_surrogates(text: str) -> str:
    """The parser stands for raw 8-bit bytes by surrogates; they are decoded by what they look like."""
    try:
        return text if text.isascii() else decode(text.encode("utf-8", "surrogateescape"))
    except UnicodeEncodeError:
        return text.encode("ascii", "replace").decode()
