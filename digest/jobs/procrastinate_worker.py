"""Worker of the distributed engine: does queued jobs in threads until it is stopped.

What it must not or cannot do goes back into the queue for other workers: jobs that it does not know, and those that it
had not begun, or may abandon, when it was stopped.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import procrastinate
import psycopg
from procrastinate import exceptions, jobs

from digest.jobs.events import job_fields
from digest.jobs.procrastinate_engine import (
    DEAD,
    JOB_TYPES,
    TASK,
    TRACEPARENT,
    JobQueue,
    UnknownJob,
    decode,
    explain_errors,
)
from digest.jobs.repeated_failures import FailureLog
from digest.jobs.types import QUEUES, Enqueue, Job, Log
from digest.model.errors import DigestError, StoreError
from digest.model.log_context import log_fields
from digest.model.tracing import continue_trace
from digest.store import Store, job_queue, queue_schema
from digest.store.postgres import connect_options, is_pooled, session_query
from digest.store.url import driver_url, parse_url

_HEARTBEAT_S, _POLL_S = 10.0, 1.0
#: Pause before the database is asked again, once it has failed.
_RETRY_S = 2.0
#: After a job that it does not know, a worker takes no other in its place for so long: others are to get it.
_UNKNOWN_PAUSE_S = 5.0
#: A stop waits so long for jobs that may be abandoned, and looks so often.
_GRACE_S, _STOP_POLL_S = 1.0, 0.1


@dataclass(slots=True, kw_only=True)
class Worker:
    """Does jobs of some queues, several at once, until it is stopped."""

    url: str
    store: Store
    perform: Callable[[Job, Enqueue], None]
    log: Log
    queues: Sequence[str] = QUEUES
    concurrency: int = 4
    #: Called again and again while the worker's loop turns.
    heartbeat: Callable[[], None] = lambda: None
    _queue: JobQueue = field(default_factory=JobQueue)
    #: By thread: the job, and its id in the queue.
    _running: dict[int, tuple[Job, int]] = field(default_factory=dict)
    _stop: threading.Event = field(default_factory=threading.Event)
    #: Unknown jobs that are logged already.
    _logged: set[str] = field(default_factory=set)

    @property
    def running(self) -> tuple[Job, ...]:
        """The jobs that are under way."""
        return tuple(job for job, _ in self._running.copy().values())

    def run(self, stop: threading.Event) -> bool:
        """Do jobs until ``stop`` is set; those under way are finished.

        False if jobs were abandoned, whose threads still run; the process can exit without them.
        """
        self._stop = stop
        errors: list[Exception] = []

        def work() -> None:
            try:
                asyncio.run(self._run())
            except Exception as error:  # noqa: BLE001  # raised where the thread is waited for
                errors.append(error)

        thread = threading.Thread(target=work, name="worker", daemon=True)
        thread.start()
        while thread.is_alive() and not stop.is_set():
            thread.join(_STOP_POLL_S)
        is_idle = self._wait_for_jobs(thread)
        if errors:
            raise errors[0]
        return is_idle

    def _wait_for_jobs(self, thread: threading.Thread) -> bool:
        """Wait until the worker has ended, or runs only jobs that may be abandoned: those go back into the queue."""
        thread.join(_GRACE_S)
        while thread.is_alive():
            running = [*self._running.copy().values()]
            if running and all(job.abandon_at_stop for job, _ in running):
                with suppress(StoreError), self.store.begin() as conn:  # without it, a clock finds them later
                    job_queue.release(conn, [id_ for _, id_ in running])
                return False
            thread.join(_STOP_POLL_S)
        return True

    async def _run(self) -> None:
        """Work until the stop; if the database is away, wait for it."""
        logging.getLogger("psycopg.pool").setLevel(logging.CRITICAL)  # each of its tries
        failures = FailureLog(log=self.log, name="worker")
        loop = asyncio.get_running_loop()
        with ThreadPoolExecutor(self.concurrency + len(self.queues) + 1, thread_name_prefix="job") as threads:
            loop.set_default_executor(threads)
            beating = asyncio.create_task(self._beat())
            stopping = asyncio.create_task(asyncio.to_thread(self._stop.wait))
            while not self._stop.is_set():
                try:
                    is_pooled = await asyncio.to_thread(self._check_queue)
                    failures.succeeded()
                    await self._work(stopping, is_pooled=is_pooled)
                except (StoreError, psycopg.Error, exceptions.ConnectorException) as error:
                    failures.failed(explained(error, self.url))
                    await asyncio.wait([stopping], timeout=_RETRY_S)
            beating.cancel()

    def _check_queue(self) -> bool:
        """Return whether a pooler stands before the database. Raises ``StoreError`` if there is no queue."""
        with self.store.read() as conn:
            if problem := queue_schema.find_problem(conn):
                raise StoreError(problem)
            return is_pooled(conn)

    async def _work(self, stopping: asyncio.Future[bool], *, is_pooled: bool) -> None:
        """Do jobs until the stop, or until the database fails; jobs under way are finished. Raises its errors."""
        broken: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        asyncio.get_running_loop().set_exception_handler(partial(self._on_error, broken))
        async with self._app().open_async() as app:
            working = [
                asyncio.create_task(
                    app.run_worker_async(
                        queues=queues,
                        concurrency=concurrency,
                        install_signal_handlers=False,
                        listen_notify=not is_pooled,  # which a pooler doesn't pass on
                        delete_jobs="successful",
                        fetch_job_polling_interval=_POLL_S,
                        update_heartbeat_interval=_HEARTBEAT_S,
                        stalled_worker_timeout=DEAD.total_seconds(),
                    )
                )
                for queues, concurrency in self._shares()
            ]
            awaited: list[asyncio.Future[Any]] = [*working, stopping, broken]
            await asyncio.wait(awaited, return_when=asyncio.FIRST_COMPLETED)
            if self._stop.is_set():
                self.log("stopping", jobs=", ".join(sorted(job.kind for job in self.running)))
            for task in working:
                task.cancel()  # it finishes the jobs under way
            results = await asyncio.gather(*working, return_exceptions=True)
        for result in [*results, *([broken.exception()] if broken.done() else [])]:
            if isinstance(result, Exception):
                raise result
        if not self._stop.is_set():  # it logs such errors, and ends
            raise StoreError("the connection to the queue of jobs was lost", hint="it is tried again")

    def _app(self) -> procrastinate.App:
        connector = procrastinate.PsycopgConnector(
            conninfo=driver_url(self.url),
            kwargs=connect_options(parse_url(self.url)),
            configure=_prepare,
            min_size=1,
            max_size=4,
        )
        app = procrastinate.App(connector=connector)
        app.task(name=TASK, pass_context=True)(self._perform)
        return app

    def _on_error(self, broken: asyncio.Future[None], loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        """End the work after an error that nobody waits for: a job's end that could not be recorded, for example.

        The job would count as under way for as long as this worker is registered.
        """
        error = context.get("exception")
        if not isinstance(error, Exception):
            loop.default_exception_handler(context)
        elif not broken.done():
            broken.set_exception(error)

    async def _beat(self) -> None:
        while True:
            self.heartbeat()
            await asyncio.sleep(_POLL_S)

    def _shares(self) -> Iterator[tuple[list[str], int]]:
        """The queues, and how many of their jobs run at once: of jobs that exclude each other, one."""
        exclusive = {job_type.queue for job_type in JOB_TYPES.values() if job_type.exclusive_in_process}
        shared = [queue for queue in self.queues if queue not in exclusive]
        if shared:
            yield shared, max(self.concurrency - (len(self.queues) - len(shared)), 1)
        yield from (([queue], 1) for queue in self.queues if queue in exclusive)

    def _perform(self, context: procrastinate.JobContext, job: dict[str, object]) -> None:
        """Do one job, in a thread. What it raises marks the job as failed."""
        if self._stop.is_set():  # it was fetched at that very moment
            self._put_back(context.job)
            return
        try:
            decoded = decode(job)
        except UnknownJob as error:
            self._leave_to_others(context.job, str(job.get("kind")), error)
            return
        with (
            log_fields(**job_fields(decoded)),
            continue_trace(str(job.get(TRACEPARENT, ""))),
            self._under_way(decoded, context.job),
        ):
            self._perform_logged(decoded)

    def _perform_logged(self, job: Job) -> None:
        try:
            self.perform(job, self._queue.enqueue)
        except DigestError as error:
            self.log("job_failed", job=job.kind, error=str(error), hint=error.hint)
            raise
        except Exception as error:
            self.log("job_failed", job=job.kind, error=repr(error), trace=error)
            raise

    def _leave_to_others(self, job: jobs.Job, kind: str, error: UnknownJob) -> None:
        if kind not in self._logged:
            self._logged.add(kind)
            self.log("job_unknown", job=kind, error=str(error), hint=error.hint)
        self._put_back(job)
        self._stop.wait(_UNKNOWN_PAUSE_S)

    def _put_back(self, job: jobs.Job) -> None:
        """Queue the job anew; the queue deletes the one that this worker has, as done."""
        with self.store.begin() as conn:
            self._queue.enqueue_again(conn, job)

    @contextmanager
    def _under_way(self, job: Job, queued: jobs.Job) -> Iterator[None]:
        self._running[threading.get_ident()] = (job, queued.id or 0)
        try:
            yield
        finally:
            del self._running[threading.get_ident()]


async def _prepare(connection: psycopg.AsyncConnection) -> None:
    """Set what holds for a session."""
    await connection.execute(session_query(connection.info.backend_pid))
    await connection.commit()


def explained(error: Exception, url: str) -> Exception:
    """The error of the database as a ``StoreError``, if it can be explained."""
    try:
        with explain_errors(parse_url(url)):
            raise error
    except Exception as explained:  # noqa: BLE001  # whichever it is
        return explained
