"""OPML 1 and 2: import and export of feed lists, with folders as sections. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, cast

from digest.collect.discovery.address import parse_web_address, unused_id
from digest.model.errors import SourceError
from digest.model.newsletters import FullText, Source
from digest.text.charset import utf8_for_recovery
from digest.text.credentials import without_credentials
from digest.text.urls import is_web_url, outlet_domain

if TYPE_CHECKING:
    from lxml.etree import _Element  # type: ignore[import-untyped]  # lxml brings no types

#: Between the names of nested folders in a section.
_FOLDER_SEPARATOR = " / "
#: Namespace of settings that OPML lacks; other programs ignore it.
_NAMESPACE = "urn:digest:source"


def read_opml(data: bytes, *, content_type: str = "") -> tuple[Source, ...]:
    """Parse an OPML document into sources without duplicate addresses; ids are made from titles."""
    from lxml.etree import LxmlError, XMLParser, fromstring

    parser = XMLParser(recover=True, resolve_entities=False, no_network=True, load_dtd=False)
    try:
        root = fromstring(utf8_for_recovery(data, content_type), parser)
    except (LxmlError, ValueError) as error:
        raise SourceError("this OPML is damaged: export it again") from error
    sources: dict[str, Source] = {}
    for source in () if root is None else _outlines(root):
        sources.setdefault(source.url, source)
    if not sources:
        raise SourceError("there is no feed in this OPML: check that it lists feeds (outlines with an xmlUrl)")
    return _with_ids(sources.values())


def _outlines(root: _Element) -> Iterator[Source]:
    """Yield a source for each outline with a feed. Iterative, since outlines may nest arbitrarily deep."""
    stack = [(child, "") for child in reversed(root)]
    while stack:
        element, section = stack.pop()
        if not isinstance(element.tag, str):
            continue
        attributes = {name.rpartition("}")[2].lower(): _one_line(value) for name, value in element.attrib.items()}
        title = attributes.get("title") or attributes.get("text") or ""
        url = parse_web_address(attributes.get("xmlurl", ""))
        if is_web_url(without_credentials(url)):
            yield _source(url, title, section or _category(attributes), attributes)
        elif element.tag.lower() == "outline" and title:
            section = f"{section}{_FOLDER_SEPARATOR}{title}" if section else title
        stack += [(child, section) for child in reversed(element)]


def _one_line(value: str) -> str:
    """Reduce a text to one line of printable characters, as settings need."""
    return "".join(character for character in " ".join(value.split()) if character.isprintable())


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


def _with_ids(sources: Iterable[Source]) -> tuple[Source, ...]:
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
        folders[section] = SubElement(_folder(parent, folders), "outline", {"text": name, "title": name})
    return folders[section]


def _attributes(source: Source, url: str) -> dict[str, str]:
    name = source.title or source.id
    attributes = {"type": "rss", "text": name, "title": name, "xmlUrl": url}
    settings = {"weight": source.weight, "fullText": source.full_text, "selector": source.selector}
    defaults = {"weight": 1.0, "fullText": "auto", "selector": ""}
    changed = {key: value for key, value in settings.items() if value != defaults[key]}
    return attributes | {f"{{{_NAMESPACE}}}{key}": str(value) for key, value in changed.items()}
