"""Layout of a page: its linked titles, dated links and the runs of text between them. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

if TYPE_CHECKING:
    from lxml.html import HtmlElement  # type: ignore[import-untyped]  # lxml brings no types

#: Elements without the page's own text; a post's header and footer belong to it.
_ASIDE = {
    "nav",
    "aside",
    "form",
    "noscript",
    "script",
    "style",
    "template",
    "button",
    "select",
    "svg",
    "head",
    "dialog",
}
_PAGE_EDGES = {"header", "footer"}
#: Elements that are the page, whatever their names; and names of elements beside it.
_PAGE = {"html", "body", "main", "article"}
_BESIDE = re.compile(
    r"(?:^|[\s_-])(?:comments?|commentlist|respond|responses|replies|disqus\w*)(?:$|[\s_-])|sidebar"
    r"|(?:^|[\s-])(?:widgets?|menu|navbar|navigation|breadcrumbs?|related|recommended|recent|footer)(?:$|[\s-])",
    re.IGNORECASE,
)
_HEADINGS = {"h1", "h2", "h3", "h4", "h5", "h6"}
#: Elements that hold an entry of a list.
_ENTRY_BLOCKS = {"li", "tr", "dt", "dd", "p", "div", "article", "section", "h1", "h2", "h3", "h4"}
#: Levels from a link up to its entry, words of an entry at most, and of a headline at least.
_MAX_DEPTH, _MAX_ENTRY_WORDS = 3, 25
_MIN_HEADLINE_WORDS = 4
#: Texts and links of an entry that are examined, its words beside the link, and elements of a card with a heading.
_MAX_ENTRY_TEXTS, _MAX_ENTRY_LINKS, _MAX_BESIDE_LINK, _MAX_CARD_ELEMENTS = 60, 4, 4, 20
_DATE = re.compile(r"\b(?:19|20)\d\d\b|\b\d{1,2}[./-]\d{1,2}\b|\b\d{1,2}:\d\d\b|\d+\s?(?:月|日|年)")
#: Elements and links that are examined.
_MAX_ELEMENTS, _MAX_LINKS = 30_000, 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """Counts of a page's linked titles and of its text, in words."""

    #: Headings that consist of a link to another page: those with a headline's words, and those of the same host.
    linked_headings: int = 0
    own_headings: int = 0
    #: Words without links before, between and after the linked headings.
    heading_runs: tuple[int, ...] = (0,)
    #: Links to other pages with the words of a headline.
    headlines: int = 0
    #: Links with a time, as posts of a channel have them.
    permalinks: int = 0
    permalink_runs: tuple[int, ...] = (0,)
    #: Lines that consist of a link to another page, perhaps with a date.
    entries: int = 0
    dated_entries: int = 0
    #: Words without links outside these lines, and before the first of them.
    other_words: int = 0
    introduction: int = 0


@dataclass(slots=True)
class _Runs:
    """Distinct link targets, and the words between them."""

    targets: set[str] = field(default_factory=set)
    words: list[int] = field(default_factory=lambda: [0])

    def mark(self, target: str) -> None:
        if target not in self.targets:
            self.targets.add(target)
            self.words.append(0)


def read_layout(tree: HtmlElement, url: str) -> Layout:
    """Count the linked titles and words of a page at ``url``, outside of navigation, forms and comments."""
    headings, permalinks = _Runs(), _Runs()
    host = urlsplit(url).netloc
    blocks: dict[HtmlElement, str] = {}
    headlines: set[str] = set()
    unlinked = introduction = 0
    for element, words, is_linked in _texts(tree):
        if element is not None and (target := _target(element, url)):
            if _is_title_link(element):
                headings.mark(target)
            if len(element.text_content().split()) >= _MIN_HEADLINE_WORDS:
                headlines.add(target)
            if _has_time(element):
                permalinks.mark(target)
            if len(blocks) < _MAX_LINKS and (block := _entry_block(element)) is not None:
                introduction = introduction if blocks else unlinked
                blocks.setdefault(block, target)
        if not is_linked:
            unlinked += words
            headings.words[-1] += words
            permalinks.words[-1] += words
    entries, dated, entry_words = _count_entries(blocks)
    return Layout(
        linked_headings=len(headings.targets & headlines),
        own_headings=sum(urlsplit(target).netloc == host for target in headings.targets),
        heading_runs=tuple(headings.words),
        headlines=len(headlines),
        permalinks=len(permalinks.targets),
        permalink_runs=tuple(permalinks.words),
        entries=entries,
        dated_entries=dated,
        other_words=max(0, unlinked - entry_words),
        introduction=introduction,
    )


