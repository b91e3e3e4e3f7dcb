"""Any feed, however broken, by feedparser. Its sanitizer is off: ``clean`` takes the text out of all HTML anyway."""

from __future__ import annotations

import html
import warnings
from calendar import timegm
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, cast

from digest.collect.documents.dates import parse_date
from digest.collect.feeds.items import Feed, Item, absolute_url, author_name, drop_shared_language, text_to_html
from digest.collect.pages.metadata import parse_pixels
from digest.model import Image
from digest.model.errors import SourceError
from digest.text.urls import is_web_url


def parse_leniently(data: bytes, url: str) -> Feed | None:
    """What feedparser makes of a document; None if it sees no feed in it."""
    import feedparser  # type: ignore[import-untyped]  # feedparser brings no types

    # No content-location: ids would be resolved against it, and change when the feed moves.
    headers = {"content-type": "application/xml; charset=utf-8"}
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            # Bytes only: a string would be opened as a file or an address.
            parsed = feedparser.parse(data, response_headers=headers, sanitize_html=False, resolve_relative_uris=False)
    except Exception as error:  # feedparser trips over some hostile documents in ways of its own
        raise SourceError(f"this feed can't be read ({type(error).__name__}): check the address") from error
    if not parsed.get("version") and not parsed.get("entries"):
        return None
    is_atom = str(parsed.get("version", "")).startswith("atom")
    feed = Feed(
        title=_marked(parsed.feed, "title", is_atom=is_atom),
        language=_string(parsed.feed, "language"),
        items=tuple(_item(entry, url, is_atom=is_atom) for entry in parsed.entries),
    )
    return replace(feed, items=tuple(drop_shared_language(item, feed.language) for item in feed.items))


def _item(entry: Mapping[str, Any], base: str, *, is_atom: bool) -> Item:
    url = "" if _is_no_address(entry) else absolute_url(base, _string(entry, "link"))
    return Item(
        guid=_string(entry, "id"),
        url=url
        or absolute_url(base, next((_string(one, "href") for one in entry.get("links", ()) if one.get("href")), "")),
        title=_marked(entry, "title", is_atom=is_atom),
        body=_body(entry, is_atom=is_atom),
        author=author_name(_string(entry, "author")),
        published=_date(entry),
        language=_string(entry.get("title_detail", {}), "language"),
        image=_image(entry, base),
    )


def _is_no_address(entry: Mapping[str, Any]) -> bool:
    """feedparser takes any GUID for a link that nobody says is none."""
    return bool(entry.get("guidislink")) and not is_web_url(_string(entry, "id"))


def _string(mapping: Mapping[str, Any], key: str) -> str:
    value = mapping.get(key)
    return value.strip() if isinstance(value, str) else ""


def _marked(mapping: Mapping[str, Any], key: str, *, is_atom: bool) -> str:
    """A title as HTML: only Atom says for sure that one is plain text."""
    text, detail = _string(mapping, key), mapping.get(f"{key}_detail", {})
    return html.escape(text, quote=False) if is_atom and detail.get("type") == "text/plain" else text


def _body(entry: Mapping[str, Any], *, is_atom: bool) -> str:
    """The full content where there is any, else the summary; as HTML."""
    parts = [part for part in entry.get("content", ()) if _string(part, "value")]
    if not parts:
        is_plain = is_atom and entry.get("summary_detail", {}).get("type") == "text/plain"
        return text_to_html(_string(entry, "summary")) if is_plain else _string(entry, "summary")
    best = max(parts, key=lambda part: len(part["value"]))
    if not is_atom and best.get("type") == "text/plain" and len(_string(entry, "summary")) > len(best["value"]):
        return _string(entry, "summary")  # a podcast's short words on itself, which feedparser calls its content
    return text_to_html(best["value"]) if best.get("type") == "text/plain" else str(best["value"])


def _date(entry: Mapping[str, Any]) -> datetime | None:
    """When it was published, else changed: as we read it, since feedparser takes 2026/03/05 for this month's first."""
    # Asked for by `in`: `get` warns, since feedparser once stood in one date for another.
    for key in filter(entry.__contains__, ("published", "updated", "created")):
        if found := parse_date(_string(entry, key)) or _parsed(entry.get(f"{key}_parsed")):
            return found
    return None


def _parsed(found: object) -> datetime | None:
    try:
        return datetime.fromtimestamp(timegm(cast("tuple[int, ...]", found)), UTC)
    except (TypeError, ValueError, OverflowError, OSError):
        return None


def _image(entry: Mapping[str, Any], base: str) -> Image | None:
    """The first picture that the entry declares."""
    media = [one for one in entry.get("media_content", ()) if "image" in (one.get("medium", "") + one.get("type", ""))]
    enclosed = [one for one in entry.get("enclosures", ()) if one.get("type", "").startswith("image/")]
    for one in (*media, *entry.get("media_thumbnail", ()), *enclosed):
        url = absolute_url(base, _string(one, "url") or _string(one, "href"))
        if url:
            return Image(
                url=url, width=parse_pixels(_string(one, "width")), height=parse_pixels(_string(one, "height"))
            )
    return None
