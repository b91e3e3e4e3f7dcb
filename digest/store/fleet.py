"""Clocks and workers of the distributed engine: each records that it lives, and what it does."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, select, update

from digest.store.mapping import columns, from_rows, insert, to_row
from digest.store.tables import fleet as table
from digest.store.tables import rate_limits

#: One that said nothing for so long isn't listed any more.
_GONE = timedelta(minutes=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A process of the fleet."""

    #: Host and process.
    id: str
    #: ``clock`` or ``worker``.
    kind: str
    queues: tuple[str, ...] = ()
    #: What it does now; empty if nothing.
    job: str = ""
    started: datetime
    seen: datetime
    version: str = ""
    settings_hash: str = ""
    #: Of the clock that leads: the server's process that holds its lock.
    leader_pid: int | None = None


def record(conn: Connection, member: Member) -> None:
    """Record that the process lives."""
    values = to_row(member)
    statement = insert(conn, table).values(values)
    conn.execute(statement.on_conflict_do_update(index_elements=["id"], set_=values))


def remove(conn: Connection, member_id: str) -> None:
    """Forget a process that ends."""
    conn.execute(delete(table).where(table.c.id == member_id))


def members(conn: Connection, *, now: datetime) -> tuple[Member, ...]:
    """Clocks and workers that were seen of late."""
    query = select(*columns(table, Member)).where(table.c.seen > now - _GONE).order_by(table.c.kind, table.c.id)
    return tuple(from_rows(Member, conn.execute(query)))


def delete_gone(conn: Connection, *, now: datetime) -> None:
    """Forget processes that said nothing for long."""
    conn.execute(delete(table).where(table.c.seen <= now - _GONE))


def reserve(conn: Connection, name: str, duration: timedelta, *, now: datetime) -> datetime:
    """Reserve so much time of a rate that all workers share; return when the reserved time begins.

    Reservations follow each other without a gap or an overlap: a token bucket that holds nothing back.
    """
    conn.execute(insert(conn, rate_limits).values(name=name, next_at=now).on_conflict_do_nothing())
    query = select(rate_limits.c.next_at).where(rate_limits.c.name == name).with_for_update()
    start: datetime = max(conn.execute(query).scalar_one(), now)
    conn.execute(update(rate_limits).where(rate_limits.c.name == name).values(next_at=start + duration))
    return start
