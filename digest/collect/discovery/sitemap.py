"""Sitemaps (sitemaps.org, Google News): the newest pages become the source's entries."""

from __future__ import annotations

import html
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

from digest.collect.discovery.url_patterns import is_front_page, looks_like_article, sitemap_priority
from digest.collect.documents.dates import parse_date
from digest.collect.feeds.items import Item, absolute_url, to_entry
from digest.collect.isolated import call_isolated
from digest.http.decompress import Decompressor
from digest.model.articles import Entry, Image
from digest.model.errors import SourceError
from digest.model.newsletters import Source
from digest.text.charset import utf8_for_recovery
from digest.text.urls import outlet_domain
from digest.text.xml_references import repair_references

if TYPE_CHECKING:
    from lxml.etree import _Element  # type: ignore[import-untyped]  # lxml brings no types

    from digest.http.client import Client, Reply

#: Pages of a sitemap that become entries.
_MAX_PAGES = 100
#: Sitemaps of an index that are read.
_MAX_SITEMAPS = 3
#: Bytes of a site map that is parsed in this process, and pages of a larger one.
_LIGHT_SITEMAP, _MAX_LISTED = 100_000, 20_000
_MAX_AGE = timedelta(days=30)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sitemap:
    """Parsed sitemap or sitemap index."""

    #: Newest first.
    pages: tuple[Item, ...]
    #: Addresses of an index's sitemaps, most likely news first.
    sitemap_urls: tuple[str, ...]


def read_sitemap(data: bytes, *, content_type: str = "", url: str) -> Sitemap:
    """Parse a ``urlset`` or ``sitemapindex`` from ``url``."""
    from lxml.etree import LxmlError, XMLParser, fromstring

    parser = XMLParser(recover=True, resolve_entities=False, no_network=True, load_dtd=False, encoding="utf-8")
    try:
        root = fromstring(repair_references(utf8_for_recovery(data, content_type)), parser)
    except (LxmlError, ValueError) as error:
        raise SourceError("this site map is damaged: give the site's address or its feed") from error
    elements = () if root is None else root
    items = [_item(_fields(element), url) for element in elements if isinstance(element.tag, str)]
    items = sorted((item for item in items if item.url), key=lambda item: item.published or _EPOCH, reverse=True)
    if root is not None and _name(root) == "sitemapindex":
        by_priority = sorted(items, key=lambda item: sitemap_priority(item.url))
        return Sitemap(pages=(), sitemap_urls=tuple(item.url for item in by_priority))
    return Sitemap(pages=tuple(items), sitemap_urls=())


def _item(fields: Mapping[str, str], base: str) -> Item:
    url = absolute_url(base, fields.get("loc", ""))
    image = absolute_url(base, fields.get("image/loc", ""))
    return Item(
        guid=url,
        url=url,
        title=html.escape(fields.get("news/title", ""), quote=False),
        body="",
        published=parse_date(fields.get("news/publication_date", "")) or parse_date(fields.get("lastmod", "")),
        language=fields.get("news/language", ""),
        image=Image(url=image) if image else None,
    )


def _fields(element: _Element) -> dict[str, str]:
    """Return the texts of an element by name; those of the news and image extensions as ``news/title``."""
    fields: dict[str, str] = {}
    for key, text in _texts(element, ""):
        fields.setdefault(key, text)
    return fields


def _texts(element: _Element, prefix: str) -> Iterator[tuple[str, str]]:
    for child in element.iterchildren(tag="*"):
        name = _name(child)
        child_prefix = name if name in {"news", "image"} else prefix
        if len(child):
            yield from _texts(child, child_prefix) if child_prefix != prefix or not prefix else ()
        else:
            yield f"{prefix}/{name}" if prefix else name, " ".join((child.text or "").split())


def _name(element: _Element) -> str:
    return str(element.tag).rpartition("}")[2].lower()


def decompress_reply(reply: Reply, max_bytes: int) -> Reply:
    """Decompress a gzip file (``sitemap.xml.gz``); other replies are returned unchanged."""
    if not reply.body.startswith(b"\x1f\x8b") or not urlsplit(reply.url).path.endswith(".gz"):
        return reply
    body = Decompressor("gzip", max_bytes)
    body.add(reply.body)
    return replace(reply, body=body.finish(), content_type="")


