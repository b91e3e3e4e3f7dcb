"""Puts a backup in the place of the store; the store before is kept.

    digest.db.restoring                 the new store, until it is complete
    digest.db.before-20260329T070000Z   the store before

SQLite's file is replaced in one step, the rows of a PostgreSQL database in one transaction: whatever ends the process,
there is the store before or the restored one, and the command can be given again.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Generic, TypeVar
from urllib.parse import quote

from sqlalchemy import URL, Connection, Table, create_engine, func, insert, select, text

from digest.model.errors import DigestError, StoreError, UsageError
from digest.settings.atomic_write import sync_folder
from digest.store import backup_file, database, locks, restored, schema, sqlite, sqlite_files, tables
from digest.store.backup import back_up
from digest.store.backup_file import Progress
from digest.store.copy import continue_ids
from digest.store.errors import translate_errors
from digest.store.mapping import batches, stream
from digest.store.restored import Refusals
from digest.store.url import parse_url

T = TypeVar("T")
#: Completes the restored rows, given what the store before knows of refusals; None if it can't be read.
Settle = Callable[[Connection, Refusals | None], T]

_ROWS_AT_ONCE = 2_000
#: Tables of which the store before is read.
_REFUSALS = ("subscribers", "unsubscribes", "store_keys")
#: How long another process may take to close the store.
_CLOSE_TIMEOUT_S = 2.0
_STOP_HINT = "stop 'digest run', 'serve' and 'worker' first, and end other commands"
_OTHER_SESSIONS = text(
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND usename = current_user"
    " AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What is to be restored."""

    #: A verified backup, and the moment of its content.
    file: Path
    made: datetime
    #: Now, and the version of this program.
    at: datetime
    program: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored(Generic[T]):
    """A finished restore."""

    #: Where the store before is kept; None if there was none.
    before: Path | None
    #: What ``settle`` returned.
    settled: T


def restore(url: str, request: Request, settle: Settle[T], progress: Progress) -> Restored[T]:
    """Put a verified backup in the place of the store.

    Raises ``StoreError`` if another process uses the store, and if it can't be written: the store stays as it was then.
    """
    parsed = parse_url(url)
    if parsed.get_backend_name() != "sqlite":
        with tempfile.TemporaryDirectory(prefix="digest-") as folder:
            part = Path(folder) / "restoring.db"
            _copy_backup(request.file, part, progress)
            before = _back_up_before(url, request, progress)
            return Restored(before=before, settled=_replace_rows(url, part, settle, progress, made=request.made))
    path = sqlite.store_path(parsed)
    if path is None:
        raise UsageError("a store in memory can't be restored", hint="name a file in [store] url")
    path = path.resolve()
    if request.file.resolve() == path:
        raise UsageError(f"{request.file} is the store itself", hint="name a backup")
    try:
        with translate_errors(URL.create("sqlite+pysqlite", database=str(path))):
            return _replace_file(path, request, settle, progress)
    except OSError as error:
        reason = f"{error.filename or path}: {error.strerror}"
        raise StoreError(
            f"the store can't be restored: {reason}", hint="nothing was changed; check the disk"
        ) from error


# --- SQLite ---------------------------------------------------------------------------------------------------------


def _replace_file(path: Path, request: Request, settle: Settle[T], progress: Progress) -> Restored[T]:
    part = sqlite_files.restoring(path)
    with locks.file_lock(sqlite_files.beside(path, ".restore.lock")) as is_mine:
        if not is_mine:
            raise StoreError(f"another process restores {path} now", hint="wait for it")
        with _exclusive(path) as is_readable:
            refusals = _read_refusals(path, since=request.made) if is_readable else None
            sqlite_files.delete_file(part)  # of a restore that was interrupted
            try:
                _copy_backup(request.file, part, progress)
                with database.open_file(part) as store, store.begin() as conn:
                    settled = settle(conn, refusals)
                with closing(sqlite3.connect(part)) as connection:
                    connection.execute("PRAGMA journal_mode = DELETE")
                sqlite_files.sync_file(part)
                before = _put_aside(path, request.at) if path.exists() else None
                part.replace(path)
            except BaseException:
                sqlite_files.delete_file(part)
                raise
            sync_folder(path.parent)
    return Restored(before=before, settled=settled)


def _copy_backup(file: Path, part: Path, progress: Progress) -> None:
    """Make a store of the backup, of the version of this program."""
    size, free = file.stat().st_size, shutil.disk_usage(part.parent).free
    if free < size:
        message = f"no room in {part.parent}: the store needs {size / 1e6:,.0f} MB, and {free / 1e6:,.0f} MB are free"
        raise StoreError(message, hint="make room: nothing was changed")
    progress("copying the backup")
    sqlite.create_private(part)
    shutil.copyfile(file, part)
    with translate_errors(URL.create("sqlite+pysqlite", database=str(part))):
        backup_file.unseal(part)
    database.open_file(part).close()


