"""Page metadata: title, author, canonical address, date, image and feeds that an HTML document declares. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from html import escape
from typing import TYPE_CHECKING, Any, Self

from digest.collect.documents.dates import parse_date
from digest.collect.documents.sections import declared_sections
from digest.model.articles import Image
from digest.text.placeholder_titles import is_placeholder
from digest.text.urls import is_web_url, resolve

if TYPE_CHECKING:
    from lxml.html import HtmlElement  # type: ignore[import-untyped]  # lxml brings no types

#: Types of alternate links to feeds. The last two are generic, but nearly always name a feed.
_FEED_TYPES = {
    *("application/rss+xml", "application/atom+xml", "application/feed+json", "application/rdf+xml"),
    *("application/x.atom+xml", "application/x-atom+xml", "application/rss", "application/atom", "text/rss"),
    *("text/rss+xml", "text/atom+xml", "text/xml", "application/xml"),
}
#: Also used by a site's programming interface, so that it rarely names a feed.
_RARE_FEED_TYPE = "application/json"
_ARTICLE_TYPE = re.compile(r"(?:Article|BlogPosting|Report|Review)$")
_DATES = ("article:published_time", "datepublished", "dc.date.issued", "dcterms.created", "parsely-pub-date", "date")
_AUTHORS = ("author", "parsely-author", "dc.creator", "citation_author")
_IMAGES = ("og:image:secure_url", "og:image", "og:image:url", "twitter:image")


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclaredFeed:
    """Feed that a page or its HTTP header declares."""

    url: str
    title: str = ""
    #: False for types that rarely name a feed: it is no error if it is none.
    is_certain: bool = True

    @classmethod
    def of_type(cls, url: str, content_type: str, title: str) -> Self:
        return cls(url=url, title=title, is_certain=content_type != _RARE_FEED_TYPE)


@dataclass(frozen=True, slots=True, kw_only=True)
class PageMetadata:
    """Metadata that an HTML document declares; empty where it declares none."""

    #: As HTML, since entries with an HTML body have HTML titles.
    title: str
    author: str
    #: As plain text.
    description: str
    #: Declared canonical address.
    url: str
    site: str
    language: str
    published: datetime | None
    image: Image | None
    sections: tuple[str, ...]
    feeds: tuple[DeclaredFeed, ...]
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
        description=_first(meta, "og:description", "description") or _text(json_ld.get("description")),
        url=_canonical(tree, meta, base),
        site=_first(meta, "og:site_name", "application-name") or _name(json_ld.get("publisher")),
        language=_language(tree, meta),
        published=_published(tree, meta, json_ld),
        image=_image(meta, base),
        sections=declared_sections(_sections(meta, json_ld)),
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


def _sections(meta: Mapping[str, str], json_ld: Mapping[str, Any]) -> Iterator[str]:
    yield _first(meta, "article:section", "parsely-section")
    yield from _strings(json_ld.get("articleSection"))
    if "OpinionNewsArticle" in _strings(json_ld.get("@type")):  # a type of schema.org
        yield "Opinion"


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


def _feeds(tree: HtmlElement, base: str) -> Iterator[DeclaredFeed]:
    """Yield the feeds of the link elements."""
    for link in tree.iter("link"):
        content_type = link.get("type", "").partition(";")[0].strip().lower()
        href = link.get("href", "").strip()
        url = join_url(base, https_url(href)) if href else ""
        if is_web_url(url) and is_feed_link(link.get("rel", "").lower().split(), content_type):
            yield DeclaredFeed.of_type(url, content_type, link.get("title", ""))


def is_feed_link(relations: Collection[str], content_type: str) -> bool:
    """Does a link with these relation types and media type declare a feed?"""
    is_feed_type = content_type in _FEED_TYPES or content_type == _RARE_FEED_TYPE
    return ("alternate" in relations and is_feed_type) or "feed" in relations


def https_url(href: str) -> str:
    """Replace the scheme ``feed:`` of a link: ``feed:https://…`` and ``feed://…`` mean the address in https."""
    scheme, _, address = href.partition(":")
    if scheme.lower() != "feed":
        return href
    address = address.lstrip("/")
    return address if address.lower().startswith(("http://", "https://")) else f"https://{address}"


def join_url(base: str, url: str) -> str:
    """Resolve ``url`` against ``base``; empty if it is malformed."""
    try:
        return resolve(base, url.strip())
    except ValueError:
        return ""
