"""Files of SQLite databases: their names, copies and deletion."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

#: Pages of a copy between two looks at its progress: some 4 MB.
_PAGES_AT_ONCE = 1_000


def beside(path: Path, suffix: str) -> Path:
    """A file that SQLite has beside the store's: its log, for example."""
    return path.with_name(path.name + suffix)


def quoted(name: str) -> str:
    """The name of a table as SQL."""
    return '"' + name.replace('"', '""') + '"'


def copy_file(connection: sqlite3.Connection, target: Path, progress: Callable[[float], None]) -> None:
    """Copy the database as this connection's read transaction sees it. Writers go on meanwhile.

    In steps, between which ``progress`` gets the copied share. Without a read transaction the copy would begin anew at
    each write of another process. The target isn't synced to the disk.
    """
    assert connection.in_transaction

    def on_step(_: int, remaining: int, total: int) -> None:
        progress(1 - remaining / max(total, 1))

    with closing(sqlite3.connect(target)) as copy:
        copy.execute("PRAGMA synchronous = OFF")
        connection.backup(copy, pages=_PAGES_AT_ONCE, progress=on_step)


def restoring(path: Path) -> Path:
    """The file of a restored store until it is complete."""
    return beside(path, ".restoring")


def delete_file(path: Path) -> None:
    """Delete a database with what SQLite has beside it."""
    for file in (path, *(beside(path, suffix) for suffix in ("-wal", "-shm", "-journal"))):
        file.unlink(missing_ok=True)


def sync_file(path: Path) -> None:
    """Sync the file to the disk."""
    descriptor = os.open(path, os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
