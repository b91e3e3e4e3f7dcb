"""Titles, bodies and authors of items, as their formats mean them: by the strict and the lenient parser alike."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from digest.collect.feeds.items import Feed
from digest.collect.feeds.json_feed import read_json_feed
from digest.collect.feeds.lenient_parser import parse_leniently
from digest.collect.feeds.parser import read_feed
from digest.collect.feeds.strict_parser import parse_strictly

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
