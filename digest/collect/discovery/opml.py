"""Lists of feeds, as feed readers exchange them (OPML 1 and 2): folders are sections. Pure but for lxml."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, cast

from digest.collect.discovery.address import parse_web_address, unused_id
from digest.model import FullText, Source
from digest.model.errors import SourceError
from digest.text.charset import utf8_for_recovery
from digest.text.urls import is_web_url, outlet_domain

if TYPE_CHECKING:
    from lxml.etree import _Element  # type: ignore[import-untyped]  # lxml brings no types

_LOGIN = re.compile(r"(?<=://)[^/@\s]*@")
#: Between the names of folders that stand in one another.
_IN = " / "
#: What OPML has no word for; other programs pass over it.
_OURS = "urn:digest:source"


def read_opml(data: bytes, *, content_type: str = "") -> tuple[Source, ...]:
    """The feeds in a list, each address once; their ids are made from their titles."""
    from lxml.etree import LxmlError, XMLParser, fromstring

    parser = XMLParser(recover=True, resolve_entities=False, no_network=True, load_dtd=False)
    try:
        root = fromstring(utf8_for_recovery(data, content_type), parser)
    except (LxmlError, ValueError) as error:
        raise SourceError("this OPML is damaged: export it again") from error
    found: dict[str, Source] = {}
    for source in () if root is None else _outlines(root):
        found.setdefault(source.url, source)
    if not found:
        raise SourceError("there is no feed in this OPML: check that it lists feeds (outlines with an xmlUrl)")
    return _with_ids(found.values())


def _outlines(root: _Element) -> Iterator[Source]:
    """Iterative, since outlines may nest as deep as someone likes."""
    waiting = [(child, "") for child in reversed(root)]
    while waiting:
        element, section = waiting.pop()
        if not isinstance(element.tag, str):
            continue
        said = {name.rpartition("}")[2].lower(): _line(value) for name, value in element.attrib.items()}
        title = said.get("title") or said.get("text") or ""
        url = parse_web_address(said.get("xmlurl", ""))
        if is_web_url(_LOGIN.sub("", url)):
            yield _source(url, title, section or _category(said), said)
        elif element.tag.lower() == "outline" and title:
            section = f"{section}{_IN}{title}" if section else title
        waiting += [(child, section) for child in reversed(element)]


def _line(value: str) -> str:
    """One line without what nobody sees; settings have no room for it."""
    return "".join(letter for letter in " ".join(value.split()) if letter.isprintable())


def _category(said: Mapping[str, str]) -> str:
    """``/News/Sea,/Local``: where a list without folders says what a feed belongs to."""
    first = said.get("category", "").partition(",")[0]
    return _IN.join(filter(None, (part.strip() for part in first.split("/"))))


def _source(url: str, title: str, section: str, said: Mapping[str, str]) -> Source:
    weight, full_text = said.get("weight", ""), said.get("fulltext", "")
    return Source(
        id=url,
        url=url,
        title=title,
        section=section,
        weight=float(weight) if re.fullmatch(r"\d{1,3}(?:\.\d{1,6})?", weight) and float(weight) > 0 else 1.0,
        full_text=cast("FullText", full_text) if full_text in {"auto", "always", "never"} else "auto",
        selector=said.get("selector", ""),
    )


def _with_ids(sources: Iterable[Source]) -> tuple[Source, ...]:
    named: dict[str, Source] = {}
    for source in sources:
        name = unused_id(source.title or outlet_domain(source.url), named)
        named[name] = replace(source, id=name)
    return tuple(named.values())


def write_opml(sources: Iterable[Source], *, title: str) -> str:
    """The sources that have an address on the web, as OPML 2.0, sections as folders."""
    from lxml.etree import Element, SubElement, indent, tostring

    root = Element("opml", {"version": "2.0"}, nsmap={"digest": _OURS})
    SubElement(SubElement(root, "head"), "title").text = title
    folders = {"": SubElement(root, "body")}
    for source in sources:
        if source.url:
            SubElement(_folder(source.section, folders), "outline", _attributes(source))
    indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + str(tostring(root, encoding="unicode")) + "\n"


def _folder(section: str, folders: dict[str, _Element]) -> _Element:
    """The folder of a section, made where it isn't there yet, in those around it."""
    from lxml.etree import SubElement

    if section not in folders:
        around, _, name = section.rpartition(_IN)
        folders[section] = SubElement(_folder(around, folders), "outline", {"text": name, "title": name})
    return folders[section]


def _attributes(source: Source) -> dict[str, str]:
    name = source.title or source.id
    told = {"type": "rss", "text": name, "title": name, "xmlUrl": source.url}
    ours = {"weight": source.weight, "fullText": source.full_text, "selector": source.selector}
    usual = {"weight": 1.0, "fullText": "auto", "selector": ""}
    return told | {f"{{{_OURS}}}{key}": str(value) for key, value in ours.items() if value != usual[key]}
