"""Run history of jobs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, insert, select, update

from digest.store import daily_counts
from digest.store.mapping import CLOCK_SKEW, columns, from_rows
from digest.store.tables import runs as table


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One run of a job."""

    id: int
    #: ``collect``, ``publish``, ``deliver``, ``heed`` (bounces), ``sweep`` (retention) or ``alarm``.
    kind: str
    #: A newsletter's id, if the run was for one newsletter; else empty.
    about: str
    started: datetime
    #: None while it runs, and forever if its process died.
    ended: datetime | None
    #: ``done``, ``failed`` or ``sent``; empty until it ends.
    outcome: str
    counts: Mapping[str, int]
    #: Why it failed, in one line; empty otherwise.
    reason: str = ""


def start(conn: Connection, kind: str, *, at: datetime, about: str = "") -> int:
    """Record the start of a run; return its id."""
    statement = insert(table).values(kind=kind, about=about, started=at, counts={})
    return int(conn.execute(statement.returning(table.c.id)).scalar_one())


def finish(
    conn: Connection,
    run_id: int,
    outcome: str,
    *,
    at: datetime,
    counts: Mapping[str, int] | None = None,
    reason: str = "",
) -> None:
    """Record the end of a run, and count it."""
    values = {"ended": at, "outcome": outcome, "counts": dict(counts or {}), "reason": reason}
    query = update(table).where(table.c.id == run_id).values(values).returning(table.c.kind, table.c.started)
    run = conn.execute(query).first()
    if run is not None:
        duration_ms = max(round((at - run.started).total_seconds() * 1000), 0)
        counted = {(run.kind, daily_counts.run(outcome)): 1, (run.kind, daily_counts.RUN_MILLISECONDS): duration_ms}
        daily_counts.add(conn, counted, at=at)


def last_done(conn: Connection) -> tuple[Run, ...]:
    """The last run of each kind that did not fail."""
    last = select(func.max(table.c.id)).where(table.c.outcome.not_in(["", "failed"])).group_by(table.c.kind)
    rows = conn.execute(select(*columns(table, Run)).where(table.c.id.in_(last)).order_by(table.c.kind))
    return tuple(from_rows(Run, rows))


def recent(
    conn: Connection,
    kind: str | None = None,
    *,
    about: str | None = None,
    as_of: datetime | None = None,
    limit: int = 20,
) -> tuple[Run, ...]:
    """Runs, latest first: of one kind or all, for one newsletter or any; with ``as_of``, only those started by then.

    A run that started later than now was recorded with a clock that was ahead.
    """
    query = select(*columns(table, Run)).order_by(table.c.started.desc(), table.c.id.desc()).limit(limit)
    if kind is not None:
        query = query.where(table.c.kind == kind)
    if about is not None:
        query = query.where(table.c.about == about)
    if as_of is not None:
        query = query.where(table.c.started <= as_of + CLOCK_SKEW)
    return tuple(from_rows(Run, conn.execute(query)))
