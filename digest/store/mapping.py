"""Mapping between dataclasses and rows, and SQL that differs between the two databases."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import islice
from operator import attrgetter
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import Column, Connection, Row, Select, Table, func, select
from sqlalchemy.dialects import sqlite

if TYPE_CHECKING:
    from sqlalchemy.dialects import postgresql

T = TypeVar("T")
K = TypeVar("K", bound=Hashable)

#: Rows or values in one statement; far below both databases' limits on parameters.
BATCH_SIZE = 500
#: Clocks of machines that share a store differ: a time up to this far ahead counts as past.
CLOCK_SKEW = timedelta(minutes=1)


def batches(values: Iterable[T], size: int = BATCH_SIZE) -> Iterator[list[T]]:
    """The values in lists of at most ``size``."""
    iterator = iter(values)
    while batch := list(islice(iterator, size)):
        yield batch


def first_by_key(values: Iterable[T], key: Callable[[T], K]) -> dict[K, T]:
    """The values by key, in order; of several with the same key, the first."""
    by_key: dict[K, T] = {}
    for value in values:
        by_key.setdefault(key(value), value)
    return by_key


def insert(conn: Connection, table: Table) -> sqlite.Insert | postgresql.Insert:
    """An INSERT with ``on_conflict_do_nothing`` and ``on_conflict_do_update``."""
    if conn.dialect.name == "sqlite":
        return sqlite.insert(table)
    from sqlalchemy.dialects import postgresql  # a quarter of SQLAlchemy's import time, not needed for SQLite

    return postgresql.insert(table)


def database_time(conn: Connection) -> datetime:
    """The time by the database's clock, which all machines share; on SQLite, by this machine's."""
    if conn.dialect.name == "sqlite":
        return datetime.now(UTC)
    time: datetime = conn.execute(select(func.clock_timestamp())).scalar_one()
    return time.astimezone(UTC)


def columns(table: Table, kind: type) -> list[Column[Any]]:
    """The table's columns that have the names of the dataclass's fields, in their order."""
    names = [field.name for field in dataclasses.fields(kind)]
    return [table.c[name] for name in names if name in table.c]


def from_rows(kind: type[T], rows: Iterable[Sequence[Any]]) -> Iterator[T]:
    """The rows as instances of the dataclass; the query must select its ``columns``."""
    names = [field.name for field in dataclasses.fields(kind)]  # type: ignore[arg-type]  # no type says "a dataclass"
    return (kind(**dict(zip(names, row, strict=True))) for row in rows)


def stream(conn: Connection, query: Select[Any]) -> Iterator[Row[Any]]:
    """The query's rows, fetched in batches, so that memory stays bounded. The cursor is closed at the end."""
    result = conn.execute(query.execution_options(yield_per=BATCH_SIZE))
    try:
        yield from result
    finally:
        if not conn.closed:  # another user may have the driver's connection by now
            result.close()


def to_row(value: Any) -> dict[str, Any]:
    """The dataclass instance as a row, one level deep."""
    names, values = _field_getter(type(value))  # type: ignore[arg-type]  # a class is hashable
    return dict(zip(names, values(value), strict=True))


@lru_cache
def _field_getter(kind: type) -> tuple[tuple[str, ...], Callable[[Any], tuple[Any, ...]]]:
    """A dataclass's field names (two or more), and a function that returns all their values."""
    names = tuple(field.name for field in dataclasses.fields(kind))
    return names, attrgetter(*names)
