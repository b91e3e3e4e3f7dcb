"""The distributed engine: jobs in a PostgreSQL database, queued by a clock and done by workers on any machines.

Of the clocks one leads; it queues what is due and not queued yet. A job's follow-ups are queued in the transaction that
made them necessary. A job that is lost costs nothing but time: it is still due, and the clock queues it again.

https://procrastinate.readthedocs.io. Its retries are not used, since the clock repeats what failed; nor are its locks,
which a job that waits for a retry would hold against others (https://github.com/procrastinate-org/procrastinate/issues/1599).
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime, timedelta
from typing import Any

import procrastinate
import psycopg
from procrastinate import exceptions, jobs
from sqlalchemy import URL, Connection

from digest.jobs.due import has_queued_parts
from digest.jobs.types import (
    ApplyRetention,
    CheckAlerts,
    Collect,
    CollectPart,
    ComposeDraft,
    Deliver,
    Job,
    Log,
    MailDraft,
    ProcessBounces,
    Publish,
    Send,
    SendCollected,
    WatchCorrections,
)
from digest.model.errors import DigestError
from digest.model.slots import Slot
from digest.model.tracing import current_traceparent
from digest.store import Store, job_queue, queue_schema
from digest.store.errors import translate_errors
from digest.store.mapping import batches

JOB_TYPES: Mapping[str, type[Job]] = {
    job_type.kind: job_type
    for job_type in (
        Collect,
        CollectPart,
        Publish,
        ComposeDraft,
        MailDraft,
        CheckAlerts,
        Send,
        SendCollected,
        Deliver,
        ProcessBounces,
        WatchCorrections,
        ApplyRetention,
    )
}
#: Name of the one task; its argument is the job.
TASK = "digest.perform"
#: Names the trace that a job belongs to, beside its values.
TRACEPARENT = "traceparent"
#: A job that is still due after it ended is queued again after this pause; after failures the pause doubles each time.
PAUSE = timedelta(seconds=30)
_MAX_BACKOFF = timedelta(minutes=15)
#: Jobs queued by one statement.
_BATCH = 1_000
#: A worker that said nothing for so long counts as dead.
DEAD = timedelta(seconds=30)


class UnknownJob(DigestError):
    """A job that this version doesn't know, or not in this form."""


def encode(job: Job) -> dict[str, Any]:
    """The job as JSON."""
    values = {field.name: getattr(job, field.name) for field in fields(job)}
    slot = values.get("slot")
    if isinstance(slot, Slot):
        values["slot"] = {"key": slot.key, "due": slot.due.isoformat()}
    return {"kind": job.kind, **values}


def decode(values: Mapping[str, Any]) -> Job:
    """The job of that JSON. Raises ``UnknownJob`` if this version doesn't know it."""
    arguments = {name: value for name, value in values.items() if name != TRACEPARENT}
    job_type = JOB_TYPES.get(str(arguments.pop("kind", "")))
    try:
        if job_type is None:
            raise KeyError(values.get("kind"))
        if slot := arguments.get("slot"):
            arguments["slot"] = Slot(key=slot["key"], due=datetime.fromisoformat(slot["due"]))
        if ids := arguments.get("source_ids"):
            arguments["source_ids"] = tuple(ids)
        return job_type(**arguments)
    except (KeyError, TypeError, ValueError) as error:
        hint = "the clock may be of a newer version: install the same version everywhere"
        raise UnknownJob(f"this worker doesn't know the job {dict(values)}", hint=hint) from error


def queueing_lock(job: Job) -> str:
    """Names the job in the queue: it waits there once at most."""
    return json.dumps(encode(job), sort_keys=True)


@dataclass(slots=True, kw_only=True)
class JobQueue:
    """Queues jobs within transactions of a store."""

    _app: procrastinate.App = field(init=False)

    def __post_init__(self) -> None:
        logging.getLogger("procrastinate").setLevel(logging.CRITICAL)  # what happens is logged here
        self._app = procrastinate.App(connector=procrastinate.SyncPsycopgConnector())

    def enqueue(self, conn: Connection, /, *new_jobs: Job) -> None:
        """Queue jobs with the transaction, all by a few statements; those that wait already do so once."""
        for batch in batches(dict.fromkeys(new_jobs), _BATCH):
            locks = [queueing_lock(job) for job in batch]
            waiting = job_queue.waiting(conn, locks)
            self._defer(conn, [_job(job, lock) for job, lock in zip(batch, locks, strict=True) if lock not in waiting])

    def enqueue_again(self, conn: Connection, job: jobs.Job) -> None:
        """Queue a job of any version once more, for other workers."""
        self._defer(conn, [job.evolve(id=None, status=None, worker_id=None, attempts=0, scheduled_at=None)])

    def _defer(self, conn: Connection, new_jobs: Sequence[jobs.Job]) -> None:
        """Queue jobs. A clash with one that another transaction has queued aborts this one, but for a savepoint."""
        if not new_jobs:
            return
        try:
            with conn.begin_nested(), explain_errors(conn.engine.url):
                self._app.job_manager.batch_defer_jobs([*new_jobs], connection=conn.connection.driver_connection)
        except exceptions.AlreadyEnqueued:
            for job in new_jobs if len(new_jobs) > 1 else ():
                self._defer(conn, [job])


