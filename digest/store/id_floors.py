"""Ids that were given before a restore: links in mails have those of editions, stories and drafts; they name no others.

PostgreSQL's sequences remember them. SQLite gives a row the id after the highest, unless the table remembers more.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Table, func, select

from digest.store.mapping import insert
from digest.store.tables import drafts, editions, id_floors, stories

#: Tables whose ids stand in links.
TABLES = (editions, stories, drafts)


def raise_floor(conn: Connection, table: Table, last: int) -> None:
    """Let the table's next row get a higher id than ``last``, on SQLite."""
    statement = insert(conn, id_floors).values(name=table.name, last=last)
    conn.execute(statement.on_conflict_do_update(index_elements=["name"], set_={"last": last}))


def floor_of(conn: Connection, table: Table) -> int:
    """The last id that was given before a restore; 0 without one."""
    query = select(func.coalesce(func.max(id_floors.c.last), 0)).where(id_floors.c.name == table.name)
    return int(conn.execute(query).scalar_one())


def next_id(conn: Connection, table: Table) -> dict[str, Any]:
    """The id of a new row, as values of its INSERT; nothing where the database gives the right one itself."""
    if conn.dialect.name != "sqlite" or not (floor := floor_of(conn, table)):
        return {}
    highest = select(func.coalesce(func.max(table.c.id), 0)).scalar_subquery()
    return {"id": func.max(highest, floor) + 1}
