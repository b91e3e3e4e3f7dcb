"""Entries, as published: known by their guid within their source."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from sqlalchemy import Connection, bindparam, or_, select, update

from digest.model import Entry
from digest.store.rows import batches, columns, insert, row
from digest.store.tables import entries as table
from digest.store.types import storable

#: What an edit may change; identity and the first sight of it stay.
_EDITABLE = ("url", "title", "body", "form", "author", "language", "image")


def add(conn: Connection, entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """Store the entries and return those that are new; a known one takes the new text and keeps when it was seen."""
    offered: dict[tuple[str, str], Entry] = {}
    for entry in entries:
        offered.setdefault(_key(entry), entry)
    fresh: list[Entry] = []
    for batch in batches(offered.values()):
        inserted = _insert(conn, batch)
        fresh += [entry for entry in batch if _key(entry) in inserted]
        _edit(conn, [entry for entry in batch if _key(entry) not in inserted])
    return tuple(fresh)


def _key(entry: Entry) -> tuple[str, str]:
    return storable(entry.source_id), storable(entry.guid)


def _insert(conn: Connection, batch: Sequence[Entry]) -> set[tuple[str, str]]:
    statement = insert(conn, table).on_conflict_do_nothing().returning(table.c.source_id, table.c.guid)
    return {(source_id, guid) for source_id, guid in conn.execute(statement, [row(entry) for entry in batch])}


def _edit(conn: Connection, known: Sequence[Entry]) -> None:
    if not known:
        return
    changed = or_(
        *(table.c[name].is_distinct_from(bindparam(f"new_{name}", type_=table.c[name].type)) for name in _EDITABLE)
    )
    statement = (
        update(table)
        .where(table.c.source_id == bindparam("known_source_id"), table.c.guid == bindparam("known_guid"), changed)
        .values({name: bindparam(f"new_{name}", type_=table.c[name].type) for name in _EDITABLE})
    )
    conn.execute(
        statement,
        [
            {"known_source_id": entry.source_id, "known_guid": entry.guid}
            | {f"new_{name}": getattr(entry, name) for name in _EDITABLE}
            for entry in known
        ],
    )


def of(conn: Connection, source_id: str) -> tuple[Entry, ...]:
    """All entries of a source, in the order in which they came."""
    found = conn.execute(select(*columns(table, Entry)).where(table.c.source_id == source_id).order_by(table.c.id))
    return tuple(Entry(**entry) for entry in found.mappings())


def ids(conn: Connection, keys: Iterable[tuple[str, str]]) -> Iterator[tuple[tuple[str, str], int]]:
    """The row's id for each (source_id, guid) that is known."""
    by_source: dict[str, list[str]] = {}
    for source_id, guid in keys:
        by_source.setdefault(source_id, []).append(guid)
    for source_id, guids in by_source.items():
        for batch in batches(guids):
            found = select(table.c.guid, table.c.id).where(table.c.source_id == source_id, table.c.guid.in_(batch))
            yield from (((source_id, guid), entry_id) for guid, entry_id in conn.execute(found))
