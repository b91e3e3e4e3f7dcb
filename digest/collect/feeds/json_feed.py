"""Parser for JSON Feed 1.0 and 1.1. A field of the wrong type counts as absent. Pure."""

from __future__ import annotations

import html
import json
from collections.abc import Mapping
from typing import Any

from digest.collect.documents.dates import parse_date
from digest.collect.documents.sections import declared_sections
from digest.collect.documents.standfirst import with_standfirst
from digest.collect.feeds.items import Feed, Item, absolute_url, first_with_words, id_link
from digest.model.articles import BodyFormat, Image
from digest.model.errors import SourceError
from digest.text.charset import decode


def read_json_feed(data: bytes, *, content_type: str = "", url: str) -> Feed:
    """Parse a JSON document from ``url``. Raises ``SourceError`` if it is no feed."""
    try:
        document = json.loads(decode(data, content_type), strict=False)
    except (ValueError, RecursionError) as error:
        raise SourceError("this JSON is damaged: check the address in a browser") from error
    items = document.get("items") if isinstance(document, dict) else None
    if not isinstance(items, list):
        raise SourceError("this JSON is no feed (it has no items): check the address")
    language = _string(document, "language")
    return Feed(
        title=html.escape(_string(document, "title"), quote=False),
        language=language,
        items=tuple(_item(item, url, _author(document)) for item in items if isinstance(item, dict)),
    )


def _item(item: Mapping[str, Any], base: str, author: str) -> Item:
    body, form = _body(item)
    # JSON Feed has titles and authors in plain text; `Item` has them in HTML if the body is HTML.
    escape = (lambda text: html.escape(text, quote=False)) if form is BodyFormat.HTML else str
    return Item(
        guid=_string(item, "id"),
        url=_link(item, base),
        title=escape(_string(item, "title")),
        body=body,
        form=form,
        author=escape(_author(item) or author),
        published=parse_date(_string(item, "date_published")) or parse_date(_string(item, "date_modified")),
        language=_string(item, "language"),
        image=_image(item, base),
        sections=declared_sections(_tags(item)),
    )


def _link(item: Mapping[str, Any], base: str) -> str:
    """Return the item's address; the id, which should be one, if the item names none."""
    links = (absolute_url(base, _string(item, key)) for key in ("url", "external_url"))
    return next(filter(None, links), "") or id_link(_string(item, "id"))


def _string(mapping: Mapping[str, Any], key: str) -> str:
    value = mapping.get(key)
    if isinstance(value, int) and not isinstance(value, bool) and key == "id":
        return str(value)
    return value.strip() if isinstance(value, str) else ""


def _body(item: Mapping[str, Any]) -> tuple[str, BodyFormat]:
    content, text = _string(item, "content_html"), _string(item, "content_text") or _string(item, "summary")
    if content and first_with_words(content, html.escape(text)) == content:
        return with_standfirst(content, html.escape(_string(item, "summary"), quote=False)), BodyFormat.HTML
    return text, BodyFormat.TEXT


def _author(mapping: Mapping[str, Any]) -> str:
    """Read ``authors`` of version 1.1, or ``author`` of 1.0."""
    authors = mapping.get("authors")
    authors = authors if isinstance(authors, list) else [mapping.get("author")]
    return ", ".join(filter(None, (_string(author, "name") for author in authors if isinstance(author, dict))))


def _tags(item: Mapping[str, Any]) -> list[str]:
    tags = item.get("tags")
    return [tag for tag in tags if isinstance(tag, str)] if isinstance(tags, list) else []


def _image(item: Mapping[str, Any], base: str) -> Image | None:
    url = absolute_url(base, _string(item, "image")) or absolute_url(base, _string(item, "banner_image"))
    return Image(url=url) if url else None
