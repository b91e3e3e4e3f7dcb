"""From the address of a site, as people copy it, to its feed."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urljoin, urlsplit

from digest.errors import SourceError
from digest.sources.kind import Kind, kind_of
from digest.urls import is_web

if TYPE_CHECKING:
    from digest.sources.http import Client, Reply

_FEED_URL = re.compile(rb'"feedUrl"\s*:\s*("https?:[^"]{1,500}")')
FEEDS = {Kind.FEED, Kind.JSON}
#: Where sites keep a feed that their front page doesn't name.
_USUAL = ("feed", "feed.xml", "rss.xml", "atom.xml", "index.xml", "rss", "feed.json")
_VIDEOS = "https://www.youtube.com/feeds/videos.xml"
#: Hosts whose feeds follow from the page's address: host, path, and the feed's address.
_KNOWN = tuple(
    (re.compile(host), re.compile(path), feed)
    for host, path, feed in (
        (r"(?:www\.|old\.|new\.)?reddit\.com", r"/((?:r|u|user)/[\w-]+)/?", "https://www.reddit.com/{}/.rss"),
        (
            r"(?:www\.|m\.)?youtube\.com",
            r"/channel/(UC[\w-]{22})(?:/.*)?",
            f"{_VIDEOS}?channel_id={{}}",
        ),
        (r"github\.com", r"/([\w.-]+/[\w.-]+)(?:/releases)?/?", "https://github.com/{}/releases.atom"),
        (r"github\.com", r"/([\w.-]+/[\w.-]+/commits/[\w./-]+?)/?", "https://github.com/{}.atom"),
        (r"medium\.com", r"/(@?[\w-]+)/?", "https://medium.com/feed/{}"),
    )
)


def known_feed(url: str) -> str:
    """The feed of a page on one of the large sites, told from its address alone; empty elsewhere."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return ""
    if re.fullmatch(r"(?:www\.|m\.)?youtube\.com", host) and parts.path == "/playlist":
        listed = parse_qs(parts.query).get("list", [""])[0]
        return f"{_VIDEOS}?playlist_id={listed}" if re.fullmatch(r"[\w-]+", listed) else ""
    for known, path, feed in _KNOWN:
        match = path.fullmatch(parts.path)
        if match and known.fullmatch(host) and not parts.query:
            return feed.format(match[1])
    return ""


async def feed_behind(reply: Reply, client: Client) -> tuple[str, Reply]:
    """The feed of the site that this page belongs to, and its address; for what stands for itself, no address."""
    from digest.sources.pages.head import read_head
    from digest.sources.pages.page import read_tree

    if kind_of(reply.body, content_type=reply.content_type) is not Kind.HTML:
        return "", reply
    head = read_head(read_tree(reply.body, reply.content_type), reply.url)
    if head.feeds and (_is_front(reply.url) or not head.is_article):
        return head.feeds[0], await _feed(head.feeds[0], client)
    if named := _podcast_feed(reply):
        return named, await _feed(named, client)
    return await _usual(reply, client) if _is_front(reply.url) else ("", reply)


def _podcast_feed(page: Reply) -> str:
    """The feed that a podcast's page in a directory names in its data; empty where there is none."""
    if not (named := _FEED_URL.search(page.body)):
        return ""
    try:
        url = str(json.loads(named[1]))
    except ValueError:
        return ""
    return url if is_web(url) else ""


async def _feed(url: str, client: Client) -> Reply:
    reply = await client.get(url)
    if kind_of(reply.body, content_type=reply.content_type) not in FEEDS:
        raise SourceError(f"its page names {url} as its feed, and that is none: give the feed's address")
    return reply


async def _usual(page: Reply, client: Client) -> tuple[str, Reply]:
    """The first of the usual places that has a feed; else the page itself."""
    for place in _USUAL:
        url = urljoin(page.url, place)
        try:
            reply = await client.get(url)
        except SourceError:
            continue
        if kind_of(reply.body, content_type=reply.content_type) in FEEDS:
            return url, reply
    return "", page


def _is_front(url: str) -> bool:
    parts = urlsplit(url)
    return parts.path in {"", "/"} and not parts.query
