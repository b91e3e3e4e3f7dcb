"""Two clocks and three workers on PostgreSQL, each of them killed: one edition, and one mail of it for everybody."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert

from digest.model.editions import Outcome
from digest.model.newsletters import Newsletter
from digest.pipeline import calendar
from digest.settings import load
from digest.store import deliveries, editions, open_store, tables
from tests.support.run_process import until
from tests.support.smtp_server import RandomFaults, SmtpServer, smtp_server

READERS = 600
KILLS = 6
CONNECTIONS = 2

_SETTINGS = """
[store]
url = "{url}"
[jobs]
engine = "procrastinate"
[smtp]
host = "127.0.0.1"
port = {port}
security = "none"
connections = {connections}
rate_per_minute = 6000
[[sources]]
id = "a"
path = "articles"
[[sources]]
id = "b"
path = "others"
[[newsletters]]
id = "main"
title = "Main"
from = "Main <main@example.org>"
schedule = "daily 00:00"
catch_up = "24h"
"""
_ARTICLE = """A ferry service across the bay returns

The council voted on Tuesday to bring back the ferry that crossed the bay until 1998. The first boat will leave in May.
Two companies have made an offer for the route, which about 900 people are expected to take each day.
"""


class Fleet:
    """Processes of the fleet; those that end are started anew."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.processes: list[tuple[list[str], subprocess.Popen[bytes]]] = []

    def start(self, *command: str) -> None:
        arguments = [sys.executable, "-m", "digest", *command]
        with (self.folder / f"log-{time.monotonic_ns()}").open("wb") as log:
            process = subprocess.Popen(arguments, cwd=self.folder, stdout=log, stderr=log, env=os.environ)
        self.processes.append((list(command), process))

    def kill_oldest(self) -> None:
        """Kill the process that runs longest, the leading clock first, and start another like it."""
        command, process = self.processes.pop(0)
        process.kill()
        process.wait()
        self.start(*command)

    def end(self) -> list[int]:
        """End all; return their exit codes."""
        for _, process in self.processes:
            process.send_signal(signal.SIGTERM)
        return [process.wait(60) for _, process in self.processes]


@contextmanager
def _fleet(folder: Path) -> Iterator[Fleet]:
    fleet = Fleet(folder)
    try:
        yield fleet
    finally:
        for _, process in fleet.processes:
            if process.poll() is None:
                process.kill()
                process.wait()


@pytest.mark.slow
def test_a_fleet_whose_processes_are_killed_misses_nobody_and_publishes_once(postgres_url: str, tmp_path: Path) -> None:
    server = SmtpServer(record_contents=False)
    server.fault_for = RandomFaults(seed=11, rate=0, jitter_s=0.02)
    with smtp_server(server), _fleet(tmp_path) as fleet:
        newsletter = _prepare(tmp_path, postgres_url, server.port)
        for command in (("run",), ("run",), ("worker",), ("worker",), ("worker", "--queues", "deliver")):
            fleet.start(*command)
        for kill in range(1, KILLS + 1):
            until(_reaches(server, kill * READERS // (KILLS + 2)), within_s=120)
            fleet.kill_oldest()
        until(_is_final(postgres_url, newsletter), within_s=180)
        exit_codes = fleet.end()

    assert set(exit_codes) <= {0, -signal.SIGTERM}  # the last to be started may not have got as far as handling it
    with open_store(postgres_url) as store, store.read() as conn:
        (edition,) = editions.summaries(conn, "main")
        counts = deliveries.counts(conn, edition.id)
    assert counts == {Outcome.SENT: READERS}
    assert len(server.accepted) == READERS
    assert server.total - READERS <= KILLS * CONNECTIONS


def _prepare(folder: Path, url: str, port: int) -> Newsletter:
    """Settings, articles, and a store in which a slot of yesterday is the last that was decided."""
    for name in ("articles", "others"):
        (folder / name).mkdir()
        (folder / name / f"{name}.txt").write_text(_ARTICLE)
    (folder / "digest.toml").write_text(_SETTINGS.format(url=url, port=port, connections=CONNECTIONS))
    newsletter = load(folder / "digest.toml", {}).newsletter("main")
    now = datetime.now(UTC)
    addresses = [f"reader{number}@example.org" for number in range(READERS)]
    with open_store(url) as store, store.begin() as conn:
        calendar.register(conn, newsletter, now=now - timedelta(days=1))
        rows = [{"address": address, "address_key": address, "added": now} for address in addresses]
        ids = conn.execute(insert(tables.subscribers).returning(tables.subscribers.c.id), rows).scalars().all()
        subscriptions = [{"newsletter_id": "main", "subscriber_id": id_, "since": now} for id_ in ids]
        conn.execute(insert(tables.subscriptions), subscriptions)
    return newsletter


def _reaches(server: SmtpServer, mails: int) -> Callable[[], bool]:
    return lambda: server.total >= mails


def _is_final(url: str, newsletter: Newsletter) -> Callable[[], bool]:
    def is_final() -> bool:
        with open_store(url) as store, store.read() as conn:
            (edition,) = editions.summaries(conn, newsletter.id)
            return all(outcome.is_final for outcome in deliveries.counts(conn, edition.id))

    return is_final
