"""One HTML document: what it says of itself, and the text of its article by trafilatura."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import partial
from html import unescape
from typing import TYPE_CHECKING

from digest.collect.pages.metadata import PageMetadata, read_metadata
from digest.collect.pages.prune import prune
from digest.model.errors import SourceError
from digest.text.charset import decode

if TYPE_CHECKING:
    from lxml.html import HtmlElement  # type: ignore[import-untyped]  # lxml brings no types

#: A heading at the very top of what was extracted.
_HEADING = re.compile(r"(?:\s|<(?:html|body|div)>)*(?P<heading><h[1-6]>(?P<text>.{1,1000}?)</h[1-6]>)", re.DOTALL)
_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")
#: Extraction takes seconds and hundreds of megabytes above this; no article is that long.
_MOST = 3_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """An HTML document, read."""

    head: PageMetadata
    #: The article as simple HTML, without the page around it; empty where there is none.
    body: str


def parse_html(data: bytes, content_type: str = "") -> HtmlElement:
    """Parse any HTML, however broken."""
    from lxml.etree import LxmlError  # type: ignore[import-untyped]  # lxml brings no types
    from lxml.html import HTMLParser, document_fromstring

    if len(data) > _MOST:
        raise SourceError(f"a page of {len(data):,} bytes is no article: look for its feed")
    text = _DECLARATION.sub("", decode(data, content_type).replace("\0", ""))
    try:
        return document_fromstring(text, parser=HTMLParser(remove_comments=True, remove_pis=True))
    except (LxmlError, ValueError) as error:
        raise SourceError("there is no text in this page: check the address in a browser") from error


def read_page(data: bytes, *, content_type: str = "", url: str, selector: str = "") -> Page:
    """What the page says of itself, and its article; ``selector`` (CSS) says where the text is on a stubborn site."""
    tree = parse_html(data, content_type)
    head = read_metadata(tree, url)
    if selector:
        return Page(head=head, body=_selected(tree, selector))
    prune(tree)
    return Page(head=head, body=_untitled(extract_article(tree), head.title))


def extract_article(tree: HtmlElement) -> str:
    """The article's text as simple HTML: judged twice, in doubt against what stands around it, if that leaves any."""
    from trafilatura import extract as trafilatura_extract

    read = partial(trafilatura_extract, include_comments=False, output_format="html")
    try:
        return read(tree, favor_precision=True) or read(tree, fast=True) or ""
    except Exception as error:  # trafilatura trips over some hostile pages in ways of its own
        raise SourceError(f"this page can't be read ({type(error).__name__}): look for its feed") from error


def _untitled(body: str, title: str) -> str:
    """The article without its title above it, which the entry has anyway."""
    heading = _HEADING.match(body)
    if heading is None or not _letters(heading["text"]) or not _letters(title).startswith(_letters(heading["text"])):
        return body
    return body[: heading.start("heading")] + body[heading.end("heading") :]


def _letters(marked: str) -> str:
    return re.sub(r"[\W_]+", "", unescape(re.sub(r"<[^<>]{0,500}>", "", marked))).casefold()


def _selected(tree: HtmlElement, selector: str) -> str:
    from lxml.cssselect import SelectorError  # type: ignore[import-untyped]  # lxml brings no types
    from lxml.html import tostring

    try:
        found = tree.cssselect(selector)
    except SelectorError as error:
        raise SourceError(f"selector {selector!r} is no CSS selector: {error}") from error
    return "".join(str(tostring(element, encoding="unicode", with_tail=False)) for element in found)
