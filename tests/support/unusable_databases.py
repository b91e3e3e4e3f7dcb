"""PostgreSQL databases that can't be the store: without rights, of another program, of the wrong encoding, …"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.fake_postgres import fake_postgres

PASSWORD = "correct-horse"
#: The server lets it in by password alone; the user of the other tests needs none.
_LOCKED_USER = "digest_locked"
_GUEST = "digest_guest"


@dataclass(frozen=True, slots=True, kw_only=True)
class UnusableDatabase:
    """A store's URL, and what must be said of it: a part of the message, and one of the hint."""

    url: str
    message: str
    hint: str
    #: Nothing is wrong with it if it is only read: there is nothing in it.
    is_readable: bool = False


@pytest.fixture(scope="session")
def unusable_databases(postgres_server: str) -> Iterator[dict[str, UnusableDatabase]]:
    """Databases by what is wrong with them."""
    with fake_postgres("14.12") as old_server:
        yield _unusable_databases(postgres_server, old_server)


def _unusable_databases(postgres_server: str, old_server: str) -> dict[str, UnusableDatabase]:
    from digest.store import open_store

    _create_users(postgres_server)
    names = {name: f"{name}_{os.environ.get('PYTEST_XDIST_WORKER', 'only')}" for name in _DATABASES}
    for name, options in _DATABASES.items():
        _execute(postgres_server, f"CREATE DATABASE {names[name]} {options}")

    def url(name: str, user: str = "postgres", password: str = "") -> str:
        database = names.get(name, name)
        return postgres_server.replace("/postgres?", f"/{database}?").replace("postgres:@", f"{user}:{password}@")

    open_store(url("owned")).close()
    _execute(url("alembic"), "CREATE TABLE entries (id int)", "CREATE TABLE alembic_version (version_num text)")
    _execute(url("alembic"), "INSERT INTO alembic_version VALUES ('ae1027a6acf0')")
    _execute(url("songs"), "CREATE TABLE songs (title text)")
    _execute(url("inway"), "CREATE VIEW entries AS SELECT 1 AS id")
    _execute(postgres_server, f"ALTER DATABASE {names['standby']} SET default_transaction_read_only = on")
    open_store(url("cut")).close()
    _execute(url("cut"), "DROP TABLE unread_mails, sources CASCADE")
    readable = {"is_readable": True}
    rows = {
        "a user without rights": (url("bare", _GUEST), "permission denied for schema public", "OWNER TO", readable),
        "tables of another user": (url("owned", _GUEST), "permission denied for table alembic_version", "OWNER TO"),
        "a wrong password": (url("bare", _LOCKED_USER, "wrong"), "password authentication failed", "user and password"),
        "no password": (url("bare", _LOCKED_USER), "no password supplied", "user and password"),
        "an unknown database": (url("nothing_here"), '"nothing_here" does not exist', "createdb --encoding UTF8"),
        "an unknown user": (url("bare", "nobody_here"), '"nobody_here" does not exist', "createuser"),
        "the wrong encoding": (url("latin"), "has the encoding LATIN1", "createdb --encoding UTF8"),
        "no encoding": (url("ascii"), "has the encoding SQL_ASCII", "createdb --encoding UTF8"),
        "another program's": (url("songs"), "holds other things", "another file or database"),
        "another program's, by Alembic": (url("alembic"), "holds other things", "another file or database"),
        "a view in the way": (url("inway"), 'relation "entries" already exists', "database of its own", readable),
        "a standby": (url("standby"), "in a read-only transaction", "primary server", readable),
        "a table removed": (url("cut"), 'relation "sources" does not exist', "restore a backup"),
        "an old server": (old_server, "PostgreSQL 14.12 is too old: digest needs 15", "upgrade the server"),
        "a server that is down": (
            f"postgresql://me:{PASSWORD}@127.0.0.1:1/d",
            "Connection refused",
            "start the server",
        ),
        "an unknown host": (f"postgresql://me:{PASSWORD}@host.invalid/d", "failed to resolve", "correct the host"),
        "no socket": (f"postgresql://me:{PASSWORD}@/d?host=/nowhere", "No such file", "start the server"),
    }
    return {
        name: UnusableDatabase(url=url, message=message, hint=hint, **dict(*options))
        for name, (url, message, hint, *options) in rows.items()
    }


#: The names in the dictionary above.
PROBLEMS = (
    "a user without rights",
    "tables of another user",
    "a wrong password",
    "no password",
    "an unknown database",
    "an unknown user",
    "the wrong encoding",
    "no encoding",
    "another program's",
    "another program's, by Alembic",
    "a view in the way",
    "a standby",
    "a table removed",
    "an old server",
    "a server that is down",
    "an unknown host",
    "no socket",
)
_OTHER_ENCODING = "ENCODING '{}' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0"
_DATABASES = {
    **dict.fromkeys(("bare", "owned", "alembic", "songs", "inway", "standby", "cut"), ""),
    "latin": _OTHER_ENCODING.format("LATIN1"),
    "ascii": _OTHER_ENCODING.format("SQL_ASCII"),
}


def _create_users(server: str) -> None:
    """Create the two users, unless another test process did."""
    import psycopg

    with psycopg.connect(server, autocommit=True) as conn:
        file = Path(str((conn.execute("SHOW hba_file").fetchone() or [""])[0]))
        with file.with_suffix(".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if _LOCKED_USER in file.read_text():
                return
            file.write_text(f"local all {_LOCKED_USER} scram-sha-256\n{file.read_text()}")
            conn.execute(f"CREATE ROLE {_GUEST} LOGIN".encode())
            conn.execute(f"CREATE ROLE {_LOCKED_USER} LOGIN PASSWORD '{PASSWORD}'".encode())
            conn.execute("SELECT pg_reload_conf()")


def _execute(url: str, *statements: str) -> None:
    import psycopg

    with psycopg.connect(url, autocommit=True) as conn:
        conn.execute("SET client_min_messages = warning")
        for statement in statements:
            conn.execute(statement.encode())
