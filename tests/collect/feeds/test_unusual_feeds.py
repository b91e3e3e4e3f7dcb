"""Feeds in unusual places: beside other text, inside other documents, with items where they do not belong."""

from __future__ import annotations

import html
import re
import time
from contextlib import suppress
from datetime import UTC, datetime

import pytest

from digest.collect.documents.kind import DocumentKind, detect_kind
from digest.collect.reader import Contents, Document, read_document
from digest.model.errors import SourceError
from digest.model.newsletters import FullText, Source

DECLARATION = '<?xml version="1.0"?>'
ITEM = "<item><title>A</title><link>https://a.example/1</link><description>The quay is wide.</description></item>"
RSS = f'<rss version="2.0"><channel><title>T</title>{ITEM}</channel></rss>'
ATOM_ENTRY = (
    '<entry><id>u:1</id><title>A</title><link href="https://a.example/1"/><summary>The quay is wide.</summary></entry>'
)
ATOM_NAMESPACE = 'xmlns="http://www.w3.org/2005/Atom"'
ATOM = f"<feed {ATOM_NAMESPACE}><title>T</title>{ATOM_ENTRY}</feed>"
RDF_NAMESPACE = 'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"'
JSON = (
    '{"version": "https://jsonfeed.org/version/1", "title": "T", "items": [{"id": "1", "url": "https://a.example/1",'
    ' "title": "A", "content_text": "The quay is wide."}]}'
)
#: Documents with one item, with the name of the feed where it can be read.
DOCUMENTS = {
    # text around the feed
    "blank lines": f"\n\n  {DECLARATION}{RSS}",
    "a warning in text": f"PHP Warning: foo() in /a.php on line 3\n{DECLARATION}{RSS}",
    "a warning in HTML": f"<br />\n<b>Warning</b>: foo in <b>/a.php</b> on line <b>1</b><br />\n{DECLARATION}{RSS}",
    "a notice in a paragraph": f"<p>Notice: <b>foo</b></p>\n{DECLARATION}{ATOM}",
    "two byte order marks": f"\ufeff\ufeff{DECLARATION}{RSS}",
    "a script after it": f"{DECLARATION}{RSS}<!-- cached --><script>var a = 1;</script>",
    "the end of a page after it": f"{DECLARATION}{RSS}</body></html>",
    "an end that is cut": f"{DECLARATION}{RSS[:-20]}",
    # other documents around the feed
    "the document type of HTML": f'<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0//EN" "http://a.invalid/">{RSS}',
    "a SOAP envelope": (
        f'<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>{RSS}</s:Body></s:Envelope>'
    ),
    "escaped in a string": f'<string xmlns="http://tempuri.org/">{html.escape(DECLARATION + RSS)}</string>',
    "escaped": html.escape(RSS),
    "in a CDATA section": f"{DECLARATION}<response><![CDATA[{DECLARATION}{RSS}]]></response>",
    "in a CDATA section only": f"<![CDATA[{RSS}]]>",
    # items in unusual places
    "items after the channel": RSS.replace(f"{ITEM}</channel>", f"</channel>{ITEM}"),
    "items in an element": RSS.replace(ITEM, f"<items>{ITEM}</items>"),
    "RDF's items in the channel": (
        f'<rdf:RDF {RDF_NAMESPACE} xmlns="http://purl.org/rss/1.0/"><channel><title>T</title>{ITEM}</channel></rdf:RDF>'
    ),
    "entries in an element": f"<feed {ATOM_NAMESPACE}><title>T</title><entries>{ATOM_ENTRY}</entries></feed>",
    "an Atom entry in RSS": RSS.replace(ITEM, ATOM_ENTRY.replace("<entry>", f"<entry {ATOM_NAMESPACE}>")),
    "a second channel": RSS.replace(ITEM, f"</channel><channel><title>U</title>{ITEM}"),
    "no root but the channel": f"<channel><title>T</title>{ITEM}</channel>",
    # formats
    "RSS 0.90": (
        f'<rdf:RDF {RDF_NAMESPACE} xmlns="http://my.netscape.com/rdf/simple/0.9/">'
        f"<channel><title>T</title></channel>{ITEM}</rdf:RDF>"
    ),
    "RSS 0.91": f'<!DOCTYPE rss PUBLIC "-//Netscape//DTD RSS 0.91//EN" "http://a.invalid/rss-0.91.dtd">{RSS}',
    "RSS 1.1": (
        f'<Channel xmlns="http://purl.org/net/rss1.1#" {RDF_NAMESPACE}><title>T</title>'
        f'<items rdf:parseType="Collection">{ITEM}</items></Channel>'
    ),
    "RSS in a namespace": RSS.replace("<rss ", '<rss xmlns="http://backend.userland.com/rss2" '),
    "RSS in another namespace": RSS.replace("<rss ", '<rss xmlns="http://example.org/foo" '),
    "RSS with a prefix": RSS.replace("<", "<r:").replace("<r:/", "</r:").replace(
        "<r:rss ", '<r:rss xmlns:r="http://backend.userland.com/rss2" '
    ),
    "RSS without a version": RSS.replace(' version="2.0"', ""),
    "RSS in capitals": re.sub("</?[a-z]+", lambda tag: tag[0].upper(), RSS),
    "Atom 0.3": f'<feed version="0.3" xmlns="http://purl.org/atom/ns#"><title>T</title>{ATOM_ENTRY}</feed>',
    "Atom without a namespace": f"<feed><title>T</title>{ATOM_ENTRY}</feed>",
    "Atom with another namespace": f'<feed xmlns="https://www.w3.org/2005/Atom"><title>T</title>{ATOM_ENTRY}</feed>',
    "CDF": (
        '<CHANNEL HREF="https://a.example/"><TITLE>T</TITLE><ITEM HREF="https://a.example/1"><TITLE>A</TITLE>'
        "<ABSTRACT>The quay is wide.</ABSTRACT></ITEM></CHANNEL>"
    ),
    "XML 1.1": f'<?xml version="1.1"?>{RSS}',
    "a style sheet": f'{DECLARATION}<?xml-stylesheet href="a.xsl"?>{RSS}',
    "JSON with a mark": f"\ufeff{JSON}",
    "JSON after blank lines": f"\n {JSON}",
}  # fmt: skip


