"""A mail's text as bytes, encoded once; what differs between recipients is filled into gaps.

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

_LINE = 76
_NEWLINE = re.compile("\r\n?|\n")
#: Everything but printable ASCII without "="; a space beside another or at an end; a dot and "From " at a beginning.
_ESCAPED = re.compile(rb"[^ -<>-~]|(?<= ) | $|^\.|^F(?=rom )")
#: A value that is written as it is: most links are.
_AS_IS = re.compile(r"[!-\-/-<>-~][!-<>-~]{,70}")

Values = Mapping[str, str]
Escape = Callable[[str], str]


class Part(Protocol):
    """An encoded text with gaps."""

    @property
    def encoding(self) -> str: ...

    def filled(self, values: Values) -> Iterator[bytes]:
        """The text's lines in pieces, each gap filled with its placeholder's value."""
        ...


def encoded(text: str, placeholders: Collection[str], *, escape: Escape) -> Part:
    """The text in whichever encoding is shorter; values are cleaned to a line, then escaped, and may be any text."""
    lines = _NEWLINE.sub("\r\n", join_surrogates(text).replace("\0", "").rstrip("\r\n") + "\n")
    pieces = [lines]
    if placeholders:
        pieces = re.split(f"({'|'.join(map(re.escape, placeholders))})", lines)
    raw = [piece.encode() for piece in pieces[::2]]
    gaps = tuple(pieces[1::2])
    quoted = QuotedPrintable.of(raw, gaps, escape)
    if sum(map(len, quoted.segments)) <= sum(map(len, raw)) * 78 / 57:
        return quoted
    return Base64.of(raw, gaps, escape)


@dataclass(frozen=True, slots=True)
class QuotedPrintable:
    """Lines of their own for the gaps, joined to their neighbours by soft line breaks (RFC 2045, section 6.7)."""

    segments: tuple[bytes, ...]
    gaps: tuple[str, ...]
    escape: Escape
    encoding: str = "quoted-printable"

    @classmethod
    def of(cls, raw: list[bytes], gaps: tuple[str, ...], escape: Escape) -> Self:
        return cls(tuple(map(_quoted, raw)), gaps, escape)

    def filled(self, values: Values) -> Iterator[bytes]:
        yield self.segments[0]
        for gap, segment in zip(self.gaps, self.segments[1:], strict=True):
            value = self.escape(clean_header(values[gap]))
            yield b"=\r\n%b=\r\n" % (value.encode() if _AS_IS.fullmatch(value) else _quoted(value.encode()))
            yield segment


@dataclass(frozen=True, slots=True)
class Base64:
    """Each segment encoded thrice: its first 0, 1 or 2 bytes complete the value before it to triplets."""

    segments: tuple[tuple[_Triplets, _Triplets, _Triplets], ...]
    gaps: tuple[str, ...]
    escape: Escape
    encoding: str = "base64"

    @classmethod
    def of(cls, raw: list[bytes], gaps: tuple[str, ...], escape: Escape) -> Self:
        return cls(
            tuple((_Triplets.of(one, 0), _Triplets.of(one, 1), _Triplets.of(one, 2)) for one in raw), gaps, escape
        )

    def filled(self, values: Values) -> Iterator[bytes]:
        first = self.segments[0][0]
        yield first.lines
        rest = first.rest
        for gap, segment in zip(self.gaps, self.segments[1:], strict=True):
            rest += self.escape(clean_header(values[gap])).encode()
            chosen = segment[-len(rest) % 3]
            rest += chosen.head
            end = len(rest) - len(rest) % 3  # all of it, unless the segment is shorter than what is missing
            yield _base64(rest[:end])
            yield chosen.lines
            rest = rest[end:] + chosen.rest
        yield _base64(rest)


@dataclass(frozen=True, slots=True)
class _Triplets:
    head: bytes
    lines: bytes
    rest: bytes

    @classmethod
    def of(cls, raw: bytes, skipped: int) -> Self:
        end = len(raw) - max(0, len(raw) - skipped) % 3
        return cls(raw[:skipped], _base64(raw[skipped:end]), raw[end:])


def _quoted(raw: bytes) -> bytes:
    return b"\r\n".join(line for long in raw.split(b"\r\n") for line in _soft(_ESCAPED.sub(_escaped, long)))


def _escaped(found: re.Match[bytes]) -> bytes:
    return b"=%02X" % found[0][0]


def _soft(line: bytes) -> Iterator[bytes]:
    """The encoded line in pieces that leave room for "=" at their ends, none cut within an escaped byte."""
    while len(line) >= _LINE:
        cut = _LINE - 1
        cut -= next((back for back in (1, 2) if line[cut - back : cut - back + 1] == b"="), 0)
        yield line[:cut] + b"="
        line = line[cut:]
        if line.startswith((b".", b"From ")):
            line = b"=%02X" % line[0] + line[1:]
    yield line


def _base64(raw: bytes) -> bytes:
    text = b64encode(raw)
    return b"".join(text[start : start + _LINE] + b"\r\n" for start in range(0, len(text), _LINE))
