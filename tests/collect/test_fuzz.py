"""Fuzz tests of all parsers: any bytes give valid results, or a source error of one line."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.clean.articles import clean
from digest.collect.discovery.address import parse_web_address, source_from_address
from digest.collect.discovery.known_sites import known_site_feed
from digest.collect.discovery.opml import read_opml
from digest.collect.discovery.sitemap import read_sitemap
from digest.collect.documents.front_matter import split_front_matter, split_title
from digest.collect.documents.kind import DocumentKind, describe_binary, detect_kind
from digest.collect.feeds.items import Feed
from digest.collect.feeds.json_feed import read_json_feed
from digest.collect.feeds.lenient_parser import parse_leniently
from digest.collect.feeds.parser import normalize_xml, read_feed
from digest.collect.feeds.strict_parser import parse_strictly
from digest.collect.pages.extract import parse_html, read_page
from digest.collect.pages.metadata import read_metadata
from digest.collect.pages.teaser import is_full_article, is_teaser
from digest.collect.reader import Document, read_document
from digest.http.robots import parse_rules
from digest.model.articles import Article
from digest.model.errors import SourceError, UsageError
from digest.model.newsletters import Source
from digest.text.charset import decode
from digest.text.urls import is_web_url

URL = "https://a.example/feed"
SEEN = datetime(2026, 3, 27, tzinfo=UTC)
BIDI = set("\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
SOURCE = Source(id="s", url=URL)
#: A valid document of each kind, to be mutated.
VALID = {
    "rss": b"""<?xml version='1.0'?><rss version='2.0' xmlns:media='http://search.yahoo.com/mrss/'><channel><title>N</title>
        <item><title>A</title><link>/1</link><guid>1</guid><author>a@b.example (C)</author>
        <pubDate>Thu, 05 Mar 2026 07:08:09 GMT</pubDate><media:content url='/i.jpg' medium='image'/>
        <description>&lt;p&gt;The ferry.</description></item></channel></rss>""",
    "rdf": b"""<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#' xmlns='http://purl.org/rss/1.0/'>
        <channel><title>N</title></channel><item rdf:about='/1'><title>A</title><link>/1</link></item></rdf:RDF>""",
    "atom": b"""<feed xmlns='http://www.w3.org/2005/Atom'><title>N</title><entry><id>urn:1</id>
        <title type='html'>A</title><link href='/1'/><updated>2026-03-05T07:08:09Z</updated>
        <content type='xhtml'><div>x</div></content></entry></feed>""",
    "json": b"""{"version": "https://jsonfeed.org/version/1.1", "items": [{"id": 1, "title": "A", "url": "/1",
        "authors": [{"name": "B"}], "date_published": "2026-03-05", "image": "/i.jpg", "content_html": "<p>x"}]}""",
    "opml": b"""<opml version='2.0'><body><outline text='Sea'><outline text='A' xmlUrl='https://b.example/f'/>
        </outline></body></opml>""",
    "sitemap": b"""<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'><url><loc>/1</loc>
        <lastmod>2026-03-05</lastmod></url></urlset>""",
    "index": b"<sitemapindex><sitemap><loc>/news.xml</loc></sitemap></sitemapindex>",
    "page": b"""<!doctype html><html lang=en><head><title>A</title><base href='/b/'>
        <link rel=alternate type=application/rss+xml href=f><meta property=og:image content=i.jpg>
        <meta property=og:image:width content=9><script type=application/ld+json>
        {"@type": "NewsArticle", "author": [{"name": "B"}], "datePublished": "2026-03-05"}</script></head>
        <body><article><p>The ferry sails again, they say.</p><time datetime=2026></time></article></body></html>""",
    "text": b"---\ntitle: A\ndate: 5 Mar 2026\nurl: https://a.example/1\n---\n# B\n\nThe ferry sails again.",
    "robots": b"User-agent: *\nDisallow: /a\nCrawl-delay: 5\n",
}
TOKENS = [
    *(b"<", b">", b"&", b"<!--", b"-->", b"]]>", b"<![CDATA[", b"\0", b"\xff\xfe", b"\xfe\xff", b'"', b"'", b"{", b"]"),
    *(b"&#xD800;", b"&#0;", b"&#99999999999;", b"&x;", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xc0\x80", b"\\ud800"),
    *(
        b"<!DOCTYPE x [",
        b"<?xml encoding='utf-7'?>",
        b"<?xml encoding='idna'?>",
        b"charset=punycode",
        b"\x1b$B",
        b"\x0e",
    ),
    *(b"http://[", b"//:0/", b"javascript:", b"99999-99-99", b"1e999", b"NaN", b"null", b"-", b"\xe2\x80\xae", b"\x7f"),
]
MUTATED = st.builds(
    lambda document, edits: mutate(document, edits),
    st.sampled_from(sorted(VALID.values())),
    st.lists(
        st.tuples(st.integers(0, 700), st.integers(0, 30), st.sampled_from(TOKENS) | st.binary(max_size=9)),
        min_size=1,
        max_size=4,
    ),
)
ANYTHING = MUTATED | st.binary(max_size=300) | st.sampled_from(sorted(VALID.values()))
TYPES = st.sampled_from(
    [
        *("", "text/html", "application/json", "text/xml; charset=utf-16", "text/plain; charset=hz", "text/markdown"),
        *("text/html; charset=utf-7", "application/rss+xml; charset=undefined", "text/xml; charset=unicode_escape"),
    ]
)


def mutate(document: bytes, edits: list[tuple[int, int, bytes]]) -> bytes:
    """Replace slices of the document; an edit is a start, a length and the replacement."""
    for start, length, replacement in edits:
        document = document[:start] + replacement + document[start + length :]
    return document


def source_error(parse: Callable[[], object]) -> str:
    """Return the message of the ``SourceError``, or an empty string; any other exception is a bug and is raised."""
    try:
        parse()
    except SourceError as error:
        return str(error)
    return ""


def check_feed(feed: Feed | None) -> None:
    """Assert that a feed's fields are valid."""
    for item in feed.items if feed else ():
        assert all(isinstance(text, str) for text in (item.guid, item.title, item.body, item.author, item.language))
        assert item.url == "" or is_web_url(item.url)
        assert item.published is None or item.published.tzinfo is UTC
        assert item.image is None or is_web_url(item.image.url)


