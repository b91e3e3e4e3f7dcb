"""Feed and Item, which all feed parsers return, and the helpers that the parsers share. Pure."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, replace
from datetime import datetime

from digest.collect.documents.standfirst import with_standfirst
from digest.model.articles import BodyFormat, Entry, Image
from digest.model.newsletters import Source
from digest.text.urls import escape_spaces, is_simple_url, is_web_url, resolve

_MAX_NAME_LENGTH = 300
#: Tags and spaces before the first word.
_WORDLESS_START = re.compile(r"(?:<[^<>]*>|&(?:nbsp|#160|#xa0);|\s)*+", re.IGNORECASE)
#: Opens a list item, or a line of tags, handles or addresses, in a text without tags.
_LISTED = re.compile(r"[-•*–—#@→]|https?://|\d\d?:\d\d")
_LINE_STOPS = (*".!?…。！？:：",)
#: Characters of a line that an editor or a mail program wrapped, at least.
_MIN_WRAPPED = 45
_NAME_WITH_ADDRESS = re.compile(
    r"(?P<before>[^<>()@]*?)\s*[<(]?\s*[^\s<>()@]+@[^\s<>()@]+[>)]?\s*(?:\((?P<after>[^()]*)\))?"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """Item of a feed in any format. Title and author are HTML if the body is HTML."""

    guid: str
    #: Absolute web address, or empty.
    url: str
    title: str
    body: str
    form: BodyFormat = BodyFormat.HTML
    author: str = ""
    published: datetime | None = None
    language: str = ""
    image: Image | None = None
    sections: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """Parsed feed document."""

    title: str
    items: tuple[Item, ...]
    language: str = ""


def to_entry(item: Item, source: Source, *, guid: str, outlet: str, language: str, seen: datetime) -> Entry:
    """Convert an item to an entry of ``source``; ``language`` is for items that declare none."""
    return Entry(
        source_id=source.id,
        guid=guid,
        url=item.url,
        title=item.title,
        body=_with_paragraphs(item.body) if item.form is BodyFormat.HTML else item.body,
        form=item.form,
        seen=seen,
        source=outlet,
        author=item.author,
        published=item.published,
        language=item.language or language,
        image=item.image,
        sections=item.sections,
    )


def _with_paragraphs(body: str) -> str:
    """Mark the paragraphs of a text without tags, as video descriptions are: in HTML, empty lines mean nothing."""
    if "\n" not in body or "<" in body or "&lt;" in body:
        return body
    parts = _paragraphs(body)
    return body if len(parts) < 2 else "".join(f"<p>{part}</p>" for part in parts)


def _paragraphs(text: str) -> list[str]:
    """Join the lines of a plain text to its paragraphs."""
    paragraphs: list[str] = []
    previous = ""
    for line in map(str.strip, text.splitlines()):
        if line and previous and not _begins_paragraph(line, previous):
            paragraphs[-1] += f" {line}"
        elif line:
            paragraphs.append(line)
        previous = line
    return paragraphs


def _begins_paragraph(line: str, previous: str) -> bool:
    is_wrapped = line[0].islower() or len(previous) >= _MIN_WRAPPED
    return not is_wrapped or previous.endswith(_LINE_STOPS) or _LISTED.match(line) is not None


def absolute_url(base: str, href: str) -> str:
    """Resolve a link against ``base``; empty unless the result is a safe web address. Spaces in it are escaped."""
    href = href.strip()
    if is_simple_url(href):
        return href
    href = escape_spaces(href)
    try:
        url = resolve(base, href) if href else ""
    except ValueError:
        return ""
    return url if is_web_url(url) else ""


def id_link(item_id: str) -> str:
    """Return the id of an item without a link if it is a web address; empty for any other."""
    url = escape_spaces(item_id)
    return url if is_web_url(url) else ""


def drop_shared_language(item: Item, feed_language: str) -> Item:
    """Clear the item's language if it is the feed's."""
    return replace(item, language="") if item.language == feed_language else item


def text_to_html(text: str) -> str:
    """Convert plain text to HTML paragraphs, which empty lines separate."""
    return "".join(f"<p>{html.escape(part, quote=False)}</p>" for part in text.split("\n\n")) if text else ""


def first_with_words(*bodies: str) -> str:
    """Return the first HTML body with text, not only a picture; or else the first that isn't empty."""
    return next(filter(_has_words, bodies), next(filter(None, bodies), ""))


def full_text(content: str, *summaries: str) -> str:
    """Return the HTML content with its summary as a standfirst, if it is one; the summary if no content has words."""
    body = first_with_words(content, *summaries)
    return with_standfirst(body, summaries[0]) if summaries and body is content else body


def _has_words(markup: str) -> bool:
    start = _WORDLESS_START.match(markup)
    return start is None or start.end() < len(markup)


def without_origin(title: str, origin: str) -> str:
    """Remove the name of the outlet that an aggregator's item names as its source from the title's end."""
    for mark in (" - ", " – ", " | "):
        for name in (origin, html.escape(origin, quote=False)):
            if origin and title.endswith(mark + name):
                return title.removesuffix(mark + name)
    return title


def author_name(text: str) -> str:
    """Remove the mail address from an RSS author: ``desk@outlet.example (The desk)`` → ``The desk``."""
    if "@" not in text or len(text) > _MAX_NAME_LENGTH:
        return text.strip()[:_MAX_NAME_LENGTH]
    match = _NAME_WITH_ADDRESS.fullmatch(text.strip())
    return (match["before"] or match["after"] or "").strip(" \"'") if match else text.strip()
