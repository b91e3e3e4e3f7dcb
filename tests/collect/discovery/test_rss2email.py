"""rss2email's configuration: feeds with their names, and the address that it mails to."""

from __future__ import annotations

import pickle

import pytest

from digest.collect.discovery.rss2email import read_rss2email
from digest.model.errors import SourceError

CFG = """\
[DEFAULT]
from = user@rss2email.invalid
to = me@harbour.example, other@harbour.example
css = h1 {
  font: 18pt;
  }

[feed.harbour]
url = https://harbour.example/feed?a=%41&b=%(x)s
[feed.lantern]
url = https://lantern.example/rss
active = False
[feed.broken]
url =
[other]
url = https://other.example
"""


def test_active_feeds_and_the_recipient_are_taken_over() -> None:
    config = read_rss2email(CFG.encode())

    assert [(source.id, source.url, source.title) for source in config.feeds.sources] == [
        ("harbour", "https://harbour.example/feed?a=%41&b=%(x)s", "harbour")
    ]
    assert config.to == "me@harbour.example"
    assert config.feeds.problems == (
        "lantern is left out: it is paused there",
        "broken is left out: no web address",
    )


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_the_pickle_of_version_2_is_never_read(protocol: int) -> None:
    with pytest.raises(SourceError, match="r2e opmlexport"):
        read_rss2email(pickle.dumps([{"url": "https://harbour.example"}], protocol))


@pytest.mark.parametrize(
    "data", [b"", b"no section\n", b"[feed.a]\nactive = maybe\n", b"\x00[x", b"[DEFAULT]\nto = a\n"]
)
def test_another_file_is_an_error(data: bytes) -> None:
    with pytest.raises(SourceError):
        read_rss2email(data)
