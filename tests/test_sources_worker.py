"""What may take long is read elsewhere, and killed in time."""

from __future__ import annotations

import asyncio
import contextlib
import time
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from digest.errors import SourceError
from digest.model import Source
from digest.sources.document import Contents, Document, read_document
from digest.sources.worker import is_heavy, read

SEEN = datetime(2026, 3, 27, tzinfo=UTC)
SOURCE = Source(id="s", url="https://a.example/")
PARAGRAPH = "<p>The ferry sails again, says the harbour office in its notice of today.</p>"


def document(text: str) -> Document:
    return Document(data=text.encode(), url="https://a.example/", guid="g", outlet="o")


def rss(count: int, *, tail: str = "</channel></rss>") -> Document:
    item = "<item><title>A</title><link>https://a.example/{0}</link><description>The ferry sails.</description></item>"
    items = "".join(item.format(number) for number in range(count))
    return document(f"<rss version='2.0'><channel><title>T</title>{items}{tail}")


def page(count: int) -> Document:
    return document(f"<!DOCTYPE html><html><body><article>{PARAGRAPH * count}</article></body></html>")


def elsewhere(heavy: Document, timeout_s: float = 30) -> Contents:
    assert is_heavy(heavy)
    return asyncio.run(read(heavy, SOURCE, seen=SEEN, timeout_s=timeout_s))


def test_it_gives_what_reading_here_gives() -> None:
    broken = rss(2000, tail="<item><title>& open")

    assert elsewhere(broken) == read_document(broken, SOURCE, seen=SEEN)


@pytest.mark.parametrize(
    "light",
    [
        pytest.param(rss(20), id="a small feed"),
        pytest.param(rss(20, tail="<item><title>& open"), id="a small broken feed"),
        pytest.param(rss(20_000), id="a large feed that is well formed"),
        pytest.param(page(100), id="a page"),
        pytest.param(document("word " * 100_000), id="a long text"),
    ],
)
def test_the_usual_is_read_here(light: Document) -> None:
    assert not is_heavy(light)


def test_what_takes_too_long_is_killed() -> None:
    begun = time.monotonic()

    with pytest.raises(SourceError, match=r"took more than 0\.5 s"):
        elsewhere(page(30_000), timeout_s=0.5)

    assert time.monotonic() - begun < 5


def test_what_is_told_elsewhere_is_told_here() -> None:
    with pytest.raises(SourceError, match="is no article: look for its feed"):
        elsewhere(replace(page(1), data=b"<!DOCTYPE html><html><body>" + b"<b>" * 1_100_000))


def test_others_are_read_meanwhile() -> None:
    async def both() -> list[str]:
        done: list[str] = []

        async def one(name: str, what: Document) -> None:
            with contextlib.suppress(SourceError):
                await read(what, SOURCE, seen=SEEN, timeout_s=3)
            done.append(name)

        await asyncio.gather(one("slow", page(30_000)), one("quick", rss(2)))
        return done

    assert asyncio.run(both()) == ["quick", "slow"]


def test_a_small_page_of_very_many_elements_is_heavy() -> None:
    crowd = b"<html><body>" + b"<p>a" * 20_000

    assert is_heavy(Document(data=crowd, url="https://a.example/", guid="", outlet=""))
