"""Delivery while disk or database fail: reported, nothing lost, and no more copies than guaranteed."""

from __future__ import annotations

import resource
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from digest.deliver.smtp.mailer import SmtpMailer
from digest.model.editions import Outcome
from digest.model.errors import StoreError
from digest.pipeline.outbox import Tally, deliver_due
from digest.store import Store, open_store
from tests.support.editions import build_message, publish, rows, smtp_settings
from tests.support.smtp_server import SmtpServer, smtp_server
from tests.support.values import NOON

READERS, CONNECTIONS = 300, 4


def send(store: Store, edition_id: int, server: SmtpServer) -> Tally:
    mailer = SmtpMailer(smtp=smtp_settings(server.port, connections=CONNECTIONS))
    now = NOON + timedelta(hours=1)
    return deliver_due(
        edition_id, store, mailer, build_message=build_message, clock=lambda: now, stop=threading.Event()
    )


def after(count: int, do: Callable[[], None]) -> SmtpServer:
    """A server that calls ``do`` when it has accepted ``count`` mails."""
    return SmtpServer(on_accepted=lambda accepted: do() if accepted == count else None)


def check_recovery(store: Store, edition_id: int) -> None:
    """Check that a further run delivers the mails that were not sent, and only those."""
    server = SmtpServer()
    sent_before = {address for address, row in rows(store, edition_id).items() if row.outcome is Outcome.SENT}
    with smtp_server(server):
        final = send(store, edition_id, server)

    assert final.counts == {Outcome.SENT: READERS}
    assert not sent_before & {recipient for _, recipient in server.accepted}, "no mail is sent twice"


@contextmanager
def disk_full_after(bytes_: int, file: Path) -> Iterator[Callable[[], None]]:
    """A function after whose call no file can grow beyond this file's size plus ``bytes_``."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)

    def fill() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (file.stat().st_size + bytes_, hard))

    try:
        yield fill
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_full_disk_is_reported_and_loses_nothing(sqlite_url: str, sqlite_store: Store, tmp_path: Path) -> None:
    id_ = publish(sqlite_store, readers=READERS)
    with disk_full_after(50_000, tmp_path / "digest.db-wal") as fill, smtp_server(after(20, fill)) as server:
        with pytest.raises(StoreError, match="digest"):
            send(sqlite_store, id_, server)
        accepted = server.total

    assert 20 <= accepted < READERS
    sent = sum(row.outcome is Outcome.SENT for row in rows(sqlite_store, id_).values())
    assert accepted - CONNECTIONS <= sent <= accepted
    check_recovery(sqlite_store, id_)


def test_a_briefly_locked_database_is_waited_for(sqlite_store: Store, tmp_path: Path) -> None:
    id_ = publish(sqlite_store, readers=READERS)
    with closing(sqlite3.connect(tmp_path / "digest.db", isolation_level=None, check_same_thread=False)) as locker:

        def lock() -> None:
            locker.execute("BEGIN IMMEDIATE")
            threading.Timer(0.5, locker.execute, ["ROLLBACK"]).start()

        with smtp_server(after(20, lock)) as server:
            final = send(sqlite_store, id_, server)

    assert final.counts == {Outcome.SENT: READERS}
    assert set(server.accepted.values()) == {1}


def test_a_database_that_stays_locked_is_reported_and_loses_nothing(sqlite_url: str, tmp_path: Path) -> None:
    with open_store(f"{sqlite_url}?timeout=0.2") as store:
        id_ = publish(store, readers=READERS)
        with closing(sqlite3.connect(tmp_path / "digest.db", isolation_level=None, check_same_thread=False)) as locker:
            locking = after(20, lambda: locker.execute("BEGIN IMMEDIATE") and None)
            with smtp_server(locking) as server, pytest.raises(StoreError, match="is locked"):
                send(store, id_, server)
            locker.execute("ROLLBACK")
        assert 20 <= server.total <= 20 + CONNECTIONS
        check_recovery(store, id_)


def test_a_store_that_cannot_be_written_sends_nothing(sqlite_url: str, sqlite_store: Store) -> None:
    id_ = publish(sqlite_store, readers=3)
    with (
        open_store(sqlite_url, read_only=True) as store,
        smtp_server() as server,
        pytest.raises(StoreError, match="can't be written"),
    ):
        send(store, id_, server)
    assert server.total == 0


def test_a_lost_database_server_is_reported_and_loses_nothing(postgres_url: str) -> None:
    import psycopg

    def restart() -> None:
        with psycopg.connect(postgres_url, autocommit=True) as conn:
            conn.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE pid <> pg_backend_pid() AND datname = current_database()"
            )

    with open_store(postgres_url) as store:
        id_ = publish(store, readers=READERS)
        with smtp_server(after(20, restart)) as server, pytest.raises(StoreError):
            send(store, id_, server)
        assert 20 <= server.total <= 20 + CONNECTIONS
    with open_store(postgres_url) as store:
        check_recovery(store, id_)
