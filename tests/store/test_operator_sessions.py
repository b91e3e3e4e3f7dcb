"""Sessions of operators, in both databases."""

from __future__ import annotations

from datetime import timedelta

from digest.store import Store, operator_sessions
from tests.support.values import NOON

NETWORK = "192.0.2.0/24"


def test_a_session_is_open_until_it_is_ended(store: Store) -> None:
    with store.begin() as conn:
        first, second = (operator_sessions.add(conn, password_id="p", network=NETWORK, at=NOON) for _ in range(2))
        operator_sessions.end(conn, first, at=NOON + timedelta(hours=1))
        operator_sessions.end(conn, first, at=NOON + timedelta(hours=2))
        ended, other = operator_sessions.get(conn, first), operator_sessions.get(conn, second)
        assert ended
        assert other
        assert (ended.ended, other.ended) == (NOON + timedelta(hours=1), None)

        operator_sessions.end_all(conn, at=NOON)
        last = operator_sessions.get(conn, second)
        assert last
        assert last.ended == NOON


def test_networks_are_known_until_their_sessions_are_deleted(store: Store) -> None:
    with store.begin() as conn:
        operator_sessions.add(conn, password_id="p", network=NETWORK, at=NOON)
        assert operator_sessions.has_network(conn, NETWORK, since=NOON)
        assert not operator_sessions.has_network(conn, NETWORK, since=NOON + timedelta(seconds=1))
        assert not operator_sessions.has_network(conn, "198.51.100.0/24", since=NOON)

        operator_sessions.delete_old(conn, before=NOON + timedelta(seconds=1))
        assert not operator_sessions.has_network(conn, NETWORK, since=NOON)
