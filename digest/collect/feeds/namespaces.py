"""XML namespaces of feeds, and the item elements that the strict parser reads as feedparser does."""

from __future__ import annotations

import re
from functools import lru_cache

ATOM = "{http://www.w3.org/2005/Atom}"
RSS1 = "{http://purl.org/rss/1.0/}"
RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
DC = "{http://purl.org/dc/elements/1.1/}"
TERMS = "{http://purl.org/dc/terms/}"
CONTENT = "{http://purl.org/rss/1.0/modules/content/}"
MEDIA = "{http://search.yahoo.com/mrss/}"
ITUNES = "{http://www.itunes.com/dtds/podcast-1.0.dtd}"
SLASH = "{http://purl.org/rss/1.0/modules/slash/}"
THREAD = "{http://purl.org/syndication/thread/1.0}"
FEEDBURNER = "{http://rssnamespace.org/feedburner/ext/1.0}"
GEORSS = "{http://www.georss.org/georss}"
GEO = "{http://www.w3.org/2003/01/geo/wgs84_pos#}"
XML = "{http://www.w3.org/XML/1998/namespace}"
#: Item elements that both parsers read alike, or that both ignore.
SUPPORTED_TAGS = {
    *("title", "link", "description", "guid", "pubDate", "author", "category", "comments", "enclosure", "source"),
    *(f"{RSS1}{name}" for name in ("title", "link", "description")),
    *(f"{DC}{name}" for name in ("title", "creator", "date", "subject", "identifier", "rights", "type", "format")),
    *(f"{TERMS}{name}" for name in ("issued", "modified", "created")),
    f"{CONTENT}encoded",
    *(f"{MEDIA}{name}" for name in ("content", "thumbnail", "group", "credit", "keywords", "rating", "community")),
    *(f"{ITUNES}{name}" for name in ("author", "duration", "explicit", "image", "episode", "season", "keywords")),
    *(f"{ATOM}{name}" for name in ("title", "link", "id", "published", "updated", "author", "category", "rights")),
    *(f"{ATOM}{name}" for name in ("summary", "content")),
    *(f"{SLASH}{name}" for name in ("comments", "section", "department", "hit_parade")),
    *(f"{THREAD}{name}" for name in ("total", "in-reply-to")),
    *(f"{GEORSS}{name}" for name in ("point", "featurename")),
    *(f"{GEO}{name}" for name in ("lat", "long")),
    *(f"{ITUNES}{name}" for name in ("title", "subtitle", "episodeType", "order", "block", "isClosedCaptioned")),
    f"{FEEDBURNER}origLink",
    f"{DC}publisher",
}
#: Elements that an item has at most once; parsers differ in which of several they take.
SINGLE_TAGS = {
    tag
    for tag in SUPPORTED_TAGS
    if not tag.endswith(("category", "subject", "}link", "}content", "}thumbnail", "enclosure"))
}
SINGLE_TAGS.add(f"{ATOM}content")
#: Namespaces with several spellings, all of which feedparser supports; it ignores those of single sites.
_SUPPORTED_NAMESPACES = re.compile(r"purl|w3\.org|xhtml|rss|atom|itunes|podcast|yahoo|netscape|userland", re.IGNORECASE)


@lru_cache(maxsize=1024)
def is_ignored(tag: str) -> bool:
    """Is the tag in a namespace that both parsers ignore?"""
    namespace = tag[1:].partition("}")[0] if tag.startswith("{") else ""
    return bool(namespace) and _SUPPORTED_NAMESPACES.search(namespace) is None
