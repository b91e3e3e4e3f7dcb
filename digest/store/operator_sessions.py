"""Sessions of operators who logged in on the operator's pages."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select, update

from digest.store.mapping import columns, from_rows
from digest.store.tables import operator_sessions as table

#: Ids are random, and fit into a link token and a column.
_IDS = 10**18


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatorSession:
    """One session."""

    id: int
    #: Of the password that it was opened with: a new password ends it.
    password_id: str
    #: The network that it was opened from: ``192.0.2.0/24``.
    network: str
    started: datetime
    #: When the operator logged out; None before.
    ended: datetime | None


def add(conn: Connection, *, password_id: str, network: str, at: datetime) -> int:
    """Store a new session; return its id."""
    id_ = 1 + secrets.randbelow(_IDS - 1)
    conn.execute(insert(table).values(id=id_, password_id=password_id, network=network, started=at))
    return id_


def get(conn: Connection, session_id: int) -> OperatorSession | None:
    """The session with this id, open or ended."""
    query = select(*columns(table, OperatorSession)).where(table.c.id == session_id)
    return next(from_rows(OperatorSession, conn.execute(query)), None)


def end(conn: Connection, session_id: int, *, at: datetime) -> None:
    """End the session; its cookie is good for nothing any more."""
    conn.execute(update(table).where(table.c.id == session_id, table.c.ended.is_(None)).values(ended=at))


def end_all(conn: Connection, *, at: datetime) -> None:
    """End all open sessions."""
    conn.execute(update(table).where(table.c.ended.is_(None)).values(ended=at))


def has_network(conn: Connection, network: str, *, since: datetime) -> bool:
    """Whether an operator has logged in from this network since then."""
    query = select(table.c.id).where(table.c.network == network, table.c.started >= since).limit(1)
    return conn.execute(query).first() is not None


def delete_old(conn: Connection, *, before: datetime) -> None:
    """Delete sessions begun before."""
    conn.execute(delete(table).where(table.c.started < before))
