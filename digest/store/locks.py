"""Locks that end with their holder: of a transaction, and of a sender's life.

The death of a process frees its locks at once, whatever the cause. A time-out wouldn't prove that it is dead.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from glob import escape
from pathlib import Path
from uuid import uuid4

from sqlalchemy import Connection, Engine, bindparam, func, literal, select

from digest.model.errors import StoreError
from digest.store import file_locks, postgres
from digest.store.url import display_url

_KEY = func.hashtextextended(bindparam("name"), literal(0))


def advisory_lock(conn: Connection, name: str) -> None:
    """Take a lock until the end of the transaction; waits while another transaction has it."""
    if conn.dialect.name == "postgresql":  # on SQLite there is one writer at a time
        conn.execute(select(func.pg_advisory_xact_lock(_KEY)), {"name": name})


def refuse_other_database(conn: Connection, direct: Connection) -> None:
    """Raise ``StoreError`` if the two connections lead to different databases: locks are those of one database."""
    name = f"digest same database {uuid4()}"
    advisory_lock(conn, name)
    if direct.execute(select(func.pg_try_advisory_xact_lock(_KEY)), {"name": name}).scalar_one():
        shown = display_url(direct.engine.url)
        message = f"[store] direct_url leads to another database than url: {shown}, not {display_url(conn.engine.url)}"
        raise StoreError(message, hint="name the same server and database in both; direct_url goes past the pooler")


@contextmanager
def liveness_lock(engine: Engine, name: str) -> Iterator[None]:
    """Hold a lock under this name until it ends or the process dies. A name is used once.

    Raises ``StoreError`` behind a pooler, where the lock would not last.
    """
    if engine.dialect.name == "postgresql":
        with _advisory(engine, name):
            yield
        return
    pattern = _path(engine, "*")
    for path in pattern.parent.glob(escape(pattern.name).replace("[*]", "*")):
        _is_held(path)  # deletes the lock files of killed processes
    with _lock_file(_path(engine, name)):
        yield


def is_alive(engine: Engine, name: str) -> bool:
    """Whether the process (or thread) that took the lock of this name is alive."""
    if engine.dialect.name == "postgresql":
        with engine.connect() as conn, conn.begin():
            return not conn.execute(select(func.pg_try_advisory_xact_lock(_KEY)), {"name": name}).scalar_one()
    return _is_held(_path(engine, name))


@contextmanager
def _advisory(engine: Engine, name: str) -> Iterator[None]:
    # On its own connection: the lock belongs to the session.
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as conn:
        postgres.refuse_pooler(conn)
        conn.execute(select(func.pg_advisory_lock(_KEY)), {"name": name})
        try:
            yield
        finally:
            conn.execute(select(func.pg_advisory_unlock(_KEY)), {"name": name})


def _path(engine: Engine, name: str) -> Path:
    database = engine.url.database
    if database in (None, "", ":memory:"):
        return Path(tempfile.gettempdir()) / f"digest-{name}.alive"
    return Path(f"{database}-{name}.alive")


@contextmanager
def file_lock(path: Path) -> Iterator[bool]:
    """Hold a lock file until it ends or the process dies; False if another process, or another handle, holds it."""
    if _is_held(path):
        yield False
        return
    with _lock_file(path):
        yield True


@contextmanager
def upgrade_lock(path: Path) -> Iterator[None]:
    """Hold the lock under which an SQLite file is upgraded; waits while another process upgrades it."""
    with _lock_file(Path(f"{path}-upgrade.lock")):
        yield


def has_living_sender(path: Path) -> bool:
    """Whether a process sends from the store in this SQLite file, which may be damaged."""
    return any(_is_held(lock) for lock in path.parent.glob(f"{escape(path.name)}-*.alive"))


@contextmanager
def _lock_file(path: Path) -> Iterator[None]:
    handle = _open_locked(path)
    try:
        yield
    finally:
        file_locks.delete_locked(handle, path)


def _open_locked(path: Path) -> int:
    while True:
        try:
            handle = os.open(path, os.O_CREAT | os.O_RDWR, 0o600)
        except OSError as error:
            hint = "check who owns the store's folder, its permissions, and the room on its disk"
            raise StoreError(f"{path} can't be made: {error.strerror}", hint=hint) from error
        file_locks.lock(handle)
        if os.fstat(handle).st_nlink:
            return handle
        os.close(handle)  # between the two calls, another process deleted it as a dead one's


def _is_held(path: Path) -> bool:
    """Whether another handle locks the file. The file of a dead process is deleted; its name is never used again."""
    try:
        handle = os.open(path, os.O_RDWR)
    except FileNotFoundError:
        return False
    except PermissionError:
        return True  # another user's
    if file_locks.try_lock(handle):
        file_locks.delete_locked(handle, path)
        return False
    os.close(handle)
    return True
