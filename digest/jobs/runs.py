"""Run history. Periodic jobs check it, so that only one process starts each."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta

from sqlalchemy import Connection

from digest.jobs.types import JobContext
from digest.model.errors import StoreError
from digest.store import runs
from digest.store.locks import advisory_lock


def is_due(conn: Connection, kind: str, every: timedelta, now: datetime) -> bool:
    """Whether the last run of this kind started at least ``every`` ago."""
    run = last_run(conn, kind, now)
    return run is None or now - run.started >= every


def last_run(conn: Connection, kind: str, now: datetime) -> runs.Run | None:
    """The last run of this kind."""
    return next(iter(runs.recent(conn, kind, as_of=now, limit=1)), None)


def start_if_due(context: JobContext, kind: str, every: timedelta) -> int | None:
    """Start a run of a periodic job and return its id; None if another process has just started it."""
    now = context.clock()
    with context.app.store.begin() as conn:
        advisory_lock(conn, kind)
        return runs.start(conn, kind, at=now) if is_due(conn, kind, every, now) else None


def start(context: JobContext, kind: str, *, about: str) -> int:
    """Start a run of a job that isn't periodic and return its id."""
    with context.app.store.begin() as conn:
        return runs.start(conn, kind, at=context.clock(), about=about)


@contextmanager
def record_run(context: JobContext, run_id: int) -> Iterator[dict[str, int]]:
    """Record the end of the run, and the counts that the block fills in."""
    counts: dict[str, int] = {}
    try:
        yield counts
    except Exception:
        with suppress(StoreError):  # the first error is the one to report
            _finish(context, run_id, "failed", counts)
        raise
    _finish(context, run_id, "done", counts)


def _finish(context: JobContext, run_id: int, outcome: str, counts: dict[str, int]) -> None:
    with context.app.store.begin() as conn:
        runs.finish(conn, run_id, outcome, at=context.clock(), counts=counts)
