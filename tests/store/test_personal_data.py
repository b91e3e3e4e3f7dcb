"""Everything about a subscriber, by the tables themselves: no table with a subscriber's data is forgotten."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Boolean, Column, Connection, Float, Integer, insert

from digest.store import Store, editions, erasure, open_store, personal_data, subscribers
from digest.store.column_types import EnumText, Json, UtcDateTime
from digest.store.subscribers import NewSubscriber
from digest.store.tables import metadata, stories
from digest.store.unsubscribes import hash_address
from tests.support.values import NOON, edition

ANN, BEN = "Ann.Archer@harbour.example", "ben@harbour.example"
KEY = ANN.lower()
#: Columns that may repeat the address.
_SPEAKING = ("address", "sender", "subject", "detail", "reply", "name", "reason")


def fill(conn: Connection, subscriber_id: int) -> None:
    """A row about Ann in every table that can have one, with her address wherever text can stand."""
    about = [table for table in personal_data.tables_about_subscribers() if table.name != "subscribers"]
    for table in (stories, *about):
        conn.execute(insert(table).values({column.name: _value(conn, column, subscriber_id) for column in table.c}))


def _value(conn: Connection, column: Column[Any], subscriber_id: int) -> object:
    if column.foreign_keys:
        (key,) = column.foreign_keys
        return subscriber_id if key.column.table.name == "subscribers" else 1
    if column.name == "address":
        return ANN
    if column.name == "address_hash":
        return hash_address(conn, KEY)
    if column.name == "address_key":
        return KEY
    match column.type:
        case UtcDateTime():
            return NOON
        case EnumText(kind=kind):
            return next(iter(kind))
        case Json():
            return {"address": ANN}
        case Boolean() | Float() | Integer():
            return 1
        case _:
            is_ours = str(column) == "unsubscribes.reason"  # one of our own words
            return f"of {ANN}" if column.name in _SPEAKING and not is_ours else f"{column.name} {column.table.name}"


@pytest.fixture
def filled(store: Store) -> Store:
    with store.begin() as conn:
        for address in (ANN, BEN):
            subscribers.add(conn, [NewSubscriber(address=address, name="Ann")], "other", at=NOON)
        subscriber = subscribers.find(conn, ANN)
        assert subscriber
        editions.add(conn, edition(), at=NOON)
        fill(conn, subscriber.id)
    return store


def test_every_table_that_refers_to_a_subscriber_is_in_the_download(filled: Store) -> None:
    with filled.read() as conn:
        data = personal_data.collect(conn, ANN.upper())
    expected = {
        table.name for table in metadata.sorted_tables if any(_is_about_subscribers(column) for column in table.c)
    }

    assert {"subscribers", "subscriptions", "deliveries", "suppressions", "unread_mails"} <= expected
    assert set(data) == expected
    assert "ben@" not in str(data)


def _is_about_subscribers(column: Column[Any]) -> bool:
    refers = any(key.column.table.name == "subscribers" for key in column.foreign_keys)
    return refers or column.name in {"address_key", "address_hash"} or str(column) == "unread_mails.sender"


def test_nothing_but_a_hash_is_left_in_any_table_after_erasure(filled: Store) -> None:
    with filled.begin() as conn:
        assert erasure.erase(conn, ANN, at=NOON)
        content = str([conn.execute(table.select()).all() for table in metadata.sorted_tables]).lower()
        assert not subscribers.add(conn, [NewSubscriber(address=ANN)], "other", at=NOON).added

    assert "archer" not in content
    assert BEN in content


def test_no_file_of_the_store_has_an_erased_address(tmp_path: Path) -> None:
    with open_store(f"sqlite:///{tmp_path / 'digest.db'}") as store:
        for number in range(40):
            with store.begin() as conn:
                new = [NewSubscriber(address=f"reader{number}@harbour.example"), NewSubscriber(address=ANN, name="Ann")]
                subscribers.add(conn, new, f"newsletter {number}", at=NOON)
        assert b"archer" in content(tmp_path)
        with store.begin() as conn:
            erasure.erase(conn, ANN, at=NOON)
        assert store.scrub()

        assert b"archer" not in content(tmp_path)
        assert b"reader7@" in content(tmp_path)


def test_a_reader_of_the_store_delays_the_scrubbing_only(tmp_path: Path) -> None:
    with open_store(f"sqlite:///{tmp_path / 'digest.db'}") as store:
        with store.begin() as conn:
            subscribers.add(conn, [NewSubscriber(address=ANN)], "main", at=NOON)
        with store.read() as reader:
            subscribers.find(reader, ANN)
            with store.begin() as conn:
                erasure.erase(conn, ANN, at=NOON)
            assert not store.scrub()
        assert store.scrub()
        assert b"archer" not in content(tmp_path)


def content(folder: Path) -> bytes:
    """All bytes of the store's files, in lower case."""
    return b"".join(path.read_bytes() for path in sorted(folder.iterdir())).lower()
