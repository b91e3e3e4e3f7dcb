"""A feed's items as any of its readers tells them, and what the readers share. Pure."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import urljoin

from digest.model import BodyFormat, Image
from digest.text.urls import is_simple_url, is_web_url

_LONGEST_NAME = 300
_MAIL = re.compile(r"(?P<before>[^<>()@]*?)\s*[<(]?\s*[^\s<>()@]+@[^\s<>()@]+[>)]?\s*(?:\((?P<after>[^()]*)\))?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One item as any of the formats has it; title and author are HTML where the body is."""

    guid: str
    #: Absolute, or empty.
    url: str
    title: str
    body: str
    form: BodyFormat = BodyFormat.HTML
    author: str = ""
    published: datetime | None = None
    language: str = ""
    image: Image | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """A feed document."""

    title: str
    items: tuple[Item, ...]
    language: str = ""


def absolute_url(base: str, href: str) -> str:
    """An absolute web address without credentials, or nothing."""
    href = href.strip()
    if is_simple_url(href):
        return href
    try:
        url = urljoin(base, href) if href else ""
    except ValueError:
        return ""
    return url if is_web_url(url) else ""


def drop_shared_language(item: Item, shared: str) -> Item:
    """The item with a language only where it isn't the feed's."""
    return replace(item, language="") if item.language == shared else item


def text_to_html(text: str) -> str:
    """Plain text as HTML, an empty line between paragraphs."""
    return "".join(f"<p>{html.escape(part, quote=False)}</p>" for part in text.split("\n\n")) if text else ""


def author_name(text: str) -> str:
    """A name without the mail address beside it, as RSS has them: ``desk@outlet.example (The desk)``."""
    if "@" not in text or len(text) > _LONGEST_NAME:
        return text.strip()[:_LONGEST_NAME]
    match = _MAIL.fullmatch(text.strip())
    return (match["before"] or match["after"] or "").strip(" \"'") if match else text.strip()
