"""Health of the database: what its own statistics tell, without reading a table."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, text

#: Tables with fewer rows than this are healthy, however many of them are dead.
_MIN_ROWS = 10_000

# Bytes of all rows by the planner's statistics, unknown before the first: each row also has a header and a place in its
# page. A table that is dropped meanwhile has no size.
_TABLES = f"""
SELECT relname AS name, n_live_tup AS live_rows, n_dead_tup AS dead_rows,
       coalesce(pg_relation_size(relid), 0) AS table_bytes, coalesce(pg_indexes_size(relid), 0) AS index_bytes,
       (SELECT sum(avg_width * (1 - null_frac)) + 28 FROM pg_stats
        WHERE pg_stats.schemaname = stat.schemaname AND tablename = relname) * (n_live_tup + n_dead_tup) AS row_bytes
FROM pg_stat_user_tables AS stat
WHERE n_live_tup + n_dead_tup >= {_MIN_ROWS}
ORDER BY pg_total_relation_size(relid) DESC
"""  # noqa: S608  # a constant
_TRANSACTIONS = """
SELECT greatest(extract(epoch FROM now() - min(began)), 0) AS age_s FROM (
    SELECT xact_start AS began FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
    UNION ALL SELECT prepared FROM pg_prepared_xacts WHERE database = current_database()
) AS transactions
"""
_DATABASE = """
SELECT pg_database_size(oid) AS bytes, age(datfrozenxid) AS transaction_ids,
       current_setting('autovacuum_freeze_max_age')::bigint AS freeze_age, current_setting('autovacuum') AS autovacuum
FROM pg_database WHERE datname = current_database()
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class TableHealth:
    """A table of some size on PostgreSQL; its numbers are estimates of the server's."""

    name: str
    live_rows: int
    #: Rows that were changed or deleted, and not vacuumed yet.
    dead_rows: int
    #: With its indexes.
    bytes: int
    #: Bytes of the table, without its indexes, that hold neither live nor dead rows.
    unused_bytes: int

    @property
    def dead_share(self) -> float:
        """Dead rows of all, from 0 to 1."""
        return self.dead_rows / max(self.live_rows + self.dead_rows, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class PostgresHealth:
    """A PostgreSQL database."""

    bytes: int
    #: The largest first; small ones are left out.
    tables: tuple[TableHealth, ...]
    #: How long the oldest open transaction has been open: no row that died since can be vacuumed. None without one.
    oldest_transaction_s: float | None
    #: Transactions since the oldest row that isn't frozen; at two thousand million, PostgreSQL stops.
    transaction_ids: int
    #: So many, after which PostgreSQL freezes rows by itself.
    freeze_age: int
    has_autovacuum: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SqliteHealth:
    """A SQLite database in a file."""

    bytes: int
    #: Bytes of pages that hold nothing: they are used again, and the file doesn't shrink.
    free_bytes: int
    #: Bytes of its write-ahead log.
    log_bytes: int


DatabaseHealth = PostgresHealth | SqliteHealth


def read_health(conn: Connection, *, file: Path | None = None) -> DatabaseHealth:
    """Read the statistics. ``file`` is where SQLite's database is; without it the log has no size."""
    return _postgresql(conn) if conn.dialect.name == "postgresql" else _sqlite(conn, file)


def _postgresql(conn: Connection) -> PostgresHealth:
    database = conn.execute(text(_DATABASE)).one()
    age = conn.execute(text(_TRANSACTIONS)).scalar()
    tables = (
        TableHealth(
            name=row.name,
            live_rows=row.live_rows,
            dead_rows=row.dead_rows,
            bytes=row.table_bytes + row.index_bytes,
            unused_bytes=0 if row.row_bytes is None else max(int(row.table_bytes - row.row_bytes), 0),
        )
        for row in conn.execute(text(_TABLES))
    )
    return PostgresHealth(
        bytes=database.bytes,
        tables=tuple(tables),
        oldest_transaction_s=None if age is None else float(age),
        transaction_ids=database.transaction_ids,
        freeze_age=database.freeze_age,
        has_autovacuum=database.autovacuum == "on",
    )


def _sqlite(conn: Connection, file: Path | None) -> SqliteHealth:
    names = ("page_count", "freelist_count", "page_size")
    pages, free, size = (int(conn.exec_driver_sql(f"PRAGMA {name}").scalar_one()) for name in names)
    log = file.with_name(f"{file.name}-wal") if file else None
    log_bytes = log.stat().st_size if log and log.exists() else 0
    return SqliteHealth(bytes=pages * size, free_bytes=free * size, log_bytes=log_bytes)
