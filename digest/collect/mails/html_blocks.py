"""Blocks of a mail's HTML with their links: layout tables, hidden text and pixels are gone."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import takewhile
from typing import Any

from lxml import etree  # type: ignore[import-untyped]  # lxml brings no types

from digest.collect.mails.blocks import DEFAULT_SIZE, MAX_BLOCKS, MailBlock, MailBlockKind, MailLink
from digest.text.encoding import repair
from digest.text.hidden_elements import names
from digest.text.html import parse_html

#: Elements that are read, at most: newsletters have up to ten thousand.
_MAX_ELEMENTS = 150_000
#: Links of a mail with an address, at most; further ones are text. A long round-up has some hundred.
_MAX_LINKS = 3_000
_MAX_HREF = 8_000
#: Stands for the element of a link.
_LINK_TAG, _LINK = "mail-link", re.compile(r"<(/?)a(?=[\s/>])", re.IGNORECASE)
_BLOCK_TAGS = names(
    "address article aside blockquote body caption center dd details div dl dt fieldset figcaption figure footer h1 h2"
    " h3 h4 h5 h6 header hgroup html li main nav ol p pre section summary table tbody td tfoot th thead tr ul"
)
_SKIPPED_TAGS = names(
    "script style head title template noscript svg math object embed iframe form button select textarea audio video map"
    " canvas"
)
_HEADING_TAGS = names("h1 h2 h3 h4 h5 h6 th dt caption summary")
_BOLD_TAGS = names("b strong")
_HIDDEN_STYLE = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|opacity\s*:\s*0(?:\.0+)?\s*(?:;|$)|mso-hide\s*:\s*all"
    r"|max-height\s*:\s*0|font-size\s*:\s*[01](?:px|pt|em)?\s*(?:;|!|$)|line-height\s*:\s*0(?:px)?\s*;.*overflow\s*:\s*hidden",
    re.IGNORECASE,
)
_PREHEADER = re.compile(
    r"(?:^|[\s_-])(?:preheader|preview-?text|mcnpreviewtext|hidden|visually-?hidden)(?:$|[\s_-])", re.IGNORECASE
)
_FONT_SIZE = re.compile(r"font-size\s*:\s*(\d{1,3}(?:\.\d+)?)\s*(px|pt|em|rem)", re.IGNORECASE)
_BOLD_STYLE = re.compile(r"font-weight\s*:\s*(?:bold|[6-9]00)", re.IGNORECASE)
_PIXELS = {"px": 1.0, "pt": 4 / 3, "em": 16.0, "rem": 16.0}
#: How much larger than most text a heading is.
_HEADING_RATIO = 1.2
_MAX_HEADING_WORDS = 30
#: Shares of a block's characters in links or in bold, from which it is a title.
_TITLE_SHARE = 0.8
#: Characters of a cell, at most, for its row to be one of a table of data.
_MAX_CELL = 60
#: Width and height of a picture, at least: smaller ones are pixels, spacers, icons and logos.
_MIN_IMAGE = 100


@dataclass(slots=True)
class _Style:
    """What holds for the text of an element."""

    size: float
    bold: bool
    href: str
    kind: MailBlockKind


@dataclass(slots=True)
class _Collector:
    blocks: list[MailBlock] = field(default_factory=list)
    #: Text of the current block with its style.
    pieces: list[tuple[str, _Style]] = field(default_factory=list)
    styles: list[_Style] = field(default_factory=lambda: [_Style(DEFAULT_SIZE, False, "", "prose")])
    row_starts: list[int] = field(default_factory=list)
    follows: bool = False
    breaks: int = 0
    #: Characters of the current block, and how many of them are in links and in bold.
    length: int = 0
    linked: int = 0
    bold: int = 0
    link_count: int = 0

    def add(self, text: str | None) -> None:
        if text and (self.pieces or not text.isspace()):
            style = self.styles[-1]
            self.pieces.append((text, style))
            length = len(" ".join(text.split()))
            self.length += length
            self.linked += length if style.href else 0
            self.bold += length if style.bold else 0
            self.breaks = self.breaks if text.isspace() else 0

    def break_line(self) -> None:
        """A line break ends a block after a title, and after another break."""
        self.breaks += 1
        # The lengths are counted as pieces come, since a block may have ten thousand breaks.
        is_title = 0 < _TITLE_SHARE * self.length <= max(self.linked, self.bold)
        if is_title or self.breaks > 1:
            self.end_block()
            self.follows = is_title
        else:
            self.pieces.append((" ", self.styles[-1]))

    def end_block(self) -> None:
        text = _joined(self.pieces)
        if text:
            self.blocks.append(
                MailBlock(
                    text=text,
                    kind=next((style.kind for piece, style in self.pieces if not piece.isspace()), "prose"),
                    links=tuple(self._links()),
                    link_share=min(self.linked / len(text), 1.0),
                    bold_share=min(self.bold / len(text), 1.0),
                    lead=_joined(takewhile(lambda piece: piece[1].bold or piece[0].isspace(), self.pieces)),
                    size=self._size(),
                    follows_directly=self.follows,
                )
            )
        if text or not self.pieces:
            self.follows = self.follows and not text
        self.pieces, self.breaks = [], 0
        self.length = self.linked = self.bold = 0

    def _links(self) -> Iterator[MailLink]:
        """Neighbouring pieces with the same address are one link."""
        texts: list[str] = []
        href = ""
        for piece, style in (*self.pieces, ("", _Style(0, False, "", "prose"))):
            if style.href != href:
                if href and (text := " ".join(repair("".join(texts)).split())) and self.link_count < _MAX_LINKS:
                    self.link_count += 1
                    yield MailLink(text=text, url=href)
                texts, href = [], style.href
            texts.append(piece)

    def _size(self) -> float:
        sizes: dict[float, int] = {}
        for piece, style in self.pieces:
            sizes[style.size] = sizes.get(style.size, 0) + len(piece.strip())
        return max(sizes, key=lambda size: sizes[size])

    def add_image(self, element: Any) -> None:
        width, height = (_pixels(element, side) for side in ("width", "height"))
        source = (element.get("src") or "")[:_MAX_HREF]
        is_large = (width or height) and min(width or _MIN_IMAGE, height or _MIN_IMAGE) >= _MIN_IMAGE
        if is_large and source.startswith("http"):
            self.end_block()
            alt = " ".join((element.get("alt") or "")[:500].split())
            links = (MailLink(text=alt, url=source),)
            self.blocks.append(MailBlock(text=alt, kind="image", links=links, width=width, height=height))

    def end_row(self) -> None:
        """Join the short cells of a row of data; a row of cards or of navigation has links."""
        start = self.row_starts.pop()
        cells = self.blocks[start:]
        if 1 < len(cells) <= 12 and all(
            cell.kind in {"prose", "heading"} and len(cell.text) <= _MAX_CELL and not cell.links for cell in cells
        ):
            text = " ".join(cell.text for cell in cells)
            self.blocks[start:] = [MailBlock(text=text, kind="row", size=cells[0].size)]


def blocks_of_html(html: str) -> tuple[MailBlock, ...]:
    """The blocks of a mail's HTML, headings told by their size and weight too."""
    root = parse_html(_with_open_links(html))
    if root is None:
        return ()
    collector = _Collector()
    walk = etree.iterwalk(root, events=("start", "end"))
    budget = _MAX_ELEMENTS
    skipped: Any = None
    for event, element in walk:
        if event == "start":
            budget -= 1
            if budget <= 0 or len(collector.blocks) > MAX_BLOCKS:
                break
            if not isinstance(element.tag, str) or element.tag in _SKIPPED_TAGS or _is_hidden(element):
                skipped = element
                walk.skip_subtree()
            else:
                _enter(collector, element)
        elif element is skipped:
            skipped = None
            collector.add(element.tail)
        else:
            _leave(collector, element)
    collector.end_block()
    return tuple(_with_headings(collector.blocks))


