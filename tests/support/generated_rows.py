"""Rows for every table of the schema, also for those to come: values by the types of the columns."""

from __future__ import annotations

import enum
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Boolean, Column, Connection, Float, Integer, Table, insert

from digest.model.articles import Image
from digest.store import tables
from digest.store.column_types import EnumText, ImageJson, Json, StringTuple, UtcDateTime

_START = datetime(2026, 3, 29, 7, tzinfo=UTC)


def add_rows(conn: Connection, count: int) -> None:
    """Add so many rows to each table but the store's keys; each refers to the row of the same number."""
    for table in tables.metadata.sorted_tables:
        if table is not tables.store_keys:
            conn.execute(insert(table), [_row(table, number) for number in range(1, count + 1)])


def _row(table: Table, number: int) -> dict[str, Any]:
    """The database gives the ids: 1 to the first row of an empty table."""
    return {column.name: _value(column, number) for column in table.c if column is not table.autoincrement_column}


def _value(column: Column[Any], number: int) -> Any:
    if column.nullable and number % 3 == 0:
        return None
    match column.type:
        case EnumText():
            return _members(column.type)[number % len(_members(column.type))]
        case UtcDateTime():
            return _START + timedelta(hours=number, microseconds=number)
        case StringTuple():
            return (f"Zürich {number}", "日本", "\u200b")
        case ImageJson():
            return Image(url=f"https://example.org/{number}.png", alt="ein Bild")
        case Json():
            return {"n": number, "text": "ﬁ"}
        case Boolean():
            return number % 2 == 0
        case Integer():
            return number
        case Float():
            return number / 7
    return f"{column.name} {number} ñ ‮"


def _members(kind: EnumText) -> list[enum.Enum]:
    return list(kind.kind)
