"""Translation of database errors to ``StoreError``: what happened, to which file, and what to do."""

from __future__ import annotations

import os
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import URL
from sqlalchemy.exc import DBAPIError

from digest.model.errors import StoreError
from digest.store import postgres_errors

_PERMISSIONS = "check who owns the file and its folder, and their permissions"

#: Message and hint by the beginning of SQLite's error name; the first match counts.
_SQLITE_ERRORS = {
    "SQLITE_BUSY": ("{} is locked: another process has been writing to it for too long", "wait for it, or end it"),
    "SQLITE_LOCKED": ("{} is locked by another transaction of this process", "transactions don't nest"),
    "SQLITE_NOTADB": ("{} is not a database", "name another file as the store, or move this one away"),
    "SQLITE_CORRUPT": ("{} is damaged", "restore it from a backup, or see what `sqlite3 FILE .recover` saves"),
    "SQLITE_FULL": ("no room: {} can't grow", "make room on the disk and try again: what was committed is safe"),
    "SQLITE_READONLY": ("{} can't be written", _PERMISSIONS),
    "SQLITE_PERM": ("{} can't be opened", _PERMISSIONS),
    "SQLITE_CANTOPEN": ("{} can't be opened", _PERMISSIONS),
    "SQLITE_IOERR": ("{} can't be read or written: the disk refuses", "check the disk, and how much room it has"),
}


@contextmanager
def translate_errors(url: URL, driver: type[Exception] = sqlite3.Error) -> Iterator[None]:
    """Raise errors of the database's environment as ``StoreError``.

    Errors in our SQL stay as they are, without the values that PostgreSQL quotes. ``driver`` is the base class of the
    driver's errors, for code that uses the driver directly.
    """
    try:
        yield
    except (DBAPIError, sqlite3.Error, driver) as error:
        original = error.orig if isinstance(error, DBAPIError) else error
        if isinstance(original, sqlite3.Error):
            translated = _sqlite(url, original)
        else:
            translated = postgres_errors.explain(original, url)
            postgres_errors.hide_details(original)
            if isinstance(error, DBAPIError):
                error.args = (f"{type(original).__name__}: {original}",)
        if translated is None:
            raise
        raise translated from error


def _sqlite(url: URL, original: sqlite3.Error) -> StoreError | None:
    name = getattr(original, "sqlite_errorname", "")
    if name.startswith(("SQLITE_READONLY", "SQLITE_CANTOPEN", "SQLITE_IOERR")) and (folder := _read_only_mount(url)):
        hint = "mount it for writing, or name a file elsewhere in [store] url"
        return StoreError(f"{url.database} can't be written: the file system of {folder} is read-only", hint=hint)
    for prefix, (message, hint) in _SQLITE_ERRORS.items():
        if name.startswith(prefix):
            return StoreError(message.format(url.database or "the store"), hint=hint)
    return None


def _read_only_mount(url: URL) -> Path | None:
    """The store's folder, if its file system is mounted read-only."""
    folder = Path(url.database or "").parent
    if sys.platform == "win32":
        return None
    try:
        return folder if os.statvfs(folder).f_flag & os.ST_RDONLY else None
    except OSError:
        return None
