"""Who is alive, and whose turn it is: locks that their holder's death, by whatever cause, lets go of at once.

No time-out proves anything.
"""

from __future__ import annotations

import fcntl
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from glob import escape
from pathlib import Path

from sqlalchemy import Connection, Engine, bindparam, func, literal, select

from digest.model.errors import StoreError

_KEY = func.hashtextextended(bindparam("name"), literal(0))


def advisory_lock(conn: Connection, name: str) -> None:
    """Of those who say so under one name, each goes on when the transaction of the one before has ended."""
    if conn.dialect.name == "postgresql":  # on SQLite, whoever writes is alone
        conn.execute(select(func.pg_advisory_xact_lock(_KEY)), {"name": name})


@contextmanager
def liveness_lock(engine: Engine, name: str) -> Iterator[None]:
    """While this lasts, ``is_alive`` says so to every process that uses the store; a name is used once."""
    if engine.dialect.name == "postgresql":
        with _advisory(engine, name):
            yield
        return
    everyone = _path(engine, "*")
    for left in everyone.parent.glob(escape(everyone.name).replace("[*]", "*")):
        _is_held(left)  # those of the killed are in nobody's way, but also of no use
    with _file(_path(engine, name)):
        yield


def is_alive(engine: Engine, name: str) -> bool:
    """Does the process (or thread) still live that said so under this name?"""
    if engine.dialect.name == "postgresql":
        with engine.connect() as conn, conn.begin():
            return not conn.execute(select(func.pg_try_advisory_xact_lock(_KEY)), {"name": name}).scalar_one()
    return _is_held(_path(engine, name))


@contextmanager
def _advisory(engine: Engine, name: str) -> Iterator[None]:
    # A connection of its own: the lock belongs to its session.
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as conn:
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
def _file(path: Path) -> Iterator[None]:
    """``flock``, not ``lockf``: it also tells threads of one process apart, and closing another handle keeps it."""
    handle = _locked(path)
    try:
        yield
    finally:
        path.unlink(missing_ok=True)
        os.close(handle)


def _locked(path: Path) -> int:
    while True:
        try:
            handle = os.open(path, os.O_CREAT | os.O_RDWR, 0o600)
        except OSError as error:
            hint = "check who owns the store's folder, its permissions, and the room on its disk"
            raise StoreError(f"{path} can't be made: {error.strerror}", hint=hint) from error
        fcntl.flock(handle, fcntl.LOCK_EX)
        if os.fstat(handle).st_nlink:
            return handle
        os.close(handle)  # between the two calls, someone took it for a dead one's


def _is_held(path: Path) -> bool:
    """The file of a dead one is taken away; nobody writes under its name again."""
    try:
        handle = os.open(path, os.O_RDWR)
    except FileNotFoundError:
        return False
    except PermissionError:
        return True  # another user's
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    else:
        with suppress(OSError):
            path.unlink()
        return False
    finally:
        os.close(handle)
