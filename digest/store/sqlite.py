"""SQLite engine: one file, one writer at a time; read-only connections change no file."""

from __future__ import annotations

import os
import shutil
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import URL, Connection, Engine, StaticPool, create_engine, event
from sqlalchemy.exc import OperationalError

from digest.model.errors import StoreError
from digest.settings.atomic_write import sync_folder
from digest.store.sqlite_files import beside, restoring

#: How long to wait for another process to finish writing.
BUSY_TIMEOUT_S = 10.0

#: How long the log's truncation waits for readers.
_SCRUB_TIMEOUT_MS = 1000

#: Tries to open a store that another process opens and closes all the time.
_OPEN_TRIES = 20

# A checkpoint makes every writer wait for the disk. Rare ones write several changes of a page at once.
# What is deleted is overwritten in the file: erased data must not be found there. Many builds of SQLite do so anyway.
_PRAGMAS = ("foreign_keys = ON", "wal_autocheckpoint = 4000", "secure_delete = ON")

#: Memory for a store in memory; a day's articles take less.
_TEMPORARY_CACHE_KB = 16_000

#: Data only: the times of a file are of no use. Not every system has it.
_sync_data = getattr(os, "fdatasync", os.fsync)
#: How a file is opened to be synced. Windows syncs only what is opened for writing.
_SYNC_MODE = os.O_RDWR if sys.platform == "win32" else os.O_RDONLY


@contextmanager
def engine(url: URL, *, read_only: bool = False) -> Iterator[Engine]:
    """An engine for the URL's file, or for memory if it names none."""
    path = Path(url.database or ":memory:")
    with ExitStack() as resources:
        if url.database in (None, "", ":memory:") or (read_only and not path.exists()):
            sqlite_engine = _in_memory()
        elif read_only:
            sqlite_engine = _read_only(url, path, resources)
        else:
            sqlite_engine = _on_disk(url, path)
        event.listen(sqlite_engine, "begin", _begin)
        resources.callback(sqlite_engine.dispose)
        yield sqlite_engine


def _in_memory() -> Engine:
    # An empty name is a temporary database: what doesn't fit into its cache is in a file that nobody else can open.
    # One shared connection: a second one would see another, empty database.
    memory_engine = create_engine(
        "sqlite://",
        creator=lambda: sqlite3.connect("", check_same_thread=False),
        poolclass=StaticPool,
        hide_parameters=True,
    )
    event.listen(memory_engine, "connect", _configured("foreign_keys = ON", f"cache_size = -{_TEMPORARY_CACHE_KB}"))
    return memory_engine


def _on_disk(url: URL, path: Path) -> Engine:
    if path.is_dir():
        raise StoreError(f"{path} is a folder", hint=f"name a file in it: sqlite:///{path}/digest.db")
    if not path.parent.is_dir():
        raise StoreError(
            f"there is no folder {path.parent} to keep the store in", hint=f"make it: mkdir -p {path.parent}"
        )
    if restoring(path).exists() and not path.exists():
        hint = f"give 'digest db restore FILE' again, or delete {restoring(path)}"
        raise StoreError(f"the restore of {path} was interrupted, and there is no store", hint=hint)
    create_private(path)
    connect_args = {} if "timeout" in url.query else {"timeout": BUSY_TIMEOUT_S}
    file_engine = create_engine(url, connect_args=connect_args, hide_parameters=True)
    event.listen(file_engine, "connect", _configured(*_PRAGMAS))
    return file_engine


def create_private(path: Path) -> None:
    """Create an empty file that only its owner can read, unless there is one; SQLite gives its -wal the same mode."""
    with suppress(OSError):  # SQLite's own error says more
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))


def _configured(*pragmas: str) -> Any:
    def configure(connection: sqlite3.Connection, _: object) -> None:
        # Transactions begin explicitly (_begin): the sqlite3 module would begin them too late, and never for a SELECT.
        connection.isolation_level = None
        for pragma in pragmas:
            connection.execute(f"PRAGMA {pragma}")

    return configure


def _begin(conn: Connection) -> None:
    options = conn.get_execution_options()
    if not options.get("writes"):
        conn.exec_driver_sql("BEGIN")
        return
    # NORMAL syncs at checkpoints only: a power cut loses the commits since the last, never consistency.
    conn.exec_driver_sql(f"PRAGMA synchronous = {'FULL' if options.get('durable', True) else 'NORMAL'}")
    # A transaction that begins with a read and then writes fails at once if another wrote meanwhile, whatever the
    # time-out. So writers take the lock at the beginning.
    conn.exec_driver_sql("BEGIN IMMEDIATE")


# --- durability ---------------------------------------------------------------------------------------------------


def commit_without_sync(connection: sqlite3.Connection) -> None:
    """Further commits of this connection don't wait for the disk; ``log_sync`` syncs them."""
    connection.execute("PRAGMA synchronous = NORMAL")


