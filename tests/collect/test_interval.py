"""Adaptive fetch intervals and backoff."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from digest.collect.interval import next_interval
from digest.model.articles import BodyFormat, Entry
from digest.model.failures import Failure
from digest.model.newsletters import Source
from digest.model.protocols import Collected, FetchInterval

NOW = datetime(2026, 3, 27, 6, tzinfo=UTC)
EVERY = timedelta(minutes=15)
HOUR = timedelta(hours=1)
SOURCE = Source(id="s", url="https://a.example/")
BROKEN = Failure(source="s", url="https://a.example/", error="down")


def entry(published: datetime | None) -> Entry:
    return Entry(
        source_id="s",
        guid=str(published),
        url="",
        title="",
        body="",
        form=BodyFormat.TEXT,
        seen=NOW,
        source="",
        published=published,
    )


def collected(*ages: timedelta, unchanged: bool = False) -> Collected:
    return Collected(source=SOURCE, entries=tuple(entry(NOW - age) for age in ages), unchanged=unchanged)


def wait(outcome: Collected | Failure, before: FetchInterval | None = None, *, source_id: str = "s") -> timedelta:
    at = next_interval(source_id, outcome, before or FetchInterval(), every=EVERY, now=NOW).next_fetch
    assert at is not None
    return at - NOW


@pytest.mark.parametrize(
    ("gap", "pause"),
    [
        pytest.param(timedelta(minutes=2), EVERY, id="a wire service: as often as may be"),
        pytest.param(2 * HOUR, HOUR, id="every two hours: every hour"),
        pytest.param(timedelta(days=1), 4 * HOUR, id="daily: still in time for an edition"),
        pytest.param(timedelta(days=90), 4 * HOUR, id="four times a year: no rarer than that"),
    ],
)
def test_the_interval_follows_the_publishing_frequency(gap: timedelta, pause: timedelta) -> None:
    assert pause * 0.8 <= wait(collected(*(gap * n for n in range(1, 13)))) <= pause


def test_without_dates_the_interval_is_the_minimum() -> None:
    assert wait(Collected(source=SOURCE, entries=(entry(None),) * 9)) <= EVERY


def test_dates_in_the_future_are_ignored() -> None:
    assert wait(collected(*(-HOUR * n for n in range(9)))) <= EVERY


def test_the_interval_grows_up_to_a_limit_while_nothing_is_new() -> None:
    interval, intervals = FetchInterval(), []
    for _ in range(20):
        interval = next_interval("s", collected(unchanged=True), interval, every=EVERY, now=NOW)
        intervals.append(interval.interval_s)

    assert intervals == sorted(intervals)
    assert (intervals[0], intervals[-1]) == (1125, 4 * 3600)


def test_the_backoff_is_exponential_and_at_most_a_day() -> None:
    interval, waits = FetchInterval(), []
    for _ in range(2000):
        interval = next_interval("s", BROKEN, interval, every=EVERY, now=NOW)
        assert interval.next_fetch is not None
        waits.append((interval.next_fetch - NOW) / EVERY)

    assert [round(factor) for factor in waits[:3]] in ([1, 2, 4], [1, 2, 3])
    assert waits[:5] == sorted(waits[:5])
    assert max(waits) <= 96


def test_a_success_resets_the_failure_count() -> None:
    assert next_interval("s", collected(HOUR), FetchInterval(failures=7), every=EVERY, now=NOW).failures == 0


def test_retry_after_is_honoured() -> None:
    asked = NOW + timedelta(days=3)

    assert wait(Failure(source="s", url="", error="busy", retry_at=asked)) == timedelta(days=3)


def test_jitter_spreads_sources_added_together() -> None:
    waits = {wait(collected(unchanged=True), source_id=str(number)) for number in range(50)}

    assert len(waits) > 40
    assert wait(collected(unchanged=True)) == wait(collected(unchanged=True))


def test_waiting_for_retry_after_is_no_further_failure() -> None:
    busy = replace(BROKEN, retry_at=NOW + HOUR)
    first = next_interval("s", busy, FetchInterval(), every=EVERY, now=NOW)

    asked_for_by_a_person = next_interval("s", busy, first, every=EVERY, now=NOW + EVERY)
    still_busy = next_interval("s", replace(busy, retry_at=NOW + 3 * HOUR), first, every=EVERY, now=NOW + HOUR)

    assert asked_for_by_a_person == first
    assert (first.failures, still_busy.failures) == (1, 2)
