"""The queue itself: how long a job waits until a worker begins it, and how many empty jobs are done a second.

    python -m tests.bench.fleet.jobs URL QUEUE      a worker whose jobs do nothing; prints when each began

The jobs do nothing, so that nothing but the queue is measured.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from statistics import median, quantiles

import psycopg

from digest.jobs.procrastinate_engine import JobQueue
from digest.jobs.procrastinate_worker import Worker
from digest.jobs.types import Deliver, Enqueue, Job
from digest.store import Store, open_store, queue_schema
from tests.bench.fleet.processes import DatabaseServer, busy_s

_PROBES = 40
#: Time between two probes, so that the worker waits for the next.
_PAUSE_S = 0.05
#: How long jobs are counted.
_SECONDS = 5.0
_LONGEST_S = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class Latency:
    """Seconds from the commit that queues a job until it begins."""

    backlog: str
    median_s: float
    p95_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class JobRate:
    """Empty jobs of a full queue."""

    workers: int
    per_second: float
    #: Processor time of a job.
    worker_s: float
    postgres_s: float


def measure_latencies(server: DatabaseServer, *, waiting: int) -> list[Latency]:
    """Latency of an idle worker, and beside so many jobs that wait in another queue and in its own."""
    backlogs: dict[str, tuple[str, ...]] = {
        "none": (),
        "in another queue": ("collect",),
        "in its own queue, less urgent": ("deliver",),
    }
    return [_latency(server, backlog, queues, waiting) for backlog, queues in backlogs.items()]


def _latency(server: DatabaseServer, backlog: str, queues: Sequence[str], waiting: int) -> Latency:
    url = server.create_database()
    for queue in queues:
        _fill(url, queue, waiting)
    with open_store(url) as store, _workers(1, url, "deliver") as jobs:
        return _probe(backlog, store, jobs)


def measure_rate(server: DatabaseServer, workers: int, *, waiting: int) -> JobRate:
    """Jobs a second with so many waiting."""
    url = server.create_database()
    _fill(url, "collect", waiting)  # before there are workers: each job would be announced to them
    with _workers(workers, url, "collect") as jobs:
        jobs.wait_for_more(10 * workers)
        first, start, busy, postgres = jobs.count, time.perf_counter(), jobs.busy_s, server.busy_s
        time.sleep(_SECONDS)
        done, seconds = jobs.count - first, time.perf_counter() - start
        worker_s, postgres_s = jobs.busy_s - busy, server.busy_s - postgres
    return JobRate(workers=workers, per_second=done / seconds, worker_s=worker_s / done, postgres_s=postgres_s / done)


def _fill(url: str, queue: str, count: int) -> None:
    """Queue so many jobs of the lowest priority, in one transaction."""
    with open_store(url) as store, store.begin() as conn:
        queue_schema.ensure(conn)
    with psycopg.connect(url, autocommit=True) as conn:
        conn.execute(
            "INSERT INTO procrastinate_jobs (queue_name, task_name, priority, args)"
            " SELECT %s, 'digest.perform', -1, jsonb_build_object('job',"
            " jsonb_build_object('kind', 'deliver', 'edition_id', 0, 'part', 0))"
            " FROM generate_series(1, %s)",
            (queue, count),
        )
        conn.execute("VACUUM ANALYZE procrastinate_jobs")


def _probe(backlog: str, store: Store, jobs: _BegunJobs) -> Latency:
    queue, waits = JobQueue(), []
    for number in range(1, _PROBES + 1):
        time.sleep(_PAUSE_S)
        with store.begin() as conn:
            queue.enqueue(conn, Deliver(edition_id=number))
        queued = time.perf_counter()
        waits.append(max(jobs.wait_for(number) - queued, 0.0))
    return Latency(backlog=backlog, median_s=median(waits), p95_s=quantiles(waits, n=20)[-1])


class _BegunJobs:
    """The workers' reports of the jobs that they begin."""

    def __init__(self, processes: list[subprocess.Popen[str]]) -> None:
        self._processes = processes
        self._count = 0
        self._times: dict[int, float] = {}
        self._changed = threading.Condition()
        for process in processes:
            threading.Thread(target=self._read, args=(process,), daemon=True).start()

    def _read(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout
        for line in process.stdout:
            number, began = line.split()
            with self._changed:
                self._count += 1
                if int(number):
                    self._times[int(number)] = float(began)
                    self._changed.notify_all()

    @property
    def count(self) -> int:
        return self._count

    @property
    def busy_s(self) -> float:
        """Processor time of the workers so far."""
        return sum(busy_s(process.pid) for process in self._processes)

    def wait_for(self, number: int) -> float:
        """Wait for the job of this number; return when it began."""
        with self._changed:
            if not self._changed.wait_for(lambda: number in self._times, timeout=_LONGEST_S):
                raise AssertionError(f"job {number} never began")
            return self._times.pop(number)

    def wait_for_more(self, count: int) -> None:
        """Wait until so many more jobs have begun."""
        target, end = self._count + count, time.monotonic() + _LONGEST_S
        while self._count < target:
            if time.monotonic() > end:
                raise AssertionError("the workers do nothing")
            time.sleep(0.01)


@contextmanager
def _workers(count: int, url: str, queue: str) -> Iterator[_BegunJobs]:
    """Workers that are ready for jobs."""
    with open_store(url) as store, store.begin() as conn:
        queue_schema.ensure(conn)
    command = [sys.executable, "-m", "tests.bench.fleet.jobs", url, queue]
    processes = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(count)]
    try:
        jobs = _BegunJobs(processes)
        with psycopg.connect(url, autocommit=True) as conn:
            while conn.execute("SELECT count(*) FROM procrastinate_workers").fetchone() != (count,):
                time.sleep(0.1)
        time.sleep(_PAUSE_S * 10)  # until it listens
        yield jobs
    finally:
        for process in processes:
            process.kill()
            process.wait()


def _work(url: str, queue: str) -> None:
    """Do jobs that do nothing; print the number and the time of each."""

    def perform(job: Job, _: Enqueue) -> None:
        if isinstance(job, Deliver):
            os.write(1, f"{job.edition_id} {time.perf_counter()}\n".encode())  # a whole line, of several threads

    def log(event: str, /, **fields: object) -> None:
        print(event, fields, file=sys.stderr)

    with open_store(url) as store:
        Worker(url=url, store=store, perform=perform, log=log, queues=[queue]).run(threading.Event())


if __name__ == "__main__":
    _work(sys.argv[1], sys.argv[2])
