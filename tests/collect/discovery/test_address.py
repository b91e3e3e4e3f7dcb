"""Source addresses as users paste them."""

from __future__ import annotations

from pathlib import Path

import pytest

from digest.collect.discovery.address import source_from_address
from digest.model.errors import UsageError

PASTED = {
    "whole": ("https://a.example/feed", "https://a.example/feed"),
    "without a scheme": ("a.example/feed", "https://a.example/feed"),
    "without a scheme, with a port": ("a.example:8080", "https://a.example:8080"),
    "a scheme of feed readers": ("feed://a.example/f", "https://a.example/f"),
    "a scheme before a scheme": ("feed:http://a.example/f", "http://a.example/f"),
    "a scheme of podcasts": ("pcast://a.example/f", "https://a.example/f"),
    "relative to a scheme": ("//a.example/f", "https://a.example/f"),
    "a slash too few": ("https:/a.example/f", "https://a.example/f"),
    "a colon too few": ("https//a.example/f", "https://a.example/f"),
    "in angle brackets": ("<https://a.example/f>", "https://a.example/f"),
    "in angle brackets, without a scheme": ("<a.example>", "https://a.example"),
    "in quotation marks": ("“https://a.example/f”", "https://a.example/f"),
    "at the end of a sentence": ("https://a.example/f.", "https://a.example/f"),
    "in parentheses": ("(https://a.example/f),", "https://a.example/f"),
    "with its own parentheses": ("https://a.example/f_(b)", "https://a.example/f_(b)"),
    "both": ("(see https://a.example/f_(b))", "https://a.example/f_(b)"),
    "as Markdown": ("[the feed](https://a.example/f)", "https://a.example/f"),
    "after a word": ("RSS: https://a.example/f", "https://a.example/f"),
    "with HTML entities": ("https://a.example/?a=1&amp;feed=rss2", "https://a.example/?a=1&feed=rss2"),
    "with a parameter like an entity": ("https://a.example/?a=1&copy=2", "https://a.example/?a=1&copy=2"),
    "broken by a mail program": ("https://a.exam\nple/f", "https://a.example/f"),
    "with invisible characters": ("\ufeffhttps://a.example/f\u200b", "https://a.example/f"),
    "an address in an address": ("https://a.example/2020/https://b.example/", "https://a.example/2020/https://b.example/"),
    "with a login": ("https://me:secret@a.example/f", "https://me:secret@a.example/f"),
    "an account": ("@harbour_office@social.example", "https://social.example/@harbour_office.rss"),
    "a subreddit": ("r/sailing", "https://www.reddit.com/r/sailing"),
    "localhost": ("localhost:8000/f", "http://localhost:8000/f"),
    "IPv4": ("127.0.0.1:8000", "http://127.0.0.1:8000"),
    "IPv6": ("[::1]:8000/f", "http://[::1]:8000/f"),
    "international": ("münchen.example", "https://münchen.example"),
}  # fmt: skip


@pytest.mark.parametrize(("pasted", "url"), PASTED.values(), ids=PASTED)
def test_pasted_addresses_become_web_addresses(pasted: str, url: str) -> None:
    assert source_from_address(pasted).url == url


@pytest.mark.parametrize(
    "pasted", ["", "notes.txt", "feed.xml", "ftp://a.example/", "two words", "https://a.example/ https://b.example/"]
)
def test_other_text_is_a_usage_error(pasted: str) -> None:
    with pytest.raises(UsageError):
        source_from_address(pasted)


def test_an_existing_path_precedes_a_web_address(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("a.example", "r/sailing", "odd."):
        (tmp_path / name).mkdir(parents=True)

    paths = [
        source_from_address(address).path
        for address in ("a.example", "r/sailing", "odd.", (tmp_path / "odd.").as_uri())
    ]

    assert [path and path.name for path in paths] == ["a.example", "sailing", "odd.", "odd."]


def test_the_id_is_made_from_the_address() -> None:
    assert source_from_address("@harbour_office@social.example").id == "harbour-office"
    assert source_from_address("https://www.a.example/feed").id == "a-example"
    assert source_from_address("https://www.a.example/feed", used_ids=["a-example"]).id == "a-example-2"
