"""Status of the distributed engine: which clock leads, what workers do, how long jobs wait."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from digest.jobs.types import QUEUES
from digest.store import fleet, job_queue, queue_schema
from digest.store.fleet import Member
from digest.store.job_queue import QueueState

#: A process that said nothing for so long is a problem; so is a job that waits for so long.
_SILENT, _MAX_AGE = timedelta(seconds=30), timedelta(minutes=15)


@dataclass(frozen=True, slots=True, kw_only=True)
class FleetStatus:
    """Clocks, workers and queues at one moment."""

    clocks: tuple[Member, ...]
    workers: tuple[Member, ...]
    queues: Mapping[str, QueueState]
    #: Why jobs can't be queued; empty if they can.
    queue_problem: str = ""


def read_fleet(conn: Connection, *, now: datetime) -> FleetStatus:
    """Read the status from the store."""
    members = fleet.members(conn, now=now)
    problem = queue_schema.find_problem(conn)
    return FleetStatus(
        clocks=tuple(member for member in members if member.kind == "clock"),
        workers=tuple(member for member in members if member.kind == "worker"),
        queues={} if problem else job_queue.states(conn),
        queue_problem=problem,
    )


def queues_without_worker(status: FleetStatus, *, now: datetime) -> tuple[str, ...]:
    """The queues whose jobs no living worker takes."""
    worked_on = {queue for worker in status.workers if now - worker.seen <= _SILENT for queue in worker.queues}
    return tuple(queue for queue in QUEUES if queue not in worked_on)


def fleet_problems(status: FleetStatus, *, now: datetime) -> Iterator[str]:
    """Signs that the fleet doesn't do its work, one line each."""
    if status.queue_problem:
        yield status.queue_problem
    alive = [member for member in (*status.clocks, *status.workers) if now - member.seen <= _SILENT]
    if not any(member.leader_pid for member in alive):
        yield "no clock leads: is 'digest run' running?"
    if missing := queues_without_worker(status, now=now):
        yield f"no worker for {', '.join(missing)}: is 'digest worker' running?"
    if len({member.settings_hash for member in alive}) > 1:
        yield "the settings of the machines differ: give all the same, and reload them"
    if len({member.version for member in alive}) > 1:
        yield f"machines run different versions: {', '.join(sorted({member.version for member in alive}))}"
    for name, queue in status.queues.items():
        if queue.age_s > _MAX_AGE.total_seconds():
            yield f"{queue.depth} jobs wait in the queue {name}, the oldest for {queue.age_s / 60:.0f} minutes"
