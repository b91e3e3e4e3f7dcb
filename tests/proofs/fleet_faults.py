"""Faults of a fleet: processes are killed, stopped and paused, connections cut, the database restarted, a clock set."""

from __future__ import annotations

import random
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial

import psycopg

from tests.proofs.fleet_setting import CONNECTIONS
from tests.support.fleet_processes import Fleet, FleetProcess
from tests.support.postgres_process import PostgresProcess
from tests.support.run_process import WallClock
from tests.support.smtp_server import SmtpServer

#: Workers count as dead after 30 s without a heartbeat, and a leader as stuck after 15 s.
_PAUSE_S = {"worker": 35.0, "leader": 20.0}
_JUMPS = (timedelta(hours=1), -timedelta(hours=1), timedelta(minutes=3))
_LEADER = """
SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND granted
 AND (classid::bigint << 32) | objid::bigint = hashtextextended('digest leader', 0)
"""
#: A clock that is awake, and ready to take over.
_FOLLOWER = "SELECT id FROM fleet WHERE kind = 'clock' AND leader_pid IS NULL AND seen > now() - interval '3 seconds'"


@dataclass(slots=True)
class FaultInjector:
    """Causes faults in a random order, and counts what they may cost."""

    fleet: Fleet
    database: PostgresProcess
    mail_server: SmtpServer
    wall: WallClock
    chance: random.Random
    log: Callable[[str], None]
    #: Most copies that are promised for what was done so far.
    allowance: int = 0
    #: Seconds until another clock led, after a leader ended or hung; and those that a process took to stop.
    take_overs: list[float] = field(default_factory=list)
    hung_take_overs: list[float] = field(default_factory=list)
    stops: list[float] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    #: When paused processes wake (monotonic).
    _paused: list[tuple[float, FleetProcess]] = field(default_factory=list)

    def inject(self, *, seconds: float) -> None:
        """Cause a fault every few seconds, for so long; then wake what is paused."""
        end = time.monotonic() + seconds
        faults = self._shuffled()
        while self._let_work(until_s=min(time.monotonic() + self.chance.uniform(3, 9), end)) < end:
            while not self._cause(next(faults)):  # another, while there is nothing to do it to
                continue
        self._wake_all()

    def _let_work(self, *, until_s: float) -> float:
        """Let the fleet work until a time (monotonic); return the time."""
        while time.monotonic() < until_s:
            self._wake_due()
            self.fleet.restart_ended()
            time.sleep(0.1)
        return time.monotonic()

    def _cause(self, fault: Callable[[], bool]) -> bool:
        try:
            has_happened = fault()
        except psycopg.OperationalError:  # the database is just starting
            return False
        if has_happened:
            self.log(fault.__name__)
            self.counts[fault.__name__] += 1
        return has_happened

    def _shuffled(self) -> Iterator[Callable[[], bool]]:
        while True:
            yield from self.chance.sample(self.kinds(), len(self.kinds()))

    def kinds(self) -> tuple[Callable[[], bool], ...]:
        """What may go wrong; each says whether it could be done."""
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
            self.stop_leader,
        )

    def kill_worker(self) -> bool:
        if worker := self._any(self.fleet.workers):
            worker.kill()
            self.fleet.replace(worker)
            self.allowance += CONNECTIONS
        return worker is not None

    def stop_worker(self) -> bool:
        if worker := self._any(self.fleet.workers):
            self._stop(worker)
        return worker is not None

    def kill_leader(self) -> bool:
        if leader := self._leader():
            self._take_over(leader.kill, self.take_overs)
            self.fleet.replace(leader)
        return leader is not None

    def stop_leader(self) -> bool:
        if leader := self._leader():
            began = time.monotonic()
            self._take_over(leader.process.terminate, self.take_overs)
            self._wait_for_end(leader, since=began)
        return leader is not None

    def kill_follower(self) -> bool:
        leader = self._leader()
        if follower := self._any([clock for clock in self.fleet.clocks if clock is not leader]):
            follower.kill()
            self.fleet.replace(follower)
        return follower is not None

    def pause_worker(self) -> bool:
        if worker := self._any(self.fleet.workers):
            self._pause(worker, _PAUSE_S["worker"])
            self.allowance += CONNECTIONS
        return worker is not None

    def pause_leader(self) -> bool:
        if leader := self._leader():
            self._take_over(partial(self._pause, leader, _PAUSE_S["leader"]), self.hung_take_overs)
        return leader is not None

    def set_clock(self) -> bool:
        self.wall.set(datetime.now(UTC) + self.chance.choice(_JUMPS))
        return True

    def terminate_backends(self) -> bool:
        with psycopg.connect(self.database.url, autocommit=True) as conn:
            query = "SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
            pids = sorted(pid for (pid,) in conn.execute(query))
            for pid in self.chance.sample(pids, min(3, len(pids))):
                conn.execute("SELECT pg_terminate_backend(%s)", (pid,))
                self.allowance += CONNECTIONS
        return True

    def restart_database(self) -> bool:
        number = self.chance.choice((signal.SIGINT, signal.SIGQUIT, signal.SIGKILL))
        began = time.monotonic()
        self.database.restart(number)
        self.log(f"PostgreSQL back after {time.monotonic() - began:.1f} s ({signal.Signals(number).name})")
        # Each worker is cut off in mid-send; what was committed in the last moments is lost but for a fast restart.
        window = 0.2 if number != signal.SIGINT else 0.0
        last = sum(began - window <= at <= began for at, _ in [*self.mail_server.log])
        self.allowance += CONNECTIONS * len(self.fleet.workers) + last
        return True

    def _wake_due(self) -> None:
        for at, process in [*self._paused]:
            if time.monotonic() >= at:
                process.wake()
                self._paused.remove((at, process))

    def _wake_all(self) -> None:
        for _, process in self._paused:
            process.wake()
        self._paused.clear()

    def _stop(self, process: FleetProcess) -> None:
        began = time.monotonic()
        process.process.terminate()
        self._wait_for_end(process, since=began)

    def _wait_for_end(self, process: FleetProcess, *, since: float) -> None:
        code = process.process.wait(60)
        assert code in {0, -signal.SIGTERM}, code  # one that has just begun may not have got as far as handling it
        self.stops.append(time.monotonic() - since)
        self.fleet.replace(process)

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

    def _take_over(self, end: Callable[[], None], times: list[float]) -> None:
        """End a leader. If another clock follows it, wait until that leads, and note the seconds."""
        with psycopg.connect(self.database.url, autocommit=True) as conn:
            follows = conn.execute(_FOLLOWER).fetchone() is not None
            old = conn.execute(_LEADER).fetchone()
            end()
            began = time.monotonic()
            while follows and ((new := conn.execute(_LEADER).fetchone()) is None or new == old):
                assert time.monotonic() - began < 60, "no clock took over"
                time.sleep(0.02)
        if follows:
            times.append(time.monotonic() - began)
