"""A fleet under fire: clocks, workers and the database are killed, paused and cut off in random order.

    python -m tests.proofs.fleet --minutes 10 [--seed N]

Two clocks (one whose clock on the wall jumps) and three workers send an edition a minute to each subscriber, of feeds
that have news every minute. At the end nobody is missed, no edition is doubled, and no copy is beyond what is promised.
"""

from __future__ import annotations

import argparse
import random
import signal
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg

from tests.proofs.fleet_checks import Findings, findings, is_final, make_due
from tests.proofs.fleet_setting import CONNECTIONS, NO_MORE_SLOTS, prepare, write_settings
from tests.support.feed_hosts import FeedHosts, feed_hosts
from tests.support.fleet_processes import OLDER_VERSION, Fleet, FleetProcess, fleet_in
from tests.support.postgres_process import PostgresProcess, create_cluster
from tests.support.run_process import WallClock, until
from tests.support.smtp_server import Fault, RandomFaults, SmtpServer, smtp_server

#: Workers count as dead after 30 s without a heartbeat, and a leader as stuck after 15 s.
_PAUSE_S = {"worker": 35.0, "leader": 20.0}
_JUMPS = (timedelta(hours=1), -timedelta(hours=1), timedelta(minutes=3))
_FAULTS = (
    Fault("421 4.3.2 shutting down", drop="after"),
    Fault("451 4.3.0 local error"),
    Fault(drop="before"),
    Fault(drop="after"),
    Fault(delay_s=0.2),
)
_LEADER = """
SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND granted
 AND (classid::bigint << 32) | objid::bigint = hashtextextended('digest leader', 0)
"""


@dataclass(slots=True)
class Fire:
    """What goes wrong, and what that may cost."""

    fleet: Fleet
    database: PostgresProcess
    mail_server: SmtpServer
    wall: WallClock
    chance: random.Random
    log: Callable[[str], None]
    #: Most copies that are promised for what was done so far.
    allowance: int = 0
    #: Seconds from the death of a leader until another clock led.
    take_overs: list[float] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    #: When paused processes wake (monotonic).
    _paused: list[tuple[float, FleetProcess]] = field(default_factory=list)

    def kinds(self) -> tuple[Callable[[], None], ...]:
        return (
            self.kill_worker,
            self.kill_leader,
            self.restart_database,
            self.pause_worker,
            self.terminate_backends,
            self.kill_follower,
            self.pause_leader,
            self.kill_worker,
            self.set_clock,
            self.stop_worker,
        )

    def kill_worker(self) -> None:
        if worker := self._any(self.fleet.workers):
            worker.kill()
            self.fleet.replace(worker)
            self.allowance += CONNECTIONS

    def stop_worker(self) -> None:
        if worker := self._any(self.fleet.workers):
            worker.process.terminate()
            worker.process.wait(60)
            self.fleet.replace(worker)

    def kill_leader(self) -> None:
        if leader := self._leader():
            self._time_take_over(leader.kill)
            self.fleet.replace(leader)

    def kill_follower(self) -> None:
        leader = self._leader()
        if follower := self._any([clock for clock in self.fleet.clocks if clock is not leader]):
            follower.kill()
            self.fleet.replace(follower)

    def pause_worker(self) -> None:
        if worker := self._any(self.fleet.workers):
            self._pause(worker, _PAUSE_S["worker"])
            self.allowance += CONNECTIONS

    def pause_leader(self) -> None:
        if leader := self._leader():
            self._pause(leader, _PAUSE_S["leader"])

    def set_clock(self) -> None:
        self.wall.set(datetime.now(UTC) + self.chance.choice(_JUMPS))

    def terminate_backends(self) -> None:
        with psycopg.connect(self.database.url, autocommit=True) as conn:
            query = "SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
            pids = sorted(pid for (pid,) in conn.execute(query))
            for pid in self.chance.sample(pids, min(3, len(pids))):
                conn.execute("SELECT pg_terminate_backend(%s)", (pid,))
                self.allowance += CONNECTIONS

    def restart_database(self) -> None:
        number = self.chance.choice((signal.SIGINT, signal.SIGQUIT, signal.SIGKILL))
        began = time.monotonic()
        self.database.restart(number)
        self.log(f"PostgreSQL back after {time.monotonic() - began:.1f} s ({signal.Signals(number).name})")
        # Each worker is cut off in mid-send; what was committed in the last moments is lost but for a fast restart.
        window = 0.2 if number != signal.SIGINT else 0.0
        last = sum(began - window <= at <= began for at, _ in [*self.mail_server.log])
        self.allowance += CONNECTIONS * len(self.fleet.workers) + last

    def wake_due(self) -> None:
        for at, process in [*self._paused]:
            if time.monotonic() >= at:
                process.wake()
                self._paused.remove((at, process))

    def wake_all(self) -> None:
        for _, process in self._paused:
            process.wake()
        self._paused.clear()

    def _pause(self, process: FleetProcess, seconds: float) -> None:
        process.pause()
        self._paused.append((time.monotonic() + seconds, process))

    def _any(self, processes: list[FleetProcess]) -> FleetProcess | None:
        awake = [process for process in processes if not process.is_paused and process.process.poll() is None]
        return self.chance.choice(awake) if awake else None

    def _leader(self) -> FleetProcess | None:
        with psycopg.connect(self.database.url, autocommit=True) as conn:
            rows = conn.execute("SELECT id FROM fleet WHERE leader_pid IS NOT NULL ORDER BY seen DESC").fetchall()
        clocks = [self.fleet.clock(int(id_.rpartition(":")[2])) for (id_,) in rows]
        return next((clock for clock in clocks if clock and not clock.is_paused), None)

    def _time_take_over(self, end: Callable[[], None]) -> None:
        with psycopg.connect(self.database.url, autocommit=True) as conn:
            old = conn.execute(_LEADER).fetchone()
            end()
            began = time.monotonic()
            while (new := conn.execute(_LEADER).fetchone()) is None or new == old:
                assert time.monotonic() - began < 60, "no clock took over"
                time.sleep(0.02)
        self.take_overs.append(time.monotonic() - began)


