"""Lenient feed parser for malformed and unusual feeds, by feedparser.

Its sanitizer is off, since ``clean`` extracts plain text from all HTML anyway.
"""

from __future__ import annotations

import html
import warnings
from calendar import timegm
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, cast

from digest.collect.documents.dates import parse_date, real_date
from digest.collect.documents.sections import declared_sections
from digest.collect.feeds.items import (
    Feed,
    Item,
    absolute_url,
    author_name,
    drop_shared_language,
    full_text,
    id_link,
    text_to_html,
    without_origin,
)
from digest.collect.pages.metadata import parse_pixels
from digest.model.articles import Image
from digest.model.errors import SourceError

_ITUNES_SCHEME = "http://www.itunes.com/"


def parse_leniently(data: bytes, url: str) -> Feed | None:
    """Parse with feedparser; None if it finds no feed in the document."""
    import feedparser  # type: ignore[import-untyped]  # feedparser brings no types

    # No content-location header: feedparser would resolve ids against it, and they would change when the feed moves.
    headers = {"content-type": "application/xml; charset=utf-8"}
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            # Bytes only: feedparser opens a string as a file or URL.
            parsed = feedparser.parse(data, response_headers=headers, sanitize_html=False, resolve_relative_uris=False)
    except Exception as error:  # feedparser raises undocumented exceptions on some hostile documents
        raise SourceError(f"this feed can't be read ({type(error).__name__}): check the address") from error
    if not parsed.get("version") and not parsed.get("entries"):
        return None
    is_atom = str(parsed.get("version", "")).startswith("atom")
    author = _author(parsed.feed) if is_atom else ""
    feed = Feed(
        title=_html_title(parsed.feed, "title", is_atom=is_atom),
        language=_string(parsed.feed, "language"),
        items=tuple(_item(entry, url, author, is_atom=is_atom) for entry in parsed.entries),
    )
    return replace(feed, items=tuple(drop_shared_language(item, feed.language) for item in feed.items))


def _item(entry: Mapping[str, Any], base: str, feed_author: str, *, is_atom: bool) -> Item:
    url = "" if _has_no_link(entry) else absolute_url(base, _string(entry, "link"))
    url = url or absolute_url(base, _first_href(entry)) or (id_link(_string(entry, "id")) if is_atom else "")
    return Item(
        guid=_string(entry, "id"),
        url=url,
        title=without_origin(_html_title(entry, "title", is_atom=is_atom), _origin(entry)),
        body=_body(entry, is_atom=is_atom),
        author=_author(entry) or feed_author,
        published=_date(entry),
        language=_string(entry.get("title_detail", {}), "language"),
        image=_image(entry, base),
        sections=declared_sections(_categories(entry)),
    )


def _has_no_link(entry: Mapping[str, Any]) -> bool:
    """Is the link only a GUID that is no address? feedparser takes a GUID for a link unless isPermaLink is false."""
    return bool(entry.get("guidislink")) and not id_link(_string(entry, "id"))


def _first_href(entry: Mapping[str, Any]) -> str:
    return next((_string(link, "href") for link in entry.get("links", ()) if link.get("href")), "")


def _string(mapping: Mapping[str, Any], key: str) -> str:
    value = mapping.get(key)
    return value.strip() if isinstance(value, str) else ""


def _origin(entry: Mapping[str, Any]) -> str:
    source = entry.get("source", {})
    return _string(source, "title") if isinstance(source, Mapping) else ""


def _html_title(mapping: Mapping[str, Any], key: str, *, is_atom: bool) -> str:
    """Return a title as HTML. Only Atom reliably declares plain text."""
    text, detail = _string(mapping, key), mapping.get(f"{key}_detail", {})
    return html.escape(text, quote=False) if is_atom and detail.get("type") == "text/plain" else text


def _body(entry: Mapping[str, Any], *, is_atom: bool) -> str:
    """Return the full content, or else the summary, as HTML."""
    is_plain = is_atom and entry.get("summary_detail", {}).get("type") == "text/plain"
    summary = text_to_html(_string(entry, "summary")) if is_plain else _string(entry, "summary")
    contents = [content for content in entry.get("content", ()) if _string(content, "value")]
    if not contents:
        return summary
    longest = max(contents, key=lambda content: len(content["value"]))
    if longest.get("type") != "text/plain":
        return full_text(str(longest["value"]), summary)
    if not is_atom and len(_string(entry, "summary")) > len(longest["value"]):
        return summary  # feedparser reports a podcast's short subtitle as content
    return text_to_html(longest["value"])


def _author(mapping: Mapping[str, Any]) -> str:
    """Return the names of the authors of an entry or a feed."""
    names = dict.fromkeys(author_name(_string(author, "name")) for author in mapping.get("authors", ()))
    names.pop("", None)
    return ", ".join(names) if len(names) > 1 else author_name(_string(mapping, "author"))


def _date(entry: Mapping[str, Any]) -> datetime | None:
    """Return the time of publication, or else of the last change.

    ``parse_date`` comes first: feedparser reads 2026/03/05 as the first day of the current month.
    """
    # Tested with `in`, since `get` on these keys issues a DeprecationWarning.
    for key in filter(entry.__contains__, ("published", "updated", "created")):
        if date := parse_date(_string(entry, key)) or _from_struct_time(entry.get(f"{key}_parsed")):
            return date
    return None


def _from_struct_time(value: object) -> datetime | None:
    try:
        return real_date(datetime.fromtimestamp(timegm(cast("tuple[int, ...]", value)), UTC))
    except (TypeError, ValueError, OverflowError, OSError):
        return None


def _categories(entry: Mapping[str, Any]) -> list[str]:
    """Return the names of the categories, but not a podcast's, which feedparser reports among them."""
    tags = [tag for tag in entry.get("tags", ()) if tag.get("scheme") != _ITUNES_SCHEME]
    return [_string(tag, "label") or _string(tag, "term") for tag in tags]


def _image(entry: Mapping[str, Any], base: str) -> Image | None:
    """Return the first image that the entry declares."""
    media = [
        media for media in entry.get("media_content", ()) if "image" in media.get("medium", "") + media.get("type", "")
    ]
    enclosures = [
        enclosure for enclosure in entry.get("enclosures", ()) if enclosure.get("type", "").startswith("image/")
    ]
    for image in (*media, *entry.get("media_thumbnail", ()), *enclosures):
        url = absolute_url(base, _string(image, "url") or _string(image, "href"))
        if url:
            width, height = (parse_pixels(_string(image, side)) for side in ("width", "height"))
            return Image(url=url, width=width, height=height)
    return None
