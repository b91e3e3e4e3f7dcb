"""What was begun, and how it ended: what is done now and then goes by it, and of several processes one begins."""

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
    """Did the last run of this kind begin that long ago?"""
    run = last_run(conn, kind, now)
    return run is None or now - run.started >= every


def last_run(conn: Connection, kind: str, now: datetime) -> runs.Run | None:
    """The last run of this kind."""
    return next(iter(runs.recent(conn, kind, by=now, limit=1)), None)


def start_if_due(hands: JobContext, kind: str, every: timedelta) -> int | None:
    """A run of what is done now and then; None if another process was faster to begin it."""
    now = hands.clock()
    with hands.app.store.begin() as conn:
        advisory_lock(conn, kind)
        return runs.start(conn, kind, at=now) if is_due(conn, kind, every, now) else None


def start(hands: JobContext, kind: str, *, about: str) -> int:
    """A run of what is done when it is due."""
    with hands.app.store.begin() as conn:
        return runs.start(conn, kind, at=hands.clock(), about=about)


@contextmanager
def record_run(hands: JobContext, run_id: int) -> Iterator[dict[str, int]]:
    """How the run ends goes into the history, with the figures that it fills in."""
    counts: dict[str, int] = {}
    try:
        yield counts
    except Exception:
        with suppress(StoreError):  # what went wrong first is what matters
            _end(hands, run_id, "failed", counts)
        raise
    _end(hands, run_id, "done", counts)


def _end(hands: JobContext, run_id: int, outcome: str, counts: dict[str, int]) -> None:
    with hands.app.store.begin() as conn:
        runs.finish(conn, run_id, outcome, at=hands.clock(), counts=counts)
