"""Format of backups: an SQLite store of one moment, with a manifest of its tables' rows and checksums in it."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from urllib.parse import quote

from digest.model.errors import StoreError
from digest.store import sqlite_files
from digest.store.schema import CURRENT_VERSIONS

#: Called with one line on what is done now.
Progress = Callable[[str], None]
_TABLE = "digest_backup"
_WRITE, _READ = f"INSERT INTO {_TABLE} VALUES (?)", f"SELECT manifest FROM {_TABLE}"  # noqa: S608  # a constant
#: Raised when an older program could not restore the file any more.
_FORMAT = 1
_SQLITE_MAGIC, _GZIP_MAGIC = b"SQLite format 3\0", b"\x1f\x8b"
_NO_BACKUP_HINT = "'digest db backup FILE' makes one"
#: Rows after which the progress is shown again.
_PROGRESS_ROWS = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class TableContent:
    """The rows of a table."""

    rows: int
    #: BLAKE2b over the rows in their order, in hexadecimal digits.
    checksum: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """Description of a backup."""

    #: The moment of its content.
    made: datetime
    #: Version of the program that made it, and of the store's tables.
    program: str
    schema: str
    #: Kind of the database that it was made of: ``sqlite`` or ``postgresql``.
    database: str
    tables: Mapping[str, TableContent]

    @property
    def rows(self) -> int:
        """The number of rows of all tables."""
        return sum(table.rows for table in self.tables.values())

    def to_json(self) -> str:
        """The manifest as text."""
        return json.dumps({"format": _FORMAT, **asdict(self), "made": self.made.isoformat()})


def add_manifest(file: Path, *, made: datetime, program: str, database: str, progress: Progress) -> Manifest:
    """Write the manifest into a copy of a store, and make it one file. Raises ``StoreError`` if the copy is damaged."""
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = DELETE")
        if problem := _problem(connection, progress):
            hint = "'digest db check' tells more; an earlier backup is needed, or what `sqlite3 FILE .recover` saves"
            raise StoreError(f"the store is damaged, and no backup was made: {problem}", hint=hint)
        schema = str(connection.execute("SELECT version_num FROM alembic_version").fetchone()[0])
        tables = {name: _content(connection, name, progress) for name in _table_names(connection)}
        manifest = Manifest(made=made, program=program, schema=schema, database=database, tables=tables)
        connection.execute(f"CREATE TABLE {_TABLE} (manifest TEXT NOT NULL)")
        connection.execute(_WRITE, (manifest.to_json(),))
    return manifest


def unseal(file: Path) -> None:
    """Remove the manifest from a copy of a backup, which is a store then."""
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        connection.execute(f"DROP TABLE {_TABLE}")


def is_backup(file: Path) -> bool:
    """Whether the file has a manifest; its content isn't read."""
    try:
        with open_backup(file):
            return True
    except StoreError:
        return False


def verify(file: Path, progress: Progress = lambda _: None) -> Manifest:
    """Read the whole backup, and compare it with its manifest.

    Raises ``StoreError`` if it is no backup, of a newer program, damaged, or was changed since it was made.
    """
    with open_backup(file) as (connection, manifest):
        _check_integrity(connection, file, progress)
        if set(_table_names(connection)) != set(manifest.tables):
            raise _changed(file, "it has other tables")
        for name, content in manifest.tables.items():
            present = _content(connection, name, progress)
            if present.rows != content.rows:
                raise _changed(file, f"its table {name!r} has {present.rows} rows instead of {content.rows}")
            if present != content:
                raise _changed(file, f"rows of its table {name!r} differ")
    return manifest


