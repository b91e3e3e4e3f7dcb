"""Copies of whole stores between databases."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from sqlalchemy import delete, insert, select, update

from digest.model.errors import StoreError
from digest.store import Store, open_store, runs, tables
from digest.store.copy import copy_store, living_senders
from tests.support.generated_rows import add_rows
from tests.support.values import NOON

#: More than a page of rows.
MANY = 1_100


@pytest.fixture(params=["sqlite to postgresql", "postgresql to sqlite", "sqlite to sqlite"])
def stores(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Store, Store]]:
    """Two empty stores: the source and the target."""
    kinds = request.param.split(" to ")
    urls = [
        request.getfixturevalue("postgres_url") if kind == "postgresql" else f"sqlite:///{tmp_path}/{number}.db"
        for number, kind in enumerate(kinds)
    ]
    with ExitStack() as stack:
        source, target = [stack.enter_context(open_store(url)) for url in urls]
        yield source, target


def test_every_row_of_every_table_is_copied(stores: tuple[Store, Store]) -> None:
    source, target = stores
    with source.begin() as conn:
        add_rows(conn, 4)

    copied = copy_store(source, target)

    assert _dump(target) == _dump(source)
    assert {table.table: (table.rows, table.written, table.is_equal) for table in copied} == {
        name: (4, 4, True) for name in tables.metadata.tables if name != "store_keys"
    }


def test_a_copy_brought_up_to_date_writes_only_what_differs(stores: tuple[Store, Store]) -> None:
    source, target = stores
    with source.begin() as conn:
        add_rows(conn, 4)
    copy_store(source, target)
    with source.begin() as conn:
        conn.execute(update(tables.subscribers).where(tables.subscribers.c.id == 2).values(name="Renamed"))
        conn.execute(delete(tables.runs).where(tables.runs.c.id == 3))
        conn.execute(insert(tables.page_counts), {"name": "new", "day": "2026-03-29", "count": 1})

    written = {table.table: table.written for table in copy_store(source, target) if table.written}

    assert written == {"subscribers": 1, "runs": 1, "page_counts": 1}
    assert _dump(target) == _dump(source)


def test_a_copy_that_was_interrupted_is_continued(stores: tuple[Store, Store]) -> None:
    source, target = stores
    _add_subscribers(source, MANY)

    with pytest.raises(KeyboardInterrupt):
        copy_store(source, target, progress=_interrupt)
    assert 0 < len(_dump(target)["subscribers"]) < MANY
    copied = {table.table: table for table in copy_store(source, target)}

    assert 0 < copied["subscribers"].written < MANY
    assert copied["subscribers"].is_equal


def test_a_target_with_rows_of_its_own_is_refused_and_stays_as_it_is(stores: tuple[Store, Store]) -> None:
    source, target = stores
    _add_subscribers(target, 1)
    before = _dump(target)

    with pytest.raises(StoreError, match="is not empty: it has rows in 'subscribers'"):
        copy_store(source, target)

    assert _dump(target) == before


def test_a_copy_that_was_used_since_is_not_overwritten(stores: tuple[Store, Store]) -> None:
    source, target = stores
    copy_store(source, target)
    with target.begin() as conn:
        runs.start(conn, "collect", at=NOON)
    before = _dump(target)

    with pytest.raises(StoreError, match="has been used since it was copied"):
        copy_store(source, target)

    assert _dump(target) == before


def test_new_rows_of_the_copy_get_ids_that_the_source_never_gave(stores: tuple[Store, Store]) -> None:
    source, target = stores
    with source.begin() as conn:
        add_rows(conn, 4)
        table = tables.subscription_requests
        conn.execute(delete(table).where(table.c.id == 4))  # its links must not fit the next request
    copy_store(source, target)

    request = {**_dump(source)["subscription_requests"][0], "address_key": "new"}
    del request["id"]
    with target.begin() as conn:
        run_id = runs.start(conn, "collect", at=NOON)
        (request_id,) = conn.execute(insert(table).values(request)).inserted_primary_key or (0,)

    assert (run_id, request_id) == (5, 5)


def test_rows_that_come_in_during_the_copy_are_told_and_copied_next_time(stores: tuple[Store, Store]) -> None:
    source, target = stores

    copied = copy_store(source, target, progress=_add_at_the_end_of(source, "subscribers"))

    assert [table.table for table in copied if not table.is_equal] == ["subscribers"]
    assert all(table.is_equal for table in copy_store(source, target))


def test_living_senders_are_known(sqlite_store: Store) -> None:
    with sqlite_store.begin() as conn:
        add_rows(conn, 2)
        conn.execute(update(tables.deliveries).values(sender="alive").where(tables.deliveries.c.id == 1))

    with sqlite_store.liveness_lock("alive"):
        assert living_senders(sqlite_store) == ("alive",)


def _add_subscribers(store: Store, count: int) -> None:
    rows = [{"address": f"{n}@example.org", "address_key": f"{n}@example.org", "added": NOON} for n in range(count)]
    with store.begin() as conn:
        conn.execute(insert(tables.subscribers), rows)


def _interrupt(table: str, rows: int) -> None:
    if table == "subscribers" and rows < MANY:
        raise KeyboardInterrupt


def _add_at_the_end_of(source: Store, table: str) -> Callable[[str, int], None]:
    """A progress function that adds a row to the source when the first row of ``table`` was copied."""
    _add_subscribers(source, 1)
    added: list[str] = []

    def progress(name: str, _: int) -> None:
        if name == table and not added:
            added.append(name)
            with source.begin() as conn:
                row = {"address": "late@example.org", "address_key": "late@example.org", "added": NOON, "id": -1}
                conn.execute(insert(tables.subscribers), row)

    return progress


def _dump(store: Store) -> dict[str, list[dict[str, object]]]:
    """All rows of all tables, in the order of their contents."""
    with store.read() as conn:
        return {
            table.name: sorted((dict(row._mapping) for row in conn.execute(select(table))), key=repr)
            for table in tables.metadata.sorted_tables
        }
