"""Rates that all senders share, in the store."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from digest.model.slowdown import Slowdown
from digest.store import Store, rate_limits
from tests.support.values import NOON

SECOND = timedelta(seconds=1)
HOUR = timedelta(hours=1)


def test_reservations_of_a_rate_follow_each_other(store: Store) -> None:
    with store.begin() as conn:
        waits = [rate_limits.reserve(conn, "relay", 10 * SECOND, now=NOON) for _ in range(3)]
        later = rate_limits.reserve(conn, "relay", SECOND, now=NOON + HOUR)
        other = rate_limits.reserve(conn, "domain gmail.com", SECOND, now=NOON)

    assert waits == [timedelta(), 10 * SECOND, 20 * SECOND]
    assert later == timedelta(), "what nobody used is not made up for"
    assert other == timedelta()


def test_senders_never_reserve_the_same_time(shared_store: Store) -> None:
    def reserve(_: int) -> timedelta:
        with shared_store.begin() as conn:
            return rate_limits.reserve(conn, "relay", SECOND, now=NOON)

    with ThreadPoolExecutor(4) as threads:
        waits = sorted(threads.map(reserve, range(12)))

    assert waits == [number * SECOND for number in range(12)]


def test_the_database_tells_the_time(store: Store) -> None:
    with store.begin() as conn:
        assert rate_limits.reserve(conn, "relay", HOUR) == timedelta()
        assert timedelta(minutes=59) < rate_limits.reserve(conn, "relay", HOUR) <= HOUR


def test_turns_are_planned_one_after_the_other_and_reserve_nothing(store: Store) -> None:
    with store.begin() as conn:
        turns = [rate_limits.plan(conn, "domain gmail.com", HOUR, after=SECOND, now=NOON) for _ in range(3)]
        reserved = rate_limits.reserve(conn, "domain gmail.com", SECOND, now=NOON)
        rate_limits.forget_plans(conn)
        anew = rate_limits.plan(conn, "domain gmail.com", HOUR, after=SECOND, now=NOON)

    assert turns == [SECOND, HOUR + SECOND, 2 * HOUR + SECOND]
    assert reserved == timedelta()
    assert anew == SECOND


def test_requests_to_slow_down_are_kept_until_nobody_uses_the_rate(store: Store) -> None:
    first = Slowdown(slowed_at=NOON, interval_s=0.1, reply="421 slow down")
    second = Slowdown(slowed_at=NOON + SECOND, interval_s=0.2, reply="421 slower")
    with store.begin() as conn:
        rate_limits.reserve(conn, "relay", SECOND, now=NOON)
        for slowdown in (first, second):
            rate_limits.slow_down(conn, "domain gmail.com", slowdown)

        assert rate_limits.slowdowns(conn) == {"domain gmail.com": second}
        assert rate_limits.delete_old(conn, before=NOON) == 0
        assert rate_limits.delete_old(conn, before=NOON + HOUR) == 2
        assert rate_limits.slowdowns(conn) == {}
