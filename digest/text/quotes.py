"""Quotation marks: which of them belong together. An apostrophe is none."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

#: Marks as they stand in a character class.
OPENING = "\"'“‘„‚«‹「『"
CLOSING = "\"'”’“‘»›«‹」』"
QUOTES = "\"'“”‘’„‚«»‹›"

_PAIRS = {
    '"': '"',
    "'": "'",
    "“": "”",
    "‘": "’",
    "„": "“”",
    "‚": "‘’",
    "«": "»",
    "»": "«",
    "‹": "›",
    "「": "」",
    "『": "』",
}
_MARK = re.compile("[\"'“”‘’„‚«»‹›「」『』]")
#: '90s, 'em, 'tis: something was left out here, nothing is quoted.
_ELIDED = re.compile(r"'(?:\d\ds?\b|em\b|tis\b|twas\b|til\b|cause\b|n'?\s)", re.IGNORECASE)


@lru_cache(maxsize=512)
def quotation_spans(text: str) -> tuple[tuple[int, int], ...]:
    """Where each outermost quotation that is closed in ``text`` starts and ends, in order."""
    if not _MARK.search(text):
        return ()
    found: list[tuple[int, int]] = []
    opened: tuple[int, str] | None = None
    for at, mark in _marks(text):
        if opened and mark in _PAIRS[opened[1]] and _may_close(text, at):
            found.append((opened[0], at + 1))
            opened = None
        elif mark in _PAIRS and _may_open(text, at) and (opened is None or opened[1] == mark):
            opened = (at, mark)  # opened twice: the first never closed
    return tuple(found)


def _marks(text: str) -> Iterator[tuple[int, str]]:
    for match in _MARK.finditer(text):
        at, mark = match.start(), match.group()
        if not (mark in "'’‘" and text[at - 1 : at].isalnum() and text[at + 1 : at + 2].isalnum()):
            yield at, mark


def _may_open(text: str, at: int) -> bool:
    before, after = text[at - 1 : at] if at else "", text[at + 1 : at + 2]
    if text[at] == "'" and _ELIDED.match(text, at):
        return False
    if text[at] in "\"'»":
        return not (before.isalnum() or before in {".", ",", "!", "?", "…"}) and not (after.isspace() or not after)
    return True


def _may_close(text: str, at: int) -> bool:
    before, after = text[at - 1 : at], text[at + 1 : at + 2]
    if text[at] in "'’":
        return not before.isspace() and not (before == "s" and _closes_later(text, at))
    if text[at] in '"«':
        return not before.isspace() or not after.isalnum()
    return True


def _closes_later(text: str, at: int) -> bool:
    """After a plural's apostrophe ("the soldiers' mothers'"): is there a better end before the next start?"""
    if not text[at + 1 : at + 3].strip()[:1].isalpha():
        return False
    later = re.search(r"(?<=[.,!?…])['’]|\s['‘]\w", text[at + 1 :])
    return later is not None and not later.group()[0].isspace()
