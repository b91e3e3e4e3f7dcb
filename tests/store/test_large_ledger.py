"""Costs that must not grow with the ledger: a claim, a look at the queue, a page of retention.

A cost is the number of pages that PostgreSQL touches for the ledger, and of steps of SQLite's machine.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import chain, count
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import Connection, Dialect, text, update

from digest.model.editions import Outcome
from digest.store import Store, retention
from digest.store.ledger import Ledger, open_ledger
from digest.store.retention import Expired
from digest.store.tables import deliveries
from tests.support.large_ledger import analyze, fill_ledger
from tests.support.values import NOON

CLAIM = 100
pytestmark = [
    pytest.mark.slow,
    pytest.mark.parametrize("shared_store", ["sqlite_url", "postgres_store_url"], indirect=True),
]


@pytest.fixture(autouse=True)
def _vacuum_by_nobody(shared_store: Store) -> Iterator[None]:
    """PostgreSQL's own vacuum would tidy up at its own time, or not."""
    with shared_store.begin() as conn:
        is_postgresql = conn.dialect.name == "postgresql"
        if is_postgresql:
            conn.execute(text("ALTER TABLE deliveries SET (autovacuum_enabled = off)"))
    yield
    if is_postgresql:
        with shared_store.begin() as conn:
            conn.execute(text("ALTER TABLE deliveries RESET (autovacuum_enabled)"))


def cost(store: Store, act: Callable[[Any, Dialect], object]) -> int:
    """The cost of an action on a connection of the driver."""
    with store.driver() as (connection, dialect):
        if dialect.name == "sqlite":
            return _steps(connection, lambda: act(connection, dialect))
        before = _pages(connection)
        act(connection, dialect)
        return _pages(connection) - before


def transaction_cost(store: Store, act: Callable[[Connection], object]) -> int:
    """The cost of an action in a transaction."""
    with store.begin() as conn:
        driver = conn.connection.driver_connection
        if conn.dialect.name == "sqlite":
            return _steps(driver, lambda: act(conn))
        before = _pages(driver)
    with store.begin() as conn:
        act(conn)
    with store.begin() as conn:
        return _pages(conn.connection.driver_connection) - before


def _steps(connection: Any, act: Callable[[], object]) -> int:
    steps = count()
    connection.set_progress_handler(lambda: next(steps) < 0, 1)
    act()
    connection.set_progress_handler(None, 0)
    return next(steps)


def _pages(connection: Any) -> int:
    """The pages of the ledger that the connection's server process has touched, and those that ended before."""
    connection.execute("SELECT pg_stat_force_next_flush()")
    connection.commit()
    query = "SELECT heap_blks_read + heap_blks_hit + idx_blks_read + idx_blks_hit FROM pg_statio_user_tables"
    ((pages,),) = connection.execute(f"{query} WHERE relname = 'deliveries'").fetchall()
    connection.commit()
    return int(pages)


def claim_cost(store: Store, edition_id: int) -> int:
    """The cost of a claim; the second of two, as the first one also tidies up behind a change of many rows."""
    costs = []
    for sender in ("one", "two"):

        def claim(connection: Any, dialect: Dialect, sender: str = sender) -> None:
            ledger = Ledger(connection, dialect, sender, sync=None, sync_starts=False)
            assert len(ledger.claim(edition_id, now=NOON, limit=CLAIM)) == CLAIM

        costs.append(cost(store, claim))
    return costs[-1]


def test_a_claim_costs_no_more_in_a_large_ledger(shared_store: Store) -> None:
    """Though PostgreSQL's statistics are still those of a small one."""
    fill_ledger(shared_store, count=1, recipients=1_000)
    analyze(shared_store)
    small = claim_cost(shared_store, 1)
    fill_ledger(shared_store, count=200, recipients=1_000, first=2)
    large = claim_cost(shared_store, 201)
    analyze(shared_store)
    analyzed = claim_cost(shared_store, 201)
    assert max(large, analyzed) < 2 * small


def test_a_claim_reads_neither_sent_rows_nor_all_due_ones(shared_store: Store) -> None:
    fill_ledger(shared_store, count=1, recipients=1_000)
    analyze(shared_store)
    small = claim_cost(shared_store, 1)
    fill_ledger(shared_store, count=1, recipients=100_000, first=2)
    due = claim_cost(shared_store, 2)
    with shared_store.begin() as conn:
        sent = {"outcome": Outcome.SENT, "next_try": None, "sender": None}
        is_sent = (deliveries.c.edition_id == 2, deliveries.c.subscriber_id <= 90_000)
        conn.execute(update(deliveries).where(*is_sent).values(sent))
    after_sent = claim_cost(shared_store, 2)
    assert max(due, after_sent) < 2 * small


def test_a_page_of_retention_is_short_and_costs_the_same_at_the_end(shared_store: Store) -> None:
    """Rows of pages before, deleted and not yet vacuumed, aren't read again."""
    fill_ledger(shared_store, count=20, recipients=2_500)
    analyze(shared_store)
    expired, costs = Expired(), []
    while not expired.is_done:
        start = expired.deliveries

        def delete_page(conn: Connection) -> None:
            nonlocal expired
            expired = retention.delete_editions(conn, expired, before=NOON)

        costs.append(transaction_cost(shared_store, delete_page))
        assert expired.deliveries - start <= 1_000
    assert (expired.deliveries, expired.texts) == (19 * 2_500, 19)
    assert max(costs[-10:-1]) < 2 * max(costs[:10])


def test_senders_that_claim_at_once_never_get_the_same_row(shared_store: Store) -> None:
    fill_ledger(shared_store, count=1, recipients=5_000)

    at_once = Barrier(4)

    def claim_all(sender: str) -> list[int]:
        with open_ledger(shared_store, sender) as ledger:
            at_once.wait()
            ids = [row.id for row in ledger.claim(1, now=NOON, limit=50)]
            at_once.wait()
            while rows := ledger.claim(1, now=NOON, limit=50):
                ids += [row.id for row in rows]
        return ids

    with ThreadPoolExecutor(4) as threads:
        claimed = list(threads.map(claim_all, ("one", "two", "three", "four")))
    assert sorted(chain.from_iterable(claimed)) == list(range(1, 5_001))
    assert all(claimed)
