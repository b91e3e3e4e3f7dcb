"""Schema version: checked when a store is opened, upgraded if necessary."""

from __future__ import annotations

import re
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from sqlalchemy import Connection, Engine, create_mock_engine, inspect, text
from sqlalchemy.schema import ExecutableDDLElement

from digest.model.errors import StoreError
from digest.store import keys, locks, queue_schema, search_index, sqlite
from digest.store.tables import metadata
from digest.store.url import display_url


@dataclass(frozen=True, slots=True, kw_only=True)
class Versions:
    """Known schema versions, numbered from ``0001``."""

    #: The newest version, declared in ``tables``; each migration raises it. Named here so that a start needn't import
    #: Alembic.
    head: str = "0035"
    #: Alembic's folder of migrations.
    folder: Path = Path(__file__).parent / "migrations"


CURRENT_VERSIONS = Versions()
#: Between two looks whether a file is still used.
_POLL_S = 0.1

#: As Alembic creates it.
_VERSION_TABLE = """
CREATE TABLE alembic_version (
    version_num VARCHAR(32) NOT NULL, CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
)
"""


def is_empty(engine: Engine) -> bool:
    """Whether the database has no tables."""
    return not inspect(engine).get_table_names()


def ensure(
    engine: Engine,
    *,
    read_only: bool = False,
    upgrade_postgres: bool = False,
    with_queue: bool = False,
    keep_copy: bool = True,
    versions: Versions = CURRENT_VERSIONS,
) -> tuple[str, str]:
    """Create or upgrade the tables if necessary; return the versions before (empty without tables) and after.

    An old SQLite file is upgraded at once; with ``keep_copy`` a copy is kept. PostgreSQL is upgraded only with
    ``upgrade_postgres``, which a person must ask for: other machines may still run the older program. With
    ``with_queue`` the queue of jobs is made or upgraded in the same transaction. Raises ``StoreError`` if the database
    can't be used.
    """
    with engine.connect() as conn, conn.begin():
        version = version_of(conn, versions)
    may_upgrade = upgrade_postgres or not version or engine.dialect.name == "sqlite"
    if version != versions.head and (read_only or not may_upgrade):
        message = f"the store {_name(engine)} is of version {version}, and this program needs version {versions.head}"
        raise StoreError(message, hint="run 'digest db upgrade'")
    path = sqlite.store_path(engine.url) if engine.dialect.name == "sqlite" else None
    if path is not None and version and version != versions.head:
        engine.dispose()  # who waits with the file open would keep others from upgrading it
        with locks.upgrade_lock(path):
            _wait_until_unused(engine, path, versions)
            _enable_wal(engine)
            return _upgrade(engine, versions, with_queue=with_queue, keep_copy=keep_copy)
    if not read_only:
        _enable_wal(engine)
    if version == versions.head and not with_queue:
        return version, version
    return _upgrade(engine, versions, with_queue=with_queue, keep_copy=keep_copy)


def try_write(engine: Engine, versions: Versions = CURRENT_VERSIONS) -> None:
    """Write to the tables, or create them, and roll it back: fails without the rights to do so."""
    with engine.connect() as conn, conn.begin() as transaction:
        if version_of(conn, versions):
            conn.execute(text("UPDATE deliveries SET id = id WHERE false"))
        else:
            _create(conn, versions)
        transaction.rollback()


def _enable_wal(engine: Engine) -> None:
    """Let readers read while another process writes. The file stores the mode: call this only for our own file."""
    if engine.dialect.name == "sqlite":
        with engine.connect() as conn:
            _driver(conn).execute("PRAGMA journal_mode = WAL")
            _driver(conn).execute("SELECT count(*) FROM sqlite_master")  # creates the log
        sqlite.sync_entries(engine)


def _wait_until_unused(engine: Engine, path: Path, versions: Versions) -> None:
    """Wait until no other process has the SQLite file open; raise ``StoreError`` if that takes too long.

    A process of the older program would go on with tables that aren't what it expects. Where another process has
    upgraded the file meanwhile, there is nothing to wait for.
    """
    end = time.monotonic() + float(str(engine.url.query.get("timeout", sqlite.BUSY_TIMEOUT_S)))
    while not _is_unused(path):
        with engine.connect() as conn, conn.begin():
            version = version_of(conn, versions)
        engine.dispose()
        if version == versions.head:
            return
        if time.monotonic() > end:
            message = f"the store {path} is of version {version}, and can't be upgraded while another process uses it"
            raise StoreError(message, hint="stop 'digest run', 'serve' and other commands of the older version first")
        time.sleep(_POLL_S)


