"""PostgreSQL: many machines, one store."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event

from digest.model.errors import StoreError


@contextmanager
def engine(url: URL, *, read_only: bool = False) -> Iterator[Engine]:
    """An engine for the server at this address."""
    # A commit needs no wait for the disk: a crash of the server loses the last half second, never consistency, as
    # SQLite's "synchronous = NORMAL" does. The ledger commits each mail.
    options = "-c timezone=UTC -c synchronous_commit=off" + (
        " -c default_transaction_read_only=on" if read_only else ""
    )
    # No statement is prepared: a plan made while the tables were empty would be kept when they aren't (and PgBouncer
    # can't keep one).
    arguments: dict[str, Any] = {"options": options, "prepare_threshold": None}
    if "connect_timeout" not in url.query:
        arguments["connect_timeout"] = 10
    try:
        made = create_engine(url, connect_args=arguments)
    except ImportError:
        raise StoreError(
            "PostgreSQL needs a driver that isn't installed", hint="pip install 'psycopg[binary]'"
        ) from None
    event.listen(made, "begin", _begin)
    try:
        yield made
    finally:
        made.dispose()


def _begin(conn: Connection) -> None:
    # A reader sees one moment, as on SQLite.
    if not conn.get_execution_options().get("writes"):
        conn.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
