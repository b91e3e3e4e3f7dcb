"""Stores to test on: SQLite in a file and in memory, and PostgreSQL, started once for the session.

``store`` runs a test on all three; ``sqlite_store`` is for what only a file has, ``postgres_url`` for a server alone.
``persistent_url`` is for whole commands and processes, which find the store by the environment: a file, or PostgreSQL.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from psycopg import Connection

    from digest.store import Store

#: Those of a store on PostgreSQL, once the first is made.
_TABLES: list[str] = []


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The URL of a PostgreSQL server that runs for this test session."""
    from tests.support.postgres_process import postgres_server_in

    # With several test processes, all share one server: they find it by the folder's name.
    session = os.environ.get("PYTEST_XDIST_TESTRUNUID", str(os.getpid()))
    folder = Path(tempfile.gettempdir()) / f"digest-tests-{session}"
    server = postgres_server_in(folder, cleanup_mode="delete")
    with server:
        yield server.get_uri()


@pytest.fixture(scope="session")
def postgres_database(postgres_server: str) -> str:
    """The URL of a database for this test process."""
    import psycopg

    name = f"digest_{os.environ.get('PYTEST_XDIST_WORKER', 'only')}"
    with psycopg.connect(postgres_server, autocommit=True) as conn:
        conn.execute("ALTER SYSTEM SET fsync = off")
        conn.execute("SELECT pg_reload_conf()")
        conn.execute(f"CREATE DATABASE {name}".encode())
    return postgres_server.replace("/postgres?", f"/{name}?")


@pytest.fixture
def postgres_url(postgres_database: str) -> str:
    """The URL of an empty PostgreSQL database."""
    import psycopg

    with psycopg.connect(postgres_database, autocommit=True) as conn:
        conn.execute("SET client_min_messages = warning")
        conn.execute("DROP SCHEMA public CASCADE")
        conn.execute("CREATE SCHEMA public")
    return postgres_database


@pytest.fixture(scope="session")
def _postgres_with_tables(postgres_server: str) -> str:
    """The URL of a database with tables, which the tests of this process share one after the other."""
    import psycopg

    from digest.store import open_store

    name = f"digest_tables_{os.environ.get('PYTEST_XDIST_WORKER', 'only')}"
    with psycopg.connect(postgres_server, autocommit=True) as conn:
        conn.execute(f"CREATE DATABASE {name}".encode())
    url = postgres_server.replace("/postgres?", f"/{name}?")
    with open_store(url), psycopg.connect(url) as conn:
        _TABLES[:] = _table_names(conn)
    return url


@pytest.fixture
def postgres_store_url(_postgres_with_tables: str) -> str:
    """The URL of an empty store on PostgreSQL. Its tables stay: making them takes a tenth of a second."""
    import psycopg

    from digest.store import open_store

    with psycopg.connect(_postgres_with_tables, autocommit=True) as conn:
        if _table_names(conn) == _TABLES:
            conn.execute(_EMPTY_TABLES)
            return _postgres_with_tables
        conn.execute("DROP SCHEMA public CASCADE")  # a test before changed the tables
        conn.execute("CREATE SCHEMA public")
    with open_store(_postgres_with_tables):
        return _postgres_with_tables


def _table_names(conn: Connection) -> list[str]:
    rows = conn.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename")
    return [name for (name,) in rows]


#: Empties the tables that have rows, but for the store's own, and begins all ids with 1 again.
_EMPTY_TABLES = """
DO $$
DECLARE name text; has_rows boolean; used text[] := '{}';
BEGIN
    FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP
        IF name NOT IN ('alembic_version', 'store_keys') THEN
            EXECUTE format('SELECT EXISTS (SELECT 1 FROM %I)', name) INTO has_rows;
            IF has_rows THEN used := used || quote_ident(name); END IF;
        END IF;
    END LOOP;
    IF cardinality(used) > 0 THEN EXECUTE 'TRUNCATE ' || array_to_string(used, ', ') || ' CASCADE'; END IF;
    FOR name IN SELECT sequencename FROM pg_sequences WHERE schemaname = 'public' AND last_value IS NOT NULL LOOP
        EXECUTE format('ALTER SEQUENCE %I RESTART', name);
    END LOOP;
END $$
"""


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """The URL of an SQLite file that doesn't exist yet."""
    return f"sqlite:///{tmp_path / 'digest.db'}"


@pytest.fixture(params=["sqlite", "memory", "postgresql"])
def store_url(request: pytest.FixtureRequest) -> str:
    """The URL of a database of each kind, without tables."""
    match request.param:
        case "sqlite":
            return str(request.getfixturevalue("sqlite_url"))
        case "memory":
            return "sqlite://"
        case _:
            return str(request.getfixturevalue("postgres_url"))


@pytest.fixture(params=["sqlite", "postgresql"])
def persistent_url(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """The URL of an empty store that outlives its process, of each kind; commands find it in the environment."""
    url = str(request.getfixturevalue("sqlite_url" if request.param == "sqlite" else "postgres_url"))
    monkeypatch.setenv("DIGEST_STORE__URL", url)
    return url


@pytest.fixture(params=["sqlite_url", "postgres_store_url"])
def shared_store(request: pytest.FixtureRequest) -> Iterator[Store]:
    """An empty store that several threads may use: a file, and PostgreSQL."""
    from digest.store import open_store

    with open_store(str(request.getfixturevalue(request.param))) as opened:
        yield opened


#: For a test on ``persistent_url`` that needs a file.
sqlite_only = pytest.mark.parametrize("persistent_url", ["sqlite"], indirect=True)


def open_persistent_store() -> Store:
    """Open the store of ``persistent_url``."""
    from digest.store import open_store

    return open_store(os.environ["DIGEST_STORE__URL"])


def persistent_store_content() -> dict[str, str]:
    """The content of the store of ``persistent_url``: hashes of a file, or a server's rows."""
    from digest.store.tables import metadata

    url = os.environ["DIGEST_STORE__URL"]
    if url.startswith("sqlite"):
        file = Path(url.removeprefix("sqlite:///"))
        return {path.name: sha256(path.read_bytes()).hexdigest() for path in file.parent.glob(f"{file.name}*")}
    with open_persistent_store() as store, store.read() as conn:
        return {name: str(conn.execute(table.select()).all()) for name, table in metadata.tables.items()}


@pytest.fixture(params=["sqlite", "memory", "postgresql"])
def store(request: pytest.FixtureRequest) -> Iterator[Store]:
    """An empty store of each kind."""
    from digest.store import open_store

    urls = {"sqlite": "sqlite_url", "postgresql": "postgres_store_url"}
    url = str(request.getfixturevalue(urls[request.param])) if request.param in urls else "sqlite://"
    with open_store(url) as opened:
        yield opened


@pytest.fixture
def sqlite_store(sqlite_url: str) -> Iterator[Store]:
    """An empty store in a file."""
    from digest.store import open_store

    with open_store(sqlite_url) as opened:
        yield opened
