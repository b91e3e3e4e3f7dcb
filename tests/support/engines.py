"""Both engines in threads of a test, on a clock that the test sets: each does all that is due at a time."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from datetime import datetime, timedelta
from functools import partial

from digest.jobs.context import JobContext, JobSizes
from digest.jobs.due import due_jobs, record_missed_slots
from digest.jobs.embedded_engine import EmbeddedEngine
from digest.jobs.perform import perform
from digest.jobs.procrastinate_engine import Clock
from digest.jobs.procrastinate_worker import Worker
from digest.jobs.types import Enqueue, Job
from digest.pipeline.app import App
from digest.store import job_queue, queue_schema, runs
from tests.support.run_process import until

#: Does what is due by the clock, and waits until all of it is done.
RunDue = Callable[[], None]
Time = Callable[[], datetime]
#: Small enough that sources and mails of a test are shared among several jobs.
_SIZES = JobSizes(sources=1, mails=2)


def _log(_: str, /, **__: object) -> None:
    """Discard the event."""


@contextmanager
def embedded(app: App, clock: Time) -> Iterator[RunDue]:
    """The embedded engine, anew each time."""

    def run_due() -> None:
        if _is_idle(app, clock):
            return
        stop = threading.Event()
        engine = EmbeddedEngine(
            due_jobs=partial(_due, app, clock),
            perform=lambda job, enqueue: perform(job, _context(app, clock, stop, enqueue)),
            log=_log,
            poll_s=0.02,
            pause_s=0.0,
        )
        thread = threading.Thread(target=engine.run, args=(stop,))
        thread.start()
        until(lambda: _is_idle(app, clock))
        stop.set()
        thread.join()

    yield run_due


@contextmanager
def distributed(app: App, clock: Time) -> Iterator[RunDue]:
    """A clock and two workers of the distributed engine; the store must be PostgreSQL's."""
    with app.store.begin() as conn:
        queue_schema.ensure(conn)
    leader = Clock(store=app.store, due_jobs=partial(_due, app, clock), log=_log, pause=timedelta())

    def run_due() -> None:
        def is_done() -> bool:
            leader.tick(clock())
            with app.store.read() as conn:
                is_waiting = bool(job_queue.queued(conn))
            return not is_waiting and _is_idle(app, clock)

        until(is_done)

    with ExitStack() as workers:
        for _ in range(2):
            workers.enter_context(_worker(app, clock))
        yield run_due


ENGINES: dict[str, Callable[[App, Time], AbstractContextManager[RunDue]]] = {
    "embedded": embedded,
    "distributed": distributed,
}


@contextmanager
def _worker(app: App, clock: Time) -> Iterator[None]:
    stop = threading.Event()

    def do(job: Job, enqueue: Enqueue) -> None:
        perform(job, _context(app, clock, stop, enqueue, sizes=_SIZES))

    worker = Worker(url=app.settings.store.url, store=app.store, perform=do, log=_log)
    thread = threading.Thread(target=worker.run, args=(stop,))
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def _due(app: App, clock: Time, is_collecting: bool = False) -> tuple[Job, ...]:  # a callback's
    record_missed_slots(app, now=clock(), log=_log)
    return due_jobs(app, now=clock(), is_collecting=is_collecting)


def _context(
    app: App, clock: Time, stop: threading.Event, enqueue: Enqueue, *, sizes: JobSizes | None = None
) -> JobContext:
    return JobContext(app=app, clock=clock, stop=stop, log=_log, enqueue=enqueue, sizes=sizes)


def _is_idle(app: App, clock: Time) -> bool:
    """Whether nothing is due, and nothing was under way while that was asked."""
    before = _ended_runs(app)
    return before is not None and not _due(app, clock) and _ended_runs(app) == before


def _ended_runs(app: App) -> int | None:
    """The number of the last run; None while one is under way."""
    with app.store.read() as conn:
        latest = runs.recent(conn, limit=20)
    if any(run.ended is None for run in latest):
        return None
    return max((run.id for run in latest), default=0)
