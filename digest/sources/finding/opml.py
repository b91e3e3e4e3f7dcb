"""Lists of feeds, as feed readers exchange them (OPML 1 and 2): folders are sections. Pure but for lxml."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from digest.errors import SourceError
from digest.model import Source
from digest.sources.charset import decode
from digest.urls import domain, is_web

if TYPE_CHECKING:
    from lxml.etree import _Element  # type: ignore[import-untyped]  # lxml brings no types

_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")


def read_opml(data: bytes, *, content_type: str = "") -> tuple[Source, ...]:
    """The feeds in a list, each address once; their ids are made from their titles."""
    from lxml.etree import LxmlError, XMLParser, fromstring

    text = _DECLARATION.sub("", decode(data, content_type)).strip()
    parser = XMLParser(recover=True, resolve_entities=False, no_network=True, load_dtd=False)
    try:
        root = fromstring(text.encode(), parser)
    except (LxmlError, ValueError) as error:
        raise SourceError("this OPML is damaged: export it again") from error
    found: dict[str, Source] = {}
    for source in () if root is None else _outlines(root, ""):
        found.setdefault(source.url, source)
    if not found:
        raise SourceError("there is no feed in this OPML: check that it lists feeds (outlines with an xmlUrl)")
    return _with_ids(found.values())


def _outlines(element: _Element, section: str) -> Iterator[Source]:
    """Iterative, since outlines may nest as deep as someone likes."""
    waiting = [(child, section) for child in reversed(element)]
    while waiting:
        element, section = waiting.pop()
        if not isinstance(element.tag, str):
            continue
        attributes = {name.lower(): " ".join(value.split()) for name, value in element.attrib.items()}
        title = attributes.get("title") or attributes.get("text") or ""
        url = attributes.get("xmlurl", "")
        if is_web(url):
            yield Source(id=url, url=url, title=title, section=section)
        inner = title if element.tag.lower() == "outline" and not url and title else section
        waiting += [(child, inner) for child in reversed(element)]


def _with_ids(sources: Iterable[Source]) -> tuple[Source, ...]:
    named: dict[str, Source] = {}
    for source in sources:
        name = unused_id(source.title or domain(source.url), named)
        named[name] = replace(source, id=name)
    return tuple(named.values())


def unused_id(title: str, taken: Iterable[str]) -> str:
    """A short id in lower case made from a title, not among those ``taken``."""
    base = re.sub(r"[\W_]+", "-", title.lower()).strip("-")[:40].strip("-") or "source"
    used, number, name = set(taken), 2, base
    while name in used:
        name, number = f"{base}-{number}", number + 1
    return name


def write_opml(sources: Iterable[Source], *, title: str) -> str:
    """The sources that have an address on the web, as OPML 2.0, sections as folders."""
    from xml.sax.saxutils import quoteattr

    sections: dict[str, list[str]] = {}
    for source in sources:
        if source.url:
            name = quoteattr(source.title or source.id)
            line = f'<outline type="rss" text={name} title={name} xmlUrl={quoteattr(source.url)}/>'
            sections.setdefault(source.section, []).append(line)
    body = "\n".join(_folder(section, lines) for section, lines in sections.items())
    head = f"<head><title>{_text(title)}</title></head>"
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<opml version="2.0">\n{head}\n<body>\n{body}\n</body>\n</opml>\n'


def _folder(section: str, lines: list[str]) -> str:
    from xml.sax.saxutils import quoteattr

    inner = "\n".join(lines)
    return f"<outline text={quoteattr(section)} title={quoteattr(section)}>\n{inner}\n</outline>" if section else inner


def _text(text: str) -> str:
    from xml.sax.saxutils import escape

    return escape(text)
