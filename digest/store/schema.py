"""The schema's version: looked at when a store is opened, brought up to date where that is due."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from sqlalchemy import Connection, Engine, inspect, text

from digest.errors import StoreError
from digest.store.tables import metadata

#: The revision that ``tables`` describes: the last one in ``migrations/versions``, where they are numbered in order.
HEAD = "0001"

MIGRATIONS = Path(__file__).parent / "migrations"


def ensure(engine: Engine, *, read_only: bool = False) -> None:
    """Make the tables in an empty database; bring an old SQLite file up to date; refuse what can't be used."""
    with engine.connect() as conn, conn.begin():
        found = version(conn)
    if found == HEAD:
        return
    on_sqlite = engine.dialect.name == "sqlite"
    in_memory = on_sqlite and engine.url.database in (None, "", ":memory:")
    if read_only and not in_memory:
        raise StoreError(
            f"{_name(engine)} is of version {found}, and reading needs {HEAD}", hint="run digest db upgrade"
        )
    if found and not on_sqlite:
        raise StoreError(
            f"{_name(engine)} is of version {found}, and this program needs {HEAD}", hint="run digest db upgrade"
        )
    upgrade(engine)


def version(conn: Connection) -> str:
    """The schema's version; empty for a database without tables. Raises for one that isn't ours, or is newer."""
    tables = set(inspect(conn).get_table_names())
    if not tables:
        return ""
    if "alembic_version" not in tables or "entries" not in tables:
        raise StoreError(
            f"{_name(conn.engine)} holds other things than a digest", hint="name another file or database as the store"
        )
    found = str(conn.execute(text("SELECT version_num FROM alembic_version")).scalar_one())
    if found > HEAD:
        raise StoreError(
            f"{_name(conn.engine)} was made by a newer version of this program ({found}; this one knows {HEAD})",
            hint="install the newer version",
        )
    return found


def upgrade(engine: Engine) -> tuple[str, str]:
    """Bring the schema up to date, in one transaction; the versions before and after."""
    with engine.connect() as conn, _references_unchecked(conn):
        conn = conn.execution_options(writes=True)
        with conn.begin():
            if engine.dialect.name == "postgresql":
                conn.exec_driver_sql("SELECT pg_advisory_xact_lock(hashtext('digest schema'))")
            # Looked at again: another process may have been faster.
            found = version(conn)
            if not found:
                _create(conn)
            elif found != HEAD:
                _keep_copy(engine, found)
                _migrate(conn)
    return found, HEAD


@contextmanager
def _references_unchecked(conn: Connection) -> Iterator[None]:
    """On SQLite a migration rebuilds tables: dropping the old one must not take the rows that refer to it along."""
    if conn.dialect.name != "sqlite":
        yield
        return
    # Below SQLAlchemy, which would begin a transaction first: inside one, the pragma does nothing.
    driver = conn.connection.driver_connection
    assert isinstance(driver, sqlite3.Connection)
    driver.execute("PRAGMA foreign_keys = OFF")
    try:
        yield
    finally:
        driver.execute("PRAGMA foreign_keys = ON")


def _create(conn: Connection) -> None:
    metadata.create_all(conn, checkfirst=False)
    conn.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY)"))
    conn.execute(text("INSERT INTO alembic_version VALUES (:head)"), {"head": HEAD})


def _migrate(conn: Connection) -> None:
    # Here and not above: a start-up with nothing to do must not pay for Alembic.
    from alembic import command
    from alembic.config import Config

    config = Config(attributes={"connection": conn})
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    command.upgrade(config, "head")


def _keep_copy(engine: Engine, found: str) -> None:
    """The file as it was stays beside the new one: a way back to the older program."""
    if engine.dialect.name != "sqlite" or not engine.url.database:
        return
    path = Path(engine.url.database)
    with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(f"{path}.{found}.bak")) as copy:
        source.backup(copy)


def _name(engine: Engine) -> str:
    url = engine.url
    return (
        url.database or "the store" if url.get_backend_name() == "sqlite" else url.render_as_string(hide_password=True)
    )
