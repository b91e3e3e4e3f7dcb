"""Drops what is not a mail's text: its footer, notes about the mail itself, buttons, navigation, dates. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from digest.collect.mails.blocks import MailBlock
from digest.collect.mails.phrases import is_action, is_footer, is_postal_address, is_read_more, is_service

#: Share of a mail's words above its footer, at least, and in paragraphs below the line that begins it, at most.
_MIN_ABOVE, _MAX_BELOW = 0.3, 0.15
#: Words of a paragraph, at least; of a line of navigation, at most, and of each of its links.
_MIN_PARAGRAPH, _MAX_NAVIGATION, _MAX_NAVIGATION_LINK = 25, 25, 3
#: Blocks at the head of a mail among which its date and number stand, and their words, at most.
_HEAD_BLOCKS, _MAX_DATE_WORDS = 8, 9
_WORD = re.compile(r"[^\W_]")
_DATE_LINE = re.compile(
    r"\b(?:19|20)\d\d\b|\b\d{1,2}[./]\d{1,2}\b|^\W*(?:issue|edition|no|nr|ausgabe|numéro|número|numero|nummer|vol)\W{0,3}\d"
    r"|^\W*#\s?\d|\b\d{1,2} min(?:ute)?s?\b",
    re.IGNORECASE,
)


def without_boilerplate(blocks: Sequence[MailBlock]) -> tuple[MailBlock, ...]:
    """The blocks of the mail's own text, its links and pictures."""
    footer = _footer_start(blocks)
    head = tuple(_without_lines(blocks[:footer]))
    return tuple(_without_empty_rules(head))


def _footer_start(blocks: Sequence[MailBlock]) -> int:
    """The index of the first block of the footer; of a mail without one the number of blocks."""
    words = [0 if block.kind == "image" else block.words for block in blocks]
    total, above = sum(words), 0
    paragraphs = sum(words[at] for at, block in enumerate(blocks) if _is_paragraph(block))
    for index, block in enumerate(blocks):
        if block.words and above >= _MIN_ABOVE * total and (is_footer(block.text) or is_postal_address(block.text)):
            below = paragraphs - sum(words[at] for at in range(index) if _is_paragraph(blocks[at]))
            if below <= _MAX_BELOW * total:
                return index
        above += words[index]
    return len(blocks)


def _is_paragraph(block: MailBlock) -> bool:
    """Is it text, not a line of the footer?"""
    return block.words >= _MIN_PARAGRAPH and block.link_share < 0.5 and not is_footer(block.text)


def _without_lines(blocks: Sequence[MailBlock]) -> Iterator[MailBlock]:
    head = 0
    for block in blocks:
        if block.kind in {"rule", "image"}:
            yield block
            continue
        if _is_about_mail(block) or (head < _HEAD_BLOCKS and _is_date_line(block)):
            continue
        head += 1
        yield block


def _is_about_mail(block: MailBlock) -> bool:
    if not _WORD.search(block.text):
        return True
    if is_service(block.text) or (is_footer(block.text) and (block.links or block.words < _MIN_PARAGRAPH)):
        return True
    if block.link_share < 0.7:
        return False
    texts = [link.text for link in block.links if _WORD.search(link.text)]
    if not texts or any(map(is_read_more, texts)):
        return False
    is_navigation = len(texts) > 1 and all(len(text.split()) <= _MAX_NAVIGATION_LINK for text in texts)
    return all(map(is_action, texts)) or (is_navigation and block.words <= _MAX_NAVIGATION)


def _is_date_line(block: MailBlock) -> bool:
    return not block.links and block.words <= _MAX_DATE_WORDS and _DATE_LINE.search(block.text) is not None


def _without_empty_rules(blocks: Sequence[MailBlock]) -> Iterator[MailBlock]:
    """One line in a row, and none at the beginning."""
    last = "rule"
    for block in blocks:
        if block.kind != "rule" or last != "rule":
            yield block
        last = block.kind
