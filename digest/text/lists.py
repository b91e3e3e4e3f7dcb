"""Lists that complete a sentence: "The release fixes two bugs:" and its items, joined to one sentence.

The words are the author's; semicolons and a full stop stand for the bullets, where an item has none of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from digest.text.blocks import Block
from digest.text.sentence_end import ends_sentence

#: Words of a lead-in, at least: a shorter one is a heading ("You need:"); and of the list, at least.
_MIN_LEAD_IN_WORDS, _MIN_LIST_WORDS = 3, 2
#: Items of a list that is joined, and the words of all of them, at most: a longer list is told by its items.
_MAX_ITEMS, _MAX_LIST_WORDS = 6, 60
#: Share of an item in links, at most: the items of other lists lead elsewhere.
_MAX_LINKED = 0.5
_LEAD_IN_MARKS = (":", "：")


def join_lists(blocks: Sequence[Block]) -> Iterator[Block]:
    """The blocks, with each short list of phrases joined to the lead-in above it; whole sentences stay apart."""
    at = 0
    while at < len(blocks):
        items = _items(blocks, at + 1) if _is_lead_in(blocks[at]) else ()
        joined = _joined(blocks[at], items) if items else None
        yield joined or blocks[at]
        at += 1 + (len(items) if joined else 0)


def _is_lead_in(block: Block) -> bool:
    is_open = block.kind == "prose" and block.text.endswith(_LEAD_IN_MARKS)
    return is_open and block.text.count(" ") + 1 >= _MIN_LEAD_IN_WORDS


def _items(blocks: Sequence[Block], start: int) -> Sequence[Block]:
    """The items of a list; of a single one that is a title, without the text below it."""
    end = start
    while end < len(blocks) and blocks[end].kind == "item":
        end += 1
    is_single = sum(not item.follows_directly for item in blocks[start:end]) == 1
    return blocks[start : start + 1] if is_single else blocks[start:end]


def _joined(lead_in: Block, items: Sequence[Block]) -> Block | None:
    """The lead-in with its items; None if they are links, sentences of their own, or too many."""
    length = sum(item.text.count(" ") + 1 for item in items)
    if len(items) > _MAX_ITEMS or not _MIN_LIST_WORDS <= length <= _MAX_LIST_WORDS:
        return None
    if any(item.link_share > _MAX_LINKED for item in items) or (len(items) > 1 and _has_sentence(items)):
        return None
    listed = "; ".join(item.text.rstrip(" ,;") for item in items)
    stop = "" if ends_sentence(listed) else "."
    return replace(lead_in, text=f"{lead_in.text} {listed}{stop}")


def _has_sentence(items: Iterable[Block]) -> bool:
    return any(ends_sentence(item.text) or item.follows_directly for item in items)
