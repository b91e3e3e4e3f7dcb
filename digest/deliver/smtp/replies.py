"""Parses an SMTP server's replies (RFC 5321, section 4.2) from a byte stream, and its capabilities from EHLO."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

#: RFC 5321 allows 512 bytes a line; some servers send longer ones. The limits bound our memory.
_MAX_LINE, _MAX_LINES = 4096, 256
_MAX_TEXT = 1000
#: Enhanced status code at the start of a reply's text.
_STATUS = re.compile(r"[245]\.\d{1,3}\.\d{1,3} ")


class ProtocolError(Exception):
    """The peer does not speak SMTP; the connection can't be used any more."""


@dataclass(frozen=True)
class Reply:
    """One reply; ``lines`` are its texts without the code."""

    code: int
    lines: tuple[str, ...]

    @cached_property
    def text(self) -> str:
        """Code and text in one line, at most 1,000 characters: it is stored for each delivery.

        Some servers repeat the code within the text, and most repeat the enhanced status code (RFC 2034) on each line.
        """
        lines = [line.strip().removeprefix(f"{self.code} ") for line in self.lines]
        status = _STATUS.match(lines[0]) if lines else None
        following = [line.removeprefix(status[0]) if status else line for line in lines[1:]]
        text = " ".join([str(self.code), *lines[:1], *following]).rstrip()
        return text if len(text) <= _MAX_TEXT else text[: _MAX_TEXT - 1] + "…"


class ReplyParser:
    """Incremental parser: bytes in pieces of any size → replies."""

    def __init__(self) -> None:
        self._buffer = b""
        #: Texts of a multiline reply whose last line has not arrived.
        self._lines: list[str] = []
        self._code = 0

    def feed(self, data: bytes) -> Iterator[Reply]:
        """Yield the replies that are complete now. Raises ``ProtocolError`` at the first line that is no reply."""
        *lines, self._buffer = (self._buffer + data).split(b"\n")
        for line in lines:
            if reply := (None if self._lines else _single_line_reply(line)) or self._add(line):
                yield reply
        if len(self._buffer) > _MAX_LINE:
            raise ProtocolError("a line without end")

    @property
    def is_empty(self) -> bool:
        """No part of a further reply has arrived."""
        return not (self._buffer or self._lines)

    def _add(self, line: bytes) -> Reply | None:
        code, is_last, text = _parse_line(line)
        if self._lines and code != self._code:
            raise ProtocolError(f"contradictory codes in one reply: {self._code} and {code}")
        self._code = code
        self._lines.append(text)
        if not is_last:
            if len(self._lines) > _MAX_LINES:
                raise ProtocolError("a reply without end")
            return None
        reply = Reply(code, tuple(self._lines))
        self._lines = []
        return reply


@lru_cache(maxsize=64)  # a server repeats few different replies
def _single_line_reply(line: bytes) -> Reply | None:
    code, is_last, text = _parse_line(line)
    return Reply(code, (text,)) if is_last else None


def _parse_line(line: bytes) -> tuple[int, bool, str]:
    """Code, whether it is the reply's last line, and text. Raises ``ProtocolError``."""
    code, separator = line[:3], line[3:4]
    if not code.isdigit() or separator not in (b" ", b"-", b"\r", b"") or len(line) > _MAX_LINE:
        raise ProtocolError(f"not an SMTP reply: {line[:80]!r}")
    return int(code), separator != b"-", line[4:].rstrip(b"\r").decode("utf-8", "replace")


@dataclass(frozen=True, slots=True, kw_only=True)
class Capabilities:
    """The SMTP extensions that are used here; all off for a server that only knows HELO."""

    pipelining: bool = False
    chunking: bool = False
    starttls: bool = False
    eight_bit: bool = False
    smtputf8: bool = False
    #: SIZE (RFC 1870) is supported; the maximum in bytes, 0 if the server states none.
    size: bool = False
    max_size: int = 0
    #: SASL mechanisms, in capitals.
    auth: frozenset[str] = frozenset()


def parse_capabilities(lines: Sequence[str]) -> Capabilities:
    """Read the lines of a reply to EHLO; the first is the server's name."""
    extensions: dict[str, list[str]] = {}
    for line in lines[1:]:
        # "AUTH=PLAIN" is an obsolete spelling; a server may send both.
        keyword, *parameters = line.upper().replace("AUTH=", "AUTH ").split() or [""]
        extensions.setdefault(keyword, []).extend(parameters)
    max_size = next(iter(extensions.get("SIZE", [])), "")
    return Capabilities(
        pipelining="PIPELINING" in extensions,
        chunking="CHUNKING" in extensions,
        starttls="STARTTLS" in extensions,
        eight_bit="8BITMIME" in extensions,
        smtputf8="SMTPUTF8" in extensions,
        size="SIZE" in extensions,
        max_size=int(max_size) if max_size.isascii() and max_size.isdigit() else 0,
        auth=frozenset(extensions.get("AUTH", [])),
    )
