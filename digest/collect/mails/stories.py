"""Splits the blocks of a mail into its stories: an essay is one, a round-up of links has one for each. Pure.

A story of a round-up begins with an anchor: a title that is a link, a heading above a "Read more" link, an item that
begins with a link. Its text goes down to the next anchor, heading or line. Links within sentences begin nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from digest.collect.mails.anchors import NUMBER, TITLE_SHARE, StoryBlocks, find_anchor, leads_on, shown_title
from digest.collect.mails.blocks import MailBlock, MailLink
from digest.collect.mails.phrases import (
    is_action,
    is_link_section,
    is_sponsor_label,
)

#: Stories of a round-up, at least; of one whose stories all have text.
_MIN_STORIES, _MIN_TOLD = 3, 2
#: Share of a mail's words that stand in the stories of a round-up, at least; words of an essay beside them, at least,
#: and words of the text below a link that was recommended beside an essay.
_MIN_SHARE, _MIN_ESSAY_WORDS, _MIN_BLURB_WORDS = 0.5, 100, 8
#: Words of a numbered story on average, at most, and share of those with a link, at least.
_MAX_NUMBERED_WORDS, _MIN_LINKED_SHARE = 300, 0.6
_LIST_NUMBER = re.compile(r"^(\d{1,2})[.)]\s+(?=\S)")
#: Words of an advertisement, at most.
_MAX_AD_WORDS = 150


@dataclass(frozen=True, slots=True, kw_only=True)
class MailStory:
    """A story of a mail: an essay, or one of a round-up."""

    #: Empty for an essay, which has the mail's subject.
    title: str
    #: Links to it as in the mail, the best first; none for an essay.
    links: tuple[MailLink, ...]
    blocks: tuple[MailBlock, ...]
    section: str = ""


def split_stories(blocks: Sequence[MailBlock]) -> tuple[MailStory, ...]:
    """The stories of the mail, in its order: one without a title if it is an essay."""
    for pieces in (_cut(blocks), _numbered(blocks), _cut(blocks, takes_items=True)):
        stories = [piece for piece in _merged(pieces) if piece.title and not piece.is_ad]
        around = [piece for piece in pieces if not piece.title]
        if _is_round_up(stories, around):
            return tuple(_ordered(stories, around))
    essay = tuple(block for piece in _cut(blocks) if not piece.is_ad for block in _all_blocks(piece))
    return (MailStory(title="", links=(), blocks=essay),) if essay else ()


def _all_blocks(piece: StoryBlocks) -> Iterator[MailBlock]:
    if piece.title:
        yield MailBlock(
            text=piece.title, kind="heading", links=tuple(piece.links[:1]), link_share=float(bool(piece.links))
        )
    yield from piece.blocks


def _is_round_up(stories: Sequence[StoryBlocks], around: Sequence[StoryBlocks]) -> bool:
    told = [story for story in stories if story.blurb_words >= _MIN_BLURB_WORDS]
    if len(stories) < (_MIN_TOLD if len(told) == len(stories) else _MIN_STORIES):
        return False
    words, other_words = sum(story.words for story in stories), sum(piece.words for piece in around)
    if words >= _MIN_SHARE * (words + other_words):
        return True
    is_recommended = any(is_link_section(story.section) for story in stories)
    return len(stories) >= _MIN_STORIES and (is_recommended or len(told) >= 0.7 * len(stories))


def _ordered(stories: Sequence[StoryBlocks], around: Sequence[StoryBlocks]) -> Iterator[MailStory]:
    essay = tuple(block for piece in around for block in piece.blocks)
    if sum(block.words for block in essay if block.kind == "prose") >= _MIN_ESSAY_WORDS:
        yield MailStory(title="", links=(), blocks=essay)
    is_numbered = _are_numbered([story.title for story in stories])
    for story in stories:
        title = _LIST_NUMBER.sub("", story.title, count=1) if is_numbered else story.title
        yield MailStory(title=title, links=tuple(story.links), blocks=tuple(story.blocks), section=story.section)


def _are_numbered(titles: Sequence[str]) -> bool:
    """Do the titles begin with the numbers from one on? A title may begin with a number of its own: "1. Mai"."""
    numbers = [int(match[1]) for title in titles if (match := _LIST_NUMBER.match(title))]
    return len(numbers) == len(titles) and numbers == list(range(1, len(titles) + 1))


# --- anchors ---------------------------------------------------------------------------------------------------------


def _cut(blocks: Sequence[MailBlock], *, takes_items: bool = False) -> list[StoryBlocks]:
    """Cut the blocks at their anchors; ``takes_items``: each item with a link within its text is a story."""
    cutter = _Cutter()
    for index, block in enumerate(blocks):
        cutter.add(block, find_anchor(block, blocks, index, takes_items=takes_items))
    return cutter.pieces


@dataclass(slots=True)
class _Cutter:
    """Puts blocks into pieces, in order."""

    pieces: list[StoryBlocks] = field(default_factory=lambda: [StoryBlocks("", [], [], "", "")])
    section: str = ""
    #: Words of the advertisement that is going on; None outside of one.
    ad_words: int | None = None

    def add(self, block: MailBlock, anchor: StoryBlocks | None) -> None:
        """``anchor``: the story that the block begins."""
        if block.kind != "image" and is_sponsor_label(block.text):
            ad = anchor if anchor is not None else StoryBlocks("", [], [], "", "")  # "Buy this (Sponsor)"
            self.pieces.append(replace(ad, section=self.section, is_ad=True))
            self.ad_words = 0 if anchor is None else None
        elif not self._is_in_ad(block, anchor):
            self._add(block, anchor)

    def _is_in_ad(self, block: MailBlock, anchor: StoryBlocks | None) -> bool:
        """An advertisement goes on to a line, or to the next heading or title below its text."""
        if self.ad_words is None:
            return False
        begins_next = self.ad_words > 0 and (anchor is not None or block.kind == "heading")
        self.ad_words += block.words
        if block.kind == "rule" or begins_next or self.ad_words > _MAX_AD_WORDS:
            self.ad_words = None
            return False
        self.pieces[-1].blocks.append(block)
        return True

    def _add(self, block: MailBlock, anchor: StoryBlocks | None) -> None:
        current = self.pieces[-1]
        if block.kind == "rule":
            self._begin()
        elif anchor is not None and current.title and _same_target(current.links, anchor.links):
            current.blocks += anchor.blocks if anchor.blocks else [block]
        elif anchor is not None:
            self.pieces.append(replace(anchor, section=self.section))
        elif leads_on(block):
            current.links += block.links[:1] if current.title else []
        elif block.kind == "heading":
            self.section = block.text
            self._begin(block)
        elif current.kind == "item" and block.kind not in {"item", "image"} and not block.follows_directly:
            self._begin(block)
        else:
            current.blocks.append(block)

    def _begin(self, *blocks: MailBlock) -> None:
        self.pieces.append(StoryBlocks("", [], list(blocks), self.section, ""))


def _numbered(blocks: Sequence[MailBlock]) -> list[StoryBlocks]:
    """Cut the blocks at headings that are numbered from one: "1. The tide turns"; none if they aren't stories."""
    pieces = [StoryBlocks("", [], [], "", "")]
    expected = 1
    for block in _without_ads(blocks):
        number = NUMBER.match(block.text) if block.kind == "heading" or block.bold_share >= TITLE_SHARE else None
        if number and int(number[1]) == expected and block.words > 1:
            expected += 1
            pieces.append(StoryBlocks(shown_title(block.text[number.end() :]), list(block.links), [], "", "heading"))
        elif block.kind == "rule" and pieces[-1].blurb_words == 0:
            continue
        elif leads_on(block):
            pieces[-1].links.insert(0, block.links[0])
        else:
            pieces[-1].links += [link for link in block.links if block.kind != "image" and not is_action(link.text)]
            pieces[-1].blocks.append(block)
    stories = [piece for piece in pieces if piece.title]
    linked = sum(bool(piece.links) for piece in stories)
    words = sum(piece.words for piece in stories)
    if linked < _MIN_LINKED_SHARE * len(stories) or words > _MAX_NUMBERED_WORDS * len(stories):
        return []
    return pieces


def _without_ads(blocks: Sequence[MailBlock]) -> Iterator[MailBlock]:
    words = -1
    for block in blocks:
        if is_sponsor_label(block.text):
            words = 0
        elif words >= 0 and block.kind != "rule" and words + block.words <= _MAX_AD_WORDS:
            begins_next = block.kind == "heading" and words > 0
            words = -1 if begins_next else words + block.words
            if begins_next:
                yield block
        else:
            words = -1
            yield block


def _merged(pieces: Sequence[StoryBlocks]) -> list[StoryBlocks]:
    """Stories that have the same link or title as one before, as in a table of contents, are one."""
    merged: list[StoryBlocks] = []
    places: dict[str, int] = {}
    for piece in pieces:
        if not piece.title:
            continue
        keys = [piece.title.casefold(), *(link.url for link in piece.links[:1])]
        place = next((places[key] for key in keys if key in places), None)
        if place is None:
            place = len(merged)
            merged.append(piece)
        elif piece.blurb_words > merged[place].blurb_words:
            merged[place] = piece
        places.update(dict.fromkeys(keys, place))
    return merged


def _same_target(links: Sequence[MailLink], others: Sequence[MailLink]) -> bool:
    return bool(links) and bool(others) and links[0].url == others[0].url
