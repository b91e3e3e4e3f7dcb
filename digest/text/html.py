"""HTML and Markdown to text blocks, without hidden elements and boilerplate (captions, bylines, related links)."""

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

_TAG = re.compile(r"<[/!?a-zA-Z][^<>]*>")
_FORMATTING = r"a|abbr|b|big|br|cite|div|em|font|h[1-6]|i|img|li|mark|nobr|p|q|s|small|span|strong|sub|sup|tt|u|ul|wbr"
_FORMATTING_TAG = re.compile(rf"</?(?:{_FORMATTING})(?:\s[^<>]*)?/?>", re.IGNORECASE)
#: Shows that a text is markup: it has the end of an element, or a line break.
_CLOSING_TAG = re.compile(rf"</(?:{_FORMATTING}|blockquote|ol|table|section|article|pre)>|<br\s*/?>", re.IGNORECASE)
#: Elements whose text isn't shown.
_SCRIPT_OR_STYLE = re.compile(r"<(script|style)\b[^<>]*>.*?</\1[^<>]*>", re.IGNORECASE | re.DOTALL)
_MAX_LINE_LENGTH = 10_000
_ENTITY = re.compile(r"&(?:#\d+|#[xX][0-9a-fA-F]+|[A-Za-z][A-Za-z0-9]{1,31});")


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_HIDDEN_TAGS = _words(
    "script style noscript template svg math head title nav aside form footer figure figcaption iframe object embed"
    " audio video canvas map button select textarea input label dialog menu progress meter rp rt ins-ad amp-ad"
)
_BLOCK_TAGS = _words(
    "address article blockquote body center dd details div dl dt fieldset h1 h2 h3 h4 h5 h6 header hgroup hr html li"
    " main ol p pre section summary table tbody td tfoot th thead tr ul"
)
_BLOCK_KINDS: Mapping[str, BlockKind] = {
    **dict.fromkeys(_words("h1 h2 h3 h4 h5 h6 th caption summary dt"), "heading"),
    "li": "item",
}
_BOLD_TAGS = _words("b strong")
#: Words in a class or id of boilerplate.
_BOILERPLATE_NAMES = re.compile(
    r"(?:^|[\s_-])(?:caption|credits?|byline|dateline|timestamp|share|sharing|social|newsletter|subscri\w+|sign-?up"
    r"|related|recommend\w*|promo\w*|advert\w*|ads?|sponsor\w*|comments?|disqus|cookies?|breadcrumbs?|tags?|toolbar"
    r"|pagination|teaser|most-?read|trending|outbrain|taboola|twitter-tweet|instagram-media|tiktok-embed|fb-post"
    r"|bluesky-embed|screen-reader-text|sr-only|visually-?hidden|author-?bio|copyright|footnotes?|key-?points?"
    r"|read-?more|see-?also|also-?read|paywall|print-only|nocontent|skip-link)(?:$|[\s_-])",
    re.IGNORECASE,
)
_BOILERPLATE_ROLES = _words("navigation complementary contentinfo banner search form dialog alert button menu toolbar")
_NEVER_BOILERPLATE = _words("html body article main")
#: Attributes by which boilerplate and hidden elements are recognized.
_RELEVANT_ATTRIBUTES = _words("hidden aria-hidden role style class id")
_INVISIBLE_STYLE = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
#: Length of an element's text in characters.
_TEXT_LENGTH = etree.XPath("string-length()")
#: An element named like boilerplate with more than this share of the document's text is kept as the article.
_MAX_BOILERPLATE_SHARE = 0.4
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
    root = _parse(html)
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


def _parse(html: str) -> Any:
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
    bold_length: int = 0
    #: Characters of the whole document; computed when first needed.
    total_length: int | None = None
    #: Elements named like boilerplate that were kept; beyond 20 the document's names are ignored.
    kept_count: int = 0

    def enter(self, element: Any) -> bool:
        """Handle the start of an element; False if it is skipped."""
        tag = element.tag
        if self._is_hidden(element, tag):
            self.hidden = True
            return False
        if tag in _BLOCK_TAGS:
            self.end_block()
        if tag in _BLOCK_KINDS:
            self.kinds.append(_BLOCK_KINDS[tag])
        elif tag == "tr":
            self.row_starts.append(len(self.blocks))
        elif tag == "br":
            self.pieces.append(_LINE_BREAK)
        elif tag == "a":
            self.link_depth += 1
        elif tag in _BOLD_TAGS:
            self.bold_depth += 1
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
        if text := element.tail:
            self.add_text(text)

    def add_text(self, text: str) -> None:
        if not self.pieces and text.isspace():
            return
        self.pieces.append(text)
        if self.link_depth or self.bold_depth:
            length = len(" ".join(text.split()))
            self.link_length += length if self.link_depth else 0
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
            kind, link_share = self._kind(text), min(self.link_length / len(text), 1.0)
            for line in lines:
                self.blocks.append(Block(text=line, kind=kind, link_share=link_share))
        self.pieces, self.link_length, self.bold_length = [], 0, 0

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

    def _is_hidden(self, element: Any, tag: Any) -> bool:
        if tag in _HIDDEN_TAGS or not isinstance(tag, str):
            return True
        if _RELEVANT_ATTRIBUTES.isdisjoint(element.keys()):
            return False
        attributes = dict(element.items())
        if (
            "hidden" in attributes
            or attributes.get("aria-hidden") == "true"
            or attributes.get("role") in _BOILERPLATE_ROLES
        ):
            return True
        if "style" in attributes and _INVISIBLE_STYLE.search(attributes["style"]):
            return True
        is_named = _is_boilerplate_name(f"{attributes.get('class', '')} {attributes.get('id', '')}")
        return is_named and tag not in _NEVER_BOILERPLATE and self.kept_count < 20 and self._is_small(element)

    def _is_small(self, element: Any) -> bool:
        if self.total_length is None:
            self.total_length = int(_TEXT_LENGTH(self.root))
        is_small = int(_TEXT_LENGTH(element)) < _MAX_BOILERPLATE_SHARE * self.total_length
        self.kept_count += not is_small
        return is_small


@lru_cache(maxsize=4096)
def _is_boilerplate_name(names: str) -> bool:
    """Does a class or id name boilerplate? Cached, since a site repeats few names."""
    return _BOILERPLATE_NAMES.search(names) is not None


def _lines(text: str) -> Iterator[str]:
    """Split a block into its paragraphs, each repaired and on one line."""
    for paragraph in _PARAGRAPH_BREAK.split(text) if "\n" in text else (text,):
        line = repair(paragraph)
        if line := line.strip() if _has_single_spaces(line) else " ".join(line.split()):
            yield line


def _collapse_spaces(text: str) -> str:
    """Replace each run of white space by one space, as browsers do."""
    if _has_single_spaces(text):
        return text
    words = " ".join(text.split())
    return f"{' ' * text[0].isspace()}{words}{' ' * text[-1].isspace()}" if words else " "


def _has_single_spaces(text: str) -> bool:
    """Are words separated by single spaces only?"""
    return text.isprintable() and "  " not in text
