"""Copies a whole store into another one, of either database; run again, it brings the copy up to date.

Rows are read by pages of their primary keys, each in a short transaction: a long one would keep PostgreSQL from
removing dead rows (https://www.postgresql.org/docs/current/routine-vacuuming.html), and SQLite's log from being reused.
What was copied is read back from both stores and compared.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, Row, Table, delete, func, insert, select, text, tuple_, update
from sqlalchemy.exc import IntegrityError

from digest.model.errors import StoreError
from digest.store import id_floors, tables
from digest.store.database import Store
from digest.store.mapping import BATCH_SIZE

#: Called with a table's name, and how many of its rows were read so far.
Progress = Callable[[str, int], None]
_Key = tuple[Any, ...]
_Row = Row[Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class TableCopy:
    """What was copied of one table."""

    table: str
    #: Rows in the source, as they were read back.
    rows: int
    #: Rows that were added, changed or deleted in the target.
    written: int
    #: Both stores have the same rows.
    is_equal: bool


def copy_store(source: Store, target: Store, *, progress: Progress | None = None) -> tuple[TableCopy, ...]:
    """Make the target's rows equal to the source's; return what was copied of each table.

    The target must be empty, or an earlier copy of this source that nothing has used since. A copy that was interrupted
    is continued. Raises ``StoreError`` for another target; nothing of it is changed then.
    """
    notify = progress or (lambda _table, _rows: None)
    _claim(source, target)
    names = [table for table in tables.metadata.sorted_tables if table is not tables.store_keys]
    written = {table.name: _delete_missing(source, target, table) for table in reversed(names)}
    for table in names:
        written[table.name] += _copy_rows(source, target, table, notify)
        with source.read() as reading, target.begin() as writing:
            continue_ids(reading, writing, table)
    return tuple(_verify(source, target, table, written[table.name]) for table in names)


def living_senders(store: Store) -> tuple[str, ...]:
    """Senders that are at work: what they have claimed could be sent by the copy as well."""
    sender = tables.deliveries.c.sender
    with store.read() as conn:
        names = conn.execute(select(sender).where(sender.is_not(None)).distinct()).scalars().all()
    return tuple(name for name in names if store.is_alive(name))


def _claim(source: Store, target: Store) -> None:
    """Give the target the source's keys, by which later runs know it as this source's copy."""
    with source.read() as conn:
        keys = [row._asdict() for row in conn.execute(select(tables.store_keys))]
        newest = _newest_use(conn)
    with target.begin() as conn:
        target_keys = [row._asdict() for row in conn.execute(select(tables.store_keys))]
        if sorted(map(repr, keys)) == sorted(map(repr, target_keys)):
            _refuse_if_used(conn, target, newest)
            return
        if used := [table.name for table in tables.metadata.sorted_tables if _has_own_rows(conn, table)]:
            message = f"{target.name} is not empty: it has rows in {used[0]!r} that are not a copy of this store's"
            raise StoreError(message, hint="name an empty database, or a file that doesn't exist")
        conn.execute(delete(tables.store_keys))
        conn.execute(insert(tables.store_keys), keys)


def _has_own_rows(conn: Connection, table: Table) -> bool:
    """Whether the table has rows; each new store has keys."""
    return table is not tables.store_keys and conn.execute(select(1).select_from(table).limit(1)).first() is not None


def _newest_use(conn: Connection) -> tuple[datetime | None, datetime | None]:
    """When a job last started, and when an edition was last published."""
    runs, editions = func.max(tables.runs.c.started), func.max(tables.editions.c.published)
    return conn.execute(select(runs)).scalar(), conn.execute(select(editions)).scalar()


def _refuse_if_used(conn: Connection, target: Store, source_uses: Sequence[datetime | None]) -> None:
    """Raise ``StoreError`` if jobs ran with the target after the source's last one: copying would undo their work."""
    for own, of_source in zip(_newest_use(conn), source_uses, strict=True):
        if own and (of_source is None or own > of_source):
            message = f"{target.name} has been used since it was copied, last at {own:%Y-%m-%d %H:%M} UTC"
            raise StoreError(message, hint="copying again would undo that; name an empty database to copy into")


def _delete_missing(source: Store, target: Store, table: Table) -> int:
    """Delete the target's rows that the source doesn't have (any more); return how many."""
    columns, deleted = table.primary_key.columns.values(), 0
    for page in _pages(target, table, columns):
        present = {tuple(row) for row in _rows(source, table, columns, page)}
        if missing := [row for row in page if tuple(row) not in present]:
            with target.begin() as conn:
                deleted += conn.execute(delete(table).where(_has_key(table, missing))).rowcount
    return deleted


def _copy_rows(source: Store, target: Store, table: Table, notify: Progress) -> int:
    """Add and change rows, so that the target has the source's; return how many."""
    key, columns = _key_of(table), table.c.values()
    written = read = 0
    for page in _pages(source, table, columns):
        keys = [key(row) for row in page]
        present = {key(row): row for row in _rows(target, table, columns, keys)}
        if present != dict(zip(keys, page, strict=True)):
            written += _write(target, table, page, present)
        read += len(page)
        notify(table.name, read)
    return written


