"""The database's own statistics."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest
from sqlalchemy import text

from digest.store import Store, health, open_store
from digest.store.health import PostgresHealth, SqliteHealth
from tests.support.large_ledger import analyze, fill_ledger


def test_a_file_has_a_size_free_pages_and_a_log(sqlite_store: Store, tmp_path: Path) -> None:
    with sqlite_store.begin() as conn:
        conn.execute(text("CREATE TABLE filler AS SELECT randomblob(1000000) AS bytes"))
        conn.execute(text("DROP TABLE filler"))
    with sqlite_store.read() as conn:
        read = health.read_health(conn, file=tmp_path / "digest.db")

    assert isinstance(read, SqliteHealth)
    assert read.bytes > read.free_bytes > 900_000
    assert read.log_bytes == (tmp_path / "digest.db-wal").stat().st_size > 0


def test_a_store_in_memory_has_no_log() -> None:
    with open_store("sqlite://") as store, store.read() as conn:
        read = health.read_health(conn)

    assert isinstance(read, SqliteHealth)
    assert (read.free_bytes, read.log_bytes) == (0, 0)


@pytest.mark.slow
def test_postgresql_tells_dead_rows_unused_room_and_the_oldest_transaction(postgres_store_url: str) -> None:
    with open_store(postgres_store_url) as store:
        fill_ledger(store, count=2, recipients=10_000)
        analyze(store)
        with psycopg.connect(postgres_store_url, autocommit=True) as connection:
            connection.execute("UPDATE deliveries SET attempts = 2 WHERE edition_id = 1")
            connection.execute("SELECT pg_stat_force_next_flush()")
        with psycopg.connect(postgres_store_url) as other:
            other.execute("SELECT 1")
            with store.read() as conn:
                read = health.read_health(conn)

    assert isinstance(read, PostgresHealth)
    ledger = next(table for table in read.tables if table.name == "deliveries")
    assert ledger.dead_rows == pytest.approx(10_000, rel=0.1)
    assert ledger.bytes > 10 * ledger.unused_bytes
    assert read.oldest_transaction_s is not None
    assert read.oldest_transaction_s >= 0
    assert read.transaction_ids > 0
    assert read.has_autovacuum