def _is_unused(path: Path) -> bool:
    """Whether no other process has the file open: as long as one has, the mode with a log can't be left."""
    with closing(sqlite3.connect(path, timeout=0.1, isolation_level=None)) as connection:
        try:
            return bool(connection.execute("PRAGMA journal_mode = DELETE").fetchone()[0] == "delete")
        except sqlite3.OperationalError as error:
            if not error.sqlite_errorname.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
                raise
            return False


def _upgrade(engine: Engine, versions: Versions, *, with_queue: bool, keep_copy: bool) -> tuple[str, str]:
    """Create or upgrade the tables, in one transaction."""
    with engine.connect() as conn, _foreign_keys_off(conn):
        conn = conn.execution_options(writes=True)
        with conn.begin():
            if conn.dialect.name == "postgresql":
                conn.exec_driver_sql("SELECT pg_advisory_xact_lock(hashtext('digest schema'))")
                conn.exec_driver_sql("SET LOCAL lock_timeout = '30s'")  # others wait behind a lock that waits
            # Checked again under the lock: another process may have upgraded it meanwhile.
            version = version_of(conn, versions)
            if not version:
                _create(conn, versions)
            elif version != versions.head:
                if keep_copy:
                    _back_up(engine, version)
                _migrate(conn, versions)
            if with_queue:
                queue_schema.ensure(conn, upgrade=True)
    return version, versions.head


def version_of(conn: Connection, versions: Versions = CURRENT_VERSIONS) -> str:
    """The schema's version; empty for a database without tables. Raises for another program's or a newer one."""
    tables = set(inspect(conn).get_table_names())
    if not tables:
        return ""
    if "alembic_version" not in tables or "entries" not in tables:
        raise _foreign(conn)
    version = str(conn.execute(text("SELECT version_num FROM alembic_version")).scalar())
    if not re.fullmatch(r"\d{4}", version):  # of another program that uses Alembic
        raise _foreign(conn)
    if version > versions.head:
        message = (
            f"the store {_name(conn.engine)} is of version {version}, and this program knows {versions.head} at most"
        )
        raise StoreError(message, hint="a newer digest made it: install that one")
    return version


def _foreign(conn: Connection) -> StoreError:
    message = f"{_name(conn.engine)} holds other things than a digest's"
    return StoreError(message, hint="name another file or database as the store")


def _create(conn: Connection, versions: Versions) -> None:
    if conn.dialect.name == "sqlite":
        for statement in _sqlite_tables():
            conn.exec_driver_sql(statement)
    else:
        metadata.create_all(conn, checkfirst=False)
    search_index.create(conn)
    conn.execute(text(_VERSION_TABLE))
    conn.execute(text("INSERT INTO alembic_version VALUES (:head)"), {"head": versions.head})
    keys.create(conn)


@cache
def _sqlite_tables() -> tuple[str, ...]:
    """Statements that create all tables on SQLite.

    Compiling them takes four times as long as running them, and previews make a store in memory each.
    """
    statements: list[str] = []

    def add(statement: ExecutableDDLElement, *_: object, **__: object) -> None:
        statements.append(str(statement.compile(dialect=engine.dialect)))

    engine = create_mock_engine("sqlite://", add)
    metadata.create_all(engine, checkfirst=False)
    return tuple(statements)


def _migrate(conn: Connection, versions: Versions) -> None:
    # Imported here: a start without a migration must not pay for Alembic.
    from alembic import command
    from alembic.config import Config

    config = Config(attributes={"connection": conn})
    config.set_main_option("script_location", str(versions.folder).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    command.upgrade(config, "head")
    if conn.dialect.name == "sqlite" and (broken := conn.exec_driver_sql("PRAGMA foreign_key_check").all()):
        raise StoreError(f"bringing the store up to date would leave {len(broken)} rows without what they refer to")


@contextmanager
def _foreign_keys_off(conn: Connection) -> Iterator[None]:
    """On SQLite a migration recreates tables: dropping the old one must not delete the rows that refer to it."""
    if conn.dialect.name != "sqlite":
        yield
        return
    _driver(conn).execute("PRAGMA foreign_keys = OFF")
    try:
        yield
    finally:
        _driver(conn).execute("PRAGMA foreign_keys = ON")


def _driver(conn: Connection) -> sqlite3.Connection:
    """The driver's connection: SQLAlchemy would begin a transaction first, and inside one these pragmas do nothing."""
    driver = conn.connection.driver_connection
    assert isinstance(driver, sqlite3.Connection)
    return driver


def _back_up(engine: Engine, version: str) -> None:
    """Copy a SQLite file before its upgrade, so that the older program can be used again."""
    if engine.dialect.name == "sqlite" and (path := sqlite.store_path(engine.url)):
        backup = Path(f"{path}.{version}")
        sqlite.create_private(backup)
        with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(backup)) as copy:
            source.backup(copy)


def _name(engine: Engine) -> str:
    url = engine.url
    return str(url.database) if url.get_backend_name() == "sqlite" else display_url(url)