def _with_open_links(html: str) -> str:
    """Rename links, since the parser closes a link at a table in it; a link ends where the next one begins."""
    is_open = False

    def renamed(tag: re.Match[str]) -> str:
        nonlocal is_open
        was_open, is_open = is_open, not tag[1]
        if tag[1]:
            return f"</{_LINK_TAG}" if was_open else "</mail-end"
        return f"</{_LINK_TAG}><{_LINK_TAG}" if was_open else f"<{_LINK_TAG}"

    return _LINK.sub(renamed, html)


def _enter(collector: _Collector, element: Any) -> None:
    tag = element.tag
    above = collector.styles[-1]
    if tag in _BLOCK_TAGS:
        collector.end_block()
    if tag == "tr":
        collector.row_starts.append(len(collector.blocks))
    elif tag == "br":
        collector.break_line()
    elif tag == "hr":
        collector.end_block()
        collector.blocks.append(MailBlock(text="", kind="rule"))
    elif tag == "img":
        collector.add_image(element)
    kind: MailBlockKind = "heading" if tag in _HEADING_TAGS else "item" if tag == "li" else above.kind
    style = element.get("style") or ""
    size = _FONT_SIZE.search(style) if "font-size" in style else None
    href = (element.get("href") or "").strip()[:_MAX_HREF] if tag == _LINK_TAG else above.href
    collector.styles.append(
        _Style(
            size=float(size[1]) * _PIXELS[size[2].lower()] if size else above.size,
            bold=above.bold or tag in _BOLD_TAGS or ("font-weight" in style and _BOLD_STYLE.search(style) is not None),
            href=href,
            kind=kind,
        )
    )
    collector.add(element.text)


