"""All feed formats, valid and broken, in many encodings: parsed like feedparser or better."""

from __future__ import annotations

import codecs
import warnings
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import feedparser  # type: ignore[import-untyped]
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.collect.documents.kind import DocumentKind, detect_kind
from digest.collect.feeds.lenient_parser import parse_leniently
from digest.collect.feeds.parser import normalize_xml
from digest.collect.feeds.strict_parser import parse_strictly
from digest.collect.reader import Document, read_document
from digest.model.articles import Entry
from digest.model.newsletters import Source
from digest.text.html import plain_text

URL = "https://feeds.example/feed"
SEEN = datetime(2026, 3, 27, tzinfo=UTC)
TITLE = "Größe der Fähre"
LINK = "https://a.example/1?x=1&amp;y=2"
TEXT = "Die Fähre fährt wieder, sagt das Amt."
RDF = 'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"'
DC = 'xmlns:dc="http://purl.org/dc/elements/1.1/"'


def rss(version: str, children: str = "", namespaces: str = "") -> str:
    item = f"<item><title>{TITLE}</title><link>{LINK}</link><description>{TEXT}</description>{children}</item>"
    channel = f"<title>T</title><link>https://a.example/</link><description>D</description>{item}"
    return f'<rss version="{version}" {namespaces}><channel>{channel}</channel></rss>'


def rdf(namespace: str, item: str = "") -> str:
    channel = "<channel rdf:about='https://a.example/'><title>T</title><link>https://a.example/</link></channel>"
    inner = f"<title>{TITLE}</title><link>{LINK}</link><description>{TEXT}</description>{item}"
    return f'<rdf:RDF {RDF} {DC} xmlns="{namespace}">{channel}<item rdf:about="{LINK}">{inner}</item></rdf:RDF>'


def atom(namespace: str, entry: str) -> str:
    link = f'<link rel="alternate" type="text/html" href="{LINK}"/>'
    complete_entry = f"<entry><title>{TITLE}</title>{link}<id>urn:x:1</id>{entry}</entry>"
    return f'<feed xmlns="{namespace}" version="0.3"><title>T</title><id>urn:x:0</id>{complete_entry}</feed>'


def cdf() -> str:
    item = f'<ITEM HREF="{LINK}" LASTMOD="2026-03-26T07:30"><TITLE>{TITLE}</TITLE><ABSTRACT>{TEXT}</ABSTRACT></ITEM>'
    return f'<CHANNEL HREF="https://a.example/"><TITLE>T</TITLE>{item}</CHANNEL>'


def prefixed() -> str:
    entry = f'<a:title>{TITLE}</a:title><a:link href="{LINK}"/><a:id>urn:x:1</a:id><a:summary>{TEXT}</a:summary>'
    return f'<a:feed xmlns:a="http://www.w3.org/2005/Atom"><a:title>T</a:title><a:entry>{entry}</a:entry></a:feed>'


