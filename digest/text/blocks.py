"""A document as blocks: its lines or elements, in order, each with how it stands among the others."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Literal

from digest.text.encoding import repair

BlockKind = Literal["prose", "item", "heading"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """One line of text, or one element of a page; its text is one line, repaired."""

    text: str
    kind: BlockKind = "prose"
    #: It stands right beneath the block before it, with no blank line between.
    joined: bool = False
    #: The share of its letters that are links.
    linked: float = 0.0


_BULLET = re.compile(r"\s*(?:[•‣▪●◦∙·■►▶➤–—*+-]\s+|\(?\d{1,2}[.)]\s+(?=\S{2}))")
#: Letters that are words too.
_WORDS = frozenset("AIOEUYÀ")
_RULE = re.compile(r"[\W_]*$")
#: Lines of a text that was wrapped by hand or by a mail program are this long at most, and nearly all alike.
_WRAPPED_AT = range(45, 101)


def blocks_from_text(text: str) -> tuple[Block, ...]:
    """The lines of a plain text; paragraphs that were wrapped at a column are put together again."""
    lines = _with_drop_capitals([" ".join(line.split()) for line in repair(text).split("\n")])
    clusters = [list(lines) for filled, lines in groupby(lines, key=bool) if filled]
    if _is_wrapped(clusters):
        clusters = [list(_unwrapped(cluster)) for cluster in clusters]
    return tuple(_blocks(clusters))


def _with_drop_capitals(lines: list[str]) -> list[str]:
    """A drop capital that was pasted as a line of its own stands before its word again: "T", "he" → "The"."""
    found = list(lines)
    for at, line in enumerate(lines):
        if not (len(line) == 1 and line.isupper()):
            continue
        follows = next((below for below in range(at + 1, min(at + 3, len(lines))) if lines[below]), at)
        if lines[follows][0].islower():
            word = line + lines[follows].split(" ", 1)[0]
            whole = line not in _WORDS or any(word.lower() in other.lower().split() for other in lines)
            found[at], found[follows] = "", line + ("" if whole else " ") + lines[follows]
    return found


def _blocks(clusters: Iterable[list[str]]) -> Iterator[Block]:
    for cluster in clusters:
        lines = [line for line in cluster if not _RULE.match(line)]
        for at, line in enumerate(lines):
            bullet = _BULLET.match(line)
            text = line[bullet.end() :] if bullet else line
            yield Block(text=text, kind="item" if bullet else "prose", joined=at > 0)


def _is_wrapped(clusters: list[list[str]]) -> bool:
    """Are the lines cut by width, not by meaning: most end near the same column, whatever they say?"""
    inner = [len(line) for cluster in clusters for line in cluster[:-1]]
    widest = max(inner, default=0)
    near = sum(1 for length in inner if length > widest - 16)
    return len(inner) >= 3 and widest in _WRAPPED_AT and near >= 0.7 * len(inner)


def _unwrapped(cluster: list[str]) -> Iterator[str]:
    paragraph: list[str] = []
    for line in cluster:
        if paragraph and _BULLET.match(line):
            yield " ".join(paragraph)
            paragraph = []
        paragraph.append(line)
    yield " ".join(paragraph)
