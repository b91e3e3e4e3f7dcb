"""Shares of work for several workers."""

from __future__ import annotations

import pytest

from digest.jobs.parts import MAX_DELIVERY_PARTS, collect_parts, delivery_parts
from digest.model.newsletters import Source


def test_sources_are_shared_and_each_is_in_one_part() -> None:
    sources = [Source(id=f"s{number}", url=f"https://site{number}.example/feed") for number in range(120)]

    parts = collect_parts(sources, size=50)

    assert sorted(len(part.source_ids) for part in parts) == [20, 50, 50]
    assert sorted(id_ for part in parts for id_ in part.source_ids) == sorted(source.id for source in sources)


def test_no_two_workers_ask_the_same_site() -> None:
    hosts = ["blog.example.org", "www.example.org", "other.example.net"]
    sources = [Source(id=f"s{number}", url=f"https://{hosts[number % 3]}/{number}") for number in range(90)]

    parts = collect_parts(sources, size=20)

    sites = [{int(id_[1:]) % 3 == 2 for id_ in part.source_ids} for part in parts]
    assert sites == [{False}, {True}] or sites == [{True}, {False}]


@pytest.mark.parametrize(
    ("mails", "parts"), [(0, 0), (1, 1), (200, 1), (201, 2), (600, 3), (10_000_000, MAX_DELIVERY_PARTS)]
)
def test_mails_are_shared_among_jobs_of_one_size(mails: int, parts: int) -> None:
    assert delivery_parts(mails, 200) == parts
