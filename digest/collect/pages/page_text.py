"""Text of a whole page as served: whatever a reader may see somewhere on it, extracted as article or not."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from digest.collect.pages.extract import parse_html

if TYPE_CHECKING:
    from lxml.html import HtmlElement  # type: ignore[import-untyped]  # lxml brings no types

#: Elements without text for people.
_INVISIBLE = {"script", "style", "template", "svg", "head"}
#: Elements within a line; all others are blocks.
_INLINE = {
    *("a", "abbr", "b", "bdi", "bdo", "cite", "code", "data", "del", "dfn", "em", "font", "i", "ins", "kbd", "mark"),
    *("q", "s", "samp", "small", "span", "strong", "sub", "sup", "time", "tt", "u", "var", "wbr", "acronym", "label"),
}
_DESCRIPTIONS = "//meta[@name='description' or @property='og:description' or @name='twitter:description']/@content"


def page_blocks(data: bytes, content_type: str = "") -> tuple[str, ...]:
    """The page's blocks of text, its descriptions first. Raises ``SourceError`` if it can't be parsed."""
    tree = parse_html(data, content_type)
    texts = (*tree.xpath(_DESCRIPTIONS), *"".join(_pieces(tree)).split("\n"))
    return tuple(filter(None, (" ".join(str(text).split()) for text in texts)))


def _pieces(tree: HtmlElement) -> Iterator[str]:
    """The text in order, with a line break at the borders of blocks."""
    from lxml.etree import iterwalk  # type: ignore[import-untyped]  # lxml brings no types

    walk = iterwalk(tree, events=("start", "end"))
    for event, element in walk:
        is_block = element.tag not in _INLINE
        if event == "start" and element.tag in _INVISIBLE:
            walk.skip_subtree()
        elif event == "start":
            yield "\n" if is_block else ""
            yield _line(element.text)
        else:
            yield "\n" if is_block else ""
            yield _line(element.tail)


def _line(text: str | None) -> str:
    return re.sub(r"\s+", " ", text or "")