@dataclass(slots=True, kw_only=True)
class Outcome:
    """Numbers at the end, for people and for assertions."""

    findings: Findings
    fire: Fire
    copies: int
    allowance: int
    shortest_interval_s: float
    stop_s: float
    exit_codes: list[int]


def fight(folder: Path, *, minutes: float, seed: int, subscribers: int, log: Callable[[str], None]) -> Outcome:
    """Run the fleet for so many minutes, with a fault every few seconds."""
    chance = random.Random(seed)
    log(f"seed {seed}")
    mail_server = SmtpServer(record_contents=False)
    mail_server.fault_for = RandomFaults(seed=seed, rate=0.005, faults=_FAULTS, jitter_s=0.02)
    database = PostgresProcess(create_cluster(folder / "cluster"))
    try:
        with smtp_server(mail_server), feed_hosts(3) as feeds, fleet_in(folder) as fleet:
            prepare(folder, database.url, mail_server.port, feeds.addresses, subscribers=subscribers)
            wall = WallClock(folder)
            wall.set(datetime.now(UTC))
            fire = Fire(fleet, database, mail_server, wall, chance, log)
            _start(fleet, wall)
            _rage(fire, minutes)
            return _finish(fire, feeds, log)
    finally:
        database.kill()


def _start(fleet: Fleet, wall: WallClock) -> None:
    fleet.start("run")
    fleet.start("run", environment=wall.environment)
    for queues in ("collect,publish,deliver", "collect,publish,deliver", "deliver"):
        fleet.start("worker", "--queues", queues)
    fleet.start("worker", "--queues", "collect", program=("-c", OLDER_VERSION, "collect part"))


