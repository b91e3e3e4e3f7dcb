"""Web hosts that asked for fewer requests: by Retry-After, or by a delay between pages in robots.txt."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, func, or_, select

from digest.store.mapping import batches, columns, from_rows, insert, to_row
from digest.store.tables import hosts as table


@dataclass(frozen=True, slots=True, kw_only=True)
class HostState:
    """What a host asked for."""

    #: With the port, unless that is the scheme's.
    name: str
    #: No request before this time, and the server's answer.
    not_before: datetime | None = None
    refusal: str = ""
    #: No page before this time.
    next_page_at: datetime | None = None


def states(conn: Connection, names: Collection[str]) -> Mapping[str, HostState]:
    """What these hosts asked for, by name; those that asked for nothing are left out."""
    rows: list[HostState] = []
    for batch in batches(names):
        query = select(*columns(table, HostState)).where(table.c.name.in_(batch))
        rows += from_rows(HostState, conn.execute(query))
    return {state.name: state for state in rows}


def save(conn: Connection, changed: Collection[HostState]) -> None:
    """Record what hosts asked for; None keeps what is known."""
    for state in sorted(changed, key=lambda state: state.name):
        statement = insert(conn, table).values(to_row(state))
        new = statement.excluded
        values = {
            "not_before": func.coalesce(new.not_before, table.c.not_before),
            "refusal": func.coalesce(func.nullif(new.refusal, ""), table.c.refusal),
            "next_page_at": func.coalesce(new.next_page_at, table.c.next_page_at),
        }
        conn.execute(statement.on_conflict_do_update(index_elements=["name"], set_=values))


def refusing(conn: Connection, *, now: datetime) -> Iterator[HostState]:
    """Hosts that take no request now."""
    query = select(*columns(table, HostState)).where(table.c.not_before > now).order_by(table.c.name)
    return from_rows(HostState, conn.execute(query))


def delete_old(conn: Connection, *, now: datetime) -> int:
    """Delete what no longer holds; return how many."""
    is_past = (
        or_(table.c.not_before.is_(None), table.c.not_before <= now),
        or_(table.c.next_page_at.is_(None), table.c.next_page_at <= now),
    )
    return conn.execute(delete(table).where(*is_past)).rowcount
