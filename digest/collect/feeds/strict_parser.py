"""Well-formed RSS 2.0, RSS 1.0 and Atom 1.0 by lxml, ten times as fast as feedparser and with the same answer.

Whatever it doesn't know for sure (another version, markup inside of titles, a date of its own kind) it leaves to the
forgiving reader, whole: it never gives half an answer. `tests/collect/feeds/test_strict_parser.py` compares the two.
"""

from __future__ import annotations

import html
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from digest.collect.documents.dates import parse_date
from digest.collect.feeds.items import Feed, Item, absolute_url, author_name, drop_shared_language, text_to_html
from digest.collect.feeds.namespaces import (
    ATOM,
    CONTENT,
    DC,
    ITUNES,
    KNOWN,
    MEDIA,
    RDF,
    RSS1,
    SINGLE,
    TERMS,
    XML,
    is_foreign,
)
from digest.collect.pages.metadata import parse_pixels
from digest.model import Image
from digest.text.urls import is_web_url

if TYPE_CHECKING:
    from lxml.etree import _Element  # type: ignore[import-untyped]  # lxml brings no types

#: A document type, or what it defines.
_DEFINED = re.compile(rb"<!(?:DOCTYPE|ENTITY)")
#: Numbers of Windows-1252 where Unicode has controls, which feedparser mends.
_CONTROL = re.compile(rb"\xc2[\x80-\x9f]")
_CONTROL_NUMBER = re.compile(rb"&#(?:1[2-5]\d|[xX][89][0-9a-fA-F]);")
_MEDIA_TEXT = {f"{MEDIA}title", f"{MEDIA}description"}
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:")
_PAGES = {"text/html", "application/xhtml+xml"}
#: The dates that both readers take to be the same instant.
_DATE = re.compile(
    r"(?:[A-Z][a-z]{2}, )?\d{1,2} [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d (?:[+-]\d{4}|GMT|UTC|UT|Z|[ECMP][SD]T)"
    r"|\d{4}-\d\d-\d\d(?:T\d\d:\d\d:\d\d(?:\.\d{1,6})?(?:Z|[+-]\d\d:\d\d))?"
)


#: An element's children, by their tags.
_Parts = Mapping[str, Sequence["_Element"]]


class _UnknownError(Exception):
    """Something that the forgiving reader knows better."""


def parse_strictly(data: bytes, url: str) -> Feed | None:
    """The feed in a UTF-8 document; None if it isn't plainly one."""
    from lxml.etree import XMLParser, XMLSyntaxError, fromstring

    if _DEFINED.search(data) or _CONTROL.search(data) or _CONTROL_NUMBER.search(data):
        return None
    parser = XMLParser(resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True, remove_pis=True)
    try:
        root = fromstring(data.lstrip(), parser, base_url=url)
        feed = _read(root)
    except (XMLSyntaxError, _UnknownError, ValueError):
        return None
    return feed if feed and feed.title and all(item.url and item.title and item.body for item in feed.items) else None


def _read(root: _Element) -> Feed | None:
    if root.tag == f"{ATOM}feed":
        return _atom(root)
    if root.xpath("boolean(//@xml:lang)"):
        return None
    if root.tag == "rss" and root.get("version", "2.0").startswith("2"):
        channel = root.find("channel")
        return None if channel is None else _rss(channel, channel.findall("item"), "")
    if root.tag == f"{RDF}RDF":
        channel = root.find(f"{RSS1}channel")
        return None if channel is None else _rss(channel, root.findall(f"{RSS1}item"), RSS1)
    return None


# --- RSS ---------------------------------------------------------------------------------------------------------


def _rss(channel: _Element, items: list[_Element], space: str) -> Feed:
    parts = _by_tag(channel)
    return Feed(
        title=_text(parts, f"{space}title"),
        language=_text(parts, f"{space}language", f"{DC}language"),
        items=tuple(_rss_item(item, space) for item in items),
    )


def _rss_item(item: _Element, space: str) -> Item:
    parts, media = _checked(item)
    guid = _text(parts, "guid")
    if "[" in guid or guid[:4].lower() == "http" != guid[:4]:
        raise _UnknownError
    about = item.get(f"{RDF}about", "").strip()
    return Item(
        guid=guid or about,
        url=absolute_url(item.base, _text(parts, f"{space}link") or _alternate(parts) or _permalink(parts, guid)),
        title=_text(parts, f"{space}title", f"{DC}title"),
        body=_rss_body(parts, space),
        author=_rss_author(parts),
        published=_date(parts, "pubDate", f"{TERMS}issued", f"{DC}date", f"{TERMS}modified", f"{TERMS}created"),
        image=_image(item, parts, media),
    )


def _permalink(parts: _Parts, guid: str) -> str:
    """A GUID is the article's address unless it says otherwise."""
    is_address = "guid" in parts and parts["guid"][0].get("isPermaLink") != "false" and is_web_url(guid)
    return guid if is_address else ""


def _rss_body(parts: _Parts, space: str) -> str:
    contents, summaries = _texts(parts, f"{CONTENT}encoded"), _texts(parts, f"{space}description")
    if len(summaries) > 1 or f"{MEDIA}description" in parts or f"{ITUNES}summary" in parts:
        raise _UnknownError
    return max(contents, key=len) if contents else summaries[0] if summaries else ""


def _rss_author(parts: _Parts) -> str:
    names = _texts(parts, "author", f"{DC}creator", f"{ITUNES}author")
    if len(names) > 1:
        raise _UnknownError
    return author_name(names[0]) if names else ""


