"""Feed discovery: from the address of a site to its feed, or to its sitemap if it has no feed."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urljoin

from digest.collect.discovery.candidates import declared_feeds, guessed_feeds, podcast_feed
from digest.collect.discovery.known_sites import known_site_feed
from digest.collect.discovery.sitemap import decompress_reply
from digest.collect.discovery.url_patterns import is_front_page, sitemap_priority
from digest.collect.documents.kind import DocumentKind, detect_kind, strip_comments
from digest.collect.feeds.json_feed import read_json_feed
from digest.collect.pages.classify import is_list
from digest.collect.pages.extract import parse_html
from digest.collect.pages.layout import read_layout
from digest.collect.pages.metadata import DeclaredFeed, PageMetadata, read_metadata
from digest.model.errors import SourceError
from digest.text.charset import decode

if TYPE_CHECKING:
    from lxml.html import HtmlElement  # type: ignore[import-untyped]  # lxml brings no types

    from digest.http.client import Client, Reply
    from digest.http.robots import Robots

FEED_KINDS = {DocumentKind.FEED, DocumentKind.JSON}
#: Root element of a feed.
_FEED_ROOT = re.compile(r"<(?:[\w.-]+:)?(?:rss|feed|rdf|channel)\b", re.IGNORECASE)
#: Bytes in which the root of a feed stands.
_HEAD_SIZE = 16_384
#: Usual places of a sitemap that robots.txt doesn't declare.
_USUAL_SITEMAP_PATHS = ("sitemap.xml", "sitemap_index.xml", "wp-sitemap.xml", "news-sitemap.xml", "sitemap-news.xml")
#: Declared feeds or sitemaps of a site that are tried.
_MAX_TRIED = 5
#: Further feeds of a site that are reported.
_MAX_REPORTED = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Discovery:
    """Result of feed discovery for a page."""

    #: Address of the feed or sitemap; empty if the page is its own source.
    url: str = ""
    reply: Reply
    #: Further feeds that the page declares.
    other_feed_urls: tuple[str, ...] = ()


async def discover_feed(reply: Reply, client: Client, robots: Robots, *, only_declared: bool) -> Discovery:
    """Find the feed, or else the sitemap, of the site whose front page this is; otherwise return the page itself.

    With ``only_declared``, no addresses are tried that the page doesn't declare. Raises ``SourceError`` if the page
    declares feeds, and none of them is a feed now.
    """
    if detect_kind(reply.body, content_type=reply.content_type) is not DocumentKind.HTML:
        return Discovery(reply=reply)
    tree = parse_html(reply.body, reply.content_type)
    metadata = read_metadata(tree, reply.url)
    feeds = declared_feeds(metadata.feeds, reply.link_header, reply.url)
    declared = list(dict.fromkeys(_declared_urls(reply, metadata, feeds)))[:_MAX_TRIED]
    guessed = () if only_declared else dict.fromkeys(_guessed_urls(tree, reply.url, metadata))
    for url in dict.fromkeys((*declared, *guessed)):
        if feed := await _fetch_kind(url, client, FEED_KINDS):
            other_urls = tuple(feed.url for feed in feeds if feed.url != url)
            return Discovery(url=url, reply=feed, other_feed_urls=other_urls[:_MAX_REPORTED])
    certain = {feed.url for feed in feeds if feed.is_certain}
    if dead := [url for url in declared if url in certain]:
        raise SourceError(f"its page names {dead[0]} as its feed, and that is none: give the feed's address")
    for url in () if only_declared else await _sitemap_urls(reply, robots):
        if sitemap := await _fetch_kind(url, client, {DocumentKind.SITEMAP}):
            return Discovery(url=url, reply=sitemap)
    return Discovery(reply=reply)


async def _sitemap_urls(page: Reply, robots: Robots) -> list[str]:
    """Return where the site's sitemap may be, most likely news first; none unless the page is a front page."""
    if not is_front_page(page.url):
        return []
    declared = sorted(await robots.sitemaps(page.url), key=sitemap_priority)[:_MAX_TRIED]
    return list(dict.fromkeys([*declared, *(urljoin(page.url, f"/{path}") for path in _USUAL_SITEMAP_PATHS)]))


def _declared_urls(page: Reply, metadata: PageMetadata, feeds: Iterable[DeclaredFeed]) -> Iterator[str]:
    """Yield the feeds that the page declares, unless it is an article: then they are its site's."""
    if is_front_page(page.url) or not metadata.is_article:
        yield from (feed.url for feed in feeds)
    if url := podcast_feed(page.body) or (known_site_feed(metadata.url) if metadata.url != page.url else ""):
        yield url


def _guessed_urls(tree: HtmlElement, page_url: str, metadata: PageMetadata) -> Iterator[str]:
    """Yield addresses where an undeclared feed may be; an article has none of its own."""
    has_list = not metadata.is_article and is_list(read_layout(tree, page_url))
    yield from guessed_feeds(tree, page_url, is_list=has_list)


async def _fetch_kind(url: str, client: Client, kinds: Collection[DocumentKind]) -> Reply | None:
    """Fetch a document; None if it is missing, or none of the ``kinds``.

    Raises ``SourceError`` on a temporary failure, so that no other feed is chosen because of it.
    """
    try:
        reply = decompress_reply(await client.get(url), client.settings.max_bytes)
    except SourceError as error:
        # A time-out says nothing about the address.
        is_timeout = isinstance(error.__cause__, TimeoutError)
        if (error.retry_at and not error.gone) or error.status >= 500 or is_timeout:
            raise
        return None
    kind = detect_kind(reply.body, content_type=reply.content_type)
    return reply if kind in kinds and _is_plausible(reply, kind) else None


def _is_plausible(reply: Reply, kind: DocumentKind) -> bool:
    """Is a document of a feed's kind a feed? Other XML and JSON, such as an error message, is none."""
    if kind is DocumentKind.JSON:
        try:
            read_json_feed(reply.body, url=reply.url)
        except SourceError:
            return False
    if kind is DocumentKind.FEED:
        return _FEED_ROOT.search(strip_comments(decode(reply.body[:_HEAD_SIZE], reply.content_type))) is not None
    return True
