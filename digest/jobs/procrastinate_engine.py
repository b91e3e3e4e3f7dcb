"""The distributed engine: jobs in a PostgreSQL database, queued by a clock and done by workers on any machines.

Of the clocks one leads; it queues what is due and not queued yet. A job's follow-ups are queued in the transaction that
made them necessary. A job that is lost costs nothing but time: it is still due, and the clock queues it again.

https://procrastinate.readthedocs.io. Its retries are not used, since the clock repeats what failed; nor are its locks,
which a job that waits for a retry would hold against others (https://github.com/procrastinate-org/procrastinate/issues/1599).
"""

from __future__ import annotations

import asyncio
import json
import logging
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, fields
from datetime import datetime, timedelta
from typing import Any

import procrastinate
from procrastinate import exceptions
from sqlalchemy import Connection

from digest.jobs.types import (
    QUEUES,
    ApplyRetention,
    Collect,
    CollectPart,
    Deliver,
    Enqueue,
    Job,
    Log,
    ProcessBounces,
    Publish,
)
from digest.model.errors import DigestError
from digest.model.slots import Slot
from digest.store import Store, job_queue
from digest.store.url import driver_url

_JOB_TYPES: Mapping[str, type[Job]] = {
    job_type.kind: job_type for job_type in (Collect, CollectPart, Publish, Deliver, ProcessBounces, ApplyRetention)
}
#: Name of the one task; its argument is the job.
_TASK = "digest.perform"
#: A job that is still due after it ended is queued again after this pause; after failures the pause doubles each time.
PAUSE = timedelta(seconds=30)
_MAX_BACKOFF = timedelta(minutes=15)
#: Workers say so often that they live, and count as dead after so long.
_HEARTBEAT_S, _DEAD = 10.0, timedelta(seconds=30)
_POLL_S = 1.0


def encode(job: Job) -> dict[str, Any]:
    """The job as JSON."""
    values = {field.name: getattr(job, field.name) for field in fields(job)}
    slot = values.get("slot")
    if isinstance(slot, Slot):
        values["slot"] = {"key": slot.key, "due": slot.due.isoformat()}
    return {"kind": job.kind, **values}


def decode(values: Mapping[str, Any]) -> Job:
    """The job of that JSON. Raises ``DigestError`` if this version doesn't know it."""
    arguments = dict(values)
    job_type = _JOB_TYPES.get(str(arguments.pop("kind", "")))
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
        raise DigestError(f"this worker doesn't know the job {dict(values)}", hint=hint) from error


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

    def enqueue(self, conn: Connection, job: Job) -> None:
        """Queue a job with the transaction; nothing happens if it waits already."""
        task = self._app.configure_task(
            _TASK,
            queue=job.queue,
            priority=job.priority,
            queueing_lock=queueing_lock(job),
            connection=conn.connection.driver_connection,
        )
        # A clash aborts the transaction, but for a savepoint.
        with suppress(exceptions.AlreadyEnqueued), conn.begin_nested():
            task.defer(job=encode(job))


@dataclass(slots=True, kw_only=True)
class Clock:
    """Queues what is due, while it leads."""

    store: Store
    due_jobs: Callable[[bool], Iterable[Job]]
    log: Log
    pause: timedelta = PAUSE
    _queue: JobQueue = field(init=False)
    #: When this clock queued each job last.
    _queued_at: dict[str, datetime] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._queue = JobQueue()

    def tick(self, now: datetime) -> int:
        """Queue the jobs that are due and not queued yet; return how many."""
        with self.store.begin() as conn:
            if released := job_queue.release_stalled(conn, heartbeat=_DEAD):
                self.log("jobs_released", count=released)
            job_queue.delete_old_failures(conn)
            queued = job_queue.queued(conn)
            failures = job_queue.failures(conn)
        is_collecting = any(json.loads(lock).get("kind") == CollectPart.kind for lock in queued)
        due = {queueing_lock(job): job for job in self.due_jobs(is_collecting)}
        new = {lock: job for lock, job in due.items() if lock not in queued and not self._waits(lock, failures, now)}
        with self.store.begin() as conn:
            for lock, job in new.items():
                self._queue.enqueue(conn, job)
                self._queued_at[lock] = now
        self._queued_at = {lock: at for lock, at in self._queued_at.items() if at > now - self.pause}
        return len(new)

    def _waits(self, lock: str, failures: Mapping[str, job_queue.Failures], now: datetime) -> bool:
        """Whether the job ended a moment ago, or has failed and is not to be tried again yet."""
        if (at := self._queued_at.get(lock)) and at <= now < at + self.pause:
            return True
        failed = failures.get(lock)
        if failed is None:
            return False
        backoff: timedelta = min(self.pause * 2 ** min(failed.times - 1, 10), _MAX_BACKOFF)
        return failed.last <= now < failed.last + backoff


