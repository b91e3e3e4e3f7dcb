"""Find quotations: pair the quotation marks of a text, and tell them from apostrophes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

#: Quotation marks, for use within a character class.
OPENING = "\"'“‘„‚«‹「『"
CLOSING = "\"'”’“‘»›«‹」』"
QUOTES = "\"'“”‘’„‚«»‹›"

#: The marks that may close each opening mark.
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
#: An apostrophe for omitted characters, not a quotation mark: '90s, 'em, 'tis.
_ELISION = re.compile(r"'(?:\d\ds?\b|em\b|tis\b|twas\b|til\b|cause\b|n'?\s)", re.IGNORECASE)


@lru_cache(maxsize=512)
def quotation_spans(text: str) -> tuple[tuple[int, int], ...]:
    """Start and end of each outermost quotation that is closed within ``text``, in order."""
    if not _MARK.search(text):
        return ()
    spans: list[tuple[int, int]] = []
    opened: tuple[int, str] | None = None
    for at, mark in _quote_characters(text):
        if opened and mark in _PAIRS[opened[1]] and _may_close(text, at):
            spans.append((opened[0], at + 1))
            opened = None
        elif mark in _PAIRS and _may_open(text, at) and (opened is None or opened[1] == mark):
            opened = (at, mark)  # opened twice: the first was never closed
    return tuple(spans)


def _quote_characters(text: str) -> Iterator[tuple[int, str]]:
    """Position and character of each mark but the apostrophes within words."""
    for match in _MARK.finditer(text):
        at, mark = match.start(), match.group()
        if not (mark in "'’‘" and text[at - 1 : at].isalnum() and text[at + 1 : at + 2].isalnum()):
            yield at, mark


def _may_open(text: str, at: int) -> bool:
    before, after = text[at - 1 : at] if at else "", text[at + 1 : at + 2]
    if text[at] == "'" and _ELISION.match(text, at):
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
    """After a plural's apostrophe ("the soldiers' mothers'"): does a better closing mark follow before a new start?"""
    if not text[at + 1 : at + 3].strip()[:1].isalpha():
        return False
    later = re.search(r"(?<=[.,!?…])['’]|\s['‘]\w", text[at + 1 :])
    return later is not None and not later.group()[0].isspace()
