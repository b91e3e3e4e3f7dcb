"""Heavy documents are read in a worker process with limits."""

from __future__ import annotations

import asyncio
import contextlib
import time
from contextlib import nullcontext
from dataclasses import replace
from datetime import UTC, datetime

import psutil
import pytest

from digest.collect.isolated import is_heavy, read_isolated
from digest.collect.reader import Contents, Document, read_document
from digest.http.limits import ConcurrencyLimits
from digest.model.errors import SourceError
from digest.model.newsletters import Source
from digest.processes.process_pool import available_cpus

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


def read_in_worker(heavy: Document, timeout_s: float = 30) -> Contents:
    assert is_heavy(heavy)
    return asyncio.run(read_isolated(heavy, SOURCE, seen=SEEN, timeout_s=timeout_s, slot=nullcontext()))


def test_an_isolated_read_returns_the_same_contents() -> None:
    broken = rss(2000, tail="<item><title>& open")

    assert read_in_worker(broken) == read_document(broken, SOURCE, seen=SEEN)


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
def test_usual_documents_are_not_heavy(light: Document) -> None:
    assert not is_heavy(light)


def test_a_document_that_takes_too_long_is_killed() -> None:
    begun = time.monotonic()

    with pytest.raises(SourceError, match=r"took more than 0\.5 s"):
        read_in_worker(page(30_000), timeout_s=0.5)

    assert time.monotonic() - begun < 5


def test_a_source_error_in_the_worker_is_raised_here() -> None:
    with pytest.raises(SourceError, match="is no article: look for its feed"):
        read_in_worker(replace(page(1), data=b"<!DOCTYPE html><html><body>" + b"<b>" * 1_100_000))


def test_other_documents_are_read_meanwhile() -> None:
    async def both() -> list[str]:
        finished: list[str] = []
        limits = ConcurrencyLimits(per_host=2)

        async def read_one(name: str, document: Document) -> None:
            with contextlib.suppress(SourceError):
                await read_isolated(document, SOURCE, seen=SEEN, timeout_s=3, slot=limits.for_parsing())
            finished.append(name)

        await asyncio.gather(read_one("slow", page(30_000)), read_one("quick", rss(2)))
        return finished

    assert asyncio.run(both()) == ["quick", "slow"]


def test_the_number_of_heavy_documents_at_once_is_limited() -> None:
    """Each may take more than a gigabyte of memory, and every server may send one."""
    heavy = rss(1500, tail="<item><title>& open")
    assert is_heavy(heavy)

    async def six() -> int:
        limits, most = ConcurrencyLimits(per_host=2), 0
        calls = [
            asyncio.create_task(read_isolated(heavy, SOURCE, seen=SEEN, timeout_s=30, slot=limits.for_parsing()))
            for _ in range(6)
        ]
        while not all(call.done() for call in calls):
            most = max(most, len(psutil.Process().children()))
            await asyncio.sleep(0.01)
        assert all(call.result().entries for call in calls)
        return most

    assert 0 < asyncio.run(six()) <= available_cpus()


def test_a_small_page_of_very_many_elements_is_heavy() -> None:
    crowd = b"<html><body>" + b"<p>a" * 20_000

    assert is_heavy(Document(data=crowd, url="https://a.example/", guid="", outlet=""))
