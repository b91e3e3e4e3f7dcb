"""Header lines that fold, and the proof that nothing was smuggled into them."""

from __future__ import annotations

import re
from collections.abc import Iterable

from digest.model.errors import DigestError

#: What a line should keep to, and what it must (RFC 5322, section 2.1.1).
WIDTH, LIMIT = 78, 998

#: One header: a name, and lines of which each says something; no control, separator or half a character is in any.
_HEADER = re.compile(r"[!-9;-~]+:(?:(?: [^\x00-\x20\x7f-\x9f\u2028\u2029\ud800-\udfff]+)+\r\n)+")
#: How much of a wrong one is told.
_SHOWN = 80
_LONG = re.compile(rb"[^\n]{%d}" % (LIMIT + 2))  # the carriage return is one more


class UnsafeHeaders(DigestError):
    """A header block is not what it was meant to be, and must not leave: a defect of this program."""


def header(name: str, words: Iterable[str]) -> str:
    """The header with its line end, folded between words where it can be; the first word stays beside the name."""
    lines, line = [], f"{name}:"
    for place, word in enumerate(words):
        if place and len(line) + 1 + len(word.encode()) > WIDTH:
            lines.append(line)
            line = ""
        line = f"{line} {word}"
    return "\r\n".join([*lines, line]) + "\r\n"


def verified(headers: Iterable[str]) -> bytes:
    """The headers as they leave, if they are just those and nothing else is in them. Raises ``UnsafeHeaders``."""
    lines = list(headers)
    if not all(map(_HEADER.fullmatch, lines)):
        wrong = next(line for line in lines if not _HEADER.fullmatch(line))
        message = f"a mail's header is not what it should be: {wrong[:_SHOWN]!a}"
        raise UnsafeHeaders(message, hint="please report this with the edition")
    block = "".join(lines).encode()
    if len(block) > LIMIT and _LONG.search(block):
        raise UnsafeHeaders(f"a header's line is longer than {LIMIT} characters", hint="shorten [web] url")
    return block
