"""Run history. Periodic jobs check it, so that only one process starts each."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta

from sqlalchemy import Connection

from digest.model.errors import DigestError, StoreError, describe_unexpected, one_line
from digest.store import Store, runs
from digest.store.locks import advisory_lock
from digest.text.credentials import redact

#: Characters of a stored reason.
_MAX_REASON = 500


def is_due(conn: Connection, kind: str, every: timedelta, now: datetime) -> bool:
    """Whether the last run of this kind started at least ``every`` ago."""
    run = last_run(conn, kind, now)
    return run is None or now - run.started >= every


def last_run(conn: Connection, kind: str, now: datetime) -> runs.Run | None:
    """The last run of this kind."""
    return next(iter(runs.recent(conn, kind, as_of=now, limit=1)), None)


def start_if_due(store: Store, kind: str, every: timedelta, *, now: datetime) -> int | None:
    """Start a run of a periodic job and return its id; None if another process has just started it."""
    with store.begin() as conn:
        advisory_lock(conn, kind)
        return runs.start(conn, kind, at=now) if is_due(conn, kind, every, now) else None


def start(store: Store, kind: str, *, about: str, now: datetime) -> int:
    """Start a run of a job that isn't periodic and return its id."""
    with store.begin() as conn:
        return runs.start(conn, kind, at=now, about=about)


@contextmanager
def record_run(store: Store, run_id: int, *, clock: Callable[[], datetime]) -> Iterator[dict[str, int]]:
    """Record the end of the run, and the counts that the block fills in."""
    counts: dict[str, int] = {}

    def finish(outcome: str, reason: str = "") -> None:
        with store.begin() as conn:
            runs.finish(conn, run_id, outcome, at=clock(), counts=counts, reason=reason)

    try:
        yield counts
    except Exception as error:
        reason = one_line(str(error)) if isinstance(error, DigestError) else describe_unexpected(error)
        with suppress(StoreError):  # the first error is the one to report
            finish("failed", redact(reason)[:_MAX_REASON])
        raise
    finish("done")
