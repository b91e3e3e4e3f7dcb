"""The schema's version: looked at when a store is opened, brought up to date where that is due."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, Engine, inspect, text

from digest.model.errors import StoreError
from digest.store.tables import metadata


@dataclass(frozen=True, slots=True, kw_only=True)
class Versions:
    """The versions that there are: numbered in order, ``0001`` the first."""

    #: The last one, which ``tables`` describes. Named here, so that starting up needn't load Alembic to find out.
    head: str = "0004"
    #: Where the migrations lie, as Alembic wants them.
    folder: Path = Path(__file__).parent / "migrations"


CURRENT_VERSIONS = Versions()

#: As Alembic makes it.
_VERSION_TABLE = """
CREATE TABLE alembic_version (
    version_num VARCHAR(32) NOT NULL, CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
)
"""


def is_empty(engine: Engine) -> bool:
    """There is not a single table."""
    return not inspect(engine).get_table_names()


def ensure(
    engine: Engine, *, read_only: bool = False, asked: bool = False, versions: Versions = CURRENT_VERSIONS
) -> tuple[str, str]:
    """The versions before (empty if there were no tables) and after; refuses what can't be used.

    Tables are made in an empty database. An old SQLite file is brought up to date, with a copy kept; PostgreSQL only
    if a person ``asked``: other machines may still run the older program.
    """
    with engine.connect() as conn, conn.begin():
        found = _version(conn, versions)
    if not read_only:
        _write_ahead(engine)
    if found == versions.head:
        return found, found
    by_itself = asked or not found or engine.dialect.name == "sqlite"
    if read_only or not by_itself:
        message = f"the store {_name(engine)} is of version {found}, and this program needs version {versions.head}"
        raise StoreError(message, hint="run 'digest db upgrade'")
    return _upgrade(engine, versions)


def _write_ahead(engine: Engine) -> None:
    """Let readers read while another writes. The file remembers it, so only a file that is ours may be told."""
    if engine.dialect.name == "sqlite":
        with engine.connect() as conn:
            _driver(conn).execute("PRAGMA journal_mode = WAL")


def _upgrade(engine: Engine, versions: Versions) -> tuple[str, str]:
    """All of it in one transaction."""
    with engine.connect() as conn, _references_unchecked(conn):
        conn = conn.execution_options(writes=True)
        with conn.begin():
            if conn.dialect.name == "postgresql":
                conn.exec_driver_sql("SELECT pg_advisory_xact_lock(hashtext('digest schema'))")
            # Looked at under the lock: another process may have been faster.
            found = _version(conn, versions)
            if not found:
                _create(conn, versions)
            elif found != versions.head:
                _keep_copy(engine, found)
                _migrate(conn, versions)
    return found, versions.head


def _version(conn: Connection, versions: Versions) -> str:
    """The schema's version; empty for a database without tables. Raises for one that isn't ours, or is newer."""
    tables = set(inspect(conn).get_table_names())
    if not tables:
        return ""
    if "alembic_version" not in tables or "entries" not in tables:
        raise StoreError(
            f"{_name(conn.engine)} holds other things than a digest's",
            hint="name another file or database as the store",
        )
    found = str(conn.execute(text("SELECT version_num FROM alembic_version")).scalar_one())
    if found > versions.head:
        message = (
            f"the store {_name(conn.engine)} is of version {found}, and this program knows {versions.head} at most"
        )
        raise StoreError(message, hint="a newer digest made it: install that one")
    return found


def _create(conn: Connection, versions: Versions) -> None:
    metadata.create_all(conn, checkfirst=False)
    conn.execute(text(_VERSION_TABLE))
    conn.execute(text("INSERT INTO alembic_version VALUES (:head)"), {"head": versions.head})


def _migrate(conn: Connection, versions: Versions) -> None:
    # Here and not above: a start-up with nothing to do must not pay for Alembic.
    from alembic import command
    from alembic.config import Config

    config = Config(attributes={"connection": conn})
    config.set_main_option("script_location", str(versions.folder).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    command.upgrade(config, "head")
    if conn.dialect.name == "sqlite" and (broken := conn.exec_driver_sql("PRAGMA foreign_key_check").all()):
        raise StoreError(f"bringing the store up to date would leave {len(broken)} rows without what they refer to")


@contextmanager
def _references_unchecked(conn: Connection) -> Iterator[None]:
    """On SQLite a migration makes tables anew: dropping the old one must not take the rows that refer to it along."""
    if conn.dialect.name != "sqlite":
        yield
        return
    _driver(conn).execute("PRAGMA foreign_keys = OFF")
    try:
        yield
    finally:
        _driver(conn).execute("PRAGMA foreign_keys = ON")


def _driver(conn: Connection) -> sqlite3.Connection:
    """Below SQLAlchemy, which would begin a transaction first: inside one, these pragmas do nothing."""
    driver = conn.connection.driver_connection
    assert isinstance(driver, sqlite3.Connection)
    return driver


def _keep_copy(engine: Engine, found: str) -> None:
    """The file as it was stays beside the new one: the way back to the older program."""
    if engine.dialect.name == "sqlite" and not _in_memory(engine):
        path = Path(str(engine.url.database))
        with closing(sqlite3.connect(path)) as now, closing(sqlite3.connect(f"{path}.{found}")) as copy:
            now.backup(copy)


def _in_memory(engine: Engine) -> bool:
    return engine.dialect.name == "sqlite" and engine.url.database in (None, "", ":memory:")


def _name(engine: Engine) -> str:
    url = engine.url
    return str(url.database) if url.get_backend_name() == "sqlite" else url.render_as_string(hide_password=True)
