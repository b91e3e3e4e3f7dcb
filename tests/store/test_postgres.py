"""Connections to PostgreSQL: what holds for their sessions, and past which pooler."""

from __future__ import annotations

import time
from contextlib import ExitStack, suppress

import psycopg
import pytest
from sqlalchemy import text

from digest.model.errors import StoreError
from digest.store import Store, open_store
from digest.store.leader import Leadership
from digest.store.postgres import connect_options
from digest.store.url import parse_url
from tests.support.pgbouncer import pgbouncer
from tests.support.postgres_process import PostgresProcess, empty_cluster, postgres_process


def _setting(store: Store, name: str) -> str:
    with store.begin() as conn:
        return str(conn.execute(text(f"SHOW {name}")).scalar_one())


def _end_others(url: str) -> None:
    with psycopg.connect(url) as conn:
        conn.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


def test_a_cut_network_and_a_paused_process_end_a_session(postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGAPPNAME", "digest worker")
    with open_store(postgres_url) as store:
        assert _setting(store, "idle_in_transaction_session_timeout") == "1min"
        assert _setting(store, "application_name") == "digest worker"

    options = connect_options(parse_url(postgres_url))
    seconds = options["keepalives_idle"] + options["keepalives_interval"] * options["keepalives_count"]
    assert seconds <= 30
    assert options["tcp_user_timeout"] <= 30_000


def test_a_transaction_that_was_idle_for_too_long_is_told(postgres_url: str) -> None:
    def pause(store: Store) -> None:
        with store.begin() as conn:
            conn.execute(text("SET LOCAL idle_in_transaction_session_timeout = '10ms'"))
            time.sleep(0.2)
            conn.execute(text("SELECT 1"))

    with open_store(postgres_url) as store:
        with pytest.raises(StoreError, match="idle-in-transaction timeout") as raised:
            pause(store)
        assert "paused" in raised.value.hint
        with store.begin() as conn:
            assert conn.execute(text("SELECT 1")).scalar() == 1


def test_options_of_the_url_come_first() -> None:
    options = connect_options(parse_url("postgresql://db/d?keepalives_idle=3&connect_timeout=4"))

    assert not {"keepalives_idle", "connect_timeout"} & options.keys()
    assert "keepalives_count" in options


def test_connections_that_the_server_ended_while_idle_are_replaced(postgres_url: str) -> None:
    with open_store(postgres_url) as store:
        with store.read(), store.read(), store.read():
            pass  # three are in the pool
        _end_others(postgres_url)

        with store.read() as one, store.begin() as two, store.read() as three:
            assert [conn.execute(text("SELECT 1")).scalar() for conn in (one, two, three)] == [1, 1, 1]


def test_a_direct_url_to_another_database_is_told(postgres_url: str, postgres_server: str) -> None:
    with open_store(postgres_url, direct_url=postgres_server) as store:
        with pytest.raises(StoreError, match="direct_url leads to another database") as raised:
            store.check_locks()
        assert "same server and database" in raised.value.hint
        with pytest.raises(StoreError, match="direct_url leads to another database"), store.liveness_lock("a"):
            pass
    with open_store(postgres_url, direct_url=f"{postgres_url}&application_name=direct") as store:
        store.check_locks()


@pytest.mark.parametrize(
    ("url", "direct_url"),
    [
        ("sqlite:///digest.db", "postgresql://db/digest"),
        ("sqlite:///digest.db", "sqlite:///digest.db"),
        ("postgresql://db/digest", "sqlite:///digest.db"),
    ],
)
def test_a_direct_url_of_another_kind_is_told(url: str, direct_url: str) -> None:
    with pytest.raises(StoreError, match="direct_url can't be the same database") as raised:
        open_store(url, direct_url=direct_url)
    assert "leave it out" in raised.value.hint


def test_a_direct_url_that_leads_nowhere_is_told(postgres_url: str) -> None:
    is_told = pytest.raises(StoreError, match=r"127\.0\.0\.1:1/d can't be used: .*refused")
    with open_store(postgres_url, direct_url="postgresql://me@127.0.0.1:1/d") as store, is_told:
        store.check_locks()
    with pytest.raises(StoreError, match=r"127\.0\.0\.1:1/d can't be used: .*refused"):
        Leadership("postgresql://me@127.0.0.1:1/d").is_held()


@pytest.mark.slow
def test_behind_a_pooler_locks_go_past_it(postgres_url: str) -> None:
    with pgbouncer(postgres_url) as pooled:
        with open_store(pooled) as store:
            with pytest.raises(StoreError, match="behind a pooler") as raised, store.liveness_lock("a"):
                pass
            assert "direct_url" in raised.value.hint
        with pytest.raises(StoreError, match="behind a pooler"):
            Leadership(pooled).is_held()

        with open_store(pooled, direct_url=postgres_url) as store:
            with store.liveness_lock("a"):
                assert store.is_alive("a")
            assert not store.is_alive("a")


@pytest.mark.slow
def test_a_session_behind_a_pooler_leaves_no_settings_to_others(postgres_url: str) -> None:
    with pgbouncer(postgres_url) as pooled, open_store(pooled) as store:
        assert _setting(store, "idle_in_transaction_session_timeout") == "1min"
        assert _setting(store, "synchronous_commit") == "on"
        with store.begin(durable=False) as conn:
            assert conn.execute(text("SHOW synchronous_commit")).scalar() == "off"
        for _ in range(3):
            with psycopg.connect(pooled) as conn:
                assert conn.execute("SHOW synchronous_commit").fetchone() == ("on",)
                assert conn.execute("SHOW idle_in_transaction_session_timeout").fetchone() == ("0",)
        is_told = pytest.raises(StoreError, match="read-only")
        with open_store(pooled, read_only=True) as reading, is_told, reading.begin() as conn:
            conn.execute(text("DELETE FROM runs"))


@pytest.mark.slow
def test_a_hot_standby_is_told_and_may_be_read() -> None:
    with empty_cluster() as cluster:
        primary = PostgresProcess(cluster)
        open_store(primary.url).close()
        primary.stop()
        copy = cluster.copy(cluster.folder.with_name("standby"))
        (copy.folder / "standby.signal").touch()
        standby = PostgresProcess(copy)
        try:
            with open_store(standby.url, read_only=True) as store, store.read() as conn:
                assert conn.execute(text("SELECT count(*) FROM runs")).scalar() == 0
            is_told = pytest.raises(StoreError, match="read-only")
            with open_store(standby.url) as store, is_told as raised, store.begin() as conn:
                conn.execute(text("DELETE FROM fleet"))
            assert "primary server" in raised.value.hint
        finally:
            standby.kill()


@pytest.mark.slow
def test_a_server_without_free_connections_is_told_and_used_again_later() -> None:
    options = ("-c", "max_connections=5")
    with postgres_process(*options) as server, open_store(server.url) as store, ExitStack() as others:
        for _ in range(20):
            with suppress(psycopg.OperationalError):
                others.enter_context(psycopg.connect(server.url))
        for attempt in (lambda: open_store(server.url), Leadership(server.url).is_held):
            with pytest.raises(StoreError, match=r"connection slots|too many clients") as raised:
                attempt()
            assert "max_connections" in raised.value.hint
        others.close()
        with store.read() as conn:
            assert conn.execute(text("SELECT 1")).scalar() == 1
