"""Folds header lines, and verifies that a header block has no injected or malformed header."""

from __future__ import annotations

import re
from collections.abc import Iterable

from digest.model.errors import DigestError

#: Recommended and maximum length of a line (RFC 5322, section 2.1.1).
WIDTH, MAX_LINE = 78, 998

#: One header: a name, then non-empty lines without control characters, line separators or lone surrogates.
_HEADER = re.compile(r"[!-9;-~]+:(?:(?: [^\x00-\x20\x7f-\x9f\u2028\u2029\ud800-\udfff]+)+\r\n)+")
#: Length of the malformed header's excerpt in the error message.
_EXCERPT = 80
_TOO_LONG = re.compile(rb"[^\n]{%d}" % (MAX_LINE + 2))  # one more for the carriage return


class UnsafeHeaders(DigestError):
    """A header block is malformed and must not be sent: a defect of this program."""


def fold_header(name: str, words: Iterable[str]) -> str:
    """The header with its line end, folded between words where possible; the first word stays beside the name."""
    lines, line = [], f"{name}:"
    for index, word in enumerate(words):
        if index and len(line) + 1 + len(word.encode()) > WIDTH:
            lines.append(line)
            line = ""
        line = f"{line} {word}"
    return "\r\n".join([*lines, line]) + "\r\n"


def verify_headers(headers: Iterable[str]) -> bytes:
    """Encode the headers, each of which must be exactly one well-formed header. Raises ``UnsafeHeaders``."""
    lines = list(headers)
    if not all(map(_HEADER.fullmatch, lines)):
        malformed = next(line for line in lines if not _HEADER.fullmatch(line))
        message = f"a mail's header is malformed: {malformed[:_EXCERPT]!a}"
        raise UnsafeHeaders(message, hint="please report this with the edition")
    block = "".join(lines).encode()
    if len(block) > MAX_LINE and _TOO_LONG.search(block):
        raise UnsafeHeaders(f"a header's line is longer than {MAX_LINE} characters", hint="shorten [web] url")
    return block
