"""Which of several clocks leads: the one that holds an advisory lock, which ends with its connection.

The lock needs a connection of its own to the server: behind a pooler in transaction mode two clocks would get it.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta

import psycopg
from sqlalchemy import Connection, text

from digest.store import fleet, postgres
from digest.store.errors import translate_errors
from digest.store.url import parse_url

_LOCK = "digest leader"
#: A leader that said nothing for so long is stuck: its connection is ended, and with it its lock.
_STUCK = timedelta(seconds=15)
#: The server may have given the number to another process.
_HOLDER = (
    " FROM pg_locks WHERE pid = :pid AND locktype = 'advisory' AND granted"
    " AND (classid::bigint << 32) | objid::bigint = hashtextextended(:lock, 0)"
)
_IS_HOLDER = text(f"SELECT 1{_HOLDER}")
_END_HOLDER = text(f"SELECT pg_terminate_backend(pid){_HOLDER}")


class Leadership:
    """One clock's claim to lead."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._connection: psycopg.Connection | None = None
        #: The server's process of this clock's connection, while it leads.
        self.pid: int | None = None

    def is_held(self) -> bool:
        """Whether this clock leads: takes the lock if it is free.

        False after the connection was lost: another clock may lead by then. Raises ``StoreError`` if there can be none.
        """
        if self._connection is None:
            with translate_errors(parse_url(self._url), psycopg.Error):
                self._connection = postgres.connect(self._url)
        try:
            if self.pid is not None:
                self._connection.execute("SELECT 1")  # fails if the connection is gone, and the lock with it
                return True
            query = "SELECT pg_try_advisory_lock(hashtextextended(%s, 0))"
            taken = self._connection.execute(query, (_LOCK,)).fetchone()
        except psycopg.Error:
            self.close()
            return False
        if taken and taken[0]:
            self.pid = self._connection.info.backend_pid
        return self.pid is not None

    def is_held_now(self, conn: Connection) -> bool:
        """Whether the lock is held, by the store's word: this process may have been paused since it looked last."""
        return self.pid is not None and conn.execute(_IS_HOLDER, {"pid": self.pid, "lock": _LOCK}).first() is not None

    def close(self) -> None:
        """End the connection; another clock may lead then."""
        connection, self._connection, self.pid = self._connection, None, None
        if connection:
            with suppress(psycopg.Error):
                connection.close()


def end_stuck_leader(conn: Connection, *, now: datetime) -> str | None:
    """End the connection of a leader that is stuck, and return its id; None if there is none."""
    stuck = [member for member in fleet.members(conn, now=now) if member.leader_pid and now - member.seen > _STUCK]
    for member in stuck:
        fleet.remove(conn, member.id)
        if conn.execute(_END_HOLDER, {"pid": member.leader_pid, "lock": _LOCK}).first():
            return member.id
    return None
