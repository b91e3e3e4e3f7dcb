"""PostgreSQL engine: one store for many machines."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event

from digest.model.errors import StoreError


@contextmanager
def engine(url: URL, *, read_only: bool = False) -> Iterator[Engine]:
    """An engine for the server at this URL."""
    # The ledger's commits don't wait for the disk: ``log_sync`` syncs them in groups. Other transactions do (_begin).
    options = "-c timezone=UTC -c synchronous_commit=off" + (
        " -c default_transaction_read_only=on" if read_only else ""
    )
    # No prepared statements: a plan made while the tables were empty would be kept when they aren't, and PgBouncer in
    # transaction mode doesn't support them.
    arguments: dict[str, Any] = {"options": options, "prepare_threshold": None, "client_encoding": "UTF8"}
    if "connect_timeout" not in url.query:
        arguments["connect_timeout"] = 10
    try:
        pg_engine = create_engine(url, connect_args=arguments, hide_parameters=True)
    except ImportError:
        raise StoreError(
            "PostgreSQL needs a driver that isn't installed", hint="pip install 'psycopg[binary]'"
        ) from None
    event.listen(pg_engine, "connect", _check_encoding)
    event.listen(pg_engine, "begin", _begin)
    try:
        yield pg_engine
    finally:
        pg_engine.dispose()


def _check_encoding(connection: Any, _: object) -> None:
    """Refuse a database that can't store every text. Raises ``StoreError``."""
    info = connection.info
    encoding = info.parameter_status("server_encoding")
    if encoding != "UTF8":
        message = f"the database {info.dbname!r} has the encoding {encoding}, which can't store all text"
        hint = f"create another: createdb --encoding UTF8 --template template0 --owner {info.user} NAME"
        raise StoreError(message, hint=hint)


def _begin(conn: Connection) -> None:
    options = conn.get_execution_options()
    if not options.get("writes"):
        # A read transaction sees one snapshot, as on SQLite.
        conn.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
    elif options.get("durable", True):
        conn.exec_driver_sql("SET LOCAL synchronous_commit = on")


@contextmanager
def log_sync(pg_engine: Engine) -> Iterator[Callable[[], None]]:
    """A function that syncs all commits so far, of any connection."""
    with pg_engine.connect() as connected:
        conn = connected.execution_options(writes=True)

        def sync() -> None:
            # A commit waits for the disk only if its transaction wrote. This writes nothing but a log record.
            with conn.begin():
                conn.exec_driver_sql("SELECT pg_logical_emit_message(true, 'digest', '')")

        yield sync
