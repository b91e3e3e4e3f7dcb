"""Mends references in XML that parsers can't resolve: a bare ``&``, and HTML's named characters. Pure."""

from __future__ import annotations

import re
from html import escape
from html.entities import html5

#: A reference that XML defines.
_DEFINED = rb"&(?:amp|lt|gt|quot|apos|#[0-9]{1,7}|#x[0-9A-Fa-f]{1,6});"
_UNDEFINED = re.compile(rb"&(?!" + _DEFINED[1:] + rb")")
#: An undefined reference, or a part of the document without references; without an end, it goes to the last byte.
_TOKEN = re.compile(
    rb"<!\[CDATA\[(?:.*?\]\]>|.*)|<!--(?:.*?-->|.*)|<\?(?:.*?\?>|.*)"
    rb"|&(?!" + _DEFINED[1:] + rb")(?:([A-Za-z][A-Za-z0-9]{1,31};)|)",
    re.DOTALL,
)


def repair_references(document: bytes) -> bytes:
    """Escape each ``&`` that begins no reference, and replace HTML's named characters; ``document`` is in UTF-8.

    A document that defines entities of its own is returned unchanged.
    """
    if not _UNDEFINED.search(document) or b"<!ENTITY" in document:
        return document
    return _TOKEN.sub(_mended, document)


def _mended(match: re.Match[bytes]) -> bytes:
    token = match[0]
    if not token.startswith(b"&"):
        return token
    character = html5.get(match[1].decode()) if match[1] else None
    return b"&amp;" + token[1:] if character is None else escape(character).encode()
