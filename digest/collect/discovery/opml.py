"""OPML 1 and 2: import and export of feed lists, with folders as sections. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from html import unescape
from typing import TYPE_CHECKING, cast

from digest.collect.discovery.address import parse_web_address, unused_id
from digest.collect.documents.kind import strip_comments
from digest.model.errors import SourceError
from digest.model.newsletters import FullText, Source
from digest.text.charset import utf8_for_recovery
from digest.text.credentials import without_credentials
from digest.text.urls import escape_spaces, is_web_url, outlet_domain
from digest.text.xml_references import repair_references

if TYPE_CHECKING:
    from lxml.etree import _Element  # type: ignore[import-untyped]  # lxml brings no types

#: The start tag of an outline, and an attribute in it, with all quotation marks up to the next attribute.
_OUTLINE = re.compile(rb"<outline\s[^<>]{0,5000}>")
_ATTRIBUTE = re.compile(
    rb"""([\w:.-]{1,50}\s{0,9}=\s{0,9})"([^<>]*?)"(?=\s{1,9}[\w:.-]{1,50}\s{0,9}=\s{0,9}["']|\s{0,9}/?>)"""
)
_FEED_ADDRESS = re.compile(r"""\sxmlUrl\s*=\s*["']\s*[^"'\s]""", re.IGNORECASE)
_REFERENCE = re.compile(r"&(?:[A-Za-z][A-Za-z0-9]{1,31}|#\d{1,7}|#[xX][0-9A-Fa-f]{1,6});")
#: Between the names of nested folders in a section.
_FOLDER_SEPARATOR = " / "
#: Namespace of settings that OPML lacks; other programs ignore it.
_NAMESPACE = "urn:digest:source"


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedList:
    """Feeds of an OPML document."""

    #: Without duplicate addresses; ids are made from titles.
    sources: tuple[Source, ...]
    #: What could not be read, one line each.
    problems: tuple[str, ...] = ()


def read_opml(data: bytes, *, content_type: str = "") -> FeedList:
    """Parse an OPML document into sources; references and quotation marks within attributes are mended."""
    from lxml.etree import LxmlError

    document = repair_references(utf8_for_recovery(data, content_type))
    try:
        root = _parse(document)
    except (LxmlError, ValueError) as error:
        raise SourceError("this OPML is damaged: export it again") from error
    feeds = [] if root is None else list(_outlines(root))
    sources: dict[str, Source] = {}
    for source in feeds:
        sources.setdefault(source.url, source)
    if not sources:
        raise SourceError("there is no feed in this OPML: check that it lists feeds (outlines with an xmlUrl)")
    return FeedList(sources=with_ids(sources.values()), problems=_lost_feeds(document, read=len(feeds)))


def _parse(document: bytes) -> _Element | None:
    from lxml.etree import XMLParser, XMLSyntaxError, fromstring

    options = {"resolve_entities": False, "no_network": True, "load_dtd": False}
    try:
        return fromstring(document, XMLParser(**options))
    except XMLSyntaxError:
        return fromstring(_OUTLINE.sub(_escape_quotes, document), XMLParser(recover=True, **options))


def _escape_quotes(outline: re.Match[bytes]) -> bytes:
    """Escape quotation marks within values of a tag: only before an attribute or the tag's end they close a value."""
    return _ATTRIBUTE.sub(lambda match: match[1] + b'"' + match[2].replace(b'"', b"&quot;") + b'"', outline[0])


def _lost_feeds(document: bytes, *, read: int) -> tuple[str, ...]:
    """Return a line on the outlines with an address that were not read."""
    text = document.decode("utf-8", "replace")
    listed = len(_FEED_ADDRESS.findall(strip_comments(text) if "<!--" in text else text))
    if listed <= read:
        return ()
    return (f"{listed - read} of the {listed} feeds in this OPML can't be read: damaged, or no web address",)


def _outlines(root: _Element) -> Iterator[Source]:
    """Yield a source for each outline with a feed. Iterative, since outlines may nest arbitrarily deep."""
    stack = [(child, "") for child in reversed(root)]
    while stack:
        element, section = stack.pop()
        if not isinstance(element.tag, str):
            continue
        attributes = {name.rpartition("}")[2].lower(): _one_line(value) for name, value in element.attrib.items()}
        title = _unescape(attributes.get("title") or attributes.get("text") or "")
        url = parse_web_address(escape_spaces(attributes.get("xmlurl", "")))
        if is_web_url(without_credentials(url)):
            yield _source(url, title, section or _category(attributes), attributes)
        elif element.tag.lower() == "outline" and title:
            section = f"{section}{_FOLDER_SEPARATOR}{title}" if section else title
        stack += [(child, section) for child in reversed(element)]


def _one_line(value: str) -> str:
    """Reduce a text to one line of printable characters, as settings need."""
    return "".join(character for character in " ".join(value.split()) if character.isprintable())


def _unescape(text: str) -> str:
    """Replace references that are left in a title: some programs escape titles twice."""
    return _one_line(_REFERENCE.sub(lambda reference: unescape(reference[0]), text))


def _escape(text: str) -> str:
    """Escape what looks like a reference in a title, since reading replaces those."""
    return _REFERENCE.sub(lambda reference: f"&amp;{reference[0][1:]}", text)


def _category(attributes: Mapping[str, str]) -> str:
    """Return the section by the first category (``/News/Sea,/Local``), for a list without folders."""
    first = attributes.get("category", "").partition(",")[0]
    return _FOLDER_SEPARATOR.join(filter(None, (part.strip() for part in first.split("/"))))


def _source(url: str, title: str, section: str, attributes: Mapping[str, str]) -> Source:
    weight, full_text = attributes.get("weight", ""), attributes.get("fulltext", "")
    return Source(
        id=url,
        url=url,
        title=title,
        section=section,
        weight=float(weight) if re.fullmatch(r"\d{1,3}(?:\.\d{1,6})?", weight) and float(weight) > 0 else 1.0,
        full_text=cast("FullText", full_text) if full_text in {"auto", "always", "never"} else "auto",
        selector=attributes.get("selector", ""),
    )


def with_ids(sources: Iterable[Source]) -> tuple[Source, ...]:
    """The sources with ids made from their titles or hosts."""
    by_id: dict[str, Source] = {}
    for source in sources:
        source_id = unused_id(source.title or outlet_domain(source.url), by_id)
        by_id[source_id] = replace(source, id=source_id)
    return tuple(by_id.values())


def write_opml(sources: Iterable[Source], *, title: str, with_passwords: bool = False) -> str:
    """Write the sources that have a web address as OPML 2.0, with sections as folders."""
    from lxml.etree import Element, SubElement, indent, tostring

    root = Element("opml", {"version": "2.0"}, nsmap={"digest": _NAMESPACE})
    SubElement(SubElement(root, "head"), "title").text = title
    folders = {"": SubElement(root, "body")}
    for source in sources:
        if source.url:
            SubElement(
                _folder(source.section, folders),
                "outline",
                _attributes(source, source.url if with_passwords else source.address),
            )
    indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + str(tostring(root, encoding="unicode")) + "\n"


def _folder(section: str, folders: dict[str, _Element]) -> _Element:
    """Return the folder of a section; it and the folders around it are created if missing."""
    from lxml.etree import SubElement

    if section not in folders:
        parent, _, name = section.rpartition(_FOLDER_SEPARATOR)
        name = _escape(name)
        folders[section] = SubElement(_folder(parent, folders), "outline", {"text": name, "title": name})
    return folders[section]


def _attributes(source: Source, url: str) -> dict[str, str]:
    name = _escape(source.title or source.id)
    attributes = {"type": "rss", "text": name, "title": name, "xmlUrl": url}
    settings = {"weight": source.weight, "fullText": source.full_text, "selector": source.selector}
    defaults = {"weight": 1.0, "fullText": "auto", "selector": ""}
    changed = {key: value for key, value in settings.items() if value != defaults[key]}
    return attributes | {f"{{{_NAMESPACE}}}{key}": str(value) for key, value in changed.items()}
