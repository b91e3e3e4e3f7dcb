"""Problems of the database, and what to do about each."""

from __future__ import annotations

import pytest

from digest.jobs.database_problems import database_problems
from digest.store.health import DatabaseHealth, PostgresHealth, SqliteHealth, TableHealth


def table(*, live: int = 10_000_000, dead: int = 0, unused: int = 0) -> TableHealth:
    return TableHealth(name="deliveries", live_rows=live, dead_rows=dead, bytes=5_000_000_000, unused_bytes=unused)


def postgres(
    *tables: TableHealth, transaction_s: float | None = 3.0, ids: int = 40_000_000, autovacuum: bool = True
) -> PostgresHealth:
    return PostgresHealth(
        bytes=6_000_000_000,
        tables=tables,
        oldest_transaction_s=transaction_s,
        transaction_ids=ids,
        freeze_age=200_000_000,
        has_autovacuum=autovacuum,
    )


def sqlite(*, free: int = 0, log: int = 0) -> SqliteHealth:
    return SqliteHealth(bytes=1_000_000_000, free_bytes=free, log_bytes=log)


@pytest.mark.parametrize(
    ("health", "message", "hint"),
    [
        pytest.param(
            postgres(table(dead=7_000_000)),
            "41% of the rows of deliveries are dead: vacuum doesn't keep up",
            "run VACUUM ANALYZE deliveries; ",
            id="dead rows",
        ),
        pytest.param(
            postgres(transaction_s=7300),
            "a transaction is open for 2 h: no row that died since then can be vacuumed",
            "SELECT pid, application_name, state, query FROM pg_stat_activity",
            id="an old transaction",
        ),
        pytest.param(
            postgres(ids=1_200_000_000),
            "rows haven't been frozen for 1200 million transactions; after 900 million more PostgreSQL takes no writes",
            "end transactions that are open for long, and run VACUUM FREEZE",
            id="transaction ids",
        ),
        pytest.param(postgres(autovacuum=False), "autovacuum is off", "set autovacuum = on", id="no autovacuum"),
        pytest.param(
            postgres(table(unused=3_000_000_000)),
            "3.0 GB of deliveries hold nothing",
            "new rows fill them; VACUUM FULL deliveries",
            id="bloat",
        ),
        pytest.param(
            sqlite(log=300_000_000),
            "the database's log has grown to 300.0 MB",
            "end programs that have the store open",
            id="a log that grows",
        ),
        pytest.param(
            sqlite(free=600_000_000),
            "600.0 MB of 1.0 GB of the database hold nothing",
            "new rows fill",
            id="free pages",
        ),
    ],
)
def test_a_problem_says_what_to_do(health: DatabaseHealth, message: str, hint: str) -> None:
    (problem,) = database_problems(health)

    assert problem.message.startswith(message)
    assert problem.hint.startswith(hint)


def test_dead_rows_that_a_transaction_holds_go_once_it_ends() -> None:
    _, dead = database_problems(postgres(table(dead=7_000_000), transaction_s=8000))

    assert dead.hint == "end that transaction, then run VACUUM ANALYZE deliveries"


@pytest.mark.parametrize(
    "health",
    [
        pytest.param(postgres(), id="an empty database"),
        pytest.param(postgres(table(dead=2_500_000)), id="vacuum is about to begin"),
        pytest.param(postgres(table(live=50_000, dead=90_000)), id="a small table"),
        pytest.param(postgres(transaction_s=None), id="nobody else is there"),
        pytest.param(postgres(transaction_s=1800), id="a dump"),
        pytest.param(postgres(ids=250_000_000), id="freezing has begun"),
        pytest.param(sqlite(free=400_000_000, log=5_000_000), id="SQLite after a month's retention"),
    ],
)
def test_a_database_that_is_well_has_no_problem(health: DatabaseHealth) -> None:
    assert list(database_problems(health)) == []
