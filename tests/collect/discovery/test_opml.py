"""OPML import and export."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from digest.collect.discovery.opml import read_opml, write_opml
from digest.model.errors import SourceError
from digest.model.newsletters import Source

LIST = """<?xml version="1.0" encoding="ISO-8859-1"?>
<opml version="1.0"><head><title>My feeds</title></head><body>
  <outline text="Sea &amp; land">
    <outline text="Ferry" title="The Ferry" type="rss" xmlUrl="https://ferry.example/feed" htmlUrl="https://ferry.example/"/>
    <outline text="Deeper"><outline text="Dock" XMLURL="https://dock.example/feed"/></outline>
  </outline>
  <outline text="The Ferry" xmlUrl="https://other.example/feed"/>
  <outline text="Twice" xmlUrl="https://ferry.example/feed"/>
  <outline text="Bad" xmlUrl="javascript:alert(1)"/>
  <outline xmlUrl="https://unnamed.example/feed"/>
  <outline text="No feed" htmlUrl="https://site.example/"/>
</body></opml>"""


def test_folders_are_sections_and_ids_are_unique() -> None:
    assert read_opml(LIST.encode("latin-1")).sources == (
        Source(id="the-ferry", url="https://ferry.example/feed", title="The Ferry", section="Sea & land"),
        Source(id="dock", url="https://dock.example/feed", title="Dock", section="Sea & land / Deeper"),
        Source(id="the-ferry-2", url="https://other.example/feed", title="The Ferry"),
        Source(id="unnamed-example", url="https://unnamed.example/feed"),
    )


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"<opml><body></body></opml>", id="no feed"),
        pytest.param(b"<opml", id="cut short"),
        pytest.param(b"<opml xmlns='&#xD800;'><body/></opml>", id="lone surrogate"),
        pytest.param(b"<!DOCTYPE o [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><opml>&x;</opml>", id="external entity"),
    ],
)
def test_a_list_without_feeds_is_an_error(data: bytes) -> None:
    with pytest.raises(SourceError, match="OPML"):
        read_opml(data)


def test_deeply_nested_outlines_do_not_hide_earlier_feeds() -> None:
    feed = "<outline xmlUrl='https://first.example/feed'/>"
    nested = "<outline text='x'>" * 50_000

    sources = read_opml(f"<opml><body>{feed}{nested}".encode()).sources

    assert [source.url for source in sources] == ["https://first.example/feed"]


def test_without_folders_categories_are_sections() -> None:
    outline = '<outline text="Ferry" xmlUrl="https://ferry.example/feed" category="/News/Sea,/Local"/>'

    (source,) = read_opml(f"<opml><body>{outline}</body></opml>".encode()).sources

    assert source.section == "News / Sea"


@pytest.mark.parametrize(
    ("address", "url"),
    [
        ("feed://ferry.example/f", "https://ferry.example/f"),
        (" https://ferry.example/f\n", "https://ferry.example/f"),
        ("https://me:secret@ferry.example/f", "https://me:secret@ferry.example/f"),
        ("ferry.example/f", "https://ferry.example/f"),
    ],
)
def test_addresses_are_normalized(address: str, url: str) -> None:
    (source,) = read_opml(f'<opml><body><outline text="x" xmlUrl="{address}"/></body></opml>'.encode()).sources

    assert source.url == url


@pytest.mark.parametrize("bad", ["https://[bad", "https://a.example:0/", "file:///etc/passwd", "data:text/xml,x", ""])
def test_invalid_addresses_are_skipped(bad: str) -> None:
    good = '<outline text="x" xmlUrl="https://ferry.example/f"/>'

    sources = read_opml(f'<opml><body><outline text="y" xmlUrl="{bad}"/>{good}</body></opml>'.encode()).sources

    assert [source.url for source in sources] == ["https://ferry.example/f"]


def test_a_title_is_one_line_of_printable_characters() -> None:
    outline = '<outline text="The&#10;fer&#127;&#x202e;ry&#x200b;" xmlUrl="https://ferry.example/f"/>'

    (source,) = read_opml(f"<opml><body>{outline}</body></opml>".encode()).sources

    assert (source.title, source.id) == ("The ferry", "the-ferry")


words = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1, max_size=12)
sections = st.lists(words, max_size=3).map(" / ".join)


@given(st.lists(st.tuples(words, sections), min_size=1, max_size=6))
@example([("&LT;", "&amp; / &#38;lt;")])
def test_written_sources_are_read_unchanged(named: list[tuple[str, str]]) -> None:
    sources = [
        Source(
            id=str(number),
            url=f"https://feeds.example/{number}?a=1&b=2",
            title=title,
            section=section,
            weight=1.0 + number / 2,
            full_text="always" if number % 2 else "auto",
            selector="p > .text" if number % 3 else "",
        )
        for number, (title, section) in enumerate(named)
    ]

    read_sources = read_opml(write_opml(sources, title="Feeds").encode()).sources

    def without_ids(sources: Iterable[Source]) -> list[Source]:
        return sorted((replace(source, id="") for source in sources), key=lambda source: source.url)

    assert without_ids(read_sources) == without_ids(sources)


def test_nested_folders_are_written_as_nested_outlines() -> None:
    deep = Source(id="a", url="https://a.example/f", section="Sea / Ferries / North")

    text = write_opml([deep, replace(deep, url="https://b.example/f", section="Sea")], title="Feeds")

    assert text.count('text="Sea"') == text.count('text="Ferries"') == text.count('text="North"') == 1
    assert read_opml(text.encode()).sources[0].section == "Sea / Ferries / North"


@pytest.mark.parametrize(
    ("outline", "title", "url"),
    [
        pytest.param(
            'text="R & D" xmlUrl="https://a.example/?x=1&feedname=2"',
            "R & D",
            "https://a.example/?x=1&feedname=2",
            id="bare ampersands",
        ),
        pytest.param(
            'text="Caf&eacute;" xmlUrl="https://a.example/f"', "Café", "https://a.example/f", id="a name of HTML"
        ),
        pytest.param(
            'text="Bread &amp;amp; Butter&amp;#8217;s" xmlUrl="https://a.example/f"',
            "Bread & Butter’s",
            "https://a.example/f",
            id="escaped twice",
        ),
        pytest.param(
            'text="The "best" news" type="rss" xmlUrl="https://a.example/f"',
            'The "best" news',
            "https://a.example/f",
            id="quotation marks",
        ),
        pytest.param(
            'text="x" xmlUrl="https://a.example/f?q=a|b -c&amp;n=6"',
            "x",
            "https://a.example/f?q=a|b%20-c&n=6",
            id="spaces",
        ),
    ],
)
def test_damaged_outlines_are_mended(outline: str, title: str, url: str) -> None:
    feeds = read_opml(f'<opml><body><outline {outline}/><outline xmlUrl="https://b.example/f"/></body></opml>'.encode())

    assert [(source.title, source.url) for source in feeds.sources] == [(title, url), ("", "https://b.example/f")]
    assert feeds.problems == ()


def test_feeds_that_cannot_be_read_are_counted() -> None:
    outlines = (
        '<outline xmlUrl="https://a.example/f"/><outline xmlUrl="no address"/><!-- <outline xmlUrl="https://c"/> -->'
    )

    feeds = read_opml(f'<opml><body>{outlines}<outline text="folder" xmlUrl=""/></body></opml>'.encode())

    assert feeds.problems == ("1 of the 2 feeds in this OPML can't be read: damaged, or no web address",)
