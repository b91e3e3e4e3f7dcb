"""Parser for the HTTP ``Link`` header (RFC 8288). Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

#: Longest header that is read, in characters, and links in it.
_MAX_LENGTH, _MAX_LINKS = 8_000, 50
_TARGET = re.compile(r"\s*,?\s*<([^<>]{0,2000})>")
_PARAMETER = re.compile(r'\s*;\s*([\w!#$&+.^`|~*-]{1,50})\s*(?:=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s;,"]*)))?')
#: The rest of a malformed link: up to the next comma outside angle brackets.
_REMAINDER = re.compile(r"[^,<]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class HeaderLink:
    """A link of the header."""

    #: As written: possibly relative.
    href: str
    #: Relation types in lower case.
    relations: tuple[str, ...] = ()
    #: Media type in lower case, without parameters.
    content_type: str = ""
    title: str = ""


def parse_link_header(header: str) -> tuple[HeaderLink, ...]:
    """Parse the links of a header; several headers are joined by commas. Malformed links are skipped."""
    return tuple(_links(header[:_MAX_LENGTH]))[:_MAX_LINKS]


def _links(header: str) -> Iterator[HeaderLink]:
    position = 0
    while position < len(header):
        target = _TARGET.match(header, position)
        if target is None:
            following = header.find("<", position + 1)
            position = following if following > 0 else len(header)
            continue
        parameters, position = _parameters(header, target.end())
        yield HeaderLink(
            href=target[1].strip(),
            relations=tuple(parameters.get("rel", "").lower().split()),
            content_type=parameters.get("type", "").partition(";")[0].strip().lower(),
            title=parameters.get("title", ""),
        )


def _parameters(header: str, position: int) -> tuple[dict[str, str], int]:
    """Return the parameters from ``position`` on, the first of each name, and where they end."""
    parameters: dict[str, str] = {}
    while match := _PARAMETER.match(header, position):
        quoted, token = match[2], match[3]
        value = re.sub(r"\\(.)", r"\1", quoted) if quoted is not None else token or ""
        parameters.setdefault(match[1].lower(), value)
        position = match.end()
    remainder = _REMAINDER.match(header, position)
    return parameters, remainder.end() if remainder else position
