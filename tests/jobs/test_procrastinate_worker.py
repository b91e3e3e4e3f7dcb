"""A worker of the distributed engine, on PostgreSQL: what it puts back into the queue."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import psycopg
import pytest
from sqlalchemy import text

from digest.jobs.procrastinate_engine import TASK, Clock, JobQueue
from digest.jobs.procrastinate_worker import Worker
from digest.jobs.types import Collect, CollectPart, Deliver, Enqueue, Job
from digest.model.errors import StoreError
from digest.model.tracing import continue_trace, current_traceparent
from digest.store import Store, open_store, queue_schema
from tests.support.run_process import until

pytestmark = pytest.mark.slow


@pytest.fixture
def store(postgres_url: str) -> Iterator[Store]:
    """A store with a queue."""
    with open_store(postgres_url) as opened:
        with opened.begin() as conn:
            queue_schema.ensure(conn)
        yield opened


TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


class RunningWorker:
    """A worker in a thread, what it did and logged."""

    def __init__(self, store: Store, url: str, perform: Callable[[Job], None] = lambda _: None) -> None:
        self.done: list[Job] = []
        self.events: list[str] = []
        self.stop = threading.Event()
        self._result: list[bool] = []
        self._perform = perform
        self.worker = Worker(url=url, store=store, perform=self._do, log=lambda event, **_: self.events.append(event))
        self._thread = threading.Thread(target=lambda: self._result.append(self.worker.run(self.stop)))
        self._thread.start()

    def _do(self, job: Job, _: Enqueue) -> None:
        self._perform(job)
        self.done.append(job)

    def end(self) -> bool:
        """Stop it; False if it abandoned jobs."""
        self.stop.set()
        self._thread.join(20)
        return self._result[0]


def test_a_job_goes_on_with_the_trace_in_which_it_was_queued(store: Store, postgres_url: str) -> None:
    traced: list[tuple[Job, str]] = []
    with store.begin() as conn:
        JobQueue().enqueue(conn, Collect())
        with continue_trace(TRACE):
            JobQueue().enqueue(conn, Deliver(edition_id=1))

    running = RunningWorker(store, postgres_url, lambda job: traced.append((job, current_traceparent())))
    until(lambda: len(running.done) == 2)
    assert running.end()

    assert dict(traced) == {Collect(): "", Deliver(edition_id=1): TRACE}


def test_a_job_that_a_worker_does_not_know_waits_for_another(store: Store, postgres_url: str) -> None:
    with store.begin() as conn:
        conn.execute(
            text(
                "INSERT INTO procrastinate_jobs (queue_name, task_name, queueing_lock, args, status)"
                " VALUES ('collect', :task, 'dream', '{\"job\": {\"kind\": \"dream\"}}', 'todo')"
            ),
            {"task": TASK},
        )
        JobQueue().enqueue(conn, Collect())

    running = RunningWorker(store, postgres_url)
    until(lambda: "job_unknown" in running.events and running.done == [Collect()])
    assert running.end()

    assert _waiting(store) == ["dream"]
    assert running.events.count("job_unknown") == 1
    assert "job_failed" not in running.events


def test_a_stop_puts_a_collection_back_and_does_not_wait_for_it(store: Store, postgres_url: str) -> None:
    is_over = threading.Event()
    part = CollectPart(source_ids=("a",))
    with store.begin() as conn:
        JobQueue().enqueue(conn, part)
    running = RunningWorker(store, postgres_url, lambda _: is_over.wait(60) and None)
    until(lambda: running.worker.running == (part,))

    began = time.monotonic()
    is_idle = running.end()
    took_s = time.monotonic() - began
    waiting = len(_waiting(store))
    is_over.set()

    assert not is_idle
    assert took_s < 10
    assert waiting == 1


def test_a_stop_waits_for_mails_in_flight(store: Store, postgres_url: str) -> None:
    may_end = threading.Event()
    with store.begin() as conn:
        JobQueue().enqueue(conn, Deliver(edition_id=1))
        JobQueue().enqueue(conn, Deliver(edition_id=1, part=1))
    running = RunningWorker(store, postgres_url, lambda _: may_end.wait(60) and None)
    until(lambda: running.worker.running)

    running.stop.set()
    time.sleep(1.5)
    assert running.worker.running == (Deliver(edition_id=1),)
    may_end.set()

    assert running.end()
    assert running.done == [Deliver(edition_id=1)]
    assert len(_waiting(store)) == 1


def _waiting(store: Store) -> list[str]:
    with store.read() as conn:
        query = text("SELECT queueing_lock FROM procrastinate_jobs WHERE status = 'todo'")
        return [*conn.execute(query).scalars()]


def test_a_worker_goes_on_after_the_server_ended_its_connections(store: Store, postgres_url: str) -> None:
    running = RunningWorker(store, postgres_url)
    until(lambda: _registered(store) == 2)
    for _ in range(3):
        with psycopg.connect(postgres_url) as conn:
            conn.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
    with store.begin() as conn:
        JobQueue().enqueue(conn, Collect())

    until(lambda: running.done == [Collect()])
    assert running.end()
    assert running.events.count("worker_failed") <= 1


def test_a_worker_waits_for_a_queue_that_someone_removed(store: Store, postgres_url: str) -> None:
    due: set[Job] = {Collect()}
    events: list[str] = []
    clock = Clock(store=store, due_jobs=lambda _: due, log=lambda event, **_: events.append(event))
    running = RunningWorker(store, postgres_url)
    until(lambda: _registered(store) == 2)
    with store.begin() as conn:
        conn.execute(text("DROP TABLE procrastinate_jobs, procrastinate_events, procrastinate_workers CASCADE"))

    until(lambda: "worker_failed" in running.events)
    with pytest.raises(StoreError, match="procrastinate_") as raised:
        clock.tick(datetime.now(UTC))
    assert "no mail is lost" in raised.value.hint
    with pytest.raises(StoreError, match="procrastinate_"), store.begin() as conn:
        JobQueue().enqueue(conn, Collect())

    clock.remake_queue()
    assert clock.tick(datetime.now(UTC)) == 1
    until(lambda: running.done == [Collect()])
    assert running.end()
    assert events == ["queue_made_anew"]
    assert running.events.count("worker_failed") <= 2
    assert "worker_recovered" in running.events


def _registered(store: Store) -> int:
    with store.read() as conn:
        return int(conn.execute(text("SELECT count(*) FROM procrastinate_workers")).scalar_one())