def _write(target: Store, table: Table, page: Sequence[_Row], present: Mapping[_Key, _Row]) -> int:
    """Write the rows that the target doesn't have as they are; return how many were written."""
    key = _key_of(table)
    new = [row._asdict() for row in page if key(row) not in present]
    changed = [row for row in page if present.get(key(row), row) != row]
    with target.begin(durable=False) as conn:
        for row in changed:
            conn.execute(update(table).where(_has_key(table, [key(row)])).values(row._asdict()))
        if not new:
            return len(changed)
        try:
            with conn.begin_nested():
                conn.execute(insert(table), new)
            return len(new) + len(changed)
        except IntegrityError:
            return len(changed) + sum(_insert_if_possible(conn, table, values) for values in new)


def _insert_if_possible(conn: Connection, table: Table, values: dict[str, Any]) -> bool:
    """Insert the row, unless it refers to one that came into the source only after its table was copied."""
    try:
        with conn.begin_nested():
            conn.execute(insert(table), values)
    except IntegrityError:
        return False
    return True


def _verify(source: Store, target: Store, table: Table, written: int) -> TableCopy:
    rows, checksum = _checksum(source, table)
    is_equal = (rows, checksum) == _checksum(target, table)
    return TableCopy(table=table.name, rows=rows, written=written, is_equal=is_equal)


def _checksum(store: Store, table: Table) -> tuple[int, int]:
    """The number of rows, and the sum of their hashes: the databases sort texts differently."""
    count = total = 0
    for page in _pages(store, table, table.c.values()):
        count += len(page)
        for row in page:
            total += int.from_bytes(hashlib.blake2b(repr(row).encode("utf-8", "replace"), digest_size=16).digest())
    return count, total


def _pages(store: Store, table: Table, columns: Sequence[Column[Any]]) -> Iterator[Sequence[_Row]]:
    """The rows in the order of the primary key, a transaction for each page. The columns contain that key."""
    key = table.primary_key.columns.values()
    positions = [columns.index(column) for column in key]
    query = select(*columns).order_by(*key).limit(BATCH_SIZE)
    after: _Key | None = None
    while True:
        with store.read() as conn:
            where = [tuple_(*key) > tuple_(*after, types=[column.type for column in key])] if after else []
            page = conn.execute(query.where(*where)).all()
        if not page:
            return
        yield page
        after = tuple(page[-1][position] for position in positions)


def _rows(store: Store, table: Table, columns: Sequence[Column[Any]], keys: Sequence[Sequence[Any]]) -> Sequence[_Row]:
    with store.read() as conn:
        return conn.execute(select(*columns).where(_has_key(table, keys))).all()


def _has_key(table: Table, keys: Sequence[Sequence[Any]]) -> ColumnElement[bool]:
    columns = table.primary_key.columns.values()
    if len(columns) == 1:
        return columns[0].in_([key[0] for key in keys])
    return tuple_(*columns).in_([tuple(key) for key in keys])


def _key_of(table: Table) -> Callable[[_Row], _Key]:
    """A function from a row of all columns to its primary key."""
    positions = [table.c.values().index(column) for column in table.primary_key.columns]
    return lambda row: tuple([row[position] for position in positions])


def continue_ids(source: Connection, target: Connection, table: Table) -> None:
    """Let the target give its next row a higher id than any that the source has given."""
    if table.autoincrement_column is not None and (last := last_id(source, table)):
        set_last_id(target, table, last)


def set_last_id(conn: Connection, table: Table, last: int) -> None:
    """Let the next row get a higher id than ``last``; on SQLite only where the table remembers it."""
    column = table.autoincrement_column
    assert column is not None
    if conn.dialect.name == "postgresql":
        conn.execute(select(func.setval(func.pg_get_serial_sequence(table.name, column.name), last)))
    elif table.dialect_options["sqlite"]["autoincrement"]:
        conn.execute(text("DELETE FROM sqlite_sequence WHERE name = :name"), {"name": table.name})
        conn.execute(text("INSERT INTO sqlite_sequence VALUES (:name, :last)"), {"name": table.name, "last": last})


def last_id(conn: Connection, table: Table) -> int:
    """The last id that was given, also if its row is gone and the database remembers it; 0 if there was none."""
    column = table.autoincrement_column
    assert column is not None
    newest = int(conn.execute(select(func.coalesce(func.max(column), 0))).scalar_one())
    return max(newest, _remembered_id(conn, table, column))


def _remembered_id(conn: Connection, table: Table, column: Column[Any]) -> int:
    if conn.dialect.name == "postgresql":
        last = text("SELECT coalesce(pg_sequence_last_value(pg_get_serial_sequence(:table, :column)::regclass), 0)")
        return int(conn.execute(last, {"table": table.name, "column": column.name}).scalar_one())
    query = text("SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = :name")
    return max(int(conn.execute(query, {"name": table.name}).scalar_one()), id_floors.floor_of(conn, table))
