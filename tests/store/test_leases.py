"""Leases of names, each of which one process has at a time."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from digest.store import Store, leases
from tests.support.values import NOON

SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)


def test_a_name_has_one_holder_until_it_is_released_or_expires(store: Store) -> None:
    with store.begin() as conn:
        assert leases.acquire(conn, ["a", "b"], "one", MINUTE, now=NOON) == {"a", "b"}
        assert leases.acquire(conn, ["a", "b", "c"], "other", MINUTE, now=NOON) == {"c"}
        assert leases.acquire(conn, ["a"], "one", MINUTE, now=NOON) == {"a"}, "it is the holder's own"

        leases.release(conn, "one", ["a"])
        assert leases.acquire(conn, ["a", "b"], "other", MINUTE, now=NOON) == {"a"}
        assert leases.acquire(conn, ["a", "b"], "third", MINUTE, now=NOON + MINUTE) == {"a", "b"}


def test_a_renewal_tells_who_is_waited_for_and_revives_nothing(store: Store) -> None:
    with store.begin() as conn:
        leases.acquire(conn, ["a", "b"], "one", MINUTE, now=NOON)
        leases.acquire(conn, ["b"], "other", MINUTE, now=NOON)

        assert leases.renew(conn, "one", MINUTE, now=NOON + 30 * SECOND) == {"a": False, "b": True}
        assert leases.acquire(conn, ["a"], "other", MINUTE, now=NOON + 80 * SECOND) == frozenset()
        assert leases.renew(conn, "one", MINUTE, now=NOON + 90 * SECOND) == {}
        assert leases.acquire(conn, ["a"], "other", MINUTE, now=NOON + 90 * SECOND) == {"a"}


def test_a_holder_gives_back_only_what_it_has(store: Store) -> None:
    with store.begin() as conn:
        leases.acquire(conn, ["a"], "one", MINUTE, now=NOON)
        leases.acquire(conn, ["b"], "other", MINUTE, now=NOON)
        leases.release(conn, "one", ["a", "b"])
        leases.release(conn, "one")

        assert leases.acquire(conn, ["a", "b"], "third", MINUTE, now=NOON) == {"a"}
        assert leases.delete_expired(conn, now=NOON + MINUTE) == 2


def test_of_processes_that_want_the_same_names_each_name_has_one(shared_store: Store) -> None:
    names = [f"host {number}" for number in range(30)]

    def acquire(number: int) -> frozenset[str]:
        with shared_store.begin() as conn:
            return leases.acquire(conn, names if number % 2 else names[::-1], f"process {number}", MINUTE)

    with ThreadPoolExecutor(4) as threads:
        taken = [name for acquired in threads.map(acquire, range(8)) for name in acquired]

    assert sorted(taken) == sorted(names)
