"""What stands around an article and within it, taken out of its page by form; what a page cut up is put together.

It comes before the search for the article, which judges text without knowing what was a link, a card or another post.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lxml.html import HtmlElement  # type: ignore[import-untyped]  # lxml brings no types

_BLOCKS = {
    *("p", "li", "div", "ul", "ol", "dl", "dd", "dt", "section", "blockquote", "h1", "h2", "h3", "h4", "h5", "h6"),
    *("table", "td", "tr", "article", "figure", "aside", "header", "footer", "main", "pre", "body", "form", "nav"),
}
_HEADINGS = ("h2", "h3", "h4", "h5", "h6")
_LINES = ("p", "li", "div")
#: Words in a class that say "here is the article's text".
_TEXT = re.compile(r"(?:^|[\s_-])(?:body|article|story|post|entry)(?:$|[\s_-])")
#: Letters of text that make a post, and paragraphs that make a part of one.
_POST, _PART = 250, 200
#: Words of a line that may be nothing but a link; a longer one says something.
_LINK_WORDS = 40
#: Elements from a picture up to the card that it stands in, and on to the paragraph around it.
_CARD, _AROUND = 4, 8


def prune(tree: HtmlElement) -> None:
    """Take out of the page what isn't of its article, however it is told."""
    _other_posts(tree)
    _join_parts(tree)
    for gone in (_cards(tree), _links(tree), _tags(tree)):
        for element in list(gone):
            _drop(element)


def _other_posts(tree: HtmlElement) -> None:
    """Beneath a post stand others, in elements of the same kind: the page's own is the one with its only heading."""
    headings = list(islice(tree.iter("h1"), 2))
    own = next(headings[0].iterancestors("article"), None) if len(headings) == 1 else None
    if own is None or _size(own) < _POST:
        return
    kept = {own, *own.iterancestors(), *own.iterdescendants("article")}
    for other in [one for one in tree.iter("article") if one not in kept]:
        _drop(other)


def _join_parts(tree: HtmlElement) -> None:
    """An article that advertisements part has several bodies of one class: the first of them takes the others in."""
    named: dict[str, list[HtmlElement]] = defaultdict(list)
    for element in tree.iter("div", "section"):
        name = element.get("class", "")
        if _TEXT.search(name) and sum(_size(one) for one in element.iterchildren("p")) >= _PART:
            named[name].append(element)
    for first, *others in named.values():
        if others and not _are_posts([first, *others]):
            for other in others:
                first.extend(list(other))
                _drop(other)


def _are_posts(parts: Iterable[HtmlElement]) -> bool:
    """Are these whole posts, which have titles of their own, or one within another?"""
    inside = set(parts)
    around = [set(part.iterancestors()) for part in inside]
    if any(ancestors & inside for ancestors in around):
        return True
    shared = set.intersection(*around)
    nearest = max(shared, key=lambda one: sum(1 for _ in one.iterancestors()))
    return any(heading.find(".//a") is not None for heading in nearest.iter("h1", "h2", "h3"))


def _cards(tree: HtmlElement) -> Iterator[HtmlElement]:
    """A picture and links amid a sentence: what a page shows beside a name, when someone points at it."""
    for picture in tree.iter("img"):
        for above in islice(picture.iterancestors(), _CARD):
            if above.tag != "span":
                break
            if len(list(islice(above.iter("a"), 2))) == 2:
                if any(one.tag == "p" for one in islice(above.iterancestors(), _AROUND)):
                    yield above
                break


def _links(tree: HtmlElement) -> Iterator[HtmlElement]:
    """Lines that only lead elsewhere, and the headings above them."""
    gone = [line for line in tree.iter(*_LINES) if _is_line(line) and _leads_away(line)]
    yield from gone
    dropped = set(gone)
    for line in gone:
        above = line.getprevious()
        if above is not None and above not in dropped and _is_label(above):
            yield above


def _is_line(element: HtmlElement) -> bool:
    return all(inner.tag not in _BLOCKS for inner in element.iterdescendants())


def _leads_away(line: HtmlElement) -> bool:
    text = _size(line)
    return 0 < text <= sum(map(_size, line.iter("a"))) / 0.7 and len(line.text_content().split()) < _LINK_WORDS


def _is_label(element: HtmlElement) -> bool:
    """A short heading, or a paragraph all in bold that serves as one."""
    text = _size(element)
    bold = sum(_size(one) for one in element.iter("strong", "b")) if element.tag == "p" else 0
    return 0 < text < 60 and (element.tag in _HEADINGS or bold >= 0.9 * text)


def _tags(tree: HtmlElement) -> Iterator[HtmlElement]:
    """What the article is filed under: the links that say so, and the line in which they stand."""
    filed: dict[HtmlElement, int] = defaultdict(int)
    for link in tree.iter("a"):
        if "tag" in link.get("rel", "").split():
            yield link
            filed[link.getparent()] += _size(link)
    yield from (line for line, letters in filed.items() if line.tag in _LINES and letters > 0.4 * _size(line))


def _size(element: HtmlElement) -> int:
    return len(" ".join(element.text_content().split()))


def _drop(element: HtmlElement) -> None:
    """Take the element out, if it is still there; the text after it stays."""
    if element.getparent() is not None:
        element.drop_tree()
