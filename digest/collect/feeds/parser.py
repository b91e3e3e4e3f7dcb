"""XML feed parser: bytes to feeds, and feeds to entries. Pure.

The strict parser handles well-formed, common feeds fast; all others go to feedparser, which accepts nearly anything.
"""

from __future__ import annotations

import hashlib
import html
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from functools import lru_cache
from itertools import accumulate

from digest.collect.documents.kind import strip_comments
from digest.collect.feeds.items import Feed, Item, to_entry
from digest.model.articles import Entry
from digest.model.errors import SourceError
from digest.model.newsletters import Source
from digest.text.charset import to_utf8
from digest.text.html import plain_text
from digest.text.urls import outlet_domain
from digest.text.xml_references import repair_references

_MAX_COMMENTS = 200
#: Limits for a feed: its items, the characters of all bodies, and those of one body.
_MAX_ITEMS, _MAX_TOTAL_LENGTH, _MAX_BODY_LENGTH = 1_000, 5_000_000, 2_000_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
#: feedparser searches such runs for mail addresses in quadratic time: 10,000 characters in an author took 7 seconds.
_LONG_RUN = re.compile(rb"([\w.+-]{1000})(?=[\w.+-])")
_WRAPPER = re.compile(
    rb"\s*(?:<[^<>]{1,500}>\s*){0,3}(?:(?P<cdata><!\[CDATA\[)\s*(?=<(?:\?xml|rss|feed|rdf))|(?=&lt;(?:\?xml|rss|feed|rdf)\b))",
    re.IGNORECASE,
)
#: A link element without text.
_LINK = re.compile(rb"<((?:\w{1,20}:)?link)((?:\s[^<>]{0,2000})?)(?:/>|(?<!/)>\s*</\1\s{0,9}>)")
_HREF = re.compile(rb"""\shref\s{0,9}=\s{0,9}["']\s*[^"'\s]""")
_PERMALINK = re.compile(rb"""(\sisPermaLink\s{0,9}=\s{0,9}["'])\s*(\w{1,9})\s*(?=["'])""")
_XML_ENCODING = re.compile(rb"""(\s*<\?xml[^>]{0,200}?)\s{1,20}encoding\s{0,20}=\s{0,20}(?:"[^"]*"|'[^']*')""")


def read_feed(data: bytes, *, content_type: str = "", url: str) -> Feed:
    """Parse an RSS, RDF, Atom or CDF document from ``url``. Raises ``SourceError`` if it is no feed."""
    from digest.collect.feeds.lenient_parser import parse_leniently

    feed = read_well_formed(data, content_type, url)
    if feed is None:
        feed = parse_leniently(_split_long_runs(normalize_links(normalize_xml(data, content_type))), url)
    if feed is None:
        raise SourceError("this is no feed that can be read: check the address in a browser")
    return feed


@lru_cache(maxsize=1)  # `isolated` calls this to choose a process, and then `read_feed` does with the same data
def read_well_formed(data: bytes, content_type: str, url: str) -> Feed | None:
    """Parse a well-formed, common feed fast; None if it is another document."""
    from digest.collect.feeds.strict_parser import parse_strictly

    return parse_strictly(normalize_xml(data, content_type), url)


def normalize_xml(data: bytes, content_type: str = "") -> bytes:
    """Convert to UTF-8, mend references, and remove comments if so many that parsers take quadratic time."""
    document = to_utf8(data, content_type).replace(b"\0", b"")
    document = _unwrap(document)
    if declaration := _XML_ENCODING.match(document):
        document = declaration[1] + document[declaration.end() :]
    if document.count(b"!--") > _MAX_COMMENTS:
        document = _remove_comments(document.decode()).encode()
    return repair_references(document)


def _unwrap(document: bytes) -> bytes:
    """Return a feed that stands as text in an element of another document, as some web services send it."""
    if not (match := _WRAPPER.match(document)):
        return document
    if match["cdata"]:
        return document[match.end() : document.rfind(b"]]>")].replace(b"]]]]><![CDATA[>", b"]]>")
    inner, closing_tag, _ = document[match.end() :].rpartition(b"</")
    return html.unescape((inner if closing_tag else document).decode()).encode()


def _remove_comments(text: str) -> str:
    if text.count("<!--") > _MAX_COMMENTS:
        text = strip_comments(text)
    if text.count("&lt;!--") > _MAX_COMMENTS:
        text = strip_comments(text, "&lt;!--", "--&gt;")
    return text


