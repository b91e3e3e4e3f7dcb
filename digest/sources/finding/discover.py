"""From the address of a site, as people copy it, to its feed."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

from digest.errors import SourceError
from digest.sources.finding.known import known_feed
from digest.sources.kind import Kind, kind_of
from digest.sources.pages.head import Head, joined, read_head
from digest.sources.pages.page import read_tree
from digest.urls import is_web

if TYPE_CHECKING:
    from lxml.html import HtmlElement  # type: ignore[import-untyped]  # lxml brings no types

    from digest.sources.http import Client, Reply

_FEED_URL = re.compile(rb'"feedUrl"\s*:\s*("https?:[^"]{1,500}")')
FEEDS = {Kind.FEED, Kind.JSON}
#: Where sites keep a feed that their front page doesn't name.
_USUAL = ("feed", "feed.xml", "rss.xml", "atom.xml", "index.xml", "rss", "feed.json")
#: The front of a site, or of a part of one: a language's, a blog's, a person's.
_FRONT = re.compile(r"/?|/(?:index|default|home)\.\w{3,5}|/(?:~[\w.-]+|[a-z]{2}(?:-[a-zA-Z]{2})?|blog|news)/?")
#: How addresses of feeds look to people.
_LOOKS = re.compile(r"(?:^|[/.])(?:feeds?|rss|atom|rdf)(?:[/.]|\d?$)|\.(?:rss|atom|rdf)$", re.IGNORECASE)
#: An account or a topic on the social web: its feed is beside it.
_ACCOUNT = re.compile(r"/(?:@[\w.-]+|users/[\w.-]+|tags/\w+)")
#: So many of the feeds that a page names are tried, at most.
_MOST = 5


async def feed_behind(reply: Reply, client: Client) -> tuple[str, Reply]:
    """The feed of the site that this page belongs to, and its address; for what stands for itself, no address.

    Raises ``SourceError`` where the page names feeds, and none of them is one now.
    """
    if kind_of(reply.body, content_type=reply.content_type) is not Kind.HTML:
        return "", reply
    tree = read_tree(reply.body, reply.content_type)
    head = read_head(tree, reply.url)
    named = list(dict.fromkeys(_named(reply, head)))[:_MOST]
    for url in (*named, *dict.fromkeys(_guessed(reply, tree))):
        if feed := await _feed(url, client):
            return url, feed
    if named:
        raise SourceError(f"its page names {named[0]} as its feed, and that is none: give the feed's address")
    return "", reply


def _named(page: Reply, head: Head) -> Iterator[str]:
    """The feeds that the page itself names, unless it is an article: then they are its site's."""
    if _is_front(page.url) or not head.is_article:
        yield from head.feeds
    if url := _podcast_feed(page) or (known_feed(head.url) if head.url != page.url else ""):
        yield url


def _guessed(page: Reply, tree: HtmlElement) -> Iterator[str]:
    """Where a feed may be that the page doesn't name."""
    if _is_front(page.url):
        yield from islice(_linked(page, tree), _MOST)
        yield from (urljoin(page.url, place) for place in _USUAL)
    elif _ACCOUNT.fullmatch(urlsplit(page.url).path):
        yield f"{page.url}.rss"


def _linked(page: Reply, tree: HtmlElement) -> Iterator[str]:
    """Links for people ("RSS") that look like ways to a feed."""
    for link in tree.iter("a"):
        if _LOOKS.search(link.get("href", "")) or link.text_content().strip().lower() in {"rss", "feed", "atom"}:
            url = joined(page.url, link.get("href", ""))
            if is_web(url) and url != page.url:
                yield url


def _podcast_feed(page: Reply) -> str:
    """The feed that a podcast's page in a directory names in its data; empty where there is none."""
    if not (named := _FEED_URL.search(page.body)):
        return ""
    try:
        url = str(json.loads(named[1]))
    except ValueError:
        return ""
    return url if is_web(url) else ""


async def _feed(url: str, client: Client) -> Reply | None:
    """The feed at an address, None where there is none.

    Raises ``SourceError`` where it may well be there later: no other feed must take its place.
    """
    try:
        reply = await client.get(url)
    except SourceError as error:
        if (error.retry_at and not error.gone) or error.status >= 500:
            raise
        return None
    return reply if kind_of(reply.body, content_type=reply.content_type) in FEEDS else None


def _is_front(url: str) -> bool:
    parts = urlsplit(url)
    return _FRONT.fullmatch(parts.path) is not None and not parts.query
