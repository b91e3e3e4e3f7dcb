"""PostgreSQL engine: one store for many machines."""

from __future__ import annotations

import select
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import DisconnectionError

from digest.model.errors import StoreError
from digest.store.url import driver_url, parse_url

if TYPE_CHECKING:
    import psycopg

#: The oldest major version of the server that the tests run on.
MIN_VERSION = 15
#: In the connection's ``info``: whether a pooler stands between this program and the server.
_IS_POOLED = "is_pooled"
#: A connection whose network was cut ends within about 25 seconds, for the program and for the server: its locks, a
#: leader's and a sender's among them, are free then.
_KEEPALIVES = {"keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 3, "tcp_user_timeout": 25_000}
_SERVER_KEEPALIVES = {
    "tcp_keepalives_idle": "10",
    "tcp_keepalives_interval": "5",
    "tcp_keepalives_count": "3",
    "tcp_user_timeout": "25s",
}
#: A process that is paused in a transaction keeps its rows locked, and vacuum from its work, for no longer than this.
_IDLE_IN_TRANSACTION = {"idle_in_transaction_session_timeout": "60s"}
_SESSION = {"timezone": "UTC", **_SERVER_KEEPALIVES, **_IDLE_IN_TRANSACTION}
#: The ledger's commits don't wait for the disk: ``log_sync`` syncs them in groups. Other transactions do (_begin).
#: Nor does the queue's worker: a job whose end a crash loses is begun again, and looks whether it is still due.
_STORE_SESSION = {**_SESSION, "synchronous_commit": "off"}
_READ_ONLY = {"default_transaction_read_only": "on"}
#: Messages that the server may have left on an idle connection before it ended it, at most.
_LAST_MESSAGES = 3


@contextmanager
def engine(url: URL, *, read_only: bool = False) -> Iterator[Engine]:
    """An engine for the server at this URL."""
    try:
        pg_engine = create_engine(url, connect_args=connect_options(url), hide_parameters=True)
    except ImportError:
        raise StoreError(
            "PostgreSQL needs a driver that isn't installed", hint="pip install 'psycopg[binary]'"
        ) from None
    session = _STORE_SESSION | (_READ_ONLY if read_only else {})

    def prepare(connection: Any, record: Any) -> None:
        record.info[_IS_POOLED] = prepare_connection(connection, session)
        connection.commit()

    event.listen(pg_engine, "connect", prepare, insert=True)  # before SQLAlchemy asks a server that may be too old
    event.listen(pg_engine, "checkout", _replace_if_ended)
    event.listen(pg_engine, "handle_error", _drop_if_out_of_step)
    event.listen(pg_engine, "begin", partial(_begin, read_only=read_only))
    try:
        yield pg_engine
    finally:
        pg_engine.dispose()


def connect_options(url: URL) -> dict[str, Any]:
    """Options of the driver for a connection; those of the URL come first."""
    options = {"connect_timeout": 10, **_KEEPALIVES}
    # No prepared statements: a plan made while the tables were empty would be kept when they aren't, and PgBouncer in
    # transaction mode doesn't support them.
    return {
        **{name: value for name, value in options.items() if name not in url.query},
        "prepare_threshold": None,
        "client_encoding": "UTF8",
    }


def connect(url: str) -> psycopg.Connection:
    """One connection beside the pool, in autocommit mode: for a lock that lives as long as it.

    Raises ``psycopg.Error``, and ``StoreError`` behind a pooler.
    """
    import psycopg

    connection = psycopg.connect(driver_url(url), autocommit=True, **connect_options(parse_url(url)))
    try:
        if prepare_connection(connection, _SESSION):
            raise _behind_pooler()
    except BaseException:
        connection.close()
        raise
    return connection


def prepare_connection(connection: psycopg.Connection, session: Mapping[str, str]) -> bool:
    """Set what holds for a session, and return whether a pooler stands between.

    A pooler is recognised by the server's process, which isn't the one that the driver was told. Behind it, settings
    would reach the sessions of others: there they last for this transaction. Raises ``StoreError`` for a server or a
    database that can't be used.
    """
    _check_version(connection)
    _check_encoding(connection)
    row = connection.execute(session_query(connection.info.backend_pid, session)).fetchone()
    return bool(row and row[0])


def session_query(backend_pid: int, session: Mapping[str, str] = _STORE_SESSION) -> bytes:
    """SQL for ``prepare_connection``, for a connection that was told to lead to this process of the server."""
    behind_pooler = f"pg_backend_pid() <> {backend_pid:d}"
    settings = "".join(f", set_config('{name}', '{value}', {behind_pooler})" for name, value in session.items())
    return f"SELECT {behind_pooler}{settings}".encode()


def is_pooled(conn: Connection) -> bool:
    """Whether a pooler stands between this program and the server."""
    return bool(conn.info.get(_IS_POOLED))


def refuse_pooler(conn: Connection) -> None:
    """Raise ``StoreError`` if the connection's locks would not last as long as it."""
    if is_pooled(conn):
        raise _behind_pooler()


def _behind_pooler() -> StoreError:
    message = "the database is behind a pooler, where locks don't hold: two clocks would lead, and mails be sent twice"
    return StoreError(message, hint="set [store] direct_url to the database itself; url may stay as it is")


def _check_version(connection: psycopg.Connection) -> None:
    """Refuse a server that is too old. Raises ``StoreError``."""
    version = connection.info.server_version
    if version < MIN_VERSION * 10_000:
        shown = f"{version // 10_000}.{version % 10_000}"
        message = f"PostgreSQL {shown} is too old: digest needs {MIN_VERSION} or newer"
        raise StoreError(message, hint="upgrade the server by pg_upgrade, or name a newer one in [store] url")


def _check_encoding(connection: psycopg.Connection) -> None:
    """Refuse a database that can't store every text. Raises ``StoreError``."""
    info = connection.info
    encoding = info.parameter_status("server_encoding")
    if encoding != "UTF8":
        message = f"the database {info.dbname!r} has the encoding {encoding}, which can't store all text"
        hint = f"create another: createdb --encoding UTF8 --template template0 --owner {info.user} NAME"
        raise StoreError(message, hint=hint)


def _replace_if_ended(connection: psycopg.Connection, *_: object) -> None:
    """Let the pool connect anew if the server ended the connection while it was idle: at its restart, for example.

    The system is asked, and not the server: that takes a microsecond instead of a round trip.
    """
    import psycopg

    for _message in range(_LAST_MESSAGES):
        if not _is_readable(connection.fileno()):
            return
        try:
            connection.pgconn.consume_input()
            connection.pgconn.is_busy()  # reads messages: else the next query would get them as its answer
        except psycopg.OperationalError:
            raise DisconnectionError("the server ended the connection") from None


def _is_readable(descriptor: int) -> bool:
    if sys.platform == "win32":
        return bool(select.select([descriptor], [], [], 0)[0])
    waiting = select.poll()  # unlike select.select, for descriptors above 1,023 too
    waiting.register(descriptor, select.POLLIN)
    return bool(waiting.poll(0))


def _drop_if_out_of_step(context: ExceptionContext) -> None:
    """Close a connection whose answers don't belong to our queries: a pooler that lost its server leaves such."""
    import psycopg

    error = context.original_exception
    if isinstance(error, psycopg.InternalError) and not error.sqlstate:
        context.is_disconnect = True


def _begin(conn: Connection, *, read_only: bool) -> None:
    options, behind_pooler = conn.get_execution_options(), is_pooled(conn)
    if options.get("isolation_level") == "AUTOCOMMIT":  # there is no transaction to set anything for
        return
    settings = {**_IDLE_IN_TRANSACTION} if behind_pooler else {}
    if behind_pooler and read_only:
        settings |= {"transaction_read_only": "on"}
    if not options.get("writes"):
        # A read transaction sees one snapshot, as on SQLite.
        conn.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
    elif options.get("durable", True):
        settings["synchronous_commit"] = "on"
    elif behind_pooler:
        settings["synchronous_commit"] = "off"
    if settings:
        statements = "; ".join(f"SET LOCAL {name} = '{value}'" for name, value in settings.items())
        conn.exec_driver_sql(statements, execution_options={"no_parameters": True})


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
