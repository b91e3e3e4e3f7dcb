"""Ids that were given before a restore are not given again, in both databases."""

from __future__ import annotations

from digest.model.slots import Slot
from digest.store import Store, editions, id_floors, tables
from digest.store.copy import last_id, set_last_id
from tests.support.values import NOON, edition


def test_new_editions_have_ids_above_the_floor(store: Store) -> None:
    ids: list[int] = []
    with store.begin() as conn:
        for day in range(1, 5):
            slot = Slot(due=NOON, key=f"2026-03-0{day}")
            ids.append(editions.add(conn, edition(slot=slot), at=NOON)[0])
            if day == 2:
                id_floors.raise_floor(conn, tables.editions, 40)
                set_last_id(conn, tables.editions, 40)

        assert last_id(conn, tables.editions) == 42
        assert last_id(conn, tables.stories) == 0
    assert ids == [1, 2, 41, 42]