def _job(job: Job, lock: str) -> jobs.Job:
    """The job as Procrastinate's; with the trace that it belongs to, if there is one."""
    traceparent = current_traceparent()
    return jobs.Job(
        id=None,
        queue=job.queue,
        priority=job.priority,
        lock=None,
        queueing_lock=lock,
        task_name=TASK,
        task_kwargs={"job": encode(job) | ({TRACEPARENT: traceparent} if traceparent else {})},
        scheduled_at=datetime.now(UTC) + timedelta(seconds=job.delay_s) if job.delay_s else None,
    )


@contextmanager
def explain_errors(url: URL) -> Iterator[None]:
    """Raise Procrastinate's errors of the database as ``StoreError``."""
    with translate_errors(url, psycopg.Error):
        try:
            yield
        except exceptions.ConnectorException as error:
            if isinstance(error.__cause__, psycopg.Error):
                raise error.__cause__ from None
            raise


@dataclass(slots=True, kw_only=True)
class Clock:
    """Queues what is due, while it leads."""

    store: Store
    due_jobs: Callable[[bool], Iterable[Job]]
    log: Log
    #: Whether this clock leads, by the store's word.
    still_leads: Callable[[Connection], bool] = lambda _: True
    pause: timedelta = PAUSE
    #: How long an edition waits for parts of a collection.
    collect_wait: Callable[[], timedelta] = lambda: timedelta(minutes=10)
    _queue: JobQueue = field(init=False)
    #: When this clock queued each job last.
    _queued_at: dict[str, datetime] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._queue = JobQueue()

    def tick(self, now: datetime) -> int:
        """Queue the jobs that are due and not queued yet; return how many."""
        with self.store.begin() as conn:
            if released := job_queue.release_stalled(conn, heartbeat=DEAD):
                self.log("jobs_released", count=released)
            job_queue.delete_old_failures(conn)
        due = self.due_jobs(False)
        # Read after what is due: a collection that isn't due any more has its parts in the queue by then.
        with self.store.read() as conn:
            is_collecting = has_queued_parts(conn, within=self.collect_wait())
            failures = job_queue.failures(conn)
        jobs_by_lock = {queueing_lock(job): job for job in (self.due_jobs(True) if is_collecting else due)}
        with self.store.begin() as conn:
            queued = job_queue.queued(conn, [*jobs_by_lock])
            new = {
                lock: job
                for lock, job in jobs_by_lock.items()
                if lock not in queued and not self._waits(lock, failures, now)
            }
            if new and not self.still_leads(conn):  # it was paused meanwhile
                return 0
            self._queue.enqueue(conn, *new.values())
        self._queued_at |= dict.fromkeys(new, now)
        self._queued_at = {lock: at for lock, at in self._queued_at.items() if at > now - self.pause}
        return len(new)

    def remake_queue(self) -> None:
        """Make the queue anew if someone removed it, or a table of it; what is due is queued by the next tick."""
        with self.store.begin() as conn:
            is_made = queue_schema.ensure(conn)
        if is_made:
            self._queued_at.clear()
            self.log("queue_made_anew", hint="its tables were missing; what is due is queued again")

    def _waits(self, lock: str, failures: Mapping[str, job_queue.Failures], now: datetime) -> bool:
        """Whether the job ended a moment ago, or has failed and is not to be tried again yet."""
        if (at := self._queued_at.get(lock)) and at <= now < at + self.pause:
            return True
        failed = failures.get(lock)
        if failed is None:
            return False
        backoff: timedelta = min(self.pause * 2 ** min(failed.times - 1, 10), _MAX_BACKOFF)
        return failed.last <= now < failed.last + backoff
