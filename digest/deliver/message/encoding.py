"""MIME-encodes a text once for all recipients, with gaps for the placeholders' values.

Every line is at most 76 characters of ASCII, without two spaces in a row and without one at its end: there is nothing
that a mail server could fold, or that DKIM's canonicalization could change.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol, Self

from digest.text.mail_header import clean_header, join_surrogates

_LINE_LENGTH = 76
_NEWLINE = re.compile("\r\n?|\n")
#: Everything but printable ASCII without "="; a space beside another or at an end; a dot and "From " at a beginning.
_ESCAPED = re.compile(rb"[^ -<>-~]|(?<= ) | $|^\.|^F(?=rom )")
#: A value that needs no quoted-printable encoding: most links do not.
_NEEDS_NO_ENCODING = re.compile(r"[!-\-/-<>-~][!-<>-~]{,70}")

Values = Mapping[str, str]
Escape = Callable[[str], str]


class EncodedText(Protocol):
    """An encoded text with gaps."""

    @property
    def encoding(self) -> str: ...

    def fill(self, values: Values) -> Iterator[bytes]:
        """Yield the encoded text in chunks, each gap filled with its placeholder's value."""
        ...


def encode_text(text: str, placeholders: Collection[str], *, escape: Escape) -> EncodedText:
    """Encode the text by the shorter encoding; values, cleaned to one line and escaped, may later be any text."""
    text = _NEWLINE.sub("\r\n", join_surrogates(text).replace("\0", "").rstrip("\r\n") + "\n")
    parts = [text]
    if placeholders:
        parts = re.split(f"({'|'.join(map(re.escape, placeholders))})", text)
    segments = [part.encode() for part in parts[::2]]
    gaps = tuple(parts[1::2])
    quoted_printable = QuotedPrintable.encode(segments, gaps, escape)
    if sum(map(len, quoted_printable.segments)) <= sum(map(len, segments)) * 78 / 57:
        return quoted_printable
    return Base64.encode(segments, gaps, escape)


@dataclass(frozen=True, slots=True)
class QuotedPrintable:
    """Each gap is a line of its own, joined to its neighbours by soft line breaks (RFC 2045, section 6.7)."""

    segments: tuple[bytes, ...]
    gaps: tuple[str, ...]
    escape: Escape
    encoding: str = "quoted-printable"

    @classmethod
    def encode(cls, segments: list[bytes], gaps: tuple[str, ...], escape: Escape) -> Self:
        return cls(tuple(map(_quoted_printable, segments)), gaps, escape)

    def fill(self, values: Values) -> Iterator[bytes]:
        lines = {gap: self._line(values[gap]) for gap in dict.fromkeys(self.gaps)}
        yield self.segments[0]
        for gap, segment in zip(self.gaps, self.segments[1:], strict=True):
            yield lines[gap]
            yield segment

    def _line(self, value: str) -> bytes:
        """The value as a line between soft line breaks."""
        value = self.escape(clean_header(value))
        line = value.encode() if _NEEDS_NO_ENCODING.fullmatch(value) else _quoted_printable(value.encode())
        return b"=\r\n%b=\r\n" % line


@dataclass(frozen=True, slots=True)
class Base64:
    """Each segment encoded at three offsets: its first 0, 1 or 2 bytes complete the value before it to triplets."""

    segments: tuple[tuple[_Base64Segment, _Base64Segment, _Base64Segment], ...]
    gaps: tuple[str, ...]
    escape: Escape
    encoding: str = "base64"

    @classmethod
    def encode(cls, segments: list[bytes], gaps: tuple[str, ...], escape: Escape) -> Self:
        encode_at = _Base64Segment.encode
        offsets = tuple((encode_at(raw, 0), encode_at(raw, 1), encode_at(raw, 2)) for raw in segments)
        return cls(offsets, gaps, escape)

    def fill(self, values: Values) -> Iterator[bytes]:
        encoded_values = {gap: self.escape(clean_header(values[gap])).encode() for gap in dict.fromkeys(self.gaps)}
        first = self.segments[0][0]
        yield first.lines
        carry = first.tail
        for gap, segment_at in zip(self.gaps, self.segments[1:], strict=True):
            carry += encoded_values[gap]
            segment = segment_at[-len(carry) % 3]
            carry += segment.head
            end = len(carry) - len(carry) % 3  # all of it, unless the segment is too short to complete a triplet
            yield _base64_lines(carry[:end])
            yield segment.lines
            carry = carry[end:] + segment.tail
        yield _base64_lines(carry)


@dataclass(frozen=True, slots=True)
class _Base64Segment:
    #: The bytes before the offset, raw.
    head: bytes
    #: Whole triplets after it, encoded.
    lines: bytes
    #: The last 0, 1 or 2 bytes, raw.
    tail: bytes

    @classmethod
    def encode(cls, raw: bytes, offset: int) -> Self:
        end = len(raw) - max(0, len(raw) - offset) % 3
        return cls(raw[:offset], _base64_lines(raw[offset:end]), raw[end:])


def _quoted_printable(raw: bytes) -> bytes:
    lines = (_ESCAPED.sub(_escape_byte, line) for line in raw.split(b"\r\n"))
    return b"\r\n".join(part for line in lines for part in _soft_breaks(line))


def _escape_byte(match: re.Match[bytes]) -> bytes:
    return b"=%02X" % match[0][0]


def _soft_breaks(line: bytes) -> Iterator[bytes]:
    """Split an encoded line by soft line breaks, never within an escaped byte."""
    while len(line) >= _LINE_LENGTH:
        cut = _LINE_LENGTH - 1
        cut -= next((back for back in (1, 2) if line[cut - back : cut - back + 1] == b"="), 0)
        yield line[:cut] + b"="
        line = line[cut:]
        if line.startswith((b".", b"From ")):
            line = b"=%02X" % line[0] + line[1:]
    yield line


def _base64_lines(raw: bytes) -> bytes:
    text = b64encode(raw)
    return b"".join(text[start : start + _LINE_LENGTH] + b"\r\n" for start in range(0, len(text), _LINE_LENGTH))
