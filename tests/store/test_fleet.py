"""Clocks and workers in the store."""

from __future__ import annotations

from datetime import timedelta

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
