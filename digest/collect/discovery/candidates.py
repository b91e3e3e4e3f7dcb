"""Candidates of feed discovery: addresses that a page declares, links to or lets guess as its feed. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TYPE_CHECKING
from urllib.parse import unquote, urljoin, urlsplit

from digest.collect.discovery.link_header import parse_link_header
from digest.collect.discovery.url_patterns import is_front_page
from digest.collect.pages.metadata import DeclaredFeed, https_url, is_feed_link, join_url
from digest.text.urls import is_web_url

if TYPE_CHECKING:
    from lxml.html import HtmlElement  # type: ignore[import-untyped]  # lxml brings no types

#: Usual places of a feed that the front page doesn't declare.
_USUAL_PATHS = ("feed", "feed.xml", "rss.xml", "atom.xml", "index.xml", "rss", "feed.json")
#: Usual places of a feed beneath the page of a category, tag or author.
_USUAL_SECTION_PATHS = ("feed", "rss.xml", "index.xml", "atom.xml")
#: Addresses that look like a feed's.
_FEED_LIKE = re.compile(
    r"""(?:^|[/.])(?:feeds?|rss|atom|rdf)(?:[/.?]|\d?$)
    | \.(?:rss|atom|rdf)(?:[?\#]|$)
    | (?:^|[/_-])(?:rss|feeds?|atom)[\w-]*\.\w{2,4}(?:[?\#]|$)
    | [?&](?:feed|rss|format|type|alt|output)=(?:feed|rss2?|atom|xml|rdf)\b
    | [?&](?:feed|rss)(?:=|&|$)
    | ^feed:""",
    re.IGNORECASE | re.VERBOSE,
)
_XML_FILE = re.compile(r"(?<!sitemap)\.xml(?:[?#]|$)", re.IGNORECASE)
#: Words of a link to a feed, in its text or attributes; and words that also mean other things, for short labels.
_FEED_WORD = re.compile(r"\b(?:rss|atom|rdf|json ?feed|(?:news|web) ?feeds?)\b", re.IGNORECASE)
_WEAK_FEED_WORD = re.compile(r"\b(?:feeds?|xml|syndicat\w+|flux)\b|лента|フィード|订阅|訂閱|구독", re.IGNORECASE)
#: Titles and addresses of comments' feeds.
_COMMENTS = re.compile(
    r"comment|komment|coment|kommentit|reacti|opmerking|replies|yorum|σχόλι|коммент|комент|コメント|评论|評論|留言|댓글",
    re.IGNORECASE,
)
#: Path of an account or hashtag in the fediverse; the feed has the same path with ``.rss``.
_ACCOUNT_PATH = re.compile(r"/(?:@[\w.-]+|users/[\w.-]+|tags/\w+)")
_FEED_URL = re.compile(rb'"feedUrl"\s*:\s*("https?:[^"]{1,500}")')
#: Words of a link to a feed, at most; and of one whose words are ambiguous.
_MAX_LINK_WORDS, _MAX_LABEL_WORDS = 8, 3
#: Links that are examined.
_MAX_LINKS = 2_000
#: Visible links that are tried.
_MAX_VISIBLE = 5
#: Shortest name of a category that is looked for in the addresses of feeds.
_MIN_SECTION_NAME = 3


def declared_feeds(page_feeds: Iterable[DeclaredFeed], link_header: str, page_url: str) -> tuple[DeclaredFeed, ...]:
    """Return the feeds that the page or its ``Link`` header declares, the page's own before its site's.

    Feeds of comments are returned only if there are no others. Links of a type that is rarely a feed come last.
    """
    in_header = (
        DeclaredFeed.of_type(join_url(page_url, link.href), link.content_type, link.title)
        for link in parse_link_header(link_header)
        if is_feed_link(link.relations, link.content_type)
    )
    declared: dict[str, DeclaredFeed] = {}
    for feed in (*page_feeds, *in_header):
        declared.setdefault(feed.url, feed)
    feeds = [feed for feed in declared.values() if is_web_url(feed.url) and feed.url != page_url]
    of_articles = [feed for feed in feeds if not _COMMENTS.search(f"{feed.title} {feed.url}")]
    return tuple(sorted(of_articles or feeds, key=lambda feed: (not feed.is_certain, _distance(feed.url, page_url))))


def _distance(feed_url: str, page_url: str) -> int:
    """Return how far a feed is from the page: 0 beneath it, 1 with the name of its section, 2 elsewhere."""
    folder = urlsplit(page_url).path.rstrip("/")
    name = unquote(folder.rpartition("/")[2].partition(".")[0]).lower()
    feed_parts = urlsplit(feed_url)
    if folder and f"{feed_parts.path}/".startswith((f"{folder}/", f"{folder}.")):
        return 0
    words = re.split(r"[^\w-]+", unquote(f"{feed_parts.path}?{feed_parts.query}").lower())
    return 1 if len(name) >= _MIN_SECTION_NAME and name in words else 2


def podcast_feed(data: bytes) -> str:
    """Return the feed that a podcast directory's page has in its data; empty if there is none."""
    if not (match := _FEED_URL.search(data)):
        return ""
    try:
        url = str(json.loads(match[1]))
    except ValueError:
        return ""
    return url if is_web_url(url) else ""


def guessed_feeds(tree: HtmlElement, page_url: str, *, is_list: bool) -> Iterator[str]:
    """Yield addresses where an undeclared feed may be: visible links to feeds, then usual places.

    Only front pages and lists of articles have a feed of their own; an article has its site's at most.
    """
    path = urlsplit(page_url).path
    if is_front_page(page_url):
        yield from _visible_feeds(tree, page_url)
        yield from (urljoin(page_url, usual) for usual in _USUAL_PATHS)
    elif _ACCOUNT_PATH.fullmatch(path):
        yield f"{page_url}.rss"
    elif is_list:
        yield from _visible_feeds(tree, page_url)
        folder = page_url.partition("?")[0].partition("#")[0]
        folder = folder if re.search(r"\.\w{3,5}$", path) else f"{folder.rstrip('/')}/"
        yield from (urljoin(folder, usual) for usual in _USUAL_SECTION_PATHS)


def _visible_feeds(tree: HtmlElement, page_url: str) -> list[str]:
    """Return the targets of the page's visible links whose address or words look like a feed's, likeliest first."""
    links = islice(tree.iter("a", "area"), _MAX_LINKS)
    rated = [(_rate(link), _target(link, page_url)) for link in links]
    likely = sorted((pair for pair in rated if pair[0]), key=lambda pair: (-pair[0], _distance(pair[1], page_url)))
    urls = dict.fromkeys(url for _, url in likely if is_web_url(url) and url.partition("#")[0] != page_url)
    of_articles = [url for url in urls if not _COMMENTS.search(url)]
    return (of_articles or list(urls))[:_MAX_VISIBLE]


def _rate(link: HtmlElement) -> int:
    """Rate how surely a visible link leads to a feed, by its address and its words: from 0, not at all, to 3."""
    href = link.get("href", "").strip()
    if not href or href.startswith(("#", "mailto:", "javascript:")):
        return 0
    label = link.text_content()
    word_count, names = len(label.split()), " ".join([label, *_attributes(link)])
    has_word = word_count <= _MAX_LINK_WORDS and _FEED_WORD.search(names) is not None
    if _FEED_LIKE.search(href):
        return 3 if has_word else 2
    if has_word:
        return 2
    has_weak_word = word_count <= _MAX_LABEL_WORDS and _WEAK_FEED_WORD.search(names) is not None
    return 1 if has_weak_word or _XML_FILE.search(href) else 0


def _attributes(link: HtmlElement) -> Iterable[str]:
    """Yield what names a link without text: its own title and label, and those of its picture."""
    names = ("title", "aria-label", "alt", "class")
    for element in (link, *islice(link.iter("img", "svg", "i", "span", "use"), 5)):
        yield from (re.sub(r"[-_]", " ", element.get(name, "")) for name in names)


def _target(link: HtmlElement, page_url: str) -> str:
    return join_url(page_url, https_url(link.get("href", "").strip()))
