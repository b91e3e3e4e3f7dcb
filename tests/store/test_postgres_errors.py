"""A PostgreSQL database that can't be used is explained in one line; no value of a row is printed."""

from __future__ import annotations

import traceback
from collections.abc import Callable

import pytest
from sqlalchemy.exc import OperationalError

from digest.model.errors import StoreError
from digest.store import Store, open_store, subscribers, upgrade_store
from digest.store.ledger import open_ledger
from digest.store.subscribers import NewSubscriber
from tests.support.unusable_databases import PASSWORD, PROBLEMS, UnusableDatabase
from tests.support.values import NOON

ADDRESS = "ann@harbour.example"


def assert_explained(error: StoreError, database: UnusableDatabase) -> None:
    text = f"{error} → {error.hint}"

    assert database.message in str(error)
    assert database.hint in error.hint
    assert "\n" not in text
    assert not any(word in text for word in (PASSWORD, "SELECT", "[SQL", "psycopg", "DETAIL", "sqlalche"))


#: Opening a store doesn't read its tables.
@pytest.mark.parametrize("problem", [problem for problem in PROBLEMS if problem != "a table removed"])
@pytest.mark.parametrize("command", [open_store, upgrade_store], ids=["opened", "upgraded"])
def test_an_unusable_database_is_explained(
    unusable_databases: dict[str, UnusableDatabase], problem: str, command: Callable[[str], object]
) -> None:
    database = unusable_databases[problem]
    with pytest.raises(StoreError) as raised:
        command(database.url)

    assert_explained(raised.value, database)


@pytest.mark.parametrize("problem", PROBLEMS)
def test_reading_an_unusable_database_is_explained(
    unusable_databases: dict[str, UnusableDatabase], problem: str
) -> None:
    database = unusable_databases[problem]
    if database.is_readable:
        open_store(database.url, read_only=True).close()
        return
    with (
        pytest.raises(StoreError) as raised,
        open_store(database.url, read_only=True) as store,
        store.read() as conn,
    ):
        conn.exec_driver_sql("SELECT id FROM sources")

    assert_explained(raised.value, database)


def violate_unique_key(store: Store) -> None:
    with store.begin() as conn:
        subscribers.add(conn, [NewSubscriber(address=ADDRESS)], "main", at=NOON)
        conn.exec_driver_sql(
            "INSERT INTO subscribers SELECT 99, address, address_key, name, '{}', added FROM subscribers"
        )


def fail_in_driver(store: Store) -> None:
    with store.driver() as (connection, _):
        connection.execute("CREATE TEMPORARY TABLE addresses (address text UNIQUE)")
        connection.execute(f"INSERT INTO addresses VALUES ('{ADDRESS}'), ('{ADDRESS}')")


@pytest.mark.parametrize("fail", [violate_unique_key, fail_in_driver])
def test_a_bug_prints_no_address(postgres_url: str, fail: Callable[[Store], None]) -> None:
    with open_store(postgres_url) as store, pytest.raises(Exception, match="duplicate key value") as raised:
        fail(store)

    assert ADDRESS not in "".join(traceback.format_exception(raised.value))


def insert_nowhere(store: Store) -> None:
    with store.begin() as conn:
        placeholder = "?" if conn.dialect.name == "sqlite" else "%s"
        conn.exec_driver_sql(f"INSERT INTO nowhere VALUES ({placeholder})", (ADDRESS,))


def test_a_failing_statement_prints_no_parameters(store: Store) -> None:
    with pytest.raises((StoreError, OperationalError), match="nowhere") as raised:
        insert_nowhere(store)

    assert ADDRESS not in "".join(traceback.format_exception(raised.value))


def settle_after_the_connection_ended(store: Store) -> None:
    with open_ledger(store, "one") as ledger:
        with store.begin() as conn:
            conn.exec_driver_sql(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        ledger.settle([], [1], at=NOON)


def test_a_server_that_ends_the_ledger_s_connection_is_explained(postgres_url: str) -> None:
    with open_store(postgres_url) as store, pytest.raises(StoreError, match="can't be used") as raised:
        settle_after_the_connection_ended(store)

    assert "\n" not in str(raised.value)
    assert raised.value.hint
