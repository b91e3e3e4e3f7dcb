"""Status of the distributed engine: which clock leads, what workers do, how long jobs wait."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection

from digest.jobs.types import QUEUES
from digest.store import fleet, job_queue, queue_schema
from digest.store.fleet import Member
from digest.store.job_queue import QueueState

#: A process that said nothing for so long is a problem; so is a job that waits for so long.
_SILENT, _MAX_AGE = timedelta(seconds=30), timedelta(minutes=15)
#: A machine whose clock differs from the database's by more than this has a wrong clock.
MAX_CLOCK_ERROR = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class FleetStatus:
    """Clocks, workers and queues at one moment."""

    #: By the database's clock, as are the members' times.
    now: datetime
    clocks: tuple[Member, ...]
    workers: tuple[Member, ...]
    queues: Mapping[str, QueueState]
    #: Why jobs can't be queued; empty if they can.
    queue_problem: str = ""

    @property
    def alive(self) -> tuple[Member, ...]:
        """The processes that were seen of late."""
        return tuple(member for member in (*self.clocks, *self.workers) if self.now - member.seen <= _SILENT)

    @property
    def leader(self) -> Member | None:
        """The clock that leads."""
        return next((member for member in self.alive if member.leader_pid), None)


def read_fleet(conn: Connection) -> FleetStatus:
    """Read the status from the store."""
    now = fleet.database_time(conn)
    members = fleet.members(conn, now=now)
    problem = queue_schema.find_problem(conn)
    return FleetStatus(
        now=now,
        clocks=tuple(member for member in members if member.kind == "clock"),
        workers=tuple(member for member in members if member.kind == "worker"),
        queues={} if problem else job_queue.states(conn),
        queue_problem=problem,
    )


def queues_without_worker(status: FleetStatus) -> tuple[str, ...]:
    """The queues whose jobs no living worker takes."""
    worked_on = {queue for worker in status.alive for queue in worker.queues}
    return tuple(queue for queue in QUEUES if queue not in worked_on)


def fleet_problems(status: FleetStatus) -> Iterator[str]:
    """Signs that the fleet doesn't do its work, one line each."""
    if status.queue_problem:
        yield status.queue_problem
    if status.leader is None:
        yield "no clock leads: is 'digest run' running?"
    if missing := queues_without_worker(status):
        yield f"no worker for {', '.join(missing)}: is 'digest worker' running?"
    yield from disagreements(status)
    for name, queue in status.queues.items():
        if queue.age_s > _MAX_AGE.total_seconds():
            yield f"{queue.depth} jobs wait in the queue {name}, the oldest for {queue.age_s / 60:.0f} minutes"


def disagreements(status: FleetStatus) -> Iterator[str]:
    """What the machines have different and should have alike, one line each: versions, settings, clocks."""
    versions = sorted({member.version for member in status.alive})
    if len(versions) > 1:
        have = (f"{version or 'unknown'} on {_names(status.alive, version=version)}" for version in versions)
        yield f"machines run different versions: {'; '.join(have)}"
    yield from _different_settings(status)
    for host, ahead in sorted({_host(member): member.clock_ahead for member in status.alive}.items()):
        if problem := clock_problem(host, ahead):
            yield problem


def differences(status: FleetStatus) -> Mapping[str, tuple[str, ...]]:
    """By process, what differs from the leading clock: ``version``, ``settings``; or a wrong ``clock``."""
    leader = status.leader or next(iter(status.alive), None)
    found = {member.id: tuple(_differences(member, leader)) for member in status.alive if leader}
    return {id_: names for id_, names in found.items() if names}


def _differences(member: Member, leader: Member) -> Iterator[str]:
    if member.version != leader.version:
        yield "version"
    elif member.settings_hash != leader.settings_hash:
        yield "settings"
    if abs(member.clock_ahead) > MAX_CLOCK_ERROR:
        yield "clock"


def clock_problem(machine: str, ahead: timedelta) -> str:
    """What is wrong with the clock of a machine that is ahead of the database's; empty if nothing is."""
    if abs(ahead) <= MAX_CLOCK_ERROR:
        return ""
    minutes = abs(ahead) / timedelta(minutes=1)
    where = "ahead of" if ahead > timedelta(0) else "behind"
    return f"the clock of {machine} is {minutes:.0f} min {where} the database's: set it, by NTP for example"


def machine_ahead(now: datetime) -> timedelta:
    """How far this machine's clock is ahead of the database's, which shows ``now``."""
    return datetime.now(UTC) - now


def _different_settings(status: FleetStatus) -> Iterator[str]:
    """Processes whose settings differ from the leader's; those of another version have others anyway."""
    leader = status.leader or next(iter(status.alive), None)
    if leader is None:
        return
    alike = [member for member in status.alive if member.version == leader.version]
    hashes = Counter(member.settings_hash for member in alike)
    common = leader.settings_hash if status.leader else hashes.most_common(1)[0][0]
    if different := [member for member in alike if member.settings_hash != common]:
        than = f"of {leader.id}, which leads" if status.leader else "of the others"
        names = ", ".join(member.id for member in different)
        yield f"the settings of {names} differ from those {than}: give all the same, and reload them (kill -HUP)"


def _names(members: Sequence[Member], *, version: str) -> str:
    return ", ".join(member.id for member in members if member.version == version)


def _host(member: Member) -> str:
    return member.id.partition("@")[2].rpartition(":")[0]
