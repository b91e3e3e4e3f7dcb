"""Page metadata: title, author, canonical address, date, image and feeds that an HTML document declares. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from html import escape
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

from digest.collect.documents.dates import parse_date
from digest.model.articles import Image
from digest.text.placeholder_titles import is_placeholder
from digest.text.urls import is_web_url

if TYPE_CHECKING:
    from lxml.html import HtmlElement  # type: ignore[import-untyped]  # lxml brings no types

#: Types of alternate links. The last two are generic, but nearly always name a feed.
_FEED_TYPES = {
    *("application/rss+xml", "application/atom+xml", "application/feed+json", "application/rdf+xml"),
    *("text/xml", "application/xml"),
}
_ARTICLE_TYPE = re.compile(r"(?:Article|BlogPosting|Report|Review)$")
_DATES = ("article:published_time", "datepublished", "dc.date.issued", "dcterms.created", "parsely-pub-date", "date")
_AUTHORS = ("author", "parsely-author", "dc.creator", "citation_author")
_IMAGES = ("og:image:secure_url", "og:image", "og:image:url", "twitter:image")


@dataclass(frozen=True, slots=True, kw_only=True)
class PageMetadata:
    """Metadata that an HTML document declares; empty where it declares none."""

    #: As HTML, since entries with an HTML body have HTML titles.
    title: str
    author: str
    #: Declared canonical address.
    url: str
    site: str
    language: str
    published: datetime | None
    image: Image | None
    #: Addresses of declared feeds; those of comments only if there are no others.
    feeds: tuple[str, ...]
    #: The document declares itself an article.
    is_article: bool


def read_metadata(tree: HtmlElement, base: str) -> PageMetadata:
    """Read the metadata of a parsed document; relative addresses are resolved against ``base``."""
    meta = _meta(tree)
    json_ld = _json_ld_article(tree)
    href = tree.xpath("string(//base/@href)").strip()
    base = join_url(base, href) if href else base
    return PageMetadata(
        title=escape(_title(tree, meta, json_ld), quote=False),
        author=escape(_author(meta, json_ld), quote=False),
        url=_canonical(tree, meta, base),
        site=_first(meta, "og:site_name", "application-name") or _name(json_ld.get("publisher")),
        language=_language(tree, meta),
        published=_published(tree, meta, json_ld),
        image=_image(meta, base),
        feeds=tuple(_feeds(tree, base)),
        is_article=bool(json_ld) or _first(meta, "og:type") == "article" or "article:published_time" in meta,
    )


def _meta(tree: HtmlElement) -> dict[str, str]:
    """Return the first content of each ``<meta>`` by property, name or itemprop in lower case."""
    contents: dict[str, str] = {}
    for element in tree.iter("meta"):
        key = element.get("property") or element.get("name") or element.get("itemprop") or ""
        content = " ".join(element.get("content", "").split())
        if key and content:
            contents.setdefault(key.strip().lower(), content)
    return contents


def _first(meta: Mapping[str, str], *keys: str) -> str:
    return next((meta[key] for key in keys if key in meta), "")


def _json_ld_article(tree: HtmlElement) -> Mapping[str, Any]:
    """Return the first article that the page's JSON-LD describes."""
    for script in tree.xpath("//script[@type='application/ld+json']"):
        try:
            document = json.loads(script.text or "", strict=False)
        except (ValueError, RecursionError):
            continue
        for node in _nodes(document):
            if any(_ARTICLE_TYPE.search(kind) for kind in _strings(node.get("@type"))):
                return node
    return {}


def _nodes(document: object) -> Iterator[Mapping[str, Any]]:
    for node in document if isinstance(document, list) else [document]:
        if isinstance(node, dict):
            yield node
            graph = node.get("@graph")
            yield from (inner for inner in graph if isinstance(inner, dict)) if isinstance(graph, list) else ()