@contextmanager
def _exclusive(path: Path) -> Iterator[bool]:
    """Keep other processes from the store; False if it is damaged, or isn't there.

    Leaving the mode of the write-ahead log fails while any other connection is open, and writes the log into the file.
    A process that has waited for the lock meanwhile can't write to the file that was put aside: SQLite notices that.
    """
    if not path.exists():
        yield False
        return
    with closing(sqlite3.connect(path, timeout=_CLOSE_TIMEOUT_S, isolation_level=None)) as connection:
        try:
            mode = connection.execute("PRAGMA journal_mode = DELETE").fetchone()[0]
            connection.execute("BEGIN EXCLUSIVE")
            is_readable = mode == "delete"
        except sqlite3.DatabaseError as error:
            code = getattr(error, "sqlite_errorname", "")
            if code.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")) or locks.has_living_sender(path):
                raise StoreError(f"{path} is in use by another process", hint=_STOP_HINT) from error
            if code.startswith(("SQLITE_READONLY", "SQLITE_CANTOPEN", "SQLITE_FULL", "SQLITE_PERM")):
                raise
            is_readable = False
        yield is_readable


def _read_refusals(path: Path, *, since: datetime) -> Refusals | None:
    """What the store before knows of refusals; None if it can't be read, or is of another version."""
    address = f"file:{quote(str(path))}?mode=ro&immutable=1"  # it is locked, and by this process
    engine = create_engine("sqlite://", creator=lambda: sqlite3.connect(address, uri=True, check_same_thread=False))
    try:
        with translate_errors(engine.url), engine.connect() as conn:
            if schema.version_of(conn) != schema.CURRENT_VERSIONS.head:
                return None
            if any(conn.exec_driver_sql(f"PRAGMA integrity_check('{name}')").scalar() != "ok" for name in _REFUSALS):
                return None  # some of them may be lost
            return restored.read_refusals(conn, since=since)
    except (DigestError, sqlite3.Error):
        return None
    finally:
        engine.dispose()


def _put_aside(path: Path, at: datetime) -> Path:
    """Give the store before another name, in addition to its own: there is no moment without a store."""
    before = next(name for name in _names_aside(path, at) if not name.exists())
    with suppress(FileNotFoundError):
        sqlite_files.beside(path, "-wal").rename(sqlite_files.beside(before, "-wal"))  # a damaged store may have one
    sqlite_files.beside(path, "-shm").unlink(missing_ok=True)
    try:
        os.link(path, before)
    except OSError:  # a file system without hard links; ``sqlite_files.restoring`` says what to do if this ends here
        path.rename(before)
    return before


def _names_aside(path: Path, at: datetime) -> Iterator[Path]:
    name = f".before-{at:%Y%m%dT%H%M%SZ}"
    yield sqlite_files.beside(path, name)
    for number in range(2, 1_000):
        yield sqlite_files.beside(path, f"{name}-{number}")


# --- PostgreSQL -----------------------------------------------------------------------------------------------------


def _back_up_before(url: str, request: Request, progress: Progress) -> Path | None:
    """Back up the rows that are to be replaced, beside the backup; None if there are none."""
    with database.open_store(url) as store, store.read() as conn:
        _refuse_if_in_use(conn)
        if not any(conn.execute(select(1).select_from(table).limit(1)).first() for table in _tables()):
            return None
    progress("backing up the rows of before")
    before = next(path for path in _backup_names(request) if not path.exists())
    back_up(url, before, at=request.at, program=request.program, overwrite=False, progress=progress)
    return before


def _backup_names(request: Request) -> Iterator[Path]:
    file, moment = request.file.absolute(), f"{request.at:%Y%m%dT%H%M%SZ}"
    yield file.with_name(f"before-{moment}-{file.name}")
    for number in range(2, 1_000):
        yield file.with_name(f"before-{moment}-{number}-{file.name}")


def _replace_rows(url: str, part: Path, settle: Settle[T], progress: Progress, *, made: datetime) -> T:
    with (
        database.open_store(url) as target,
        database.open_file(part) as source,
        source.read() as reading,
        target.begin() as writing,
    ):
        _refuse_if_in_use(writing)
        refusals = restored.read_refusals(writing, since=made)
        _write_rows(reading, writing, progress)
        return settle(writing, refusals)


def _tables() -> list[Table]:
    return [table for table in tables.metadata.sorted_tables if table is not tables.store_keys]


def _refuse_if_in_use(conn: Connection) -> None:
    if others := conn.execute(_OTHER_SESSIONS).scalar_one():
        raise StoreError(f"the database is in use: {others} other connections of the same user", hint=_STOP_HINT)


def _write_rows(source: Connection, target: Connection, progress: Progress) -> None:
    """Replace all rows of a PostgreSQL database."""
    names = ", ".join(sqlite_files.quoted(table.name) for table in tables.metadata.sorted_tables)
    target.execute(text("SET LOCAL lock_timeout = '30s'"))
    target.execute(text(f"TRUNCATE {names}, story_search"))
    for table in tables.metadata.sorted_tables:
        written = 0
        for batch in batches(stream(source, select(table)), _ROWS_AT_ONCE):
            target.execute(insert(table), [row._asdict() for row in batch])
            written += len(batch)
            progress(f"writing {table.name}: {written}")
        if target.execute(select(func.count()).select_from(table)).scalar_one() != written:
            raise StoreError(f"the database didn't take all rows of {table.name!r}", hint="nothing was changed")
        continue_ids(source, target, table)