def _rage(fire: Fire, minutes: float) -> None:
    until(lambda: fire.mail_server.total > 0, within_s=150)
    end = time.monotonic() + minutes * 60
    for event in _shuffled(fire.kinds(), fire.chance):
        wait = time.monotonic() + fire.chance.uniform(3, 10)
        while time.monotonic() < min(wait, end):
            fire.wake_due()
            fire.fleet.restart_ended()
            time.sleep(0.1)
        if time.monotonic() >= end:
            break
        fire.log(event.__name__)
        fire.counts[event.__name__] += 1
        with suppress(psycopg.OperationalError):
            event()
    fire.wake_all()


def _shuffled(kinds: tuple[Callable[[], None], ...], chance: random.Random) -> Iterator[Callable[[], None]]:
    while True:
        yield from chance.sample(kinds, len(kinds))


def _finish(fire: Fire, feeds: FeedHosts, log: Callable[[str], None]) -> Outcome:
    """Let no further slot be due, send what still waits, and stop all."""
    write_settings(fire.fleet.folder, NO_MORE_SLOTS)
    fire.wall.set(datetime.now(UTC))
    fire.fleet.signal(signal.SIGHUP)
    url = fire.database.url

    def is_over() -> bool:
        fire.fleet.restart_ended()
        make_due(url)
        return is_final(url)

    until(is_over, within_s=240)
    exit_codes, stop_s = fire.fleet.end()
    mail_server = fire.mail_server
    return Outcome(
        findings=findings(url, mail_server),
        fire=fire,
        copies=mail_server.total - len(mail_server.accepted),
        allowance=fire.allowance + mail_server.lost_replies,
        shortest_interval_s=feeds.shortest_interval_s,
        stop_s=stop_s,
        exit_codes=exit_codes,
    )


def main() -> None:
    """Fight for some minutes, and print the numbers."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--seed", type=int, default=time.time_ns() % 100_000)
    parser.add_argument("--subscribers", type=int, default=2000)
    parser.add_argument("--folder", type=Path)
    args = parser.parse_args()
    began = time.monotonic()

    def log(line: str) -> None:
        print(f"{time.monotonic() - began:6.1f} s  {line}", flush=True)  # noqa: T201  # the proof's report

    with tempfile.TemporaryDirectory(prefix="digest-fleet-") as temporary:
        folder = args.folder or Path(temporary)
        folder.mkdir(exist_ok=True)
        folder.chmod(0o755)
        outcome = fight(folder, minutes=args.minutes, seed=args.seed, subscribers=args.subscribers, log=log)
    for line in report(outcome):
        log(line)
    check(outcome)
    log("all holds")


def report(outcome: Outcome) -> Iterator[str]:
    """The numbers, one line each."""
    fire, found = outcome.fire, outcome.findings
    yield f"events: {', '.join(f'{count} {name}' for name, count in sorted(fire.counts.items()))}"
    yield f"editions {found.editions}, deliveries {found.deliveries}, sent {found.sent}, slots {dict(found.slots)}"
    yield f"missed {len(found.missed)}, copies {outcome.copies} of at most {outcome.allowance} promised"
    yield f"take-over after {', '.join(f'{seconds:.1f}' for seconds in fire.take_overs) or 'none'} s"
    yield f"shortest interval of a source {outcome.shortest_interval_s:.1f} s"
    yield f"ended by themselves: {Counter(fire.fleet.ended) or 'none'}; all stopped in {outcome.stop_s:.1f} s"


def check(outcome: Outcome) -> None:
    """Assert what is promised."""
    found = outcome.findings
    assert found.editions >= 1
    assert not found.missed, "nobody is missed"
    assert not found.unknown_mails, "each copy has the ledger's Message-ID"
    assert not found.doubled, "no subscriber has two editions of one slot"
    assert not found.lost_slots, "no slot is lost"
    assert not found.early_slots, "no slot is published before it is due"
    assert outcome.copies <= outcome.allowance
    assert outcome.shortest_interval_s >= 0.8 * 60 - 1, "no source is visited more often than its limit"
    assert all(seconds < 10 for seconds in outcome.fire.take_overs)
    assert set(outcome.exit_codes) <= {0, -signal.SIGTERM}


if __name__ == "__main__":
    main()