def _leave(collector: _Collector, element: Any) -> None:
    tag = element.tag
    if tag in _BLOCK_TAGS:
        collector.end_block()
        collector.follows = False
    collector.styles.pop()
    if tag == "tr":
        collector.end_row()
    collector.add(element.tail)


def _is_hidden(element: Any) -> bool:
    style = element.get("style")
    if style and _HIDDEN_STYLE.search(style[:2_000]):
        return True
    return element.get("hidden") is not None or bool(_PREHEADER.search(f"{element.get('class') or ''}"[:500]))


def _pixels(element: Any, side: str) -> int:
    digits = re.match(r"\s*(\d{1,5})(?:px)?\s*$", element.get(side) or "")
    if digits is None and (style := element.get("style")):
        digits = re.search(rf"(?<![\w-]){side}\s*:\s*(\d{{1,5}})px", style[:2_000])
    return int(digits[1]) if digits else 0


def _joined(pieces: Iterable[tuple[str, _Style]]) -> str:
    return " ".join(repair("".join(piece for piece, _ in pieces)).split())


def _with_headings(blocks: list[MailBlock]) -> Iterator[MailBlock]:
    """Mark as headings the blocks that are larger than most text, or all in bold, and short."""
    sizes: dict[float, int] = {}
    for block in blocks:
        if block.kind in {"prose", "item"}:
            sizes[block.size] = sizes.get(block.size, 0) + len(block.text)
    usual = max(sizes, key=lambda size: sizes[size], default=DEFAULT_SIZE)
    for block in blocks:
        is_large = block.size >= _HEADING_RATIO * usual or block.bold_share >= 0.95
        ends_open = not block.text.endswith((".", ":", ",", "”")) or block.size >= _HEADING_RATIO * usual
        if block.kind == "prose" and is_large and ends_open and 0 < block.words <= _MAX_HEADING_WORDS:
            yield replace(block, kind="heading")
        else:
            yield block
