"""HTML and Markdown to text blocks, without the elements of ``hidden_elements``.

A link or bold line that opens a paragraph or a list item is its title, and a block of its own. The paragraphs of a
blockquote are put in quotation marks: they are somebody else's words.
"""

from __future__ import annotations

import html as entities
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from lxml import etree  # type: ignore[import-untyped]  # lxml brings no types

from digest.text.blocks import Block, BlockKind
from digest.text.encoding import is_intact, repair
from digest.text.hidden_elements import HiddenElements, names
from digest.text.quotes import QUOTES

_TAG = re.compile(r"<[/!?a-zA-Z][^<>]*>")
_FORMATTING = r"a|abbr|b|big|br|cite|div|em|font|h[1-6]|i|img|li|mark|nobr|p|q|s|small|span|strong|sub|sup|tt|u|ul|wbr"
_FORMATTING_TAG = re.compile(rf"</?(?:{_FORMATTING})(?:\s[^<>]*)?/?>", re.IGNORECASE)
#: Shows that a text is markup: it has the end of an element, or a line break.
_CLOSING_TAG = re.compile(rf"</(?:{_FORMATTING}|blockquote|ol|table|section|article|pre)>|<br\s*/?>", re.IGNORECASE)
#: Elements whose text isn't shown.
_SCRIPT_OR_STYLE = re.compile(r"<(script|style)\b[^<>]*>.*?</\1[^<>]*>", re.IGNORECASE | re.DOTALL)
_MAX_LINE_LENGTH = 10_000
_ENTITY = re.compile(r"&(?:#\d+|#[xX][0-9a-fA-F]+|[A-Za-z][A-Za-z0-9]{1,31});")


_BLOCK_TAGS = names(
    "address article blockquote body center dd details div dl dt fieldset h1 h2 h3 h4 h5 h6 header hgroup hr html li"
    " main ol p pre section summary table tbody td tfoot th thead tr ul"
)
_BLOCK_KINDS: Mapping[str, BlockKind] = {
    **dict.fromkeys(names("h1 h2 h3 h4 h5 h6 th caption summary dt"), "heading"),
    "li": "item",
}
_BOLD_TAGS = names("b strong")
_TITLE_TAGS = _BOLD_TAGS | {"a"}
#: Share of a line in links or in bold, at least, for it to be the title of what follows in its paragraph.
_TITLE_SHARE = 0.8
#: Addresses of changes, reports and security holes: links to them belong to a changelog's text.
_REFERENCE = re.compile(r"/(?:pull|pulls|issues|commits?|merge_requests|tickets?|changeset)/\w|\bCVE-\d{4}|/GHSA-")
#: A line break in a list item, before text that begins a sentence.
_NEW_LINE = re.compile(r"[ \t]*\n\s*(?=[^\W_a-zß-ÿ])")
#: Opens a paragraph of a blockquote that is quoted already, or says who is quoted.
_QUOTED = frozenset(f"{QUOTES}—–-~")
#: Characters of a table cell, at most, for its row to become one block; longer cells are the columns of a layout.
_MAX_CELL = 120
#: Stands for a line break; no text has this character.
_LINE_BREAK = "\0"
#: Two line breaks separate paragraphs; one does so only after the end of a sentence.
_PARAGRAPH_BREAK = re.compile(r"\n\s*\n|(?<=[.!?…:”\"])\s*\n")


def plain_text(html: str) -> str:
    """Convert the HTML of a title or author to one line of printable plain text.

    Feeds escape twice: "&amp;#8217;". Tags that only appear then are removed if they are of formatting: a title may be
    about the element ``<head>``.
    """
    text = html[:_MAX_LINE_LENGTH]
    for tag in (_TAG, _FORMATTING_TAG):
        text = _SCRIPT_OR_STYLE.sub(" ", text) if "<s" in text.lower() else text
        text = tag.sub(lambda match: " " if match.group()[:3].lower() == "<br" else "", text)
        text = entities.unescape(text) if _ENTITY.search(text) else text
    return " ".join(repair(_FORMATTING_TAG.sub("", text)).split())


