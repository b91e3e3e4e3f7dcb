"""Anchors: the titles in a mail with which a story of a round-up begins. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from digest.collect.mails.blocks import MailBlock, MailLink
from digest.collect.mails.phrases import is_action, is_read_more, is_site, is_sponsor_label, without_reading_time

#: Words of a title, at least and at most.
_MIN_TITLE_WORDS, _MAX_TITLE_WORDS = 2, 40
#: Share of a block in its link, from which the link is a title.
TITLE_SHARE = 0.75
#: What separates a link that begins a line from what is told about it.
_SEPARATOR = re.compile(r"\s*(?:[–—:|•·-]|\(|\[|\.\s|$)")
NUMBER = re.compile(r"^\W*(\d{1,2})(?:\ufe0f?\u20e3|[.):]|\s)\s*(?=\S)")
_LEADING_MARKS = re.compile(r"^(?:[^\w\s\"'“‘«„(¿¡#@$€£]|\ufe0f|\u20e3|\s)+")


@dataclass(slots=True)
class StoryBlocks:
    """A story while its blocks are collected; without a title the text around the stories."""

    title: str
    links: list[MailLink]
    blocks: list[MailBlock]
    section: str
    kind: str
    is_ad: bool = False

    @property
    def words(self) -> int:
        return self.blurb_words + self.title.count(" ") + bool(self.title)

    @property
    def blurb_words(self) -> int:
        return sum(block.words for block in self.blocks if block.kind != "image")


def find_anchor(block: MailBlock, blocks: Sequence[MailBlock], index: int, *, takes_items: bool) -> StoryBlocks | None:
    """The story that the block begins, with what the block tells about it; None if it begins none."""
    if block.kind in {"rule", "image", "row"} or leads_on(block):
        return None
    links = [link for link in block.links if not is_read_more(link.text) and not is_action(link.text)]
    lead = links[0] if links else None
    kind = block.kind
    if lead and _is_title(block, lead, links):
        return StoryBlocks(shown_title(block.text), [lead], [], "", kind)
    if lead and (told := _text_after_link(block, lead)) is not None:
        return StoryBlocks(shown_title(lead.text), [lead], [told] if told.text else [], "", kind)
    if kind == "heading" and not block.links and (link := _read_more_below(blocks, index)):
        return StoryBlocks(shown_title(block.text), [link], [], "", kind)
    if takes_items and kind == "item" and block.links and block.words > _MIN_TITLE_WORDS:
        best = max(links or block.links, key=lambda link: len(link.text))
        title = block.lead if _MIN_TITLE_WORDS <= len(block.lead.split()) <= _MAX_TITLE_WORDS else ""
        return StoryBlocks(
            shown_title(title).rstrip(".") or _first_sentence(block.text), [best, *links], [block], "", kind
        )
    return None


def _is_title(block: MailBlock, lead: MailLink, links: Sequence[MailLink]) -> bool:
    """Is the block a link, of the length of a title?"""
    if block.link_share < TITLE_SHARE or not _MIN_TITLE_WORDS <= block.words <= _MAX_TITLE_WORDS:
        return False
    return len({link.url for link in links}) == 1 or len(lead.text) >= 0.6 * len(block.text)


def _text_after_link(block: MailBlock, lead: MailLink) -> MailBlock | None:
    """What stands behind a link that begins the line as a title; None if the line goes on as a sentence."""
    text = _LEADING_MARKS.sub("", NUMBER.sub("", block.text))
    words = lead.text.count(" ") + 1
    least = _MIN_TITLE_WORDS if block.kind in {"item", "heading"} else _MIN_TITLE_WORDS + 1
    if (
        not lead.text
        or not text.startswith(lead.text)
        or not least <= words <= _MAX_TITLE_WORDS
        or is_action(lead.text)
    ):
        return None
    behind = text[len(lead.text) :]
    if not _SEPARATOR.match(behind):
        return None
    told = "" if is_site(behind) else re.sub(r"^\s*[–—:|•·.-]\s*", "", behind).strip()
    links = tuple(link for link in block.links if link.url != lead.url)
    return replace(block, text=told, links=links, link_share=0.0, kind="item" if block.kind == "item" else "prose")


def _read_more_below(blocks: Sequence[MailBlock], index: int) -> MailLink | None:
    """The "Read more" link of a heading: before the next heading, title or line."""
    for block in blocks[index + 1 : index + 12]:
        if block.kind in {"heading", "rule"} or is_sponsor_label(block.text):
            return None
        if block.links and leads_on(block):
            return block.links[0]
        if block.links and is_read_more(block.links[-1].text) and block.kind != "image":
            return block.links[-1]
        if block.link_share >= TITLE_SHARE and block.words > _MIN_TITLE_WORDS:
            return None
    return None


def leads_on(block: MailBlock) -> bool:
    """Is the block only a link or button to the article above: "Read more"?"""
    return bool(block.links) and block.link_share >= TITLE_SHARE and is_read_more(block.text)


def shown_title(text: str) -> str:
    return without_reading_time(_LEADING_MARKS.sub("", text)).strip(" :–—-|")


def _first_sentence(text: str) -> str:
    """The first sentence of an item, as its title, if it is short."""
    first = re.split(r"(?<=[.!?。])\s", text, maxsplit=1)[0]
    words = first.split()
    return first.rstrip(".") if len(words) <= _MAX_TITLE_WORDS else " ".join(words[:_MAX_TITLE_WORDS]) + "…"
