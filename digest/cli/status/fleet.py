"""The fleet in ``digest status``: which clock leads, what workers do, how long jobs wait."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from digest.jobs.fleet_status import FleetStatus
from digest.text.time_format import iso_utc, utc_time


def fleet_lines(fleet: FleetStatus) -> Iterator[str]:
    """A line for each clock, worker and queue."""
    for clock in fleet.clocks:
        yield f"{clock.id}: {'leads' if clock.leader_pid else 'follows'}, seen {utc_time(clock.seen)}"
    for worker in fleet.workers:
        does = worker.job or "waits"
        yield f"{worker.id}: {', '.join(worker.queues)}: {does}, seen {utc_time(worker.seen)}"
    for name, queue in fleet.queues.items():
        yield f"jobs in {name}: {queue.depth}, the oldest {queue.age_s:.0f} s"


def fleet_document(fleet: FleetStatus) -> dict[str, Any]:
    """The fleet as JSON values."""
    return {
        "clocks": [
            {"id": clock.id, "leads": clock.leader_pid is not None, "seen": iso_utc(clock.seen)}
            for clock in fleet.clocks
        ],
        "workers": [
            {"id": worker.id, "queues": list(worker.queues), "job": worker.job, "seen": iso_utc(worker.seen)}
            for worker in fleet.workers
        ],
        "queues": {
            name: {"depth": queue.depth, "age_s": round(queue.age_s, 1)} for name, queue in fleet.queues.items()
        },
    }
