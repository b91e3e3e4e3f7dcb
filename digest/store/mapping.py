"""Between the model's dataclasses and rows, and what the two databases spell differently."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from datetime import timedelta
from functools import lru_cache
from itertools import islice
from operator import attrgetter
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import Column, Connection, Row, Select, Table
from sqlalchemy.dialects import sqlite

if TYPE_CHECKING:
    from sqlalchemy.dialects import postgresql

T = TypeVar("T")
K = TypeVar("K", bound=Hashable)

#: Rows or values in one statement; far below both databases' limits on bound values.
BATCH_SIZE = 500
#: Machines that share a store don't agree on the time to the second: what was written so far ahead was written by now.
CLOCK_SKEW = timedelta(minutes=1)


def batches(values: Iterable[T], size: int = BATCH_SIZE) -> Iterator[list[T]]:
    """The values in lists of at most ``size``."""
    iterator = iter(values)
    while batch := list(islice(iterator, size)):
        yield batch


def first_by_key(values: Iterable[T], key: Callable[[T], K]) -> dict[K, T]:
    """The values by their key, in order; of several with one key, the first."""
    found: dict[K, T] = {}
    for value in values:
        found.setdefault(key(value), value)
    return found


def insert(conn: Connection, table: Table) -> sqlite.Insert | postgresql.Insert:
    """An INSERT with ``on_conflict_do_nothing`` and ``on_conflict_do_update``."""
    if conn.dialect.name == "sqlite":
        return sqlite.insert(table)
    from sqlalchemy.dialects import postgresql  # a quarter of SQLAlchemy's import, and most stores don't need it

    return postgresql.insert(table)


def columns(table: Table, kind: type, *more: str) -> list[Column[Any]]:
    """The table's columns that are named like the dataclass's fields, and ``more``."""
    names = [field.name for field in dataclasses.fields(kind)]
    return [table.c[name] for name in (*names, *more) if name in table.c]


def from_rows(kind: type[T], rows: Iterable[Sequence[Any]]) -> Iterator[T]:
    """The rows as values of the dataclass; they were selected by ``columns`` of it."""
    names = [field.name for field in dataclasses.fields(kind)]  # type: ignore[arg-type]  # no type says "a dataclass"
    return (kind(**dict(zip(names, found, strict=True))) for found in rows)


def stream(conn: Connection, query: Select[Any]) -> Iterator[Row[Any]]:
    """The query's rows; a million take no more memory than ten. Whoever stops before the last leaves nothing open."""
    found = conn.execute(query.execution_options(yield_per=BATCH_SIZE))
    try:
        yield from found
    finally:
        if not conn.closed:  # what is below a closed one may be in another's use
            found.close()


def to_row(value: Any) -> dict[str, Any]:
    """A dataclass as a row, one level deep."""
    names, values = _of(type(value))  # type: ignore[arg-type]  # a class is hashable
    return dict(zip(names, values(value), strict=True))


@lru_cache
def _of(kind: type) -> tuple[tuple[str, ...], Callable[[Any], tuple[Any, ...]]]:
    """The names of a dataclass's fields, two or more, and what gives all their values at once."""
    names = tuple(field.name for field in dataclasses.fields(kind))
    return names, attrgetter(*names)