MARKED = '<div xmlns="http://www.w3.org/1999/xhtml"><p>{}</p></div>'
CONTENT = 'xmlns:content="http://purl.org/rss/1.0/modules/content/"'
#: A document of each format, and the day of March 2026 when its item was published.
FORMATS = {
    "RSS 0.90": (rdf("http://my.netscape.com/rdf/simple/0.9/"), None),
    "RSS 0.91 of Netscape": (
        '<!DOCTYPE rss PUBLIC "-//Netscape Communications//DTD RSS 0.91//EN" "http://my.netscape.com/rss-0.91.dtd">'
        + rss("0.91"),
        None,
    ),
    "RSS 0.91": (rss("0.91"), None),
    "RSS 0.92": (rss("0.92", "<source url='https://b.example/'>B</source>"), None),
    "RSS 0.93": (rss("0.93", "<pubDate>Thu, 26 Mar 2026 07:30:00 GMT</pubDate>"), 26),
    "RSS 0.94": (rss("0.94", "<pubDate>Thu, 26 Mar 2026 07:30:00 GMT</pubDate>"), 26),
    "RSS 1.0": (rdf("http://purl.org/rss/1.0/", "<dc:date>2026-03-26T08:30:00+01:00</dc:date>"), 26),
    "RSS 1.0 with full content": (
        rdf("http://purl.org/rss/1.0/", f"<content:encoded {CONTENT}><![CDATA[<p>{TEXT}</p>]]></content:encoded>"),
        None,
    ),
    "RSS 2.0": (rss("2.0", "<guid>https://a.example/1</guid><pubDate>26 Mar 2026 03:30:00 EDT</pubDate>"), 26),
    "RSS 2.0 in a namespace": (rss("2.0", namespaces='xmlns="http://backend.userland.com/rss2"'), None),
    "RSS without a version": (rss("2.0").replace('version="2.0"', ""), None),
    "RSS with a body of XHTML": (
        rss("2.0", f'<body xmlns="http://www.w3.org/1999/xhtml"><p>{TEXT}</p></body>'),
        None,
    ),
    "RSS with Dublin Core alone": (
        rss("2.0", "<dc:date>2026-03-26T07:30:00Z</dc:date><dc:creator>N</dc:creator>", DC),
        26,
    ),
    "RSS with pictures": (
        rss(
            "2.0",
            '<media:group><media:content url="https://a.example/i.jpg" medium="image"/></media:group>',
            'xmlns:media="http://search.yahoo.com/mrss/"',
        ),
        None,
    ),
    "a podcast": (
        rss(
            "2.0",
            '<itunes:author>N</itunes:author><itunes:duration>1:02</itunes:duration><itunes:summary>S</itunes:summary>'
            '<enclosure url="https://a.example/1.mp3" type="audio/mpeg" length="9"/>',
            'xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd"',
        ),
        None,
    ),
    "Atom 0.3": (
        atom(
            "http://purl.org/atom/ns#",
            f'<issued>2026-03-26T07:30:00Z</issued><content type="text/html" mode="escaped">{TEXT}</content>',
        ),
        26,
    ),
    "Atom 0.3 in base64": (
        atom(
            "http://purl.org/atom/ns#",
            '<content type="text/html" mode="base64">RGllIEbDpGhyZSBmw6RocnQgd2llZGVyLCBzYWd0IGRhcyBBbXQu</content>',
        ),
        None,
    ),
    "Atom 1.0": (
        atom(
            "http://www.w3.org/2005/Atom",
            f'<published>2026-03-26T07:30:00Z</published><updated>2026-03-27T07:30:00Z</updated><summary>{TEXT}</summary>',
        ),
        26,
    ),
    "Atom 1.0 with XHTML": (
        atom("http://www.w3.org/2005/Atom", f'<content type="xhtml">{MARKED.format(TEXT)}</content>'),
        None,
    ),
    "Atom 1.0 with HTML": (
        atom("http://www.w3.org/2005/Atom", f'<content type="html">&lt;p&gt;{TEXT}&lt;/p&gt;</content>'),
        None,
    ),
    "Atom 1.0 with a prefix": (prefixed(), None),
    "CDF": (cdf(), 26),
}  # fmt: skip

#: Faults of feeds, as functions that introduce them.
FAULTS: dict[str, Callable[[str], str]] = {
    "valid": str,
    "without a declaration": lambda text: text.partition("?>")[2],
    "white space before it": lambda text: f"\n \t{text}",
    "an error message before it": lambda text: f"<b>Warning</b>: no such table in line 7 <br />\n{text}",
    "markup after it": lambda text: f"{text}\n<!-- served in 0.3 s --><script>count()</script>",
    "cut short": lambda text: text[: text.rindex("</")],
    "ampersands": lambda text: text.replace("sagt das Amt", "R&D, sagt das Amt"),
    "entities of HTML": lambda text: text.replace("fährt", "f&auml;hrt").replace("wieder", "wieder&nbsp;"),
    "unknown entities": lambda text: text.replace("wieder", "wieder&nosuch;"),
    "unclosed tags": lambda text: text.replace("wieder", "<br>wieder<b>"),
    "undeclared prefixes": lambda text: text.replace("</item>", "<x:y>z</x:y></item>"),
    "controls": lambda text: text.replace("wieder", "wieder\x0b"),
    "a comment": lambda text: text.replace(">", "><!-- c -->", 2),
    "a processing instruction": lambda text: text.replace("?>", '?><?xml-stylesheet href="s.xsl" type="text/xsl"?>', 1),
    "a doctype": lambda text: text.replace("?>", "?><!DOCTYPE x>", 1),
    "attributes without quotes": lambda text: text.replace('version="2.0"', "version=2.0"),
    "tags in CDATA": lambda text: text.replace(f"description>{TEXT}", f"description><![CDATA[<p>{TEXT}</p>]]>"),
}
DECLARED = "<?xml version='1.0'?>"


def read_entry(data: bytes, content_type: str = "") -> Entry:
    document = Document(data=data, url=URL, guid="g", outlet="o", content_type=content_type)
    (entry,) = read_document(document, Source(id="s", url=URL), seen=SEEN).entries
    return entry


