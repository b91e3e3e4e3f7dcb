"""Everything that the store holds about a subscriber, derived from the tables: a new table can't be forgotten.

A row is about a subscriber if it refers to the subscriber, or has the address, or its hash.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, func, or_, select

from digest.store.address_change import with_merged
from digest.store.subscribers import find, normalize_address
from digest.store.subscription_requests import mailbox_key
from digest.store.tables import editions, metadata, stories, subscribers, unread_mails
from digest.store.unsubscribes import hash_address

Row = Mapping[str, Any]


def collect(conn: Connection, address: str) -> Mapping[str, tuple[Row, ...]]:
    """The rows about the address, by table; times as text. Empty if there are none."""
    subscriber = find(conn, address)
    ids = with_merged(conn, subscriber.id) if subscriber else ()
    return {table.name: rows for table in metadata.sorted_tables if (rows := _rows(conn, table, address, ids))}


def tables_about_subscribers() -> Iterator[Table]:
    """The tables that refer to subscribers or have their addresses."""
    return (table for table in metadata.sorted_tables if table in (subscribers, unread_mails) or _keys(table))


def subscriber_columns(table: Table) -> tuple[ColumnElement[int], ...]:
    """The table's columns that refer to subscribers."""
    return tuple(key.parent for key in table.foreign_keys if key.column is subscribers.c.id)


def is_from(address: str) -> ColumnElement[bool]:
    """Of a row of ``unread_mails``: whether the mail is from the address."""
    return func.lower(unread_mails.c.sender).contains(normalize_address(address), autoescape=True)


def _rows(conn: Connection, table: Table, address: str, ids: Collection[int]) -> tuple[Row, ...]:
    conditions = list(_conditions(conn, table, address, ids))
    if not conditions:
        return ()
    query = select(table).where(or_(*conditions)).order_by(*table.primary_key)
    if "edition_id" in table.c:  # an edition's number says nothing to its reader
        query = query.add_columns(editions.c.subject.label("edition")).outerjoin(
            editions, editions.c.id == table.c.edition_id
        )
    if "story_id" in table.c:
        query = query.add_columns(stories.c.title.label("story")).outerjoin(stories, stories.c.id == table.c.story_id)
    return tuple({name: _plain(value) for name, value in row.items()} for row in conn.execute(query).mappings())


def _conditions(conn: Connection, table: Table, address: str, ids: Collection[int]) -> Iterator[ColumnElement[bool]]:
    address_key = normalize_address(address)
    if table is subscribers:
        yield table.c.id.in_(ids)
    if table is unread_mails:
        yield is_from(address)
    yield from (column.in_(ids) for column in subscriber_columns(table))
    if "address_key" in table.c:
        yield table.c.address_key == address_key
    if "address_hash" in table.c:
        keys = {address_key, mailbox_key(address)}
        yield table.c.address_hash.in_([hash_address(conn, key) for key in keys])


def _keys(table: Table) -> bool:
    return bool(subscriber_columns(table)) or "address_key" in table.c or "address_hash" in table.c


def _plain(value: object) -> object:
    """The value as JSON can hold it."""
    return value.isoformat() if isinstance(value, datetime) else value
