"""Clocks and workers of the distributed engine: each records that it lives, and what it does."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, delete, func, select

from digest.store.mapping import columns, from_rows, insert, to_row
from digest.store.tables import fleet as table

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
    #: Seconds by which its machine's clock is ahead of the database's.
    clock_ahead_s: int = 0

    @property
    def clock_ahead(self) -> timedelta:
        """How far its machine's clock is ahead of the database's."""
        return timedelta(seconds=self.clock_ahead_s)


def database_time(conn: Connection) -> datetime:
    """The database's time, which is the same for all machines; an SQLite file's is this machine's."""
    if conn.dialect.name == "sqlite":
        return datetime.now(UTC)
    now: datetime = conn.execute(select(func.clock_timestamp())).scalar_one()
    return now


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
