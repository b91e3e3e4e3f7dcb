"""newsboat's ``urls``: titles and tags are taken over, what is no feed is named."""

from __future__ import annotations

import pytest

from digest.collect.discovery.newsboat import read_newsboat
from digest.model.errors import SourceError


@pytest.mark.parametrize(
    ("line", "title", "section"),
    [
        ("https://a.example/feed", "", ""),
        ("https://a.example/feed Sea", "", "Sea"),
        ('https://a.example/feed "~The \\"Post\\"" "Sea and land" Ships', 'The "Post"', "Sea and land"),
        ('"https://a.example/feed" "!hidden" "~Post"', "Post", ""),
        ("https://a.example/feed # not a tag", "", ""),
        ("  https://a.example/feed\t~Post\r", "Post", ""),
        ('https://a.example/feed "~Unclosed', "Unclosed", ""),
    ],
)
def test_titles_and_the_first_tag_are_taken_over(line: str, title: str, section: str) -> None:
    (source,) = read_newsboat(line.encode()).sources

    assert (source.url, source.title, source.section) == ("https://a.example/feed", title, section)


def test_what_is_no_feed_is_named_with_its_line() -> None:
    text = (
        "# my feeds\n\nhttps://a.example/#news\nhttps://a.example/#news\n"
        '"query:Unread:unread = \\"yes\\""\n"exec:~/bin/feed.sh"\nfilter:~/bin/f:https://b.example\nfile:///tmp/x\n---\n'
    )
    feeds = read_newsboat(b"\xef\xbb\xbf" + text.encode())

    assert [source.url for source in feeds.sources] == ["https://a.example/#news"]
    assert [problem.partition(" is left out")[0] for problem in feeds.problems] == [
        f"line {n}" for n in (5, 6, 7, 8, 9)
    ]


@pytest.mark.parametrize("data", [b"", b"# nothing\n", b"\x00\xff\xfe", b"query:a:b"])
def test_a_list_without_feeds_is_an_error(data: bytes) -> None:
    with pytest.raises(SourceError, match="no feed"):
        read_newsboat(data)
