"""Backup of a store into one file, while other processes use it.

SQLite's file is copied by its online backup API within a read transaction. Of PostgreSQL the rows are read in one
transaction, which sees one moment; as long as it lasts, dead rows can't be removed, so that ``pg_dump``, which does the
same faster, or the server's own base backups suit large databases better.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from shutil import disk_usage

from sqlalchemy import URL, Engine, delete, insert, select

from digest.model.errors import StoreError, UsageError
from digest.settings.atomic_write import sync_folder
from digest.store import backup_file, database, locks, schema, sqlite, sqlite_files, tables
from digest.store.backup_file import Manifest, Progress
from digest.store.copy import continue_ids
from digest.store.errors import translate_errors
from digest.store.mapping import batches, stream
from digest.store.url import parse_url

_ROWS_AT_ONCE = 2_000


def back_up(url: str, file: Path, *, at: datetime, program: str, overwrite: bool, progress: Progress) -> Manifest:
    """Write a backup of the store, as it is now, into a file that only its owner can read.

    The file is there as a whole or not at all. Raises ``UsageError`` if there is a file already; with ``overwrite`` an
    earlier backup is replaced, and nothing else. Raises ``StoreError`` for a store that is damaged, and without room.
    """
    parsed, file = parse_url(url), file.resolve()
    path = sqlite.store_path(parsed) if parsed.get_backend_name() == "sqlite" else None
    if path is None and parsed.get_backend_name() == "sqlite":
        raise UsageError("a store in memory can't be backed up", hint="name a file in [store] url")
    if path and not path.exists():
        raise StoreError(f"there is no store {path}", hint="'digest collect' makes one")
    _check_target(file, path, overwrite=overwrite)
    with _written_whole(file, overwrite=overwrite) as part, translate_errors(_url(file)):
        if path:
            _copy_file(parsed, path, part, progress)
        else:
            _copy_rows(url, part, progress)
        kind = "sqlite" if path else "postgresql"
        return backup_file.add_manifest(part, made=at, program=program, database=kind, progress=progress)


def _check_target(file: Path, store: Path | None, *, overwrite: bool) -> None:
    """Raise ``UsageError`` if no backup can be made in this file."""
    if file.is_dir():
        raise UsageError(f"{file} is a folder", hint=f"name a file in it: {file / 'digest.backup'}")
    if store and file in {store.resolve(), *(sqlite_files.beside(store.resolve(), end) for end in ("-wal", "-shm"))}:
        raise UsageError(f"{file} is the store itself", hint="name another file")
    if not file.exists():
        return
    if not overwrite:
        raise UsageError(f"{file} exists", hint="name another file, or replace that backup with --force")
    if not file.is_file() or not backup_file.is_backup(file):
        raise UsageError(f"{file} is no backup, and isn't replaced", hint="name another file")


@contextmanager
def _written_whole(file: Path, *, overwrite: bool) -> Iterator[Path]:
    """A temporary file that gets its name at the end, once it is on the disk."""
    part = file.with_name(f".{file.name}.part")
    try:
        _check_folder(file.parent)
        with locks.file_lock(file.with_name(f".{file.name}.lock")) as is_held:
            if not is_held:
                raise StoreError(f"another process makes a backup in {file} now", hint="wait for it")
            sqlite_files.delete_file(part)  # of a process that was killed
            sqlite.create_private(part)
            try:
                yield part
                sqlite_files.sync_file(part)
                if not overwrite and file.exists():
                    raise UsageError(f"{file} exists by now", hint="name another file")
                part.replace(file)
                sync_folder(file.parent)
            finally:
                sqlite_files.delete_file(part)
    except OSError as error:
        raise StoreError(f"{file} can't be written: {error.strerror}", hint="check the folder, and its disk") from error


def _check_folder(folder: Path) -> None:
    if not folder.is_dir():
        raise StoreError(f"there is no folder {folder}", hint=f"make it: mkdir -p {folder}")
    if not os.access(folder, os.W_OK):
        raise StoreError(f"the folder {folder} can't be written", hint="check its owner, or name a file elsewhere")


def _copy_file(url: URL, path: Path, part: Path, progress: Progress) -> None:
    _check_room(
        part.parent, sum(file.stat().st_size for file in (path, sqlite_files.beside(path, "-wal")) if file.exists())
    )
    # A folder that can't be written has no log, or one that can't be opened: a copy is read then.
    with translate_errors(url), sqlite.engine(url, read_only=not _is_writable(path)) as engine:
        _copy_consistent(engine, path, part, progress)


def _copy_consistent(engine: Engine, path: Path, part: Path, progress: Progress) -> None:
    with engine.connect() as conn, conn.begin():
        if not schema.version_of(conn):  # also begins the read transaction
            raise StoreError(f"{path} has no tables yet: there is nothing to back up")
        connection = conn.connection.driver_connection
        assert isinstance(connection, sqlite3.Connection)
        with translate_errors(_url(part)):
            sqlite_files.copy_file(connection, part, lambda share: progress(f"copying: {share:.0%}"))


def _copy_rows(url: str, part: Path, progress: Progress) -> None:
    """Write the rows of a PostgreSQL database, as they are at one moment, into an SQLite store."""
    with database.open_store(url, read_only=True) as source, database.open_file(part) as target, source.read() as rows:
        with target.begin(durable=False) as conn:
            conn.execute(delete(tables.store_keys))
        for table in tables.metadata.sorted_tables:
            written = 0
            for batch in batches(stream(rows, select(table)), _ROWS_AT_ONCE):
                with target.begin(durable=False) as conn:
                    conn.execute(insert(table), [row._asdict() for row in batch])
                written += len(batch)
                progress(f"copying {table.name}: {written}")
            with target.begin(durable=False) as conn:
                continue_ids(rows, conn, table)


def _check_room(folder: Path, needed: int) -> None:
    free = disk_usage(folder).free
    if free < needed:
        message = f"no room in {folder}: the backup needs {needed / 1e6:,.0f} MB, and {free / 1e6:,.0f} MB are free"
        raise StoreError(message, hint="make room, or name a file on another disk")


def _is_writable(path: Path) -> bool:
    return os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)


def _url(file: Path) -> URL:
    """For error messages."""
    return URL.create("sqlite+pysqlite", database=str(file))