def _texts(tree: HtmlElement) -> Iterator[tuple[HtmlElement | None, int, bool]]:
    """Yield links as they begin, and the number of words of each text with whether it is within a link."""
    budget = _MAX_ELEMENTS
    # Depth first with an own stack, since elements may nest arbitrarily deep; without an element it is a tail.
    work: list[tuple[HtmlElement | None, str, bool, bool]] = [(tree, "", False, False)]
    while work and budget:
        element, tail, is_linked, is_post = work.pop()
        if element is None:
            yield None, len(tail.split()), is_linked
            continue
        budget -= 1
        if not isinstance(element.tag, str) or _is_apart(element, is_post):
            continue
        inner_linked = is_linked or element.tag == "a"
        if element.tag == "a":
            yield element, 0, True
        yield None, len((element.text or "").split()), inner_linked
        inner_post = is_post or element.tag in {"article", "main"}
        for child in reversed(element):
            work.append((None, child.tail or "", inner_linked, inner_post))
            work.append((child, "", inner_linked, inner_post))


def _is_apart(element: HtmlElement, is_post: bool) -> bool:
    """Is the element navigation, a form, comments or the like?"""
    if element.tag in _ASIDE or (element.tag in _PAGE_EDGES and not is_post):
        return True
    name = f"{element.get('id', '')} {element.get('class', '')}"
    return len(name) > 1 and element.tag not in _PAGE and _BESIDE.search(name) is not None


def _target(link: HtmlElement, url: str) -> str:
    """Return the address of a link to another page; empty for anchors, mail addresses and the like."""
    href = link.get("href", "").strip()
    if not href or href.startswith(("#", "mailto:", "javascript:", "tel:")):
        return ""
    try:
        target = urljoin(url, href).partition("#")[0]
        urlsplit(target)
    except ValueError:
        return ""
    page = url.partition("#")[0]
    return "" if target in {page, page.partition("?")[0]} else target


def _is_title_link(link: HtmlElement) -> bool:
    """Is the link the whole text of a heading, or around one, or laid over the element with one?"""
    for above in islice(link.iterancestors(), 2):
        if above.tag in _HEADINGS:
            return len(link.text_content().split()) * 2 >= len(above.text_content().split()) > 0
    around = link if link.text_content().strip() else link.getparent()
    return around.tag not in {"body", "main"} and any(
        element.tag in _HEADINGS for element in islice(around.iter(), _MAX_CARD_ELEMENTS)
    )


def _has_time(link: HtmlElement) -> bool:
    return link.find(".//time") is not None or any(above.tag == "time" for above in islice(link.iterancestors(), 1))


def _entry_block(link: HtmlElement) -> HtmlElement | None:
    """Return the element that may be the link's line in a list."""
    above = islice(link.iterancestors(), _MAX_DEPTH)
    return next((element for element in above if element.tag in _ENTRY_BLOCKS), None)


def _count_entries(blocks: Mapping[HtmlElement, str]) -> tuple[int, int, int]:
    """Return the number of lines that consist of a link to another page, those with a date, and their other words."""
    dated, words, targets = 0, 0, set()
    for block, target in blocks.items():
        text = " ".join(islice(block.itertext(), _MAX_ENTRY_TEXTS))
        links = list(islice(block.iter("a"), _MAX_ENTRY_LINKS + 1))
        if len(text.split()) > _MAX_ENTRY_WORDS or len(links) > _MAX_ENTRY_LINKS:
            continue
        linked = sum(len(link.text_content().split()) for link in links)
        unlinked = len(text.split()) - linked
        if unlinked > linked + _MAX_BESIDE_LINK:
            continue
        targets.add(target)
        dated += bool(_DATE.search(text) or block.find(".//time") is not None)
        words += unlinked
    return len(targets), dated, words
