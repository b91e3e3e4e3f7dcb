"""Titles, bodies and authors of items, as their formats mean them: by the strict and the lenient parser alike."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from digest.collect.feeds.items import Feed
from digest.collect.feeds.json_feed import read_json_feed
from digest.collect.feeds.lenient_parser import parse_leniently
from digest.collect.feeds.parser import feed_entries, read_feed
from digest.collect.feeds.strict_parser import parse_strictly
from digest.model.newsletters import Source

Parser = Callable[[bytes, str], Feed | None]
URL = "https://a.example/feed"
PIXEL = '<img src="https://a.example/pixel.gif" width="1" height="1" />'


def rss(item: str, head: str = "") -> bytes:
    namespaces = (
        'xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:media="http://search.yahoo.com/mrss/"'
        ' xmlns:dc="http://purl.org/dc/elements/1.1/"'
    )
    return (
        f'<rss version="2.0" {namespaces}><channel><title>T</title>{head}<item><title>A</title>'
        f"<link>https://a.example/1</link>{item}</item></channel></rss>"
    ).encode()


def atom(entry: str) -> bytes:
    return (
        '<feed xmlns="http://www.w3.org/2005/Atom" xmlns:media="http://search.yahoo.com/mrss/"><title>T</title>'
        f'<entry><id>u:1</id><title>A</title><link href="https://a.example/1"/>{entry}</entry></feed>'
    ).encode()


def cdata(markup: str) -> str:
    return f"<![CDATA[{markup}]]>"


@pytest.mark.parametrize("wordless", [PIXEL, f"<p>{PIXEL}&nbsp;</p>", "<p></p>\n<br>", "&nbsp;"])
@pytest.mark.parametrize("parse", [parse_strictly, parse_leniently])
def test_content_without_words_leaves_the_body_to_the_description(parse: Parser, wordless: str) -> None:
    by_rss = parse(
        rss(f"<description>The quay.</description><content:encoded>{cdata(wordless)}</content:encoded>"), URL
    )
    by_atom = parse(
        atom(f'<content type="html">{cdata(wordless)}</content><summary type="html">The quay.</summary>'), URL
    )

    assert by_rss
    assert by_atom
    assert [by_rss.items[0].body, by_atom.items[0].body] == ["The quay.", "The quay."]


def test_json_content_without_words_leaves_the_body_to_the_text() -> None:
    item = {"id": "1", "content_html": PIXEL, "content_text": "The <quay>."}
    (read,) = read_json_feed(json.dumps({"items": [item]}).encode(), url=URL).items

    assert read.body == "The <quay>."


def test_a_picture_is_the_body_where_there_are_no_words() -> None:
    feed = read_feed(rss(f"<content:encoded>{cdata(PIXEL)}</content:encoded>"), url=URL)

    assert feed.items[0].body == PIXEL


def test_the_description_of_a_film_is_the_body() -> None:
    description = "<media:group><media:description>Line one.\n\nLine two.</media:description></media:group>"

    assert [read_feed(data, url=URL).items[0].body for data in (rss(description), atom(description))] == [
        "Line one.\n\nLine two."
    ] * 2


@pytest.mark.parametrize("parse", [parse_strictly, parse_leniently])
@pytest.mark.parametrize(
    ("title", "source", "expected"),
    [
        ("Rates rise - CNN", "CNN", "Rates rise"),
        ("Rates rise – Town &amp; Country", "Town &amp; Country", "Rates rise"),
        ("Rates rise – Town &amp;amp; Country", "Town &amp; Country", "Rates rise"),
        ("Rates rise | The Daily", "The Daily", "Rates rise"),
        ("Rates rise - CNN", "BBC", "Rates rise - CNN"),
        ("CNN", "CNN", "CNN"),
    ],
)
def test_an_aggregator_s_title_ends_without_the_source(parse: Parser, title: str, source: str, expected: str) -> None:
    text = f'<source url="https://b.example/">{source}</source><description>The quay.</description>'
    feed = parse(rss(text).replace(b"<title>A<", f"<title>{title}<".encode()), URL)

    assert feed
    assert feed.items[0].title == expected


_TEXT = "<p>Ada Keel found cracks in the northern wall of the harbour.</p>" * 3
_STANDFIRST = "Why the ferries stay in their harbour: a report from behind the northern wall."


@pytest.mark.parametrize("parse", [parse_strictly, parse_leniently])
def test_a_description_beside_the_content_is_its_first_paragraph(parse: Parser) -> None:
    by_rss = parse(
        rss(f"<description>{_STANDFIRST}</description><content:encoded>{cdata(_TEXT)}</content:encoded>"), URL
    )
    by_atom = parse(atom(f"<summary>{_STANDFIRST}</summary><content type='html'>{cdata(_TEXT)}</content>"), URL)

    assert by_rss
    assert by_atom
    assert [by_rss.items[0].body, by_atom.items[0].body] == [f"<p>{_STANDFIRST}</p>{_TEXT}"] * 2


@pytest.mark.parametrize(
    ("text", "paragraphs"),
    [
        pytest.param("New ropes for the ferry\nAll of them are blue.\n#ferry", 3, id="a post"),
        pytest.param("The ferry sails at six.\nIt comes back at nine.", 2, id="sentences"),
        pytest.param("The tour:\n00:00 Quay\n01:30 Pump room\nhttps://a.example", 4, id="chapters of a video"),
        pytest.param("The ferry sails at six on every day of the week but\nSunday, when it rests.", 1, id="wrapped"),
        pytest.param("The ferry sails\nat six.", 1, id="a sentence that goes on"),
        pytest.param("The ferry sails.\n\nIt is blue.", 2, id="an empty line"),
    ],
)
def test_a_description_without_markup_keeps_its_lines(text: str, paragraphs: int) -> None:
    feed = read_feed(rss(f"<description>{text}</description>"), url=URL)
    (entry,), _ = feed_entries(feed, Source(id="s", url=URL), url=URL, seen=datetime(2026, 3, 1, tzinfo=UTC))

    assert max(entry.body.count("<p>"), 1) == paragraphs
