"""What the program did, and when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, insert, select, update

from digest.store.mapping import CLOCK_SKEW, columns, from_rows
from digest.store.tables import runs as table


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One run of a job."""

    id: int
    #: ``collect``, ``publish``, ``deliver``, ``sweep``, ``alarm``.
    kind: str
    #: What it was about, a newsletter's id, say; empty for everything.
    about: str
    started: datetime
    #: None while it runs, and for ever if its process died.
    ended: datetime | None
    #: How it ended, in a word; empty until then.
    outcome: str
    counts: Mapping[str, int]


def start(conn: Connection, kind: str, *, at: datetime, about: str = "") -> int:
    """A run begins; its id."""
    statement = insert(table).values(kind=kind, about=about, started=at, counts={})
    return int(conn.execute(statement.returning(table.c.id)).scalar_one())


def finish(
    conn: Connection, run_id: int, outcome: str, *, at: datetime, counts: Mapping[str, int] | None = None
) -> None:
    """The run ended thus."""
    values = {"ended": at, "outcome": outcome, "counts": dict(counts or {})}
    conn.execute(update(table).where(table.c.id == run_id).values(values))


def recent(
    conn: Connection,
    kind: str | None = None,
    *,
    about: str | None = None,
    by: datetime | None = None,
    limit: int = 20,
) -> tuple[Run, ...]:
    """The latest runs first, of one kind or of all, about one thing or anything; with ``by``, those begun until then.

    One begun later than now was begun by a clock that was ahead.
    """
    query = select(*columns(table, Run)).order_by(table.c.started.desc(), table.c.id.desc()).limit(limit)
    if kind is not None:
        query = query.where(table.c.kind == kind)
    if about is not None:
        query = query.where(table.c.about == about)
    if by is not None:
        query = query.where(table.c.started <= by + CLOCK_SKEW)
    return tuple(from_rows(Run, conn.execute(query)))