def normalize_links(document: bytes) -> bytes:
    """Remove empty links, which feedparser resolves to the feed's own address; write ``isPermaLink`` as it expects."""
    document = _LINK.sub(lambda link: link[0] if _HREF.search(link[2]) else b"", document)
    return _PERMALINK.sub(lambda match: match[1] + match[2].lower(), document)


def _split_long_runs(document: bytes) -> bytes:
    return _LONG_RUN.sub(rb"\1 ", document)


def feed_entries(feed: Feed, source: Source, *, url: str, seen: datetime) -> tuple[tuple[Entry, ...], str]:
    """Convert the feed's items to entries of ``source``, in the feed's order; with a note for the user on duplicates.

    Of items with the same GUID and link the first counts, as the newest.
    """
    outlet = source.title or plain_text(feed.title) or outlet_domain(url) or source.address
    reused_guids = _reused_guids(feed.items)
    shared_links = _shared_links(feed.items, reused_guids)
    entries: dict[str, Entry] = {}
    repeated = 0
    for item in feed.items:
        guid = _entry_guid(item, reused_guids, shared_links)
        entry = to_entry(item, source, guid=guid, outlet=outlet, language=feed.language, seen=seen)
        first = entries.setdefault(guid, entry)
        repeated += (first.title, first.body) != (entry.title, entry.body)
    note = f"entries left out, since they repeat the id and link of a newer one: {repeated}" if repeated else ""
    return tuple(entries.values()), note


def drop_unreadable(feed: Feed, source: Source) -> tuple[Feed, str]:
    """Drop items that can't become articles; return the feed with a note for the user on how many and why.

    An item with only a link becomes an article by its page.
    """
    needs_text = source.full_text == "never"
    readable = tuple(
        item for item in feed.items if item.title.strip() or item.body.strip() or (item.url and not needs_text)
    )
    dropped = len(feed.items) - len(readable)
    if not dropped:
        return feed, ""
    count = f"{dropped:,} of its {len(feed.items):,} entries {'has' if dropped == 1 else 'have'} no title or text"
    reason = ', and full_text = "never" keeps their pages from being read' if needs_text else ", nor a link"
    return replace(feed, items=readable), count + reason


def limit_feed(feed: Feed) -> tuple[Feed, str]:
    """Limit the feed to the newest items; return it with a note for the user on what was left out."""
    items = tuple(_truncate(item) for item in feed.items)
    if len(items) <= _MAX_ITEMS and sum(len(item.body) for item in items) <= _MAX_TOTAL_LENGTH:
        return replace(feed, items=items), ""
    if all(item.published for item in items):
        items = tuple(sorted(items, key=lambda item: item.published or _EPOCH, reverse=True))
    lengths = accumulate(len(item.body) for item in items[:_MAX_ITEMS])
    newest = [item for item, length in zip(items, lengths, strict=False) if length <= _MAX_TOTAL_LENGTH]
    return replace(feed, items=tuple(newest)), f"only the newest {len(newest):,} of its {len(items):,} entries are read"


def _truncate(item: Item) -> Item:
    return item if len(item.body) <= _MAX_BODY_LENGTH else replace(item, body=item.body[:_MAX_BODY_LENGTH])


def _reused_guids(items: Iterable[Item]) -> frozenset[str]:
    """Return the ids that several articles of the feed have, and so identify none."""
    pairs = {(item.guid, item.url or item.title) for item in items if item.guid}
    counts = Counter(guid for guid, _ in pairs)
    return frozenset(guid for guid, count in counts.items() if count > 1)


def _shared_links(items: Iterable[Item], reused_guids: frozenset[str]) -> frozenset[str]:
    """Return the links of several items without a GUID that have different titles or texts, and so identify none."""
    pairs = {(item.url, _title_or_body(item)) for item in items if item.guid in reused_guids or not item.guid}
    counts = Counter(url for url, _ in pairs if url)
    return frozenset(url for url, count in counts.items() if count > 1)


def _title_or_body(item: Item) -> str:
    return item.title if item.title.strip() else item.body.strip()


def _entry_guid(item: Item, reused_guids: frozenset[str], shared_links: frozenset[str]) -> str:
    """Return the item's GUID, or else its link, or else a hash of its content."""
    guid = "" if item.guid in reused_guids else item.guid
    if not guid and item.url in shared_links and (identity := _title_or_body(item)):
        return content_guid(identity, item.url)
    return guid or item.url or content_guid(item.title, item.body)


def content_guid(title: str, body: str) -> str:
    """Return a content hash as the identity of an item that has no other."""
    return "sha256:" + hashlib.sha256(f"{title}\0{body}".encode(errors="replace")).hexdigest()