@dataclass(slots=True, kw_only=True)
class Worker:
    """Does jobs of some queues, several at once, until it is stopped."""

    url: str
    perform: Callable[[Job, Enqueue], None]
    log: Log
    queues: Sequence[str] = QUEUES
    concurrency: int = 4
    #: Called again and again while the worker's loop turns.
    heartbeat: Callable[[], None] = lambda: None
    _queue: JobQueue = field(init=False)
    #: By thread.
    _running: dict[int, Job] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._queue = JobQueue()

    @property
    def running(self) -> tuple[Job, ...]:
        """The jobs that are under way."""
        return tuple(self._running.copy().values())

    def run(self, stop: threading.Event) -> None:
        """Do jobs until ``stop`` is set; those under way are finished."""
        asyncio.run(self._run(stop))

    async def _run(self, stop: threading.Event) -> None:
        kwargs = {"prepare_threshold": None, "options": "-c timezone=UTC"}
        connector = procrastinate.PsycopgConnector(conninfo=driver_url(self.url), kwargs=kwargs, min_size=1, max_size=4)
        app = procrastinate.App(connector=connector)
        app.task(name=_TASK)(self._perform)
        loop = asyncio.get_running_loop()
        with ThreadPoolExecutor(self.concurrency + len(self.queues) + 1, thread_name_prefix="job") as threads:
            loop.set_default_executor(threads)
            async with app.open_async():
                working = [
                    asyncio.create_task(
                        app.run_worker_async(
                            queues=queues,
                            concurrency=concurrency,
                            install_signal_handlers=False,
                            delete_jobs="successful",
                            fetch_job_polling_interval=_POLL_S,
                            update_heartbeat_interval=_HEARTBEAT_S,
                            stalled_worker_timeout=_DEAD.total_seconds(),
                        )
                    )
                    for queues, concurrency in self._shares()
                ]
                stopping = asyncio.create_task(asyncio.to_thread(stop.wait))
                beating = asyncio.create_task(self._beat())
                await asyncio.wait([*working, stopping], return_when=asyncio.FIRST_COMPLETED)
                stop.set()
                self.log("stopping", jobs=", ".join(sorted(job.kind for job in self.running)))
                for task in working:
                    task.cancel()  # it finishes the jobs under way
                results = await asyncio.gather(*working, stopping, return_exceptions=True)
                beating.cancel()
        for result in results:
            if isinstance(result, Exception):
                raise result

    async def _beat(self) -> None:
        while True:
            self.heartbeat()
            await asyncio.sleep(_POLL_S)

    def _shares(self) -> Iterator[tuple[list[str], int]]:
        """The queues, and how many of their jobs run at once: of jobs that exclude each other, one."""
        exclusive = {job_type.queue for job_type in _JOB_TYPES.values() if job_type.exclusive_in_process}
        shared = [queue for queue in self.queues if queue not in exclusive]
        if shared:
            yield shared, max(self.concurrency - (len(self.queues) - len(shared)), 1)
        yield from (([queue], 1) for queue in self.queues if queue in exclusive)

    def _perform(self, job: dict[str, Any]) -> None:
        """Do one job, in a thread. What it raises marks the job as failed."""
        try:
            decoded = decode(job)
            with self._under_way(decoded):
                self.perform(decoded, self._queue.enqueue)
        except DigestError as error:
            self.log("job_failed", job=job.get("kind"), error=str(error), hint=error.hint)
            raise
        except Exception as error:
            self.log("job_failed", job=job.get("kind"), error=repr(error), trace=error)
            raise

    @contextmanager
    def _under_way(self, job: Job) -> Iterator[None]:
        self._running[threading.get_ident()] = job
        try:
            yield
        finally:
            del self._running[threading.get_ident()]