# --- Atom --------------------------------------------------------------------------------------------------------


def _atom(root: _Element) -> Feed:
    language = root.get(f"{XML}lang", "")
    items = (drop_shared_language(_atom_entry(entry), language) for entry in root.findall(f"{ATOM}entry"))
    return Feed(title=_marked(root.find(f"{ATOM}title")), language=language, items=tuple(items))


def _atom_entry(entry: _Element) -> Item:
    parts, media = _checked(entry)
    return Item(
        guid=_atom_id(parts),
        url=absolute_url(entry.base, _alternate(parts)),
        title=_marked(_first(parts, f"{ATOM}title")),
        body=_content(_first(parts, f"{ATOM}content")) or _content(_first(parts, f"{ATOM}summary")),
        author=_atom_author(parts),
        published=_date(parts, f"{ATOM}published", f"{ATOM}updated"),
        language=_title_language(entry, parts),
        image=_image(entry, parts, media),
    )


def _atom_id(parts: _Parts) -> str:
    """An id is an absolute address of any kind; feedparser makes one of what isn't."""
    text = _text(parts, f"{ATOM}id")
    if not _SCHEME.match(text):
        raise _UnknownError
    return text


def _title_language(entry: _Element, parts: _Parts) -> str:
    own, title = entry.get(f"{XML}lang", ""), _first(parts, f"{ATOM}title")
    return str(own if title is None else title.get(f"{XML}lang", own))


def _alternate(parts: _Parts) -> str:
    """Its alternate link that is a page; which of several counts, the forgiving reader knows."""
    pages = {
        str(one.get("href", ""))
        for one in parts.get(f"{ATOM}link", ())
        if one.get("rel", "alternate") == "alternate" and one.get("type", "text/html") in _PAGES
    }
    if len(pages) > 1:
        raise _UnknownError
    return next(iter(pages), "")


def _content(element: _Element | None) -> str:
    if element is None:
        return ""
    if element.get("src"):
        raise _UnknownError
    text = _typed(element)
    return text if element.get("type") == "html" else text_to_html(text)


def _marked(element: _Element | None) -> str:
    """A title as HTML."""
    if element is None:
        return ""
    text = _typed(element)
    return text if element.get("type") == "html" else html.escape(text, quote=False)


def _atom_author(parts: _Parts) -> str:
    authors = parts.get(f"{ATOM}author", ())
    if len(authors) > 1:
        raise _UnknownError
    return _text(_by_tag(authors[0]), f"{ATOM}name") if authors else ""


# --- both --------------------------------------------------------------------------------------------------------


def _by_tag(parent: _Element) -> _Parts:
    parts: dict[str, list[_Element]] = {}
    for child in parent:
        parts.setdefault(child.tag, []).append(child)
    return parts


def _checked(item: _Element) -> tuple[_Parts, Sequence[_Element]]:
    """Its children, and all in it that is of media.

    Raises where the item has anything that the readers may take for different things.
    """
    parts, media = _by_tag(item), list(item.iter(f"{MEDIA}*"))
    for tag, elements in parts.items():
        if (len(elements) > 1 and tag in SINGLE) or (tag not in KNOWN and not is_foreign(tag)):
            raise _UnknownError
    if any(one.tag in _MEDIA_TEXT for one in media):
        raise _UnknownError
    return parts, media


def _first(parts: _Parts, tag: str) -> _Element | None:
    return parts[tag][0] if tag in parts else None


def _text(parts: _Parts, *tags: str) -> str:
    """The text of the first of these children that has some."""
    for tag in tags:
        for element in parts.get(tag, ()):
            if text := _untyped(element):
                return text
    return ""


def _texts(parts: _Parts, *tags: str) -> list[str]:
    """The texts of those of these children that have some."""
    return [text for tag in tags for element in parts.get(tag, ()) if (text := _untyped(element))]


def _untyped(element: _Element) -> str:
    """Text of which nothing says what kind it is; what has elements in it is none."""
    if len(element) or element.get("type") is not None or element.get("mode"):
        raise _UnknownError
    return (element.text or "").strip()


def _typed(element: _Element) -> str:
    """Text that may say that it is HTML; what has elements in it is none."""
    if len(element) or element.get("type") not in {None, "text", "html"}:
        raise _UnknownError
    return (element.text or "").strip()


def _date(parts: _Parts, *tags: str) -> datetime | None:
    text = _text(parts, *tags)
    if not text:
        return None
    found = parse_date(text) if _DATE.fullmatch(text) else None
    if found is None:
        raise _UnknownError
    return found


def _image(item: _Element, parts: _Parts, media: Sequence[_Element]) -> Image | None:
    """The first picture that the item declares."""
    contents = [one for one in media if one.tag == f"{MEDIA}content"]
    pictures = [one for one in contents if "image" in one.get("medium", "") + one.get("type", "")]
    thumbnails = [one for one in media if one.tag == f"{MEDIA}thumbnail"]
    enclosed = [
        one
        for one in (*parts.get("enclosure", ()), *parts.get(f"{ATOM}link", ()))
        if one.get("type", "").startswith("image/") and one.get("rel", "enclosure") == "enclosure"
    ]
    for one in (*pictures, *thumbnails, *enclosed):
        url = absolute_url(item.base, one.get("url") or one.get("href") or "")
        if url:
            return Image(url=url, width=parse_pixels(one.get("width", "")), height=parse_pixels(one.get("height", "")))
    return None
