"""What web hosts asked for."""

from __future__ import annotations

from datetime import timedelta

from digest.store import Store, hosts
from digest.store.hosts import HostState
from tests.support.values import NOON

HOUR = timedelta(hours=1)


def test_a_host_keeps_what_it_asked_for_until_that_is_past(store: Store) -> None:
    refusal = HostState(name="a.example", not_before=NOON + HOUR, refusal="429")
    with store.begin() as conn:
        hosts.save(conn, [refusal, HostState(name="b.example:8080", next_page_at=NOON + HOUR / 2)])
        hosts.save(conn, [HostState(name="a.example", next_page_at=NOON)])

        assert hosts.states(conn, ["a.example", "c.example"]) == {
            "a.example": HostState(name="a.example", not_before=NOON + HOUR, refusal="429", next_page_at=NOON)
        }
        assert [state.name for state in hosts.refusing(conn, now=NOON)] == ["a.example"]
        assert hosts.delete_old(conn, now=NOON) == 0
        assert hosts.delete_old(conn, now=NOON + HOUR / 2) == 1
        assert hosts.delete_old(conn, now=NOON + HOUR) == 1