def truncate_log(connection: sqlite3.Connection) -> bool:
    """Write the log into the file and empty it; False if a reader is in the way for longer than a moment."""
    connection.execute(f"PRAGMA busy_timeout = {_SCRUB_TIMEOUT_MS}")
    try:
        return bool(connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0] == 0)
    finally:
        connection.execute(f"PRAGMA busy_timeout = {int(BUSY_TIMEOUT_S * 1000)}")


@contextmanager
def log_sync(sqlite_engine: Engine) -> Iterator[Callable[[], None] | None]:
    """A function that syncs all commits so far; None for a store in memory. A connection must be open meanwhile.

    It syncs the write-ahead log, as a commit at ``synchronous = FULL`` does, but needs no lock, so that another thread
    may call it while commits go on.
    """
    path = store_path(sqlite_engine.url)
    if path is None:
        yield None
        return
    log = beside(path.resolve(), "-wal")
    with ExitStack() as resources:
        descriptors: list[int] = []

        def sync() -> None:
            try:
                if not descriptors:  # the first commit creates the file
                    descriptors.append(os.open(log, _SYNC_MODE))
                    resources.callback(os.close, descriptors[0])
                _sync_data(descriptors[0])
            except FileNotFoundError:
                return  # a file system without WAL: each commit has synced itself
            except OSError as error:
                hint = "check the disk, and how much room it has"
                raise StoreError(f"{path} can't be synced to the disk: {error.strerror}", hint=hint) from error

        yield sync


def sync_entries(sqlite_engine: Engine) -> None:
    """Sync the folder's entries of the store's files: after a power cut a new file would be without a name.

    SQLite does so in the process that creates a file; another process that commits must not depend on that.
    """
    if path := store_path(sqlite_engine.url):
        sync_folder(path.resolve().parent)


def store_path(url: URL) -> Path | None:
    """The store's file; None for a store in memory."""
    return None if url.database in (None, "", ":memory:") else Path(str(url.database))


# --- read-only ----------------------------------------------------------------------------------------------------


def _read_only(url: URL, path: Path, resources: ExitStack) -> Engine:
    """An engine that reads all committed data and changes no file.

    With ``mode=ro`` alone, SQLite creates ``-wal`` and ``-shm`` beside the file, or writes its read mark there. If both
    exist (a process has the store open, or died), ``readonly_shm`` reads them under SQLite's own locks and writes
    nothing. Otherwise a copy elsewhere is read.
    """
    for _ in range(_OPEN_TRIES):
        if not all(beside(path, suffix).exists() for suffix in ("-wal", "-shm")):
            break
        reader = _reader(url, path)
        try:
            # From here on both files stay: the last other process to close the store sees that it is open here.
            with reader.connect() as conn:
                conn.exec_driver_sql("SELECT count(*) FROM sqlite_master")
            return reader
        except OperationalError as error:
            reader.dispose()
            if "unable to open" not in str(error.orig):
                raise
            time.sleep(0.01)  # they were deleted between the check and the opening, and may be back
    return _reader(url, _copy(path, resources))


def _reader(url: URL, path: Path) -> Engine:
    def connect() -> sqlite3.Connection:
        address = f"file:{quote(str(path.absolute()))}?mode=ro&readonly_shm=1"
        timeout = float(str(url.query.get("timeout", BUSY_TIMEOUT_S)))
        return sqlite3.connect(address, uri=True, timeout=timeout, check_same_thread=False)

    reader = create_engine(url, creator=connect, hide_parameters=True)
    event.listen(reader, "connect", _configured("query_only = ON"))
    return reader


def _copy(path: Path, resources: ExitStack) -> Path:
    """A private copy of the database at one moment."""
    folder = Path(resources.enter_context(tempfile.TemporaryDirectory(prefix="digest-")))
    copy = folder / path.name
    for _ in range(100):
        before = path.stat()
        shutil.copyfile(path, copy)
        # The -wal after the file, not before: a checkpoint in between changes the file, which is noticed below.
        beside(copy, "-wal").unlink(missing_ok=True)
        with suppress(FileNotFoundError):
            shutil.copyfile(beside(path, "-wal"), beside(copy, "-wal"))
        if _is_settled(before) and _identity(path.stat()) == _identity(before):
            break
        time.sleep(_TICK_S)
    else:
        raise StoreError(f"{path} is being written too fast to be read", hint="try again in a moment")
    # An open writer on the copy creates the -wal and -shm files that a reader needs.
    writer = sqlite3.connect(copy)
    resources.callback(writer.close)
    writer.execute("SELECT count(*) FROM sqlite_master").fetchone()
    return copy


#: File systems date changes by the kernel's clock tick, at the coarsest this long.
_TICK_S = 0.02


def _is_settled(stat: os.stat_result) -> bool:
    """Whether a further change would change the file's modification time."""
    return abs(time.time() - stat.st_mtime) > _TICK_S


def _identity(stat: os.stat_result) -> tuple[int, int, int]:
    return stat.st_ino, stat.st_size, stat.st_mtime_ns
