"""Header lines that fold, and the proof that nothing was smuggled into them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from digest.errors import DigestError
from digest.mailers.words import clean, unstructured

#: What a line should keep to, and what it must (RFC 5322, section 2.1.1).
WIDTH, LIMIT = 78, 998

_NAME = re.compile(rb"^([!-9;-~]+): ", re.MULTILINE)
#: Every line begins a header or goes on with one, and says something; no control is in any.
_BLOCK = re.compile(rb"(?:(?:[!-9;-~]+:)?(?: [!-~\x80-\xff]+)+\r\n)+")


class UnsafeHeaders(DigestError):
    """A header block is not what it was meant to be, and must not leave: a defect of this program."""


def header(name: str, words: Iterable[str]) -> str:
    """The header with its line end, folded between words where it can be; the first word stays beside the name."""
    lines, line = [], f"{name}:"
    for word in words:
        if len(line) + 1 + len(word.encode()) > WIDTH and not line.endswith(":"):
            lines.append(line)
            line = ""
        line = f"{line} {word}"
    return "\r\n".join([*lines, line]) + "\r\n"


def text_header(name: str, text: str) -> str:
    """A header of free text from anywhere."""
    return header(name, unstructured(clean(text), room=WIDTH - len(name) - 2))


def verified(block: bytes, names: Sequence[str]) -> bytes:
    """The block, if it holds exactly these headers and nothing else. Raises ``UnsafeHeaders``."""
    if not _BLOCK.fullmatch(block) or [name.decode() for name in _NAME.findall(block)] != list(names):
        raise UnsafeHeaders("a mail's headers are not what they should be", hint="please report this with the edition")
    if len(max(block.split(b"\r\n"), key=len)) > LIMIT:
        raise UnsafeHeaders(f"a header's line is longer than {LIMIT} characters", hint="shorten [web] url")
    return block
