"""The schema of the queue of jobs: made, recognised, upgraded, and made anew."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import text

from digest.model.errors import StoreError
from digest.store import Store, open_store, queue_schema, upgrade_store
from digest.store.queue_schema import QueueSql, installed_sql


@pytest.fixture
def store(postgres_url: str) -> Iterator[Store]:
    """A store without a queue."""
    with open_store(postgres_url) as opened:
        yield opened


@pytest.fixture
def newer(tmp_path: Path) -> QueueSql:
    """The SQL of a Procrastinate with one more migration."""
    shutil.copytree(installed_sql().folder, tmp_path / "sql")
    (tmp_path / "sql/migrations/99.00.00_01_pre_note.sql").write_text("ALTER TABLE procrastinate_jobs ADD note text;")
    return QueueSql(tmp_path / "sql")


def _ensure(store: Store, **options: object) -> bool:
    with store.begin() as conn:
        return queue_schema.ensure(conn, **options)  # type: ignore[arg-type]  # the tests' own


def _execute(store: Store, statement: str) -> object:
    with store.begin() as conn:
        result = conn.execute(text(statement))
        return result.scalar() if result.returns_rows else None


def _problem(store: Store) -> str:
    with store.read() as conn:
        return queue_schema.find_problem(conn)


def test_an_upgrade_makes_the_queue_with_the_tables_or_neither(postgres_url: str) -> None:
    with psycopg.connect(postgres_url, autocommit=True) as conn:
        conn.execute("CREATE VIEW procrastinate_workers AS SELECT 1 AS id")
        with pytest.raises(StoreError, match="already exists"):
            upgrade_store(postgres_url, with_queue=True)
        assert conn.execute("SELECT to_regclass('entries') IS NULL").fetchone() == (True,)
        conn.execute("DROP VIEW procrastinate_workers")

    upgrade_store(postgres_url, with_queue=True)
    with open_store(postgres_url) as store:
        assert _problem(store) == ""
        assert not _ensure(store)


@pytest.mark.parametrize(
    "tables",
    ["procrastinate_events", "procrastinate_jobs, procrastinate_events, procrastinate_workers"],
)
def test_a_queue_whose_tables_were_dropped_is_made_anew(store: Store, tables: str) -> None:
    assert "no queue of jobs yet" in _problem(store)
    assert _ensure(store)
    _execute(store, f"DROP TABLE {tables} CASCADE")
    assert "lacks the table" in _problem(store)

    assert _ensure(store)
    assert _problem(store) == ""

    _execute(store, "DROP TABLE procrastinate_jobs, procrastinate_events, procrastinate_workers CASCADE")
    _execute(store, "DROP TABLE procrastinate_periodic_defers CASCADE")
    assert _ensure(store), "types and functions are in the way of nothing"


def test_another_program_s_damaged_queue_is_left_alone(store: Store) -> None:
    _ensure(store)
    _execute(store, "COMMENT ON TABLE procrastinate_jobs IS 'mine'")
    _execute(store, "DROP TABLE procrastinate_events CASCADE")

    with pytest.raises(StoreError, match="lacks the table procrastinate_events") as raised:
        _ensure(store)
    assert "no mail is lost" in raised.value.hint


def test_a_queue_is_upgraded_on_request_only(store: Store, newer: QueueSql) -> None:
    _ensure(store)
    with pytest.raises(StoreError, match=r"needs 99\.00\.00_01") as raised:
        _ensure(store, sql=newer)
    assert "digest db upgrade" in raised.value.hint

    _ensure(store, sql=newer, upgrade=True)
    assert _execute(store, "SELECT count(note) FROM procrastinate_jobs") == 0
    _ensure(store, sql=newer)

    with pytest.raises(StoreError, match=r"version 99\.00\.00_01, and the Procrastinate here knows") as raised:
        _ensure(store)
    assert "pip install" in raised.value.hint


def test_a_queue_of_an_earlier_version_without_a_number_is_recorded(store: Store) -> None:
    _ensure(store)
    for table in ("jobs", "events", "workers", "periodic_defers"):
        _execute(store, f"COMMENT ON TABLE procrastinate_{table} IS NULL")

    assert not _ensure(store), "a role that doesn't own the tables may use them"
    assert not _ensure(store, upgrade=True)
    comment = _execute(store, "SELECT obj_description('procrastinate_jobs'::regclass)")
    assert installed_sql().version in str(comment)


def test_the_distributed_engine_needs_postgresql(sqlite_store: Store) -> None:
    with pytest.raises(StoreError, match="needs a PostgreSQL database"):
        _ensure(sqlite_store)
