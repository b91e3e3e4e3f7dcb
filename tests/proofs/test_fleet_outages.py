"""A clock and a worker behind a pooler, whose database goes away and comes back, and whose queue someone removes."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert, text

from digest.model.editions import Outcome
from digest.pipeline import calendar
from digest.settings import load
from digest.store import deliveries, editions, open_store, queue, tables
from tests.support.fleet_processes import fleet_in
from tests.support.pgbouncer import pgbouncer
from tests.support.postgres_process import PostgresProcess, postgres_process
from tests.support.run_process import until
from tests.support.smtp_server import SmtpServer, smtp_server

READERS = 20
#: Seconds without a database.
_AWAY_S = 12

_SETTINGS = """
[store]
url = "{url}"
direct_url = "{direct_url}"
[jobs]
engine = "procrastinate"
[smtp]
host = "127.0.0.1"
port = {port}
security = "none"
[[sources]]
id = "a"
path = "articles"
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


@pytest.fixture
def server() -> Iterator[PostgresProcess]:
    """A database server of this test's own."""
    with postgres_process() as process:
        yield process


@pytest.mark.slow
def test_a_fleet_behind_a_pooler_outlives_its_database_and_its_queue(server: PostgresProcess, tmp_path: Path) -> None:
    mails = SmtpServer(record_contents=False)
    with ExitStack() as stack:
        url = stack.enter_context(pgbouncer(server.url))
        stack.enter_context(smtp_server(mails))
        folder = _prepare(tmp_path / "fleet", url, server.url, mails.port)
        fleet = stack.enter_context(fleet_in(folder))
        for command in ("run", "worker"):
            fleet.start(command)
        until(_has_sent(mails, READERS, server.url))

        server.end(signal.SIGINT)
        time.sleep(_AWAY_S)
        server.start()
        _send_again(server.url)
        until(_has_sent(mails, 2 * READERS, server.url), within_s=120)

        with open_store(server.url) as store, store.begin() as conn:
            conn.execute(text("DROP TABLE procrastinate_jobs, procrastinate_events CASCADE"))
        _send_again(server.url)
        until(_has_sent(mails, 3 * READERS, server.url), within_s=120)
        assert not [process for process in fleet.processes if process.process.poll() is not None]
        exit_codes, _ = fleet.end()

    assert set(exit_codes) == {0}
    assert len(fleet.log_lines("queue_made_anew")) == 1
    assert fleet.log_lines("clock_recovered")
    assert fleet.log_lines("worker_recovered")
    assert not fleet.log_lines("Traceback")
    lines = [*fleet.log_lines("_failed")]
    assert len(lines) <= 12, lines


def _prepare(folder: Path, url: str, direct_url: str, port: int) -> Path:
    """Settings, an article, and a store in which a slot of yesterday is the last that was decided."""
    (folder / "articles").mkdir(parents=True)
    (folder / "articles" / "ferry.txt").write_text(_ARTICLE)
    (folder / "digest.toml").write_text(_SETTINGS.format(url=url, direct_url=direct_url, port=port))
    newsletter, now = load(folder / "digest.toml", {}).newsletter("main"), datetime.now(UTC)
    addresses = [f"reader{number}@example.org" for number in range(READERS)]
    with open_store(url) as store, store.begin() as conn:
        calendar.register(conn, newsletter, now=now - timedelta(days=1))
        rows = [{"address": address, "address_key": address, "added": now} for address in addresses]
        ids = conn.execute(insert(tables.subscribers).returning(tables.subscribers.c.id), rows).scalars().all()
        subscriptions = [{"newsletter_id": "main", "subscriber_id": id_, "since": now} for id_ in ids]
        conn.execute(insert(tables.subscriptions), subscriptions)
    return folder


def _send_again(url: str) -> None:
    """Let all mails of the edition be due again."""
    with open_store(url) as store, store.begin() as conn:
        (edition,) = editions.summaries(conn, "main")
        assert queue.requeue(conn, edition.id, at=datetime.now(UTC), include_sent=True) == READERS


def _has_sent(server: SmtpServer, mails: int, url: str) -> Callable[[], bool]:
    """Whether so many mails have come, and the ledger knows."""

    def has_sent() -> bool:
        if server.total < mails:
            return False
        with open_store(url) as store, store.read() as conn:
            (edition,) = editions.summaries(conn, "main")
            return deliveries.counts(conn, edition.id) == {Outcome.SENT: READERS}

    return has_sent
