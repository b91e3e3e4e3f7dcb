"""Counts of what happened on pages, by day."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from sqlalchemy import Connection, func, select

from digest.store.mapping import insert
from digest.store.tables import page_counts as table

#: An unsubscribe link that names nobody: incomplete, forged, or signed by a secret that is gone.
UNMATCHED_UNSUBSCRIBE = "unmatched unsubscribe"


def add(conn: Connection, name: str, *, at: datetime) -> None:
    """Count one more on that day."""
    statement = insert(conn, table).values(name=name, day=at.date().isoformat(), count=1)
    one_more = {"count": table.c.count + 1}
    conn.execute(statement.on_conflict_do_update(index_elements=["name", "day"], set_=one_more))


def total(conn: Connection, name: str, *, since: date | None = None) -> int:
    """The sum of the days since then, that day included; of all days by default."""
    query = select(func.coalesce(func.sum(table.c.count), 0)).where(table.c.name == name)
    if since is not None:
        query = query.where(table.c.day >= since.isoformat())
    return int(conn.execute(query).scalar_one())


def week_before(now: datetime) -> date:
    """The first of the seven days that end today."""
    return now.date() - timedelta(days=6)