def _strings(value: object) -> list[str]:
    return [item for item in (value if isinstance(value, list) else [value]) if isinstance(item, str)]


def _text(value: object) -> str:
    return " ".join(value.split()) if isinstance(value, str) else ""


def _name(value: object) -> str:
    """Read ``"x"``, ``{"name": "x"}``, or a list of these."""
    if isinstance(value, list):
        return ", ".join(filter(None, map(_name, value)))
    return _text(value.get("name")) if isinstance(value, dict) else _text(value)


def _title(tree: HtmlElement, meta: Mapping[str, str], json_ld: Mapping[str, Any]) -> str:
    """Return the first declared title that is a headline; empty if all are placeholders, bylines or credits."""
    elements = (_text(tree.xpath(f"string({path})")) for path in ("//head/title", "//h1", "//title"))
    titles = (_first(meta, "og:title"), _text(json_ld.get("headline")), *elements)
    return next((title for title in titles if title and not is_placeholder(title)), "")


def _author(meta: Mapping[str, str], json_ld: Mapping[str, Any]) -> str:
    author = _name(json_ld.get("author")) or _first(meta, *_AUTHORS)
    return "" if is_web_url(author) else author


def _canonical(tree: HtmlElement, meta: Mapping[str, str], base: str) -> str:
    declared = tree.xpath("string(//link[translate(@rel, 'CANOIL', 'canoil')='canonical']/@href)") or _first(
        meta, "og:url"
    )
    url = join_url(base, declared) if declared.strip() else ""
    return url if is_web_url(url) else ""


def _language(tree: HtmlElement, meta: Mapping[str, str]) -> str:
    language = tree.xpath("string(/html/@lang)") or _first(meta, "content-language", "og:locale")
    return language.strip().replace("_", "-")


def _published(tree: HtmlElement, meta: Mapping[str, str], json_ld: Mapping[str, Any]) -> datetime | None:
    dates = [_text(json_ld.get("datePublished")), *(meta.get(key, "") for key in _DATES)]
    dates += tree.xpath("//time[@pubdate or @itemprop='datePublished']/@datetime") or tree.xpath(
        "//article//time/@datetime"
    )
    return next(filter(None, (parse_date(str(date)) for date in dates if date)), None)


def _image(meta: Mapping[str, str], base: str) -> Image | None:
    url = join_url(base, _first(meta, *_IMAGES)) if _first(meta, *_IMAGES) else ""
    if not is_web_url(url):
        return None
    width, height = (meta.get(f"og:image:{side}", "") for side in ("width", "height"))
    return Image(url=url, alt=_first(meta, "og:image:alt"), width=parse_pixels(width), height=parse_pixels(height))


def parse_pixels(text: str) -> int | None:
    """Parse a positive number of pixels; None if it is none."""
    digits = text.strip().removesuffix("px")
    return int(digits) if digits.isdecimal() and len(digits) < 6 and int(digits) > 0 else None


def _feeds(tree: HtmlElement, base: str) -> list[str]:
    """Return the feeds of the link elements; those of comments only if there are no others."""
    links = [
        link
        for link in tree.iter("link")
        if _is_feed_link(link.get("rel", "").lower().split(), link.get("type", "").partition(";")[0].strip().lower())
    ]
    comments = [link for link in links if "comment" in (link.get("title", "") + link.get("href", "")).lower()]
    links = [link for link in links if link not in comments] or comments
    urls = (join_url(base, link.get("href", "")) for link in links if link.get("href", "").strip())
    return [url for url in dict.fromkeys(urls) if is_web_url(url)]


def _is_feed_link(relations: list[str], content_type: str) -> bool:
    return ("alternate" in relations and content_type in _FEED_TYPES) or "feed" in relations


def join_url(base: str, url: str) -> str:
    """Resolve ``url`` against ``base``; empty if it is malformed."""
    try:
        return urljoin(base, url.strip())
    except ValueError:
        return ""