def feedparser_entries(data: bytes) -> list[Any]:
    """Parse with feedparser alone."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return list(feedparser.parse(data, response_headers={"content-location": URL}).entries)


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("name", FORMATS)
def test_items_that_feedparser_finds_are_found(name: str, fault: str) -> None:
    text, day = FORMATS[name]
    data = FAULTS[fault](DECLARED + text).encode()
    (expected,) = feedparser_entries(data) or [{}]

    entry = read_entry(data)

    assert plain_text(entry.title) == TITLE
    assert entry.url == "https://a.example/1?x=1&y=2"
    assert entry.published == (datetime(2026, 3, day, 7, 30, tzinfo=UTC) if day else None)
    assert "Die F" in plain_text(entry.body) or not expected.get("summary")
    if expected.get("id"):
        assert entry.guid == expected["id"]


@pytest.mark.parametrize("name", FORMATS)
def test_a_broken_feed_gives_the_same_guid_as_the_valid_feed(name: str) -> None:
    text, _ = FORMATS[name]

    guids = {read_entry(add_fault(DECLARED + text).encode()).guid for add_fault in FAULTS.values()}

    assert len(guids) == 1


@pytest.mark.parametrize("name", FORMATS)
def test_the_strict_parser_returns_the_same_feed_or_none(name: str) -> None:
    for add_fault in FAULTS.values():
        data = normalize_xml(add_fault(DECLARED + FORMATS[name][0]).encode())

        assert parse_strictly(data, URL) in (None, parse_leniently(data, URL))


ENCODINGS = ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be", "latin-1",
             "cp1252", "iso8859-15", "cp037", "cp500", "cp1140"]  # fmt: skip
LABELS = ["", "utf-8", "iso-8859-1", "us-ascii", "utf-16", "no-such-thing", "rot13"]


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("name", ["RSS 2.0", "RSS 1.0", "Atom 1.0", "CDF"])
def test_every_encoding_is_detected_even_if_mislabelled(name: str, encoding: str) -> None:
    for label in (encoding, *LABELS):
        declared = f"<?xml version='1.0' encoding='{label}'?>" if label else DECLARED
        data = f"{declared}{FORMATS[name][0]}".encode(encoding)

        assert detect_kind(data) is DocumentKind.FEED, label
        assert plain_text(read_entry(data).title) == TITLE, label


@pytest.mark.parametrize(
    ("encoding", "content_type"),
    [
        ("cp1252", "text/xml; charset=iso-8859-1"),
        ("cp1252", "application/rss+xml; charset=utf-8"),
        ("koi8-r", "text/xml; charset=koi8-r"),
        ("shift_jis", "text/xml; charset=Shift_JIS"),
        ("gb18030", "text/xml; charset=gb2312"),
        ("iso2022_jp", "text/xml; charset=iso-2022-jp"),
        ("big5", 'text/xml; charset="big5"'),
        ("euc_kr", "text/html;charset=EUC-KR"),
    ],
)
def test_the_header_charset_applies_if_the_document_declares_none(encoding: str, content_type: str) -> None:
    title = {"koi8-r": "Паром", "shift_jis": "渡し船", "gb18030": "渡船", "iso2022_jp": "渡し船", "big5": "渡船",
             "euc_kr": "나룻배", "cp1252": "Fähre “neu”"}[encoding]  # fmt: skip
    data = f"<rss version='2.0'><channel><item><title>{title}</title></item></channel></rss>".encode(encoding)

    assert read_entry(data, content_type).title == title


@pytest.mark.parametrize("bom", [codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE])
def test_a_byte_order_mark_overrides_declarations(bom: bytes) -> None:
    encoding = {2: "utf-16", 4: "utf-32"}[len(bom)] + ("-le" if bom[0] == 0xFF else "-be")
    data = bom + f"<?xml version='1.0' encoding='utf-8'?>{FORMATS['RSS 2.0'][0]}".encode(encoding)

    assert plain_text(read_entry(data, "text/xml; charset=iso-8859-1").title) == TITLE


@settings(max_examples=200, deadline=None)
@given(st.data(), st.sampled_from(sorted(FORMATS)), st.sampled_from(sorted(FAULTS)))
def test_a_feed_damaged_anywhere_gives_as_many_items_as_feedparser(data: st.DataObject, name: str, fault: str) -> None:
    text = FAULTS[fault](DECLARED + FORMATS[name][0])
    at = data.draw(st.integers(0, len(text)))
    broken = (
        text[:at] + data.draw(st.sampled_from(["", "<", ">", "&", "]]>", "</title>", "<!--", '"', "\x00"])) + text[at:]
    )

    expected = [entry for entry in feedparser_entries(broken.encode()) if entry.get("title") or entry.get("summary")]
    feed = parse_leniently(normalize_xml(broken.encode()), URL)

    assert len(feed.items if feed else ()) >= len(expected)
