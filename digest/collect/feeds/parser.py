"""Feeds of every kind, read into items and those into entries. Pure: bytes in, values out.

A fast reader takes what is well formed and usual; all else goes to feedparser, which forgives nearly anything.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from functools import lru_cache
from itertools import accumulate

from digest.collect.documents.kind import strip_comments
from digest.collect.feeds.items import Feed, Item
from digest.model import Entry, Source
from digest.model.errors import SourceError
from digest.text.charset import to_utf8
from digest.text.html import plain_text
from digest.text.urls import outlet_domain

_COMMENT_OPENERS = 200
#: No feed has more news at once, nor so many letters of it.
_MOST, _MOST_LETTERS = 1_000, 5_000_000
_LONGEST = 2_000_000
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)
#: What feedparser looks for mail addresses in, in quadratic time: 10,000 of these in an author took it 7 seconds.
_UNBROKEN = re.compile(rb"([\w.+-]{1000})(?=[\w.+-])")
_XML_ENCODING = re.compile(rb"""(\s*<\?xml[^>]{0,200}?)\s{1,20}encoding\s{0,20}=\s{0,20}(?:"[^"]*"|'[^']*')""")


def read_feed(data: bytes, *, content_type: str = "", url: str) -> Feed:
    """An RSS, RDF, Atom or CDF document; ``url`` is where it came from."""
    from digest.collect.feeds.lenient_parser import parse_leniently

    feed = read_well_formed(data, content_type, url) or parse_leniently(
        _broken_up(normalize_xml(data, content_type)), url
    )
    if feed is None:
        raise SourceError("this is no feed that can be read: check the address in a browser")
    return feed


@lru_cache(maxsize=1)  # who decides where to read a large one has read it by then
def read_well_formed(data: bytes, content_type: str, url: str) -> Feed | None:
    """A feed that is well formed and usual, fast; None if it isn't plainly one."""
    from digest.collect.feeds.strict_parser import parse_strictly

    return parse_strictly(normalize_xml(data, content_type), url)


def normalize_xml(data: bytes, content_type: str = "") -> bytes:
    """The document as UTF-8, without the comments that make parsers quadratic."""
    document = to_utf8(data, content_type).replace(b"\0", b"")
    if declared := _XML_ENCODING.match(document):
        document = declared[1] + document[declared.end() :]
    return document if document.count(b"!--") <= _COMMENT_OPENERS else _uncommented(document.decode()).encode()


def _uncommented(text: str) -> str:
    if text.count("<!--") > _COMMENT_OPENERS:
        text = strip_comments(text)
    if text.count("&lt;!--") > _COMMENT_OPENERS:
        text = strip_comments(text, "&lt;!--", "--&gt;")
    return text


def _broken_up(document: bytes) -> bytes:
    return _UNBROKEN.sub(rb"\1 ", document)


def feed_entries(feed: Feed, source: Source, *, url: str, seen: datetime) -> tuple[Entry, ...]:
    """The feed's items as entries of ``source``, each once, in the feed's order."""
    name = source.title or plain_text(feed.title) or outlet_domain(url) or source.address
    shared = _shared_guids(feed.items)
    found: dict[str, Entry] = {}
    for item in feed.items:
        if not (item.title.strip() or item.body.strip()):
            continue
        guid = _identity(item, shared)
        found.setdefault(guid, _entry(item, source, guid=guid, name=name, language=feed.language, seen=seen))
    return tuple(found.values())


def limit_feed(feed: Feed) -> tuple[Feed, str]:
    """The feed with as many items as anyone may read, and what to say of the others."""
    items = tuple(_cut(item) for item in feed.items)
    if len(items) <= _MOST and sum(len(item.body) for item in items) <= _MOST_LETTERS:
        return replace(feed, items=items), ""
    if all(item.published for item in items):
        items = tuple(sorted(items, key=lambda item: item.published or _NEVER, reverse=True))
    ends = accumulate(len(item.body) for item in items[:_MOST])
    kept = [item for item, end in zip(items, ends, strict=False) if end <= _MOST_LETTERS]
    return replace(feed, items=tuple(kept)), f"only the newest {len(kept):,} of its {len(items):,} entries are read"


def _cut(item: Item) -> Item:
    """Nobody reads a longer one to its end."""
    return item if len(item.body) <= _LONGEST else replace(item, body=item.body[:_LONGEST])


def _entry(item: Item, source: Source, *, guid: str, name: str, language: str, seen: datetime) -> Entry:
    return Entry(
        source_id=source.id,
        guid=guid,
        url=item.url,
        title=item.title,
        body=item.body,
        form=item.form,
        seen=seen,
        source=name,
        author=item.author,
        published=item.published,
        language=item.language or language,
        image=item.image,
    )


def _shared_guids(items: Iterable[Item]) -> frozenset[str]:
    """Ids that stand for several articles, and so for none."""
    pairs = {(item.guid, item.url or item.title) for item in items if item.guid}
    counts = Counter(guid for guid, _ in pairs)
    return frozenset(guid for guid, count in counts.items() if count > 1)


def _identity(item: Item, shared: frozenset[str]) -> str:
    """GUID, else link, else what it says."""
    guid = "" if item.guid in shared else item.guid
    return guid or item.url or content_guid(item.title, item.body)


def content_guid(title: str, body: str) -> str:
    """An identity for what has no other: the same words give the same one."""
    return "sha256:" + hashlib.sha256(f"{title}\0{body}".encode(errors="replace")).hexdigest()
