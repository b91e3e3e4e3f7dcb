"""The database in ``digest status``: size, dead rows, oldest transaction, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from digest.jobs.database_problems import database_problems
from digest.store.health import DatabaseHealth, PostgresHealth, SqliteHealth
from digest.text.quantities import duration, file_size


def database_lines(health: DatabaseHealth) -> Iterator[str]:
    """A line about the database, and one for each problem."""
    yield f"database: {database_summary(health)}"
    for problem in database_problems(health):
        yield f"  {problem.message}"


def database_summary(health: DatabaseHealth) -> str:
    """The database in one line: ``4.6 GB, 12000 dead rows of 9000000, oldest transaction 3 s``."""
    if isinstance(health, SqliteHealth):
        return (
            f"{file_size(health.bytes)}, {file_size(health.free_bytes)} of it free, log {file_size(health.log_bytes)}"
        )
    dead = sum(table.dead_rows for table in health.tables)
    rows = dead + sum(table.live_rows for table in health.tables)
    parts = [file_size(health.bytes)]
    if rows:
        parts.append(f"{dead} dead rows of {rows}")
    if health.oldest_transaction_s is not None:
        parts.append(f"oldest transaction {duration(health.oldest_transaction_s)}")
    return ", ".join([*parts, f"{health.transaction_ids / 1_000_000:.0f} million transactions to freeze"])


def database_document(health: DatabaseHealth) -> dict[str, Any]:
    """The database as JSON values."""
    facts = _postgresql(health) if isinstance(health, PostgresHealth) else _sqlite(health)
    problems = [{"message": problem.message, "hint": problem.hint} for problem in database_problems(health)]
    return {"bytes": health.bytes, **facts, "problems": problems}


def _postgresql(health: PostgresHealth) -> dict[str, Any]:
    age = health.oldest_transaction_s
    return {
        "kind": "postgresql",
        "oldest_transaction_s": None if age is None else round(age, 1),
        "transaction_ids": health.transaction_ids,
        "freeze_age": health.freeze_age,
        "autovacuum": health.has_autovacuum,
        "tables": [
            {
                "name": table.name,
                "live_rows": table.live_rows,
                "dead_rows": table.dead_rows,
                "bytes": table.bytes,
                "unused_bytes": table.unused_bytes,
            }
            for table in health.tables
        ],
    }


def _sqlite(health: SqliteHealth) -> dict[str, Any]:
    return {"kind": "sqlite", "free_bytes": health.free_bytes, "log_bytes": health.log_bytes}
