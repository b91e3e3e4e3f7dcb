"""The engine of one process: APScheduler is the tick, a pool of threads the hands.

At each tick it looks for jobs that are due, and gives those that nobody has in hand to a thread. It remembers nothing
that matters: killed at any moment, it finds the same jobs when it looks again.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from threading import Condition, Event
from typing import TYPE_CHECKING

from digest.jobs import Collect, Deliver, Job, Log
from digest.model.errors import DigestError

if TYPE_CHECKING:
    from apscheduler.job import Job as Tick  # type: ignore[import-untyped]  # it has no types

#: A job that is due still when it was done, or that failed, is left alone for this long; longer each time it fails.
_REST_S, _LONGEST_REST_S = 30.0, 900.0
#: A clock that goes ahead of the time that passed by more than this, or falls back, was set.
_JUMP_S = 2.0


@dataclass(slots=True, kw_only=True)
class EmbeddedEngine:
    """Looks, and has the work done, until it is told to stop."""

    look: Callable[[], Iterable[Job]]
    work: Callable[[Job], Iterable[Job]]
    log: Log
    tick_s: float = 1.0
    rest_s: float = _REST_S
    hands: int = 4
    _busy: set[Job] = field(default_factory=set)
    #: Until when, on the clock that can't be set, a job is left alone; and how often it failed in a row.
    _rests: dict[Job, float] = field(default_factory=dict)
    _failures: dict[Job, int] = field(default_factory=dict)
    _blind_until: float = 0.0
    _changed: Condition = field(default_factory=Condition)

    def run(self, stop: Event) -> bool:
        """Work until ``stop`` is set; then what is in hand is ended, and nothing else is begun.

        False if sources are still being visited: that may be dropped at any moment, and can take long.
        """
        # Here, since only who runs must pay for the tenth of a second that it takes.
        from apscheduler.schedulers.background import (  # type: ignore[import-untyped]  # it has no types
            BackgroundScheduler,
        )

        logging.getLogger("apscheduler").setLevel(logging.ERROR)  # each tick would be a line, and none is news
        # A tick that is late, because the machine slept or was busy, is made up for once.
        ticks = {"misfire_grace_time": None, "coalesce": True, "max_instances": 1}
        scheduler = BackgroundScheduler(timezone=UTC, job_defaults=ticks)
        pool = ThreadPoolExecutor(self.hands, thread_name_prefix="hand")
        tick = scheduler.add_job(self._tick, "interval", (pool, stop), seconds=self.tick_s, next_run_time=_now())
        scheduler.start()
        try:
            self._watch_the_clock(tick, stop)
        finally:
            stop.set()
            scheduler.shutdown()
            with self._changed:  # nobody is about to hand something to the pool
                pool.shutdown(wait=False)
        return self._wait_for_hands()

    def _watch_the_clock(self, tick: Tick, stop: Event) -> None:
        """APScheduler goes by the clock on the wall: set back by an hour, it would sleep for an hour."""
        ahead = time.time() - time.monotonic()
        while not stop.wait(self.tick_s):
            jump, ahead = time.time() - time.monotonic() - ahead, time.time() - time.monotonic()
            if abs(jump) > _JUMP_S:
                self.log("clock_set", by_s=round(jump))
                self._rest_no_more()
                tick.modify(next_run_time=_now())

    def _rest_no_more(self) -> None:
        """By another clock other things are due: what rests was done, or failed, in another time."""
        with self._changed:
            self._rests.clear()
            self._blind_until = 0.0

    def _tick(self, pool: ThreadPoolExecutor, stop: Event) -> None:
        if time.monotonic() < self._blind_until:
            return
        try:
            for job in self.look():
                self._submit(job, pool, stop)
        except Exception as error:  # noqa: BLE001  # the edge: told whole, and looked at again after a rest
            self._tell("look", error)
            self._blind_until = time.monotonic() + self.rest_s

    def _submit(self, job: Job, pool: ThreadPoolExecutor, stop: Event) -> None:
        with self._changed:
            rests = time.monotonic() < self._rests.get(job, 0.0)
            if stop.is_set() or rests or job in self._busy or self._is_one_too_many(job):
                return
            self._busy.add(job)
            pool.submit(self._do, job, pool, stop)

    def _is_one_too_many(self, job: Job) -> bool:
        """One edition after the other: the limits of [smtp] are meant for all of them together."""
        return isinstance(job, Deliver) and any(isinstance(other, Deliver) for other in self._busy)

    def _do(self, job: Job, pool: ThreadPoolExecutor, stop: Event) -> None:
        following: Iterable[Job] = ()
        failed = False
        try:
            if not stop.is_set():
                following = self.work(job)
        except Exception as error:  # noqa: BLE001  # the job's edge: a bug in one stops no other
            failed = True
            self._tell(type(job).__name__.lower(), error)
        self._done(job, failed=failed)
        for other in following:
            self._submit(other, pool, stop)

    def _tell(self, what: str, error: Exception) -> None:
        """What was expected in a line; a bug whole."""
        if isinstance(error, DigestError):
            self.log("failed", job=what, error=str(error), hint=error.hint)
        else:
            self.log("failed", job=what, error=repr(error), trace=error)

    def _done(self, job: Job, *, failed: bool) -> None:
        now = time.monotonic()
        with self._changed:
            times = self._failures.pop(job, 0)
            if failed:
                self._failures[job] = times + 1
            rest = min(self.rest_s * 2 ** min(times, 10), _LONGEST_REST_S) if failed else self.rest_s
            self._rests = {known: until for known, until in self._rests.items() if until > now}
            self._rests[job] = now + rest
            self._busy.discard(job)
            self._changed.notify_all()

    def _wait_for_hands(self) -> bool:
        """Until nothing is in hand but visits to sources; whether there are none of those either."""
        with self._changed:
            self._changed.wait_for(lambda: all(isinstance(job, Collect) for job in self._busy))
            return not self._busy


def _now() -> datetime:
    return datetime.now(UTC)
