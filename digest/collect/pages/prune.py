"""Pruning of a page before article extraction: removes other posts, link lists, hover cards and tags.

Article extraction judges plain text, and no longer knows what was a link, a card or part of another post.
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
#: Attributes by which extraction judges an element.
_NAMES = ("class", "id", "style")
_LINE_TAGS = ("p", "li", "div")
#: Code within a line, the elements whose text is sentences, and codes of a page that are examined.
_CODE_TAGS = ("code", "kbd", "samp", "tt", "var")
_SENTENCE_TAGS = {"p", "li", "dd", "td", "a", "b", "strong", "i", "em", "span", "h1", "h2", "h3", "h4", "blockquote"}
_MAX_CODES = 1_000
#: Share of a page's paragraphs that stand directly in its body, where that is the article.
_WRAP_SHARE = 0.8
#: Elements that extraction passes over.
_PASSED_OVER = {"aside", "footer", "header", "nav", "figure", "figcaption", "form", "noscript", "details", "dialog"}
#: Class names of elements with the article's text.
_BODY_CLASS = re.compile(r"(?:^|[\s_-])(?:body|article|story|post|entry)(?:$|[\s_-])")
#: Characters of text that a post has at least, and that the paragraphs of an article's part have.
_MIN_POST, _MIN_PART = 250, 200
#: A link line has fewer words than this; a longer line is text.
_MAX_LINK_WORDS = 40
#: Hidden text within a sentence, by class or style.
_HIDDEN = re.compile(r"hidden|sr-only|screen-reader|tooltip|display\s*:\s*none", re.IGNORECASE)
#: Levels from an image up to its hover card, and from there up to the paragraph.
_CARD_DEPTH, _PARAGRAPH_DEPTH = 4, 8


def prune(tree: HtmlElement) -> None:
    """Remove from the page, in place, elements that are recognizably not part of its article."""
    _unwrap_code_in_sentences(tree)
    _wrap_bare_article(tree)
    _remove_other_posts(tree)
    _join_parts(tree)
    _unname_parts_of_sentences(tree)
    for elements in (_hover_cards(tree), _link_lines(tree), _tags(tree)):
        for element in list(elements):
            _drop(element)


def _unwrap_code_in_sentences(tree: HtmlElement) -> None:
    """Replace code within a line by its text: extraction takes each for a block, which would cut the sentence."""
    for code in list(islice(tree.iter(*_CODE_TAGS), _MAX_CODES)):
        parent = code.getparent()
        if parent is not None and parent.tag in _SENTENCE_TAGS and "\n" not in code.text_content():
            code.drop_tag()


def _wrap_bare_article(tree: HtmlElement) -> None:
    """Put the page's content into an ``<article>`` if its paragraphs stand directly in the body.

    Without an element around them, extraction takes paragraphs only, and no lists between them.
    """
    body = tree.find("body")
    if body is None or next(tree.iter("article", "main"), None) is not None:
        return
    bare = sum(map(_text_length, body.iterchildren("p")))
    if bare >= _MIN_POST and bare > _WRAP_SHARE * sum(map(_text_length, body.iter("p"))):
        article = body.makeelement("article")
        article.text, body.text = body.text, None
        article.extend(list(body))
        body.append(article)


def _remove_other_posts(tree: HtmlElement) -> None:
    """Remove the posts listed beneath the page's own, which is the ``<article>`` with the page's only ``<h1>``."""
    headings = list(islice(tree.iter("h1"), 2))
    main = next(headings[0].iterancestors("article"), None) if len(headings) == 1 else None
    if main is None or _text_length(main) < _MIN_POST:
        return
    keep = {main, *main.iterancestors(), *main.iterdescendants("article")}
    for post in [post for post in tree.iter("article") if post not in keep]:
        _drop(post)


def _join_parts(tree: HtmlElement) -> None:
    """Join an article that advertisements split into several elements of one class."""
    by_class: dict[str, list[HtmlElement]] = defaultdict(list)
    for element in tree.iter("div", "section"):
        name = element.get("class", "")
        if _BODY_CLASS.search(name) and sum(map(_text_length, element.iterchildren("p"))) >= _MIN_PART:
            by_class[name].append(element)
    for first, *following in by_class.values():
        if following and not _are_posts([first, *following]):
            for part in following:
                first.extend(list(part))
                _drop(part)


def _are_posts(parts: Iterable[HtmlElement]) -> bool:
    """Are these whole posts, which have linked titles, or nested in each other?"""
    elements = set(parts)
    ancestors = [set(element.iterancestors()) for element in elements]
    if any(above & elements for above in ancestors):
        return True
    shared = set.intersection(*ancestors)
    nearest = max(shared, key=lambda element: sum(1 for _ in element.iterancestors()))
    return any(heading.find(".//a") is not None for heading in nearest.iter("h1", "h2", "h3"))


def _unname_parts_of_sentences(tree: HtmlElement) -> None:
    """Remove class, id and style of ``<span>`` elements within a sentence: extraction drops some by these."""
    for span in tree.iter("span"):
        names = [span.get(name, "") for name in _NAMES]
        if any(names) and _is_in_sentence(span) and not _HIDDEN.search(" ".join(names)):
            for name in _NAMES:
                span.attrib.pop(name, None)


def _is_in_sentence(element: HtmlElement) -> bool:
    """Are there words directly before and after the element?"""
    previous = element.getprevious()
    before = element.getparent().text if previous is None else previous.tail
    return all(any(map(str.isalnum, text or "")) for text in (before, element.tail))


def _hover_cards(tree: HtmlElement) -> Iterator[HtmlElement]:
    """Find hover cards: ``<span>`` elements with an image and links inside a paragraph."""
    for picture in tree.iter("img"):
        for above in islice(picture.iterancestors(), _CARD_DEPTH):
            if above.tag != "span":
                break
            if len(list(islice(above.iter("a"), 2))) == 2:
                if any(element.tag == "p" for element in islice(above.iterancestors(), _PARAGRAPH_DEPTH)):
                    yield above
                break


def _link_lines(tree: HtmlElement) -> Iterator[HtmlElement]:
    """Find lines that consist of links, and the headings above them."""
    lines = [line for line in tree.iter(*_LINE_TAGS) if _is_line(line) and _is_mostly_links(line)]
    yield from lines
    link_lines = set(lines)
    for line in lines:
        above = line.getprevious()
        if above is not None and above not in link_lines and _is_label(above):
            yield above


def _is_line(element: HtmlElement) -> bool:
    """Has the element no block elements inside?"""
    return all(inner.tag not in _BLOCKS for inner in element.iterdescendants())


def _is_mostly_links(line: HtmlElement) -> bool:
    length, link_length = _text_length(line), sum(map(_text_length, line.iter("a")))
    return 0 < length <= link_length / 0.7 and len(line.text_content().split()) < _MAX_LINK_WORDS


def _is_label(element: HtmlElement) -> bool:
    """Is it a short heading, or a short paragraph in bold that serves as a heading?"""
    length = _text_length(element)
    bold = sum(map(_text_length, element.iter("strong", "b"))) if element.tag == "p" else 0
    return 0 < length < 60 and (element.tag in _HEADINGS or bold >= 0.9 * length)


def _tags(tree: HtmlElement) -> Iterator[HtmlElement]:
    """Find links with ``rel="tag"`` that are not within a sentence, and the lines that consist of them."""
    links: dict[HtmlElement, list[HtmlElement]] = defaultdict(list)
    for link in tree.iter("a"):
        if "tag" in link.get("rel", "").split():
            links[link.getparent()].append(link)
    for line, tags in links.items():
        if line.tag in _LINE_TAGS and sum(map(_text_length, tags)) > 0.4 * _text_length(line):
            yield line
        yield from (tag for tag in tags if not _is_in_sentence(tag))


def expose_main_text(tree: HtmlElement, min_length: int) -> bool:
    """Make the longest run of paragraphs look like an article, wherever it stands. Was it of ``min_length``?

    Extraction passes over elements such as ``<aside>``, and over those that are named as comments or advertisements.
    """
    by_parent: dict[HtmlElement, int] = defaultdict(int)
    for paragraph in tree.iter("p"):
        linked = sum(map(_text_length, paragraph.iter("a")))
        by_parent[paragraph.getparent()] += _text_length(paragraph) - linked
    main = max(by_parent, key=lambda parent: by_parent[parent], default=None)
    if main is None or by_parent[main] < min_length:
        return False
    for element in (main, *main.iterancestors()):
        for name in _NAMES:
            element.attrib.pop(name, None)
        if element.tag in _PASSED_OVER:
            element.tag = "div"
    if main.tag == "div":
        main.tag = "article"
    return True


def _text_length(element: HtmlElement) -> int:
    return len(" ".join(element.text_content().split()))


def _drop(element: HtmlElement) -> None:
    """Remove the element, if it is still in the tree; the text after it stays."""
    if element.getparent() is not None:
        element.drop_tree()
