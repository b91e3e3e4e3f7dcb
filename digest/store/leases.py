"""Leases: names that one process has for itself until it gives them back, or until they expire.

They keep two processes from one host, and from one source. A killed process's leases expire.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, delete, or_, select, update

from digest.store.mapping import batches, database_time, insert
from digest.store.tables import leases as table


def acquire(
    conn: Connection, names: Collection[str], holder: str, duration: timedelta, *, now: datetime | None = None
) -> frozenset[str]:
    """Take those names that nobody else has; return them. Of the others it is noted that somebody waits for them."""
    if not names:
        return frozenset()
    now = now or database_time(conn)
    statement = insert(conn, table)
    new = statement.excluded
    statement = statement.on_conflict_do_update(
        index_elements=["name"],
        set_={"holder": new.holder, "expires": new.expires, "is_wanted": new.is_wanted},
        where=or_(table.c.expires <= now, table.c.holder == holder),
    )
    # In one order: two processes never wait for each other.
    rows = [{"name": name, "holder": holder, "expires": now + duration, "is_wanted": False} for name in sorted(names)]
    taken = frozenset(conn.execute(statement.returning(table.c.name), rows).scalars())
    for batch in batches(set(names) - taken):
        unnoted = (table.c.name.in_(batch), table.c.is_wanted.is_(False))
        conn.execute(update(table).where(*unnoted).values(is_wanted=True))
    return taken


def renew(conn: Connection, holder: str, duration: timedelta, *, now: datetime | None = None) -> Mapping[str, bool]:
    """Renew the holder's leases that have not expired; return each with whether another process waits for it."""
    now = now or database_time(conn)
    renewed: dict[str, bool] = {}
    for batch in batches(_locked(conn, table.c.holder == holder, table.c.expires > now)):
        rows = update(table).where(table.c.name.in_(batch)).values(expires=now + duration)
        returned = conn.execute(rows.returning(table.c.name, table.c.is_wanted))
        renewed |= {row.name: bool(row.is_wanted) for row in returned}
    return renewed


def release(conn: Connection, holder: str, names: Collection[str] | None = None) -> None:
    """Give the names back; without names, all that the holder has."""
    held = _locked(conn, table.c.holder == holder)
    _delete(conn, held if names is None else [name for name in held if name in names])


def delete_expired(conn: Connection, *, now: datetime) -> int:
    """Delete what killed processes have left; return how many."""
    expired = _locked(conn, table.c.expires <= now)
    _delete(conn, expired)
    return len(expired)


def _locked(conn: Connection, *conditions: ColumnElement[bool]) -> Sequence[str]:
    """The names of these leases, locked in the order in which every process locks them."""
    query = select(table.c.name).where(*conditions).order_by(table.c.name)
    return conn.execute(query.with_for_update()).scalars().all()


def _delete(conn: Connection, names: Sequence[str]) -> None:
    for batch in batches(names):
        conn.execute(delete(table).where(table.c.name.in_(batch)))
