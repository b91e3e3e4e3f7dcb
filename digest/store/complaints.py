"""A database's complaint in a person's words: what happened, to what, and what to do."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import URL
from sqlalchemy.exc import DatabaseError, DBAPIError, IntegrityError, OperationalError, ProgrammingError

from digest.errors import StoreError

#: The beginnings of SQLite's names for what went wrong; the first that fits speaks.
_SQLITE = {
    "SQLITE_BUSY": (
        "{} is locked: another process has been writing to it for too long",
        "wait for it to finish, or end it",
    ),
    "SQLITE_LOCKED": ("{} is locked: another transaction of this process holds it", "transactions don't nest"),
    "SQLITE_NOTADB": ("{} is not a database", "name another file as the store, or move this one away"),
    "SQLITE_CORRUPT": ("{} is damaged", "restore it from a backup, or see what `sqlite3 FILE .recover` saves"),
    "SQLITE_FULL": ("the disk is full: {} can't grow", "make room and try again: nothing that was committed is lost"),
    "SQLITE_READONLY": ("{} can't be written", "check who owns the file and its folder, and their permissions"),
    "SQLITE_PERM": ("{} can't be written", "check who owns the file and its folder, and their permissions"),
    "SQLITE_CANTOPEN": ("{} can't be opened", "check who owns the file and its folder, and their permissions"),
    "SQLITE_IOERR": ("{} can't be read or written: the disk refuses", "check the disk and how much room it has"),
}


@contextmanager
def said_plainly(url: URL) -> Iterator[None]:
    """Turns what the database complains of into a ``StoreError``; our own mistakes in SQL stay what they are."""
    try:
        yield
    except DatabaseError as error:
        if isinstance(error, IntegrityError):
            raise
        said = _sqlite(url, error) if url.get_backend_name() == "sqlite" else _postgres(url, error)
        if said is None:
            raise
        raise said from error


def _sqlite(url: URL, error: DBAPIError) -> StoreError | None:
    name = getattr(error.orig, "sqlite_errorname", "")
    for beginning, (message, hint) in _SQLITE.items():
        if name.startswith(beginning):
            return StoreError(message.format(url.database or "the store"), hint=hint)
    return None


def _postgres(url: URL, error: DBAPIError) -> StoreError | None:
    if isinstance(error, ProgrammingError) or not isinstance(error, OperationalError):
        return None
    lines = str(error.orig).strip().splitlines() or ["no answer"]
    last = lines[-1].removeprefix("FATAL:").strip()
    where = url.render_as_string(hide_password=True)
    hint = "check that the server runs, and the address, name and password in [store] url"
    return StoreError(f"the store {where} can't be reached: {last}", hint=hint)
