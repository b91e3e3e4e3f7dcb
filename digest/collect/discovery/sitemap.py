"""Site maps as search engines read them, of news or of all pages: the newest pages are the source's entries."""

from __future__ import annotations

import html
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

from digest.collect.discovery.url_patterns import is_front_page, looks_like_article, sitemap_priority
from digest.collect.documents.dates import parse_date
from digest.collect.feeds.items import Item, absolute_url
from digest.http.decompress import Decompressor
from digest.model import BodyFormat, Entry, Image, Source
from digest.model.errors import SourceError
from digest.text.charset import utf8_for_recovery
from digest.text.urls import outlet_domain

if TYPE_CHECKING:
    from lxml.etree import _Element  # type: ignore[import-untyped]  # lxml brings no types

    from digest.http.client import Client, Reply

#: Pages of a map that are looked at: what is older or further down is no news.
_MOST = 100
#: Maps of an index that are looked at.
_MAPS = 3
_OLD = timedelta(days=30)
_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sitemap:
    """A site map, the newest first."""

    pages: tuple[Item, ...]
    #: Further maps that it names, the likeliest to have news first.
    maps: tuple[str, ...]


def read_sitemap(data: bytes, *, content_type: str = "", url: str) -> Sitemap:
    """A ``urlset`` or ``sitemapindex``; ``url`` is where it came from."""
    from lxml.etree import LxmlError, XMLParser, fromstring

    parser = XMLParser(recover=True, resolve_entities=False, no_network=True, load_dtd=False, encoding="utf-8")
    try:
        root = fromstring(utf8_for_recovery(data, content_type), parser)
    except (LxmlError, ValueError) as error:
        raise SourceError("this site map is damaged: give the site's address or its feed") from error
    items = [_item(_fields(child), url) for child in (() if root is None else root) if isinstance(child.tag, str)]
    items = sorted((item for item in items if item.url), key=lambda item: item.published or _BEGINNING, reverse=True)
    if root is not None and _name(root) == "sitemapindex":
        likely = sorted(items, key=lambda item: sitemap_priority(item.url))
        return Sitemap(pages=(), maps=tuple(item.url for item in likely))
    return Sitemap(pages=tuple(items), maps=())


def _item(fields: Mapping[str, str], base: str) -> Item:
    url = absolute_url(base, fields.get("loc", ""))
    image = absolute_url(base, fields.get("image/loc", ""))
    return Item(
        guid=url,
        url=url,
        title=html.escape(fields.get("news/title", ""), quote=False),
        body="",
        published=parse_date(fields.get("news/publication_date", "") or fields.get("lastmod", "")),
        language=fields.get("news/language", ""),
        image=Image(url=image) if image else None,
    )


def _fields(element: _Element) -> dict[str, str]:
    """The texts within, by their names; those of news and pictures by both."""
    found: dict[str, str] = {}
    for key, text in _texts(element, ""):
        found.setdefault(key, text)
    return found


def _texts(element: _Element, prefix: str) -> Iterator[tuple[str, str]]:
    for child in element.iterchildren(tag="*"):
        name = _name(child)
        inner = name if name in {"news", "image"} else prefix
        if len(child):
            yield from _texts(child, inner) if inner != prefix or not prefix else ()
        else:
            yield f"{prefix}/{name}" if prefix else name, " ".join((child.text or "").split())


def _name(element: _Element) -> str:
    return str(element.tag).rpartition("}")[2].lower()


def decompress_reply(reply: Reply, most: int) -> Reply:
    """What was packed as a file (``sitemap.xml.gz``), unpacked; anything else as it is."""
    if not reply.body.startswith(b"\x1f\x8b") or not urlsplit(reply.url).path.endswith(".gz"):
        return reply
    body = Decompressor("gzip", most)
    body.add(reply.body)
    return replace(reply, body=body.finish(), content_type="")


async def sitemap_entries(
    reply: Reply, source: Source, *, client: Client, seen: datetime
) -> tuple[tuple[Entry, ...], bool]:
    """The newest pages of a map, untitled where it gives no titles; or of the first map in an index that has any.

    And whether it is an index.
    """
    found = read_sitemap(reply.body, content_type=reply.content_type, url=reply.url)
    listed = found.pages or await _first_pages(found.maps[:_MAPS], client)
    if not listed:
        raise SourceError("this site map names no pages: give the site's address or its feed")
    pages = _of_part([page for page in listed if not is_front_page(page.url)], source.url)
    return tuple(_entry(item, source, reply.url, seen) for item in _recent(pages, seen)), bool(found.maps)


async def _first_pages(maps: Sequence[str], client: Client) -> tuple[Item, ...]:
    """Those of the first map that has any. Raises ``SourceError`` where none has, and one can't be had."""
    failures: list[SourceError] = []
    for url in maps:
        try:
            reply = decompress_reply(await client.get(url), client.settings.max_bytes)
            found = read_sitemap(reply.body, content_type=reply.content_type, url=reply.url)
        except SourceError as error:
            failures.append(error)
        else:
            if found.pages:
                return found.pages
    if failures:
        raise failures[0]
    return ()


def _of_part(pages: list[Item], front: str) -> list[Item]:
    """The pages beneath a front page, where any are and it is one."""
    folder = urljoin(urlsplit(front).path, ".") if is_front_page(front) else "/"
    return [page for page in pages if urlsplit(page.url).path.startswith(folder)] or pages


def _recent(pages: Sequence[Item], seen: datetime) -> list[Item]:
    """Those of the last weeks; without dates, the first. What looks like an article comes before what doesn't."""
    dated = [page for page in pages if page.published]
    fresh = [page for page in dated if page.published and page.published > seen - _OLD]
    unique = {page.url: page for page in fresh or dated or pages}
    return sorted(unique.values(), key=lambda page: not (page.title or looks_like_article(page.url)))[:_MOST]


def drop_lastmod(entry: Entry) -> Entry:
    """Without a title, a map says when a page was changed, not when it was published."""
    return entry if entry.title else replace(entry, published=None)


def select_articles(completed: Iterable[Entry], listed: Sequence[Entry]) -> tuple[Entry, ...]:
    """Those of a map's entries, now with their pages' texts, that are articles.

    A page without a title in the map is one if it says when it was published, or its address looks like an article's;
    where neither is to be had of any, each has to be taken for one.
    """
    changed = {entry.guid: entry.published for entry in listed if not entry.title}
    told = [entry for entry in completed if entry.title or entry.body]
    sure = [entry for entry in told if entry.published or entry.guid not in changed or looks_like_article(entry.url)]
    are_telling = any(looks_like_article(entry.url) for entry in listed)
    return tuple(
        replace(entry, published=entry.published or changed.get(entry.guid))
        for entry in (sure if sure or are_telling else told)
    )


def _entry(item: Item, source: Source, url: str, seen: datetime) -> Entry:
    return Entry(
        source_id=source.id,
        guid=item.guid,
        url=item.url,
        title=item.title,
        body="",
        form=BodyFormat.HTML,
        seen=seen,
        source=source.title or outlet_domain(url),
        published=item.published,
        language=item.language,
        image=item.image,
    )