def unescape_markup(html: str) -> str:
    """Undo one escaping of a fragment that was escaped twice: it has no tag, and without its escapes it has.

    A text about HTML has tags of its own, or names elements without closing them.
    """
    if "&lt;" not in html or _TAG.search(html):
        return html
    text = entities.unescape(html)
    return text if _CLOSING_TAG.search(text) else html


def blocks_from_markdown(text: str) -> tuple[Block, ...]:
    """Convert a Markdown document to blocks; HTML in it is interpreted."""
    from markdown_it import MarkdownIt

    without_front_matter = re.sub(r"\A---\n.*?\n(?:---|\.\.\.)\n", "", text, flags=re.DOTALL)
    return blocks_from_html(str(MarkdownIt("commonmark").enable("table").render(without_front_matter)))


def blocks_from_html(html: str) -> tuple[Block, ...]:
    """Convert a page or fragment to blocks, without boilerplate."""
    root = parse_html(html)
    if root is None:
        return ()
    collector = _BlockCollector(root=root)
    walk = etree.iterwalk(root, events=("start", "end"))
    for event, element in walk:
        if event == "end":
            collector.leave(element)
        elif not collector.enter(element):
            walk.skip_subtree()
    collector.end_block()
    return tuple(collector.blocks)


def parse_html(html: str) -> Any:
    """The document's tree without comments, however broken it is; None if it has no element."""
    if not html.strip():
        return None
    try:
        return etree.fromstring(html.replace(_LINE_BREAK, "").encode("utf-8", "replace"), _parser())
    except etree.XMLSyntaxError:
        return None


@lru_cache
def _parser() -> Any:
    return etree.HTMLParser(encoding="utf-8", huge_tree=True, remove_comments=True, remove_pis=True)


