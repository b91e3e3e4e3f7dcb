"""Page parser: metadata of an HTML document, and the text of its article by trafilatura."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import partial
from html import unescape
from typing import TYPE_CHECKING

from digest.collect.pages.classify import classify_page, is_plain_article
from digest.collect.pages.metadata import PageMetadata, read_metadata
from digest.collect.pages.notice import Notice
from digest.collect.pages.prune import expose_main_text, prune
from digest.collect.pages.signals import read_signals
from digest.model.errors import SourceError
from digest.text.charset import decode

if TYPE_CHECKING:
    from lxml.html import HtmlElement  # type: ignore[import-untyped]  # lxml brings no types

#: A heading at the top of the extracted article.
_TOP_HEADING = re.compile(r"(?:\s|<(?:html|body|div)>)*(?P<heading><h[1-6]>(?P<text>.{1,1000}?)</h[1-6]>)", re.DOTALL)
#: A title up to the next tag, and characters of a page in which it stands.
_OPEN_TITLE, _MAX_HEAD = re.compile(r"<title[^<>]{0,500}>[^<]{0,1000}", re.IGNORECASE), 100_000
_TITLE_END = re.compile(r"</title", re.IGNORECASE)
_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")
#: Letters and digits of an article, at least; a shorter text may be a notice, a date or a fragment.
_MIN_ARTICLE = 600
#: The default mode's text is taken for the article if it is so many times as long.
_MIN_GAIN = 2
#: Letters and digits of a fragment, at most: there may be an article in an unusual place, of so many characters, and
#: so many times as long as the fragment.
_MAX_FRAGMENT, _MIN_HIDDEN, _MIN_HIDDEN_GAIN = 150, 300, 3
#: In bytes. Above this, extraction takes seconds and hundreds of megabytes; no article is that long.
_MAX_SIZE = 3_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Parsed HTML document."""

    metadata: PageMetadata
    #: The article as simple HTML; empty if there is none.
    body: str
    #: Kind of the page if it is no article.
    notice: Notice | None = None


def parse_html(data: bytes, content_type: str = "") -> HtmlElement:
    """Parse HTML, malformed or not. Raises ``SourceError`` if it is too large or empty."""
    from lxml.etree import LxmlError  # type: ignore[import-untyped]  # lxml brings no types
    from lxml.html import HTMLParser, document_fromstring

    if len(data) > _MAX_SIZE:
        raise SourceError(f"a page of {len(data):,} bytes is no article: look for its feed")
    text = _close_title(_DECLARATION.sub("", decode(data, content_type).replace("\0", "")))
    try:
        return document_fromstring(text, parser=HTMLParser(remove_comments=True, remove_pis=True))
    except (LxmlError, ValueError) as error:
        raise SourceError("there is no text in this page: check the address in a browser") from error


def _close_title(text: str) -> str:
    """Close a title that isn't closed: it would hold the whole page."""
    title = _OPEN_TITLE.search(text, 0, _MAX_HEAD)
    if title is None or _TITLE_END.search(text, title.end()):
        return text
    return f"{text[: title.end()]}</title>{text[title.end() :]}"


def read_page(data: bytes, *, content_type: str = "", url: str, selector: str = "") -> Page:
    """Extract a page's metadata and article; a CSS ``selector`` overrides the extraction of the article."""
    tree = parse_html(data, content_type)
    metadata = read_metadata(tree, url)
    if selector:
        selected = _select(tree, selector)
        return Page(metadata=metadata, body=selected, notice=None if selected else Notice.EMPTY)
    prune(tree)
    body = _without_title(extract_article(tree), metadata.title)
    if is_plain_article(metadata, body):
        return Page(metadata=metadata, body=body)
    # Parsed again, since pruning removed what tells a list or form from an article; most pages don't come here.
    signals = read_signals(parse_html(data, content_type), url, is_article=metadata.is_article)
    return Page(metadata=metadata, body=body, notice=classify_page(signals, body))


def extract_article(tree: HtmlElement) -> str:
    """Extract the article as simple HTML, favouring precision.

    Where that gives nothing or only a short text, such as a notice or a date, the default mode may have the article;
    or it stands where articles seldom are, such as in an ``<aside>``.
    """
    from trafilatura import extract as trafilatura_extract

    extract = partial(trafilatura_extract, tree, include_comments=False, output_format="html")
    try:
        precise = extract(favor_precision=True) or ""
        if _length(precise) >= _MIN_ARTICLE:
            return precise
        thorough = extract() or ""
        best = thorough if _length(thorough) > _MIN_GAIN * _length(precise) else precise
        if _length(best) >= _MAX_FRAGMENT or not expose_main_text(tree, _MIN_HIDDEN):
            return best
        exposed = extract(favor_precision=True) or ""
        return exposed if _length(exposed) > _MIN_HIDDEN_GAIN * _length(best) else best
    except Exception as error:  # trafilatura raises undocumented exceptions on some hostile pages
        raise SourceError(f"this page can't be read ({type(error).__name__}): look for its feed") from error


def _length(markup: str) -> int:
    return len(_alphanumeric(markup))


def _without_title(body: str, title: str) -> str:
    """Remove the title above the article, since the entry has it anyway."""
    heading = _TOP_HEADING.match(body)
    heading_text = _alphanumeric(heading["text"]) if heading else ""
    if heading is None or not heading_text or not _alphanumeric(title).startswith(heading_text):
        return body
    return body[: heading.start("heading")] + body[heading.end("heading") :]


def _alphanumeric(markup: str) -> str:
    """Reduce HTML to its alphanumeric characters in lower case, for a comparison."""
    return re.sub(r"[\W_]+", "", unescape(re.sub(r"<[^<>]{0,500}>", "", markup))).casefold()


def _select(tree: HtmlElement, selector: str) -> str:
    from lxml.cssselect import SelectorError  # type: ignore[import-untyped]  # lxml brings no types
    from lxml.html import tostring

    try:
        elements = tree.cssselect(selector)
    except SelectorError as error:
        raise SourceError(f"selector {selector!r} is no CSS selector: {error}") from error
    return "".join(str(tostring(element, encoding="unicode", with_tail=False)) for element in elements)
