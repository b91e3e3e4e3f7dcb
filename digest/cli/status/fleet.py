"""The fleet in ``digest status``: which clock leads, what workers do, how long jobs wait."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from digest.jobs.fleet_status import FleetStatus, differences
from digest.jobs.types import QUEUES
from digest.store.fleet import Member
from digest.text.quantities import duration
from digest.text.time_format import iso_utc

_MAX_PLACE = 26
_NOTES = {"settings": "other settings", "version": "version {0.version}", "clock": "wrong clock"}


def fleet_lines(fleet: FleetStatus) -> Iterator[str]:
    """A table of clocks and workers, and a line of queues; 80 columns as long as a worker does two things."""
    differing = differences(fleet)
    members = [*fleet.clocks, *fleet.workers]
    width = max((len(_place(member)) for member in members), default=0)
    yield f"fleet: {_alive(fleet, 'clock')} and {_alive(fleet, 'worker')} alive"
    for member in members:
        does = _does(member, now=fleet.now, is_silent=member not in fleet.alive)
        notes = [_NOTES[name].format(member) for name in differing.get(member.id, ())]
        yield f"  {member.kind:<6}  {_place(member):<{width}}  {', '.join([does, *notes])}"
    waiting = [f"{name} {queue.depth}, oldest {duration(queue.age_s)}" for name, queue in fleet.queues.items()]
    yield f"  jobs    {fleet.queue_problem or '; '.join(waiting) or 'none waits'}"


def _place(member: Member) -> str:
    """Host and process: ``web1:4711``; of a long one the end, which differs."""
    place = member.id.partition("@")[2] or member.id
    return place if len(place) <= _MAX_PLACE else f"…{place[1 - _MAX_PLACE :]}"


def _does(member: Member, *, now: datetime, is_silent: bool) -> str:
    """What the process does, and for how long it has run, or said nothing."""
    if is_silent:
        return f"silent for {duration((now - member.seen).total_seconds())}"
    up = f"up {duration((now - member.started).total_seconds())}"
    if member.kind == "clock":
        return f"{'leads' if member.leader_pid else 'follows'}, {up}"
    queues = "" if {*QUEUES} <= {*member.queues} else f"only {'+'.join(member.queues)}"
    return ", ".join(filter(None, (member.job.replace("_", " ") or "idle", queues, up)))


def _alive(fleet: FleetStatus, kind: str) -> str:
    count = sum(member.kind == kind for member in fleet.alive)
    return f"1 {kind}" if count == 1 else f"{count} {kind}s"


def fleet_document(fleet: FleetStatus) -> dict[str, Any]:
    """The fleet as JSON values; ``differs`` names what differs from the leading clock: settings, version, clock."""
    differing = differences(fleet)

    def common(member: Member) -> dict[str, Any]:
        differs = list(differing.get(member.id, ()))
        return {"seen": iso_utc(member.seen), "version": member.version, "differs": differs}

    return {
        "clocks": [{"id": clock.id, "leads": clock.leader_pid is not None, **common(clock)} for clock in fleet.clocks],
        "workers": [
            {"id": worker.id, "queues": list(worker.queues), "job": worker.job, **common(worker)}
            for worker in fleet.workers
        ],
        "queues": {
            name: {"depth": queue.depth, "age_s": round(queue.age_s, 1)} for name, queue in fleet.queues.items()
        },
    }
