"""SQLite: one file, one writer at a time, and readers that leave no trace."""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import URL, Connection, Engine, StaticPool, create_engine, event
from sqlalchemy.exc import OperationalError

from digest.model.errors import StoreError

#: How long to wait for another process to finish writing.
BUSY_TIMEOUT_S = 10.0

#: How often to look again at a store that someone opens and closes all the time.
_LOOKS = 20

# A checkpoint makes everyone wait for the disk; the rarer it is, the more changes of one page it writes at once.
_PRAGMAS = ("synchronous = NORMAL", "foreign_keys = ON", "wal_autocheckpoint = 4000")


@contextmanager
def engine(url: URL, *, read_only: bool = False) -> Iterator[Engine]:
    """An engine for the file (or for memory, where the address names none)."""
    path = Path(url.database or ":memory:")
    with ExitStack() as resources:
        if url.database in (None, "", ":memory:") or (read_only and not path.exists()):
            made = _in_memory()
        elif read_only:
            made = _unchanged(url, path, resources)
        else:
            made = _on_disk(url, path)
        event.listen(made, "begin", _begin)
        resources.callback(made.dispose)
        yield made


def _in_memory() -> Engine:
    # One connection, whoever asks: a second one would see another, empty database.
    made = create_engine("sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False})
    event.listen(made, "connect", _configured("foreign_keys = ON"))
    return made


def _on_disk(url: URL, path: Path) -> Engine:
    if path.is_dir():
        raise StoreError(f"{path} is a folder", hint=f"name a file in it: sqlite:///{path}/digest.db")
    if not path.parent.is_dir():
        raise StoreError(
            f"there is no folder {path.parent} to keep the store in", hint=f"make it: mkdir -p {path.parent}"
        )
    patience = {} if "timeout" in url.query else {"timeout": BUSY_TIMEOUT_S}
    made = create_engine(url, connect_args=patience)
    event.listen(made, "connect", _configured(*_PRAGMAS))
    return made


def _configured(*pragmas: str) -> Any:
    def configure(connection: sqlite3.Connection, _: object) -> None:
        # We say when a transaction begins: the module's own guess comes too late, and never for a SELECT.
        connection.isolation_level = None
        for pragma in pragmas:
            connection.execute(f"PRAGMA {pragma}")

    return configure


def _begin(conn: Connection) -> None:
    # A writer that begins by reading and then wants to write fails at once if another wrote in between, whatever the
    # time-out: so it says what it wants at the beginning.
    conn.exec_driver_sql("BEGIN IMMEDIATE" if conn.get_execution_options().get("writes") else "BEGIN")


# --- reading without a trace -------------------------------------------------------------------------------------


def _unchanged(url: URL, path: Path, resources: ExitStack) -> Engine:
    """Reads the file as it is, with all that was committed.

    With ``mode=ro`` alone, SQLite makes ``-wal`` and ``-shm`` beside the file, or marks its place in them. Where both
    are there (someone has the store open, or died), ``readonly_shm`` reads them under SQLite's own locks and marks
    nothing. Where they aren't, a copy elsewhere is read.
    """
    for _ in range(_LOOKS):
        if not all(_beside(path, suffix).exists() for suffix in ("-wal", "-shm")):
            break
        made = _reader(url, path)
        try:
            # From here on they stay: whoever else closes the store last sees that we have it open.
            with made.connect() as conn:
                conn.exec_driver_sql("SELECT count(*) FROM sqlite_master")
            return made
        except OperationalError as error:
            made.dispose()
            if "unable to open" not in str(error.orig):
                raise
            time.sleep(0.01)  # they were taken away between the look and the opening, and may be back
    return _reader(url, _copy(path, resources))


def _reader(url: URL, path: Path) -> Engine:
    def open_it() -> sqlite3.Connection:
        address = f"file:{quote(str(path.absolute()))}?mode=ro&readonly_shm=1"
        patience = float(str(url.query.get("timeout", BUSY_TIMEOUT_S)))
        return sqlite3.connect(address, uri=True, timeout=patience, check_same_thread=False)

    made = create_engine(url, creator=open_it)
    event.listen(made, "connect", _configured("query_only = ON"))
    return made


def _beside(path: Path, suffix: str) -> Path:
    return path.with_name(path.name + suffix)


def _copy(path: Path, resources: ExitStack) -> Path:
    """A private copy of the database as it was at one moment."""
    folder = Path(resources.enter_context(tempfile.TemporaryDirectory(prefix="digest-")))
    copy = folder / path.name
    for _ in range(100):
        before = path.stat()
        shutil.copyfile(path, copy)
        # After the file and not before: what moved from it into the file in the meantime is noticed below.
        _beside(copy, "-wal").unlink(missing_ok=True)
        with suppress(FileNotFoundError):
            shutil.copyfile(_beside(path, "-wal"), _beside(copy, "-wal"))
        if _is_settled(before) and _identity(path.stat()) == _identity(before):
            break
        time.sleep(_TICK_S)
    else:
        raise StoreError(f"{path} is being written too fast to be read", hint="try again in a moment")
    # The copy is ours: having it open as a writer would makes the files that a reader wants to find.
    keeper = sqlite3.connect(copy)
    resources.callback(keeper.close)
    keeper.execute("SELECT count(*) FROM sqlite_master").fetchone()
    return copy


#: File systems date changes by the tick of the kernel's clock, at the coarsest this long.
_TICK_S = 0.02


def _is_settled(stat: os.stat_result) -> bool:
    """A further change would show in the file's time."""
    return abs(time.time() - stat.st_mtime) > _TICK_S


def _identity(stat: os.stat_result) -> tuple[int, int, int]:
    return stat.st_ino, stat.st_size, stat.st_mtime_ns