@contextmanager
def open_backup(file: Path) -> Iterator[tuple[sqlite3.Connection, Manifest]]:
    """Open a backup for reading, without a trace in its folder. Raises ``StoreError`` if this program can't read it."""
    try:
        with file.open("rb") as opened:
            start = opened.read(len(_SQLITE_MAGIC))
    except OSError as error:
        raise StoreError(f"{file} can't be read: {error.strerror}", hint=_NO_BACKUP_HINT) from error
    if start.startswith(_GZIP_MAGIC):
        raise StoreError(f"{file} is compressed", hint=f"unpack it first: gunzip --keep {file}")
    if start != _SQLITE_MAGIC:
        raise StoreError(f"{file} is no backup", hint=_NO_BACKUP_HINT)
    address = f"file:{quote(str(file.absolute()))}?mode=ro&immutable=1"
    with closing(sqlite3.connect(address, uri=True, isolation_level=None)) as connection:
        try:
            yield connection, _read_manifest(connection, file)
        except sqlite3.DatabaseError as error:
            raise _damaged(file, str(error)) from error


def _read_manifest(connection: sqlite3.Connection, file: Path) -> Manifest:
    tables = _table_names(connection)
    if _TABLE not in _all_table_names(connection):
        if "alembic_version" in tables:
            hint = (
                "a store is backed up by 'digest db backup'; a copy that nothing writes to can be used as [store] url"
            )
            raise StoreError(f"{file} is a store, and no backup: it has no manifest", hint=hint)
        raise StoreError(f"{file} is no backup: it is another program's", hint=_NO_BACKUP_HINT)
    (text,) = connection.execute(_READ).fetchone() or ("",)
    try:
        values = json.loads(text)
        version = int(values.pop("format"))
        tables_in_it = {name: TableContent(**content) for name, content in values.pop("tables").items()}
        made = datetime.fromisoformat(values.pop("made"))
        values = {name: str(values[name]) for name in ("program", "schema", "database")}
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise _damaged(file, "its manifest can't be read") from error
    if version > _FORMAT or values["schema"] > CURRENT_VERSIONS.head:
        message = (
            f"{file} is of schema version {values['schema']}, made by digest {values['program']}; "
            f"this program knows {CURRENT_VERSIONS.head} at most"
        )
        raise StoreError(message, hint=f"install digest {values['program']} or newer")
    return Manifest(made=made, tables=tables_in_it, **values)


def _check_integrity(connection: sqlite3.Connection, file: Path, progress: Progress) -> None:
    if problem := _problem(connection, progress):
        raise _damaged(file, problem)


def _problem(connection: sqlite3.Connection, progress: Progress) -> str:
    """What is wrong with a database's file or references; empty if nothing is."""
    progress("checking the file")
    problem = str(connection.execute("PRAGMA integrity_check(1)").fetchone()[0])
    if problem != "ok":
        return problem
    broken = connection.execute("PRAGMA foreign_key_check").fetchall()
    return f"{len(broken)} rows of {broken[0][0]!r} and others refer to rows that don't exist" if broken else ""


def _content(connection: sqlite3.Connection, table: str, progress: Progress) -> TableContent:
    """The number and checksum of a table's rows."""
    rows, checksum = 0, hashlib.blake2b(digest_size=16)
    # In the order of the file: the checksum is of this file, and of no other database's rows.
    for row in connection.execute(f"SELECT * FROM {sqlite_files.quoted(table)} ORDER BY rowid"):  # noqa: S608  # quoted
        checksum.update(repr(row).encode("utf-8", "replace"))
        rows += 1
        if rows % _PROGRESS_ROWS == 0:
            progress(f"adding up {table}: {rows}")
    return TableContent(rows=rows, checksum=checksum.hexdigest())


def _table_names(connection: sqlite3.Connection) -> list[str]:
    """The tables, but for the manifest and those of the full-text index, which is derived from others."""
    names = _all_table_names(connection)
    return [name for name in names if name != _TABLE and not name.startswith(("sqlite_", "story_search"))]


def _all_table_names(connection: sqlite3.Connection) -> list[str]:
    query = "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name"
    return [name for (name,) in connection.execute(query)]


def _damaged(file: Path, reason: str) -> StoreError:
    return StoreError(
        f"{file} is damaged: {reason}", hint="take another backup, or see what `sqlite3 FILE .recover` saves"
    )


def _changed(file: Path, reason: str) -> StoreError:
    return StoreError(f"{file} was changed since it was made, or is damaged: {reason}", hint="take another backup")