def check_strict_parser(data: bytes) -> None:
    normalized = normalize_xml(data)
    feed = parse_strictly(normalized, URL)
    check_feed(feed)
    assert feed is None or feed == parse_leniently(normalized, URL)


def check_page(data: bytes) -> None:
    page = read_page(data, url=URL)
    metadata = page.metadata
    image_url = metadata.image.url if metadata.image else ""
    assert all(map(is_web_url, (*(feed.url for feed in metadata.feeds), *filter(None, [metadata.url, image_url]))))
    assert metadata.published is None or metadata.published.tzinfo is UTC
    assert is_full_article(page.body, title=metadata.title, teaser="x") in {True, False}
    assert is_teaser(page.body) in {True, False}


def check_opml(data: bytes) -> None:
    sources = read_opml(data).sources
    assert len({source.id for source in sources}) == len({source.url for source in sources}) == len(sources)
    assert all(source.title.isprintable() and source.section.isprintable() for source in sources)


def check_sitemap(data: bytes) -> None:
    sitemap = read_sitemap(data, url=URL)
    assert all(map(is_web_url, (*sitemap.sitemap_urls, *(item.url for item in sitemap.pages))))


def check_front_matter(data: bytes) -> None:
    fields, text = split_front_matter(decode(data))
    title, body = split_title(text)
    values = [value for values in fields.values() for value in values]
    assert all(isinstance(value, str) for value in (*values, title, body))


PARSERS: dict[str, Callable[[bytes], object]] = {
    "any feed": lambda data: check_feed(read_feed(data, url=URL)),
    "strict": check_strict_parser,
    "lenient": lambda data: check_feed(parse_leniently(normalize_xml(data), URL)),
    "JSON feed": lambda data: check_feed(read_json_feed(data, url=URL)),
    "OPML": check_opml,
    "sitemap": check_sitemap,
    "page": check_page,
    "metadata": lambda data: read_metadata(parse_html(data), URL),
    "front matter": check_front_matter,
    "robots": lambda data: parse_rules(decode(data)).can_fetch("digest", URL),
    "kind": lambda data: (detect_kind(data), describe_binary(data)),
}


@pytest.mark.parametrize("name", PARSERS)
@settings(max_examples=150, deadline=None)
@given(data=ANYTHING)
def test_a_parser_gives_valid_results_or_one_line(name: str, data: bytes) -> None:
    message = source_error(lambda: PARSERS[name](data))

    assert message.isprintable()
    assert len(message) < 250


@settings(max_examples=300, deadline=None)
@given(data=ANYTHING, declared=TYPES)
def test_any_document_gives_printable_articles_or_one_line(data: bytes, declared: str) -> None:
    document = Document(data=data, url=URL, guid="g", outlet="A", content_type=declared)
    articles: list[Article] = []

    message = source_error(lambda: articles.extend(clean(read_document(document, SOURCE, seen=SEEN).entries)))

    assert message.isprintable()
    for article in articles:
        for text in (article.title, article.author, article.source, *article.paragraphs):
            assert not {unicodedata.category(character) for character in text} & {"Cc", "Cs", "Zl", "Zp"}
            assert not BIDI & set(text)
        assert article.url == "" or is_web_url(article.url)
        assert article.published <= SEEN


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["name", "url", "id"]), inner),
    max_leaves=6,
)
FIELDS = ["id", "url", "external_url", "title", "content_html", "content_text", "summary", "image", "banner_image",
          "date_published", "date_modified", "authors", "author", "language"]  # fmt: skip


@given(st.fixed_dictionaries({}, optional=dict.fromkeys(FIELDS, json_values)), json_values)
def test_json_of_any_types_is_parsed(item: object, value: object) -> None:
    for document in ({"items": [item, value], "title": value, "language": value, "authors": value}, {"items": value}):
        data = json.dumps(document).encode()

        assert source_error(lambda data=data: check_feed(read_json_feed(data, url=URL))).isprintable()


@given(st.binary(max_size=200), TYPES)
def test_any_bytes_are_decoded(data: bytes, declared: str) -> None:
    assert isinstance(decode(data, declared), str)
    assert detect_kind(data, content_type=declared) in DocumentKind


@given(st.text(max_size=60) | st.text(alphabet="htps:/[]@.%#?&=<>()u0", max_size=40))
def test_any_text_is_an_address_or_a_usage_error(pasted: str) -> None:
    assert parse_web_address(pasted) == "" or "://" in parse_web_address(pasted)
    assert known_site_feed(pasted) == "" or is_web_url(known_site_feed(pasted))
    try:
        source = source_from_address(pasted)
    except UsageError:
        return

    assert bool(source.url) != bool(source.path)
