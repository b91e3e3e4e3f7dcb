"""Metrics of the distributed engine: its queues, and the processes of the fleet. None with the other engine."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from sqlalchemy import Connection

from digest.model.metrics import Metric
from digest.settings import Settings
from digest.store import fleet, job_queue, queue_schema
from digest.store.job_queue import QueueState

#: A process that said nothing for so long doesn't count.
_SILENT = timedelta(seconds=30)
_KINDS = ("clock", "worker")


def fleet_metrics(conn: Connection, settings: Settings) -> Iterator[Metric]:
    """Waiting jobs of each queue, and how many clocks and workers live."""
    is_distributed = settings.jobs.engine == "procrastinate"
    has_queue = is_distributed and not queue_schema.find_problem(conn)
    now = fleet.database_time(conn)
    members = fleet.members(conn, now=now) if is_distributed else ()
    alive = [member for member in members if now - member.seen <= _SILENT]
    states = job_queue.states(conn) if has_queue else {}
    names = sorted({queue for member in alive for queue in member.queues} | states.keys())
    yield Metric.of(
        "digest_jobs_waiting",
        "gauge",
        "Jobs that no worker has begun.",
        (({"queue": name}, states.get(name, QueueState()).depth) for name in names),
    )
    yield Metric.of(
        "digest_jobs_oldest_seconds",
        "gauge",
        "Time that the oldest of them has waited.",
        (({"queue": name}, states.get(name, QueueState()).age_s) for name in names),
    )
    yield Metric.of(
        "digest_fleet_processes",
        "gauge",
        "Clocks and workers that live.",
        (({"kind": kind}, [member.kind for member in alive].count(kind)) for kind in _KINDS if is_distributed),
    )
