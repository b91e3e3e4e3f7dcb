"""Lists of feeds, in and out."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.errors import SourceError
from digest.model import Source
from digest.sources.finding.opml import read_opml, write_opml

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
    assert read_opml(LIST.encode("latin-1")) == (
        Source(id="the-ferry", url="https://ferry.example/feed", title="The Ferry", section="Sea & land"),
        Source(id="dock", url="https://dock.example/feed", title="Dock", section="Deeper"),
        Source(id="the-ferry-2", url="https://other.example/feed", title="The Ferry"),
        Source(id="unnamed-example", url="https://unnamed.example/feed"),
    )


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"<opml><body></body></opml>", id="no feed"),
        pytest.param(b"<opml", id="cut short"),
        pytest.param(b"<!DOCTYPE o [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><opml>&x;</opml>", id="external entity"),
    ],
)
def test_a_list_without_feeds_is_told_in_one_line(data: bytes) -> None:
    with pytest.raises(SourceError, match="OPML"):
        read_opml(data)


def test_outlines_that_nest_without_end_give_what_comes_before() -> None:
    feed = "<outline xmlUrl='https://first.example/feed'/>"
    nested = "<outline text='x'>" * 50_000

    found = read_opml(f"<opml><body>{feed}{nested}".encode())

    assert [source.url for source in found] == ["https://first.example/feed"]


words = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1, max_size=12)


@given(st.lists(st.tuples(words, words | st.just("")), min_size=1, max_size=6))
def test_what_is_written_is_read_again(named: list[tuple[str, str]]) -> None:
    sources = [
        Source(id=str(number), url=f"https://feeds.example/{number}?a=1&b=2", title=title, section=section)
        for number, (title, section) in enumerate(named)
    ]

    again = read_opml(write_opml(sources, title="Feeds").encode())

    def told(source: Source) -> tuple[str, str, str]:
        return source.url, source.title, source.section

    assert sorted(map(told, again)) == sorted(map(told, sources))