def read(text: str, full_text: FullText = "auto") -> Contents:
    source = Source(id="s", url="https://f.example/f", full_text=full_text)
    document = Document(data=text.encode(), url="https://f.example/f", guid="document", outlet="o")
    return read_document(document, source, seen=datetime(2026, 3, 27, tzinfo=UTC))


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_feed_is_read_wherever_it_stands(name: str) -> None:
    contents = read(DOCUMENTS[name])

    assert [(entry.title, entry.url) for entry in contents.entries] == [("A", "https://a.example/1")]
    assert "The quay is wide." in contents.entries[0].body
    assert contents.title == "T"
    assert not contents.problems


def test_items_without_a_root_are_a_feed() -> None:
    contents = read(f"<!DOCTYPE html>\n{ITEM}{ITEM.replace('/1', '/2')}</channel></rss>")

    assert [entry.url for entry in contents.entries] == ["https://a.example/1", "https://a.example/2"]


def test_an_entry_may_be_the_whole_document() -> None:
    contents = read(ATOM_ENTRY.replace("<entry>", f"<entry {ATOM_NAMESPACE}>"))

    assert [(entry.title, entry.url) for entry in contents.entries] == [("A", "https://a.example/1")]


@pytest.mark.parametrize(
    "page",
    [
        "<!doctype html><html><head><script>const empty = '<rss><channel><title>';</script></head><body><p>A",
        f"<!doctype html><html><body><article><h1>How to write RSS</h1><pre>{html.escape(RSS)}</pre></article>",
        "<!doctype html><title>A</title><header>Our channel</header><p>Subscribe to our feed.",
    ],
)
def test_a_page_about_feeds_is_a_page(page: str) -> None:
    assert detect_kind(page.encode()) is DocumentKind.HTML


def test_an_item_with_only_a_link_is_an_entry_whose_page_can_be_fetched() -> None:
    contents = read(RSS.replace(ITEM, "<item><link>https://a.example/1</link></item>"))

    assert [(entry.url, entry.title, entry.body) for entry in contents.entries] == [("https://a.example/1", "", "")]
    assert not contents.problems


@pytest.mark.parametrize(
    ("items", "full_text", "problem"),
    [
        (f"{ITEM}<item><category>x</category></item>", "auto", "1 of its 2 entries has no title or text, nor a link"),
        ("<item/>" * 1_200 + ITEM, "auto", "1,200 of its 1,201 entries have no title or text, nor a link"),
        (
            f"{ITEM}<item><link>https://a.example/2</link></item>",
            "never",
            '1 of its 2 entries has no title or text, and full_text = "never" keeps their pages from being read',
        ),
    ],
)
def test_items_that_can_not_be_read_are_counted(items: str, full_text: FullText, problem: str) -> None:
    contents = read(RSS.replace(ITEM, items), full_text)

    assert [entry.title for entry in contents.entries] == ["A"]
    assert contents.problems == (problem,)


@pytest.mark.parametrize(
    "text",
    ["<item", "<rss>", "<feed xmlns", "<rdf xmlns=' ", "<![CDATA[", "<a:", "&lt;rss"],
)
def test_hostile_beginnings_take_linear_time(text: str) -> None:
    """In processor time, which other programs don't change; quadratic time would be minutes."""
    start = time.process_time()
    detect_kind((text * 20_000).encode())
    with suppress(SourceError):
        read(f"<?xml?>{text * 20_000}")

    assert time.process_time() - start < 5
