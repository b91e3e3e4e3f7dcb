"""Problems of the database: what will make it slow or stop it, and what to do. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from digest.store.health import DatabaseHealth, PostgresHealth, SqliteHealth, TableHealth
from digest.text.quantities import duration, file_size

#: Vacuum begins at a fifth of dead rows: so many mean that it doesn't keep up.
_MAX_DEAD_ROWS, _MAX_DEAD_SHARE = 100_000, 0.4
#: Unused bytes of a table that are worth an hour of maintenance: half of it, and so many.
_MAX_UNUSED_BYTES, _MAX_UNUSED_SHARE = 1_000_000_000, 0.5
#: A dump of a large database takes about as long.
_MAX_TRANSACTION_S = 3600.0
#: PostgreSQL freezes rows after 200 million transactions, and stops at about 2,100 million.
_MAX_TRANSACTION_IDS, _LAST_TRANSACTION_ID = 1_000_000_000, 2_100_000_000
#: SQLite copies its log into the database at 4 MB, unless somebody reads for long.
_MAX_LOG_BYTES = 256_000_000
_MAX_FREE_BYTES, _MAX_FREE_SHARE = 100_000_000, 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class DatabaseProblem:
    """A problem, and what to do next."""

    message: str
    hint: str
    #: It must be solved; else it costs time or room only.
    is_urgent: bool = True


def database_problems(health: DatabaseHealth) -> Iterator[DatabaseProblem]:
    """The problems, the worst first."""
    yield from _of_sqlite(health) if isinstance(health, SqliteHealth) else _of_postgresql(health)


def _of_postgresql(health: PostgresHealth) -> Iterator[DatabaseProblem]:
    if health.transaction_ids > _MAX_TRANSACTION_IDS:
        rest = max(_LAST_TRANSACTION_ID - health.transaction_ids, 0) // 1_000_000
        yield DatabaseProblem(
            message=f"rows haven't been frozen for {health.transaction_ids // 1_000_000} million transactions;"
            f" after {rest} million more PostgreSQL takes no writes",
            hint="end transactions that are open for long, and run VACUUM FREEZE in this database",
        )
    if not health.has_autovacuum:
        message = "autovacuum is off: dead rows will fill the disk and make each query slower"
        yield DatabaseProblem(message=message, hint="set autovacuum = on in postgresql.conf, and reload it")
    is_held = _is_long(health)
    if is_held:
        open_for = duration(health.oldest_transaction_s or 0)
        message = f"a transaction is open for {open_for}: no row that died since then can be vacuumed"
        hint = "SELECT pid, application_name, state, query FROM pg_stat_activity ORDER BY xact_start tells which;"
        yield DatabaseProblem(message=message, hint=f"{hint} SELECT pg_terminate_backend(PID) ends it")
    for table in health.tables:
        yield from _of_table(table, is_held=is_held)


def _of_table(table: TableHealth, *, is_held: bool) -> Iterator[DatabaseProblem]:
    if table.dead_rows > _MAX_DEAD_ROWS and table.dead_share > _MAX_DEAD_SHARE:
        vacuum = f"VACUUM ANALYZE {table.name}"
        often = f"ALTER TABLE {table.name} SET (autovacuum_vacuum_scale_factor = 0.02) lets it come earlier"
        yield DatabaseProblem(
            message=f"{table.dead_share:.0%} of the rows of {table.name} are dead: vacuum doesn't keep up",
            hint=f"end that transaction, then run {vacuum}" if is_held else f"run {vacuum}; {often}",
        )
    if table.unused_bytes > max(_MAX_UNUSED_BYTES, table.bytes * _MAX_UNUSED_SHARE):
        yield DatabaseProblem(
            message=f"{file_size(table.unused_bytes)} of {table.name} hold nothing",
            hint=f"new rows fill them; VACUUM FULL {table.name} gives them back, and nothing is sent meanwhile",
            is_urgent=False,
        )


def _is_long(health: PostgresHealth) -> bool:
    return health.oldest_transaction_s is not None and health.oldest_transaction_s > _MAX_TRANSACTION_S


def _of_sqlite(health: SqliteHealth) -> Iterator[DatabaseProblem]:
    if health.log_bytes > _MAX_LOG_BYTES:
        message = f"the database's log has grown to {file_size(health.log_bytes)}: somebody reads the store for long"
        yield DatabaseProblem(message=message, hint="end programs that have the store open, or restart 'digest run'")
    if health.free_bytes > max(_MAX_FREE_BYTES, health.bytes * _MAX_FREE_SHARE):
        message = f"{file_size(health.free_bytes)} of {file_size(health.bytes)} of the database hold nothing"
        hint = "new rows fill them; to shrink the file, stop 'digest run' and run: sqlite3 FILE VACUUM"
        yield DatabaseProblem(message=message, hint=hint, is_urgent=False)
