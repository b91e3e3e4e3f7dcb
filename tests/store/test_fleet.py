"""Clocks and workers in the store, and the rates that they share."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

from digest.store import Store, fleet
from digest.store.fleet import Member
from tests.support.values import NOON

_SECOND = timedelta(seconds=1)


def test_a_process_is_listed_while_it_says_that_it_lives(store: Store) -> None:
    member = Member(id="worker@a:1", kind="worker", queues=("deliver",), started=NOON, seen=NOON)
    with store.begin() as conn:
        fleet.record(conn, member)
        fleet.record(conn, Member(id="worker@a:1", kind="worker", job="deliver", started=NOON, seen=NOON + _SECOND))
        (listed,) = fleet.members(conn, now=NOON + _SECOND)
        assert (listed.job, listed.seen) == ("deliver", NOON + _SECOND)

        assert fleet.members(conn, now=NOON + timedelta(hours=1)) == ()
        fleet.remove(conn, member.id)
        assert fleet.members(conn, now=NOON + _SECOND) == ()


def test_reservations_of_a_rate_follow_each_other(store: Store) -> None:
    with store.begin() as conn:
        starts = [fleet.reserve(conn, "mails", 10 * _SECOND, now=NOON) for _ in range(3)]
        later = fleet.reserve(conn, "mails", _SECOND, now=NOON + timedelta(hours=1))
        other = fleet.reserve(conn, "others", _SECOND, now=NOON)

    assert starts == [NOON, NOON + 10 * _SECOND, NOON + 20 * _SECOND]
    assert later == NOON + timedelta(hours=1), "what nobody used is not made up for"
    assert other == NOON


def test_workers_never_reserve_the_same_time(shared_store: Store) -> None:
    def reserve(_: int) -> datetime:
        with shared_store.begin() as conn:
            return fleet.reserve(conn, "mails", _SECOND, now=NOON)

    with ThreadPoolExecutor(4) as threads:
        starts = sorted(threads.map(reserve, range(12)))

    assert starts == [NOON + number * _SECOND for number in range(12)]
