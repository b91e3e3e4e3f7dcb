"""Rates that all senders share: time is reserved here before a mail is sent, and requests to slow down are kept here.

A reservation is a short transaction of its own, never within another: no sender holds one lock and waits for the other.
Times are the database's: the clocks of machines differ.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, or_, select, update

from digest.model.slowdown import Slowdown
from digest.store.mapping import columns, database_time, from_rows, insert
from digest.store.tables import rate_limits as table


def reserve(conn: Connection, name: str, duration: timedelta, *, now: datetime | None = None) -> timedelta:
    """Reserve so much time of a rate; return how long it is until the reserved time begins.

    Reservations follow each other without an overlap. Time that nobody reserved is lost: no burst makes up for it.
    """
    now, next_at, _ = _locked(conn, name, now)
    start = max(next_at, now)
    conn.execute(update(table).where(table.c.name == name).values(next_at=start + duration))
    return start - now


def plan(
    conn: Connection, name: str, duration: timedelta, *, after: timedelta, now: datetime | None = None
) -> timedelta:
    """Plan the turns of mails that wait in the ledger; return how long it is until the first, ``after`` at least.

    Nothing is reserved: a mail whose turn has come reserves its time as any other.
    """
    now, _, planned_at = _locked(conn, name, now)
    start = max(planned_at or now, now + after)
    conn.execute(update(table).where(table.c.name == name).values(planned_at=start + duration))
    return start - now


def _locked(conn: Connection, name: str, now: datetime | None) -> tuple[datetime, datetime, datetime | None]:
    """The time, ``next_at`` and ``planned_at``; the row is locked until the transaction ends."""
    first = {"name": name, "next_at": now or database_time(conn)}
    conn.execute(insert(conn, table).values(first).on_conflict_do_nothing())
    query = select(table.c.next_at, table.c.planned_at).where(table.c.name == name).with_for_update()
    next_at, planned_at = conn.execute(query).one()
    return now or database_time(conn), next_at, planned_at


def forget_plans(conn: Connection) -> None:
    """Begin all plans anew: the mails that wait were made due."""
    conn.execute(update(table).where(table.c.planned_at.is_not(None)).values(planned_at=None))


def slow_down(conn: Connection, name: str, slowdown: Slowdown) -> None:
    """Record a server's request, computed from the one before."""
    values = {"slowed_at": slowdown.slowed_at, "interval_s": slowdown.interval_s, "reply": slowdown.reply}
    statement = insert(conn, table).values(name=name, next_at=slowdown.slowed_at, **values)
    conn.execute(statement.on_conflict_do_update(index_elements=["name"], set_=values))


def slowdowns(conn: Connection) -> Mapping[str, Slowdown]:
    """The last request of each server that asked for fewer mails, by the rate's name."""
    query = select(table.c.name, *columns(table, Slowdown)).where(table.c.slowed_at.is_not(None))
    rows = conn.execute(query.order_by(table.c.name)).all()
    return dict(zip((row.name for row in rows), from_rows(Slowdown, [row[1:] for row in rows]), strict=True))


def delete_old(conn: Connection, *, before: datetime) -> int:
    """Delete rates that no sender has used since then; return how many."""
    is_old = (table.c.next_at < before, or_(table.c.slowed_at.is_(None), table.c.slowed_at < before))
    return conn.execute(delete(table).where(*is_old)).rowcount
