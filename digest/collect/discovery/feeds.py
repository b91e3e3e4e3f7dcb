"""From the address of a site, as people copy it, to its feed; to its site map, where it has none."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

from digest.collect.discovery.known_sites import known_site_feed
from digest.collect.discovery.sitemap import decompress_reply
from digest.collect.discovery.url_patterns import is_front_page, sitemap_priority
from digest.collect.documents.kind import DocumentKind, detect_kind
from digest.collect.pages.extract import parse_html
from digest.collect.pages.metadata import PageMetadata, join_url, read_metadata
from digest.model.errors import SourceError
from digest.text.urls import is_web_url

if TYPE_CHECKING:
    from lxml.html import HtmlElement  # type: ignore[import-untyped]  # lxml brings no types

    from digest.http.client import Client, Reply
    from digest.http.robots import Robots

_FEED_URL = re.compile(rb'"feedUrl"\s*:\s*("https?:[^"]{1,500}")')
FEED_KINDS = {DocumentKind.FEED, DocumentKind.JSON}
#: Where sites keep a feed that their front page doesn't name.
_USUAL = ("feed", "feed.xml", "rss.xml", "atom.xml", "index.xml", "rss", "feed.json")
#: Where sites keep a map of their pages that their robots.txt doesn't name.
_MAPS = ("sitemap.xml", "sitemap_index.xml", "wp-sitemap.xml", "news-sitemap.xml", "sitemap-news.xml")
#: How addresses of feeds look to people.
_LOOKS = re.compile(r"(?:^|[/.])(?:feeds?|rss|atom|rdf)(?:[/.]|\d?$)|\.(?:rss|atom|rdf)$", re.IGNORECASE)
#: An account or a topic on the social web: its feed is beside it.
_ACCOUNT = re.compile(r"/(?:@[\w.-]+|users/[\w.-]+|tags/\w+)")
#: So many of the feeds or maps that a site names are tried, at most.
_MOST = 5
#: So many are told of.
_TOLD = 20
#: A page that leads to so many others by their headlines is a list of them; a headline has so many words.
_LISTED, _HEADLINE = 8, 4
#: So many links tell a list; a page may have a hundred thousand.
_LINKS = 2_000
#: Words outside links of which no article has fewer.
_ARTICLE = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Discovery:
    """What an address leads to."""

    #: Where it is; empty for what stands for itself.
    url: str = ""
    reply: Reply
    #: Other feeds that the page names.
    others: tuple[str, ...] = ()


async def discover_feed(reply: Reply, client: Client, robots: Robots, *, is_known: bool) -> Discovery:
    """The feed, or else the map, of the site that this page is the front of; or what stands for itself.

    Where that ``is_known``, nothing is tried that the page doesn't name. Raises ``SourceError`` where the page names
    feeds, and none of them is one now.
    """
    if detect_kind(reply.body, content_type=reply.content_type) is not DocumentKind.HTML:
        return Discovery(reply=reply)
    tree = parse_html(reply.body, reply.content_type)
    head = read_metadata(tree, reply.url)
    named = list(dict.fromkeys(_named(reply, head)))[:_MOST]
    for url in (*named, *(() if is_known else dict.fromkeys(_guessed(reply, tree)))):
        if feed := await _there(url, client, FEED_KINDS):
            return Discovery(url=url, reply=feed, others=tuple(other for other in head.feeds if other != url)[:_TOLD])
    if named:
        raise SourceError(f"its page names {named[0]} as its feed, and that is none: give the feed's address")
    for url in () if is_known else await _maps(reply, robots):
        if found := await _there(url, client, {DocumentKind.SITEMAP}):
            return Discovery(url=url, reply=found)
    return Discovery(reply=reply)


def check_is_no_list(page: Reply) -> None:
    """Raise where a page that stands for itself is a list of articles, and so none."""
    tree = parse_html(page.body, page.content_type)
    if _is_list(tree) and not read_metadata(tree, page.url).is_article:
        raise SourceError(
            "this page lists articles, and leads to no feed or site map: give the address of a feed, or of one article"
        )


def _is_list(tree: HtmlElement) -> bool:
    """Headlines that lead elsewhere stand as headings, or are all that it says; beside an article they don't."""
    words = {link: len(link.text_content().split()) for link in islice(tree.iter("a"), _LINKS)}
    headlines = [link for link, count in words.items() if count >= _HEADLINE and link.get("href", "#")[:1] != "#"]
    headings = [link for link in headlines if link.xpath("ancestor::h1|ancestor::h2|ancestor::h3|.//h2|.//h3|.//h4")]
    rest = len(tree.text_content().split()) - sum(words.values())
    return len(headings) >= _LISTED or (len(headlines) >= _LISTED and rest < _ARTICLE)


async def _maps(page: Reply, robots: Robots) -> list[str]:
    """Where the site's map may be, the likeliest to have news first; an article's site is not asked for."""
    if not is_front_page(page.url):
        return []
    named = sorted(await robots.sitemaps(page.url), key=sitemap_priority)[:_MOST]
    return list(dict.fromkeys([*named, *(urljoin(page.url, f"/{place}") for place in _MAPS)]))


def _named(page: Reply, head: PageMetadata) -> Iterator[str]:
    """The feeds that the page itself names, unless it is an article: then they are its site's."""
    if is_front_page(page.url) or not head.is_article:
        yield from head.feeds
    if url := _podcast_feed(page) or (known_site_feed(head.url) if head.url != page.url else ""):
        yield url


def _guessed(page: Reply, tree: HtmlElement) -> Iterator[str]:
    """Where a feed may be that the page doesn't name."""
    if is_front_page(page.url):
        yield from islice(_linked(page, tree), _MOST)
        yield from (urljoin(page.url, place) for place in _USUAL)
    elif _ACCOUNT.fullmatch(urlsplit(page.url).path):
        yield f"{page.url}.rss"


def _linked(page: Reply, tree: HtmlElement) -> Iterator[str]:
    """Links for people ("RSS") that look like ways to a feed."""
    for link in tree.iter("a"):
        if _LOOKS.search(link.get("href", "")) or link.text_content().strip().lower() in {"rss", "feed", "atom"}:
            url = join_url(page.url, link.get("href", ""))
            if is_web_url(url) and url != page.url:
                yield url


def _podcast_feed(page: Reply) -> str:
    """The feed that a podcast's page in a directory names in its data; empty where there is none."""
    if not (named := _FEED_URL.search(page.body)):
        return ""
    try:
        url = str(json.loads(named[1]))
    except ValueError:
        return ""
    return url if is_web_url(url) else ""


async def _there(url: str, client: Client, kinds: Collection[DocumentKind]) -> Reply | None:
    """What is at an address, None where that is none of the ``kinds``.

    Raises ``SourceError`` where it may well be there later: nothing else must take its place.
    """
    try:
        reply = decompress_reply(await client.get(url), client.settings.max_bytes)
    except SourceError as error:
        # Who is out of time has looked at nothing, so nothing is known of the others either.
        is_late = isinstance(error.__cause__, TimeoutError)
        if (error.retry_at and not error.gone) or error.status >= 500 or is_late:
            raise
        return None
    return reply if detect_kind(reply.body, content_type=reply.content_type) in kinds else None