@dataclass(kw_only=True, slots=True)
class _BlockCollector:
    """Collects text between block boundaries while a tree is walked."""

    root: Any
    blocks: list[Block] = field(default_factory=list)
    #: Text of the current block, as in the document.
    pieces: list[str] = field(default_factory=list)
    kinds: list[BlockKind] = field(default_factory=list)
    #: For each open table row: how many blocks there were before it.
    row_starts: list[int] = field(default_factory=list)
    #: The current element is skipped.
    hidden: bool = False
    #: Nesting depth in links and in bold elements, and how many characters of the block are in each.
    link_depth: int = 0
    bold_depth: int = 0
    link_length: int = 0
    #: The current link is a reference, and how many characters of the block are in such links.
    in_reference: bool = False
    reference_length: int = 0
    bold_length: int = 0
    #: The current block stands below a title in the same element.
    follows_title: bool = False
    #: Blockquotes that are open.
    quotations: list[Any] = field(default_factory=list)
    hidden_elements: HiddenElements = field(init=False)

    def __post_init__(self) -> None:
        self.hidden_elements = HiddenElements(root=self.root)

    def enter(self, element: Any) -> bool:
        """Handle the start of an element; False if it is skipped."""
        tag = element.tag
        if self.hidden_elements.is_hidden(element, tag):
            self.hidden = True
            return False
        if tag in _BLOCK_TAGS:
            self.end_block()
        if tag in _BLOCK_KINDS:
            self.kinds.append(_BLOCK_KINDS[tag])
        elif tag == "tr":
            self.row_starts.append(len(self.blocks))
        elif tag == "br":
            self._break_line()
        elif tag == "a":
            self.link_depth += 1
            self.in_reference = _REFERENCE.search(element.get("href", "")) is not None
        elif tag in _BOLD_TAGS:
            self.bold_depth += 1
        elif tag == "blockquote" and self.hidden_elements.quotes(element):
            self.quotations.append(element)
        if text := element.text:
            self.add_text(text)
        return True

    def leave(self, element: Any) -> None:
        """Handle the end of an element, and the text after it."""
        tag = element.tag
        if self.hidden:
            self.hidden = False
        elif tag == "a":
            self.link_depth -= 1
        elif tag in _BOLD_TAGS:
            self.bold_depth -= 1
        else:
            if tag in _BLOCK_TAGS:
                self.end_block()
            if tag in _BLOCK_KINDS:
                self.kinds.pop()
            elif tag == "tr":
                self._end_row(element, self.row_starts.pop())
            elif self.quotations and element is self.quotations[-1]:
                self.quotations.pop()
        if text := element.tail:
            if tag in _TITLE_TAGS and self.kinds and self.kinds[-1] == "item" and _NEW_LINE.match(text):
                self._end_title()
            self.add_text(text)

    def _break_line(self) -> None:
        if not self._end_title():
            self.pieces.append(_LINE_BREAK)

    def _end_title(self) -> bool:
        """End the block if its text so far is a title."""
        titled = max(self.link_length, self.bold_length)
        is_title = titled > 0 and titled >= _TITLE_SHARE * len(" ".join("".join(self.pieces).split()))
        if is_title:
            self.end_block()
            self.follows_title = True
        return is_title

    def add_text(self, text: str) -> None:
        if not self.pieces and text.isspace():
            return
        self.pieces.append(text)
        if self.link_depth or self.bold_depth:
            length = len(" ".join(text.split()))
            self.link_length += length if self.link_depth else 0
            self.reference_length += length if self.link_depth and self.in_reference else 0
            self.bold_length += length if self.bold_depth else 0

    def end_block(self) -> None:
        """Add the current block to the blocks, if it has text."""
        if not self.pieces:
            return
        text = "".join(self.pieces)
        if "\n" not in text and "  " not in text and is_intact(text):  # most text
            lines: Iterable[str] = (text.strip(),)
        else:
            text = "".join(map(_collapse_spaces, self.pieces)).replace(_LINE_BREAK, "\n")
            lines = _lines(text)
        if text := text.strip():
            kind, link_share = self._kind(text), min((self.link_length - self.reference_length) / len(text), 1.0)
            for line in map(_quoted, lines) if self.quotations and kind == "prose" else lines:
                self.blocks.append(
                    Block(text=line, kind=kind, link_share=link_share, follows_directly=self.follows_title)
                )
        self.follows_title = False
        self.pieces, self.link_length, self.reference_length, self.bold_length = [], 0, 0, 0

    def _end_row(self, row: Any, start: int) -> None:
        """Join the cells of a table row to one block, if they are short."""
        cells = self.blocks[start:]
        if not 1 < len(cells) <= len(row) or any(len(cell.text) > _MAX_CELL for cell in cells):
            return
        text = " ".join(cell.text for cell in cells)
        linked = sum(cell.link_share * len(cell.text) for cell in cells)
        kind: BlockKind = "heading" if all(cell.kind == "heading" for cell in cells) else "row"
        self.blocks[start:] = [Block(text=text, kind=kind, link_share=min(linked / len(text), 1.0))]

    def _kind(self, text: str) -> BlockKind:
        if self.kinds:
            return self.kinds[-1]
        if self.bold_length >= 0.95 * len(text) and not text.endswith((".", "”", '"')):
            return "heading"  # a paragraph in bold
        return "prose"


def _lines(text: str) -> Iterator[str]:
    """Split a block into its paragraphs, each repaired and on one line."""
    for paragraph in _PARAGRAPH_BREAK.split(text) if "\n" in text else (text,):
        line = repair(paragraph)
        if line := line.strip() if _has_single_spaces(line) else " ".join(line.split()):
            yield line


def _quoted(paragraph: str) -> str:
    return paragraph if paragraph[:1] in _QUOTED else f"“{paragraph}”"


def _collapse_spaces(text: str) -> str:
    """Replace each run of white space by one space, as browsers do."""
    if _has_single_spaces(text):
        return text
    words = " ".join(text.split())
    return f"{' ' * text[0].isspace()}{words}{' ' * text[-1].isspace()}" if words else " "


def _has_single_spaces(text: str) -> bool:
    """Are words separated by single spaces only?"""
    return text.isprintable() and "  " not in text