async def sitemap_entries(
    reply: Reply, source: Source, *, client: Client, seen: datetime
) -> tuple[tuple[Entry, ...], bool]:
    """Return the newest pages of a sitemap, and whether it is an index.

    Of an index, the pages are those of its first sitemap that has any. Titles are empty where the sitemap has none.
    """
    sitemap = await _read_reply(reply, source.url, client)
    listed = sitemap.pages or await _first_pages(sitemap.sitemap_urls[:_MAX_SITEMAPS], source.url, client)
    if not listed:
        raise SourceError("this site map names no pages: give the site's address or its feed")
    pages = _in_same_folder([page for page in listed if not is_front_page(page.url)], source.url)
    outlet = source.title or outlet_domain(reply.url)
    entries = (
        to_entry(page, source, guid=page.guid, outlet=outlet, language="", seen=seen) for page in _recent(pages, seen)
    )
    return tuple(entries), bool(sitemap.sitemap_urls)


async def _read_reply(reply: Reply, source_url: str, client: Client) -> Sitemap:
    """Parse a site map; a large one in a process with limits, since a hostile one can take half a minute."""
    if len(reply.body) <= _LIGHT_SITEMAP:
        return read_sitemap(reply.body, content_type=reply.content_type, url=reply.url)
    limit_s, slot = client.settings.timeout_s, client.limits.for_parsing()
    arguments = (reply.body, reply.content_type, reply.url, source_url)
    return await call_isolated(_read_large, *arguments, timeout_s=limit_s, slot=slot)


def _read_large(data: bytes, content_type: str, url: str, source_url: str) -> Sitemap:
    """Runs in the worker: the newest pages that may count for the source, since each costs time to hand over."""
    sitemap = read_sitemap(data, content_type=content_type, url=url)
    pages = _in_same_folder([page for page in sitemap.pages if not is_front_page(page.url)], source_url)
    listed = tuple(pages or sitemap.pages)[:_MAX_LISTED]
    return Sitemap(pages=listed, sitemap_urls=sitemap.sitemap_urls[:_MAX_SITEMAPS])


async def _first_pages(sitemap_urls: Sequence[str], source_url: str, client: Client) -> tuple[Item, ...]:
    """Return the pages of the first sitemap that has any. Raises ``SourceError`` if none has, and one failed."""
    failures: list[SourceError] = []
    for url in sitemap_urls:
        try:
            reply = decompress_reply(await client.get(url), client.settings.max_bytes)
            sitemap = await _read_reply(reply, source_url, client)
        except SourceError as error:
            failures.append(error)
        else:
            if sitemap.pages:
                return sitemap.pages
    if failures:
        raise failures[0]
    return ()


def _in_same_folder(pages: list[Item], source_url: str) -> list[Item]:
    """Return the pages beneath the source's address if it is a front page; all pages if there are none."""
    folder = urljoin(urlsplit(source_url).path, ".") if is_front_page(source_url) else "/"
    return [page for page in pages if urlsplit(page.url).path.startswith(folder)] or pages


def _recent(pages: Sequence[Item], seen: datetime) -> list[Item]:
    """Return recent pages, or else dated pages, or else all; those that look like articles first."""
    dated = [page for page in pages if page.published]
    recent = [page for page in dated if page.published and page.published > seen - _MAX_AGE]
    unique = {page.url: page for page in recent or dated or pages}
    return sorted(unique.values(), key=lambda page: not (page.title or looks_like_article(page.url)))[:_MAX_PAGES]


def drop_lastmod(entry: Entry) -> Entry:
    """Clear the date of an entry without a title: it is ``lastmod``, not the date of publication."""
    return entry if entry.title else replace(entry, published=None)


def select_articles(completed: Iterable[Entry], listed: Sequence[Entry]) -> tuple[Entry, ...]:
    """Return the sitemap's entries that are articles, given with their pages' texts.

    A page without a title in the sitemap is an article if it declares a date of publication, or if its address looks
    like an article's. If no page has either, all count as articles.
    """
    lastmod = {entry.guid: entry.published for entry in listed if not entry.title}
    readable = [entry for entry in completed if entry.title or entry.body]
    articles = [
        entry for entry in readable if entry.published or entry.guid not in lastmod or looks_like_article(entry.url)
    ]
    has_article_urls = any(looks_like_article(entry.url) for entry in listed)
    return tuple(
        replace(entry, published=entry.published or lastmod.get(entry.guid))
        for entry in (articles if articles or has_article_urls else readable)
    )
