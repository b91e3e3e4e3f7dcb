"""The embedded engine: polls for due jobs every second (APScheduler) and runs them in a thread pool.

It remembers nothing that matters: killed at any moment, it finds the same jobs due after a restart.
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

from sqlalchemy import Connection

from digest.jobs.events import job_fields
from digest.jobs.types import Enqueue, Job, Log
from digest.model.errors import DigestError
from digest.model.log_context import log_fields
from digest.model.tracing import continue_trace, current_traceparent

if TYPE_CHECKING:
    from apscheduler.job import Job as Poll  # type: ignore[import-untyped]  # it has no types

#: A job that is still due after it ended starts again after this pause; after failures the pause doubles each time.
_PAUSE_S, _MAX_BACKOFF_S = 30.0, 900.0
#: The wall clock was set if it differs from the monotonic clock by more than this.
_CLOCK_JUMP_S = 2.0


@dataclass(slots=True, kw_only=True)
class EmbeddedEngine:
    """Runs due jobs in threads of this process, each job once at a time."""

    due_jobs: Callable[[], Iterable[Job]]
    perform: Callable[[Job, Enqueue], None]
    log: Log
    poll_s: float = 1.0
    pause_s: float = _PAUSE_S
    threads: int = 4
    _running: set[Job] = field(default_factory=set)
    #: Earliest next start of each job, on the monotonic clock.
    _not_before: dict[Job, float] = field(default_factory=dict)
    #: Failures in a row.
    _failures: dict[Job, int] = field(default_factory=dict)
    _next_poll: float = 0.0
    _changed: Condition = field(default_factory=Condition)

    def run(self, stop: Event) -> bool:
        """Run until ``stop`` is set, then wait for the running jobs.

        False if jobs still run that may be abandoned at stop; the process can exit without them.
        """
        # Imported here: only this command must pay for the tenth of a second that it takes.
        from apscheduler.schedulers.background import (  # type: ignore[import-untyped]  # it has no types
            BackgroundScheduler,
        )

        logging.getLogger("apscheduler").setLevel(logging.ERROR)  # it logs each poll
        # A poll that is late, because the machine slept or was busy, happens once.
        defaults = {"misfire_grace_time": None, "coalesce": True, "max_instances": 1}
        scheduler = BackgroundScheduler(timezone=UTC, job_defaults=defaults)
        pool = ThreadPoolExecutor(self.threads, thread_name_prefix="job")
        poll = scheduler.add_job(self._poll, "interval", (pool, stop), seconds=self.poll_s, next_run_time=_now())
        scheduler.start()
        try:
            self._watch_clock(poll, stop)
        finally:
            stop.set()
            scheduler.shutdown()
            with self._changed:  # _submit checks ``stop`` under this lock: nothing is submitted after the shutdown
                pool.shutdown(wait=False)
        return self._wait_for_jobs()

    def _watch_clock(self, poll: Poll, stop: Event) -> None:
        """Poll at once when the wall clock is set: APScheduler would sleep for an hour if it is set back by one."""
        offset = time.time() - time.monotonic()
        while not stop.wait(self.poll_s):
            jump, offset = time.time() - time.monotonic() - offset, time.time() - time.monotonic()
            if abs(jump) > _CLOCK_JUMP_S:
                self.log("clock_changed", by_s=round(jump))
                self._end_pauses()
                poll.modify(next_run_time=_now())

    def _end_pauses(self) -> None:
        """Forget pauses and backoff: other jobs are due by the new clock."""
        with self._changed:
            self._not_before.clear()
            self._next_poll = 0.0

    def _poll(self, pool: ThreadPoolExecutor, stop: Event) -> None:
        if time.monotonic() < self._next_poll:
            return
        try:
            for job in self.due_jobs():
                self._submit(job, pool, stop)
        except Exception as error:  # noqa: BLE001  # the edge: logged whole, and tried again after a pause
            self._log_failure("poll", error)
            self._next_poll = time.monotonic() + self.pause_s

    def _submit(self, job: Job, pool: ThreadPoolExecutor, stop: Event, traceparent: str = "") -> None:
        with self._changed:
            is_paused = time.monotonic() < self._not_before.get(job, 0.0)
            if stop.is_set() or is_paused or job in self._running or self._is_excluded(job):
                return
            self._running.add(job)
            pool.submit(self._run_job, job, pool, stop, traceparent)

    def _is_excluded(self, job: Job) -> bool:
        return job.exclusive_in_process and any(running.kind == job.kind for running in self._running)

    def _run_job(self, job: Job, pool: ThreadPoolExecutor, stop: Event, traceparent: str) -> None:
        follow_ups: list[tuple[Job, str]] = []

        def enqueue(_: Connection, /, *jobs: Job) -> None:
            # Started when the job has ended, and so has its transaction.
            follow_ups.extend((follow_up, current_traceparent()) for follow_up in jobs)

        has_failed = False
        with log_fields(**job_fields(job)), continue_trace(traceparent):
            try:
                if not stop.is_set():
                    self.perform(job, enqueue)
            except Exception as error:  # noqa: BLE001  # the job's edge: a bug in one job stops no other
                has_failed = True
                self._log_failure(job.kind, error)
        self._finish(job, has_failed=has_failed)
        if not has_failed:  # after a rollback they may be wrong; those that aren't are found due by the next poll
            for follow_up, parent in follow_ups:
                self._submit(follow_up, pool, stop, parent)

    def _log_failure(self, kind: str, error: Exception) -> None:
        """Log an expected error in one line, and a bug with its traceback."""
        if isinstance(error, DigestError):
            self.log("job_failed", job=kind, error=str(error), hint=error.hint)
        else:
            self.log("job_failed", job=kind, error=repr(error), trace=error)

    def _finish(self, job: Job, *, has_failed: bool) -> None:
        now = time.monotonic()
        with self._changed:
            failures = self._failures.pop(job, 0)
            pause = self.pause_s
            if has_failed:
                self._failures[job] = failures + 1
                pause = min(self.pause_s * 2 ** min(failures, 10), _MAX_BACKOFF_S)
            self._not_before = {paused: until for paused, until in self._not_before.items() if until > now}
            self._not_before[job] = now + pause
            self._running.discard(job)
            self._changed.notify_all()

    def _wait_for_jobs(self) -> bool:
        """Wait until only jobs run that may be abandoned; return whether none runs at all."""
        with self._changed:
            self._changed.wait_for(lambda: all(job.abandon_at_stop for job in self._running))
            return not self._running


def _now() -> datetime:
    return datetime.now(UTC)
