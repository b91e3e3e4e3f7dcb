"""History of sources by day. On each kind of database."""

from __future__ import annotations

from datetime import timedelta

from digest.store import Store, source_history
from digest.store.source_history import Fetch, SourceDay
from tests.support.values import NOON

DAY = timedelta(days=1)


def test_fetches_of_a_day_are_summed(store: Store) -> None:
    with store.begin() as conn:
        source_history.record(conn, [Fetch(source_id="a", entries=3, duration_ms=400), Fetch(source_id="b")], at=NOON)
        source_history.record(conn, [Fetch(source_id="a", has_failed=True, duration_ms=1600)], at=NOON)
        source_history.record(conn, [Fetch(source_id="a", entries=1)], at=NOON + DAY)
        histories = source_history.histories(conn, ["a", "c"], since=NOON.date())

    first = SourceDay(day=NOON.date(), fetches=2, failures=1, entries=3, fetch_ms=2000)
    assert histories == {"a": (first, SourceDay(day=NOON.date() + DAY, fetches=1, entries=1))}
    assert first.mean_fetch_s == 1.0


def test_days_end_at_midnight_in_utc(store: Store) -> None:
    late = NOON.replace(hour=23, minute=59)
    with store.begin() as conn:
        source_history.record(conn, [Fetch(source_id="a")], at=late)
        source_history.record(conn, [Fetch(source_id="a")], at=late + timedelta(minutes=1))
        (days,) = source_history.histories(conn, ["a"], since=late.date() - DAY).values()

    assert [day.day for day in days] == [late.date(), late.date() + DAY]


def test_old_days_are_deleted(store: Store) -> None:
    with store.begin() as conn:
        for age in (100, 1):
            source_history.record(conn, [Fetch(source_id="a")], at=NOON - age * DAY)
        assert source_history.delete_days(conn, before=NOON - 90 * DAY) == 1
        assert len(source_history.histories(conn, ["a"], since=NOON.date() - 900 * DAY)["a"]) == 1
