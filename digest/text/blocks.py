"""Text blocks: the lines of a plain text or the elements of a page, in order."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Literal

from digest.text.encoding import repair

#: ``row``: the short cells of a table's row, joined.
BlockKind = Literal["prose", "item", "heading", "row"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """Line of a plain text or element of a page. Its text is one line, repaired."""

    text: str
    kind: BlockKind = "prose"
    #: No blank line separates it from the block before.
    follows_directly: bool = False
    #: Share of its characters in links, from 0 to 1.
    link_share: float = 0.0


_BULLET = re.compile(r"\s*(?:[•‣▪●◦∙·■►▶➤–—*+-]\s+|\(?\d{1,2}[.)]\s+(?=\S{2}))")
#: Letters that are also words.
_ONE_LETTER_WORDS = frozenset("AIOEUYÀ")
_RULE = re.compile(r"[\W_]*$")
#: Widths, in characters, at which texts are wrapped by hand or by mail programs.
_WRAP_WIDTHS = range(45, 101)


def blocks_from_text(text: str) -> tuple[Block, ...]:
    """Convert the lines of a plain text to blocks; paragraphs that were wrapped at a column are unwrapped."""
    lines = _join_drop_capitals([" ".join(line.split()) for line in repair(text).split("\n")])
    clusters = [list(lines) for has_text, lines in groupby(lines, key=bool) if has_text]
    if _is_wrapped(clusters):
        clusters = [list(_unwrap(cluster)) for cluster in clusters]
    return tuple(_blocks(clusters))


def _join_drop_capitals(lines: list[str]) -> list[str]:
    """Join a drop capital on a line of its own to its word: "T", "he" → "The"."""
    joined = list(lines)
    for index, line in enumerate(lines):
        if not (len(line) == 1 and line.isupper()):
            continue
        following = next((below for below in range(index + 1, min(index + 3, len(lines))) if lines[below]), index)
        if lines[following][0].islower():
            word = (line + lines[following].split(" ", 1)[0]).lower()
            is_one_word = line not in _ONE_LETTER_WORDS or any(word in text.lower().split() for text in lines)
            joined[index], joined[following] = "", line + ("" if is_one_word else " ") + lines[following]
    return joined


def _blocks(clusters: Iterable[list[str]]) -> Iterator[Block]:
    for cluster in clusters:
        lines = [line for line in cluster if not _RULE.match(line)]
        for index, line in enumerate(lines):
            bullet = _BULLET.match(line)
            text = line[bullet.end() :] if bullet else line
            yield Block(text=text, kind="item" if bullet else "prose", follows_directly=index > 0)


def _is_wrapped(clusters: list[list[str]]) -> bool:
    """Were the lines wrapped by width? Then most end near the same column."""
    lengths = [len(line) for cluster in clusters for line in cluster[:-1]]
    widest = max(lengths, default=0)
    near = sum(1 for length in lengths if length > widest - 16)
    return len(lengths) >= 3 and widest in _WRAP_WIDTHS and near >= 0.7 * len(lengths)


def _unwrap(cluster: list[str]) -> Iterator[str]:
    paragraph: list[str] = []
    for line in cluster:
        if paragraph and _BULLET.match(line):
            yield " ".join(paragraph)
            paragraph = []
        paragraph.append(line)
    yield " ".join(paragraph)
