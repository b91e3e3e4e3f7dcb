"""The queue of jobs in a PostgreSQL database: Procrastinate's tables, read in our own transactions.

Whatever is lost from it, the clock enqueues again: the ledger and the slots are the truth. ``queue_schema`` makes it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, text

#: Failed jobs are kept for so long, to tell how often a job has failed.
_KEEP_FAILED = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueState:
    """Jobs of one queue that no worker has begun."""

    depth: int = 0
    #: Seconds that the oldest has waited beyond the time that it was scheduled for.
    age_s: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Failures:
    """Failures of one job in the last day."""

    times: int
    last: datetime


def queued(conn: Connection, locks: Sequence[str] | None = None) -> frozenset[str]:
    """The queueing locks of jobs that wait or are under way; with ``locks``, those of them."""
    if locks is not None:
        query = text(
            "SELECT queueing_lock FROM procrastinate_jobs WHERE status = 'doing' AND queueing_lock = ANY(:locks)"
        )
        return waiting(conn, locks) | frozenset(conn.execute(query, {"locks": [*locks]}).scalars())
    query = text(
        "SELECT queueing_lock FROM procrastinate_jobs WHERE status IN ('todo', 'doing') AND queueing_lock IS NOT NULL"
    )
    return frozenset(conn.execute(query).scalars())


def waiting(conn: Connection, locks: Sequence[str]) -> frozenset[str]:
    """Those of the queueing locks whose jobs wait."""
    query = text("SELECT queueing_lock FROM procrastinate_jobs WHERE status = 'todo' AND queueing_lock = ANY(:locks)")
    return frozenset(conn.execute(query, {"locks": [*locks]}).scalars())


def has_kind(conn: Connection, kind: str, *, queue: str, queued_within: timedelta) -> bool:
    """Whether a job of this kind waits in the queue or is under way that was queued so recently."""
    query = text(
        "SELECT 1 FROM procrastinate_jobs AS j"
        " JOIN procrastinate_events AS e ON e.job_id = j.id AND e.type = 'deferred'"
        " WHERE j.status IN ('todo', 'doing') AND j.queue_name = :queue AND j.args -> 'job' ->> 'kind' = :kind"
        " AND e.at > now() - CAST(:within AS interval) LIMIT 1"
    )
    values = {"queue": queue, "kind": kind, "within": f"{queued_within.total_seconds()} seconds"}
    return conn.execute(query, values).first() is not None


def request_statuses(conn: Connection, request: str) -> frozenset[str]:
    """The statuses of a request's jobs: ``todo``, ``doing`` or ``failed``; jobs that are done are deleted."""
    query = text("SELECT DISTINCT CAST(status AS text) FROM procrastinate_jobs WHERE args -> 'job' ->> 'request' = :id")
    return frozenset(conn.execute(query, {"id": request}).scalars())


def failures(conn: Connection) -> Mapping[str, Failures]:
    """Failures by queueing lock."""
    query = text(
        "SELECT j.queueing_lock, count(*) AS times, max(e.at) AS last FROM procrastinate_jobs AS j"
        " JOIN procrastinate_events AS e ON e.job_id = j.id AND e.type = 'failed'"
        " WHERE j.status = 'failed' AND j.queueing_lock IS NOT NULL GROUP BY j.queueing_lock"
    )
    return {row.queueing_lock: Failures(times=row.times, last=row.last) for row in conn.execute(query)}


def states(conn: Connection) -> Mapping[str, QueueState]:
    """The queues that have waiting jobs."""
    query = text(
        "SELECT queue_name, count(*) AS depth,"
        " coalesce(extract(epoch FROM now() - min(coalesce(j.scheduled_at, e.at))), 0) AS age"
        " FROM procrastinate_jobs AS j LEFT JOIN procrastinate_events AS e ON e.job_id = j.id AND e.type = 'deferred'"
        " WHERE j.status = 'todo' GROUP BY queue_name ORDER BY queue_name"
    )
    return {row.queue_name: QueueState(depth=row.depth, age_s=max(float(row.age), 0)) for row in conn.execute(query)}


def release_stalled(conn: Connection, *, heartbeat: timedelta) -> int:
    """Let jobs of workers that are dead or stuck be done by others; return how many."""
    is_stalled = (
        "NOT EXISTS (SELECT 1 FROM procrastinate_workers AS worker"
        " WHERE worker.id = worker_id AND worker.last_heartbeat >= now() - CAST(:heartbeat AS interval))"
    )
    return _release(conn, is_stalled, {"heartbeat": f"{heartbeat.total_seconds()} seconds"})


def release(conn: Connection, ids: Sequence[int]) -> int:
    """Let jobs under way be done by others, since their worker abandons them; return how many."""
    return _release(conn, "id = ANY(:ids)", {"ids": [*ids]})


def _release(conn: Connection, condition: str, values: Mapping[str, object]) -> int:
    """Make jobs under way wait again; those that are queued anew meanwhile are deleted."""
    is_queued_again = (
        "EXISTS (SELECT 1 FROM procrastinate_jobs AS other WHERE other.status = 'todo'"
        " AND other.queueing_lock = procrastinate_jobs.queueing_lock)"
    )
    jobs = f"status = 'doing' AND {condition}"
    remove = f"DELETE FROM procrastinate_jobs WHERE {jobs} AND {is_queued_again}"  # noqa: S608  # constants
    release = f"UPDATE procrastinate_jobs SET status = 'todo', worker_id = NULL WHERE {jobs}"  # noqa: S608  # constants
    return sum(conn.execute(text(statement), values).rowcount for statement in (remove, release))


def delete_old_failures(conn: Connection) -> None:
    """Delete failed jobs that are too old to count."""
    query = text(
        "DELETE FROM procrastinate_jobs WHERE status = 'failed' AND id IN ("
        " SELECT job_id FROM procrastinate_events WHERE type = 'failed' AND at < now() - CAST(:keep AS interval))"
    )
    conn.execute(query, {"keep": f"{_KEEP_FAILED.total_seconds()} seconds"})
