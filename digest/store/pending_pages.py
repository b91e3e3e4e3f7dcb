"""Pending pages: full texts that couldn't be fetched, and the times of the next tries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import Connection, delete, select

from digest.model.articles import Entry
from digest.store.column_types import storable
from digest.store.mapping import batches, columns, from_rows, insert
from digest.store.tables import entries
from digest.store.tables import pending_pages as table


def due(conn: Connection, source_ids: Collection[str], *, now: datetime) -> Mapping[str, tuple[Entry, ...]]:
    """The entries whose pages are to be fetched again now, by source id; sources without any are left out."""
    by_source: dict[str, list[Entry]] = defaultdict(list)
    query = select(*columns(entries, Entry)).join(table).where(table.c.ask_again <= now).order_by(entries.c.id)
    for ids in batches(source_ids):
        for entry in from_rows(Entry, conn.execute(query.where(entries.c.source_id.in_(ids)))):
            by_source[entry.source_id].append(entry)
    return {source_id: tuple(pending) for source_id, pending in by_source.items()}


def save(conn: Connection, source_id: str, next_tries: Mapping[str, datetime | None]) -> None:
    """Set when the pages of a source's entries are fetched again, by guid; None for never."""
    times = {storable(guid): at for guid, at in next_tries.items()}
    query = select(entries.c.id, entries.c.guid).where(entries.c.source_id == storable(source_id))
    for guids in batches(times):
        rows = {id_: times[guid] for id_, guid in conn.execute(query.where(entries.c.guid.in_(guids)))}
        conn.execute(delete(table).where(table.c.entry_id.in_([id_ for id_, at in rows.items() if at is None])))
        if pending := [{"entry_id": id_, "ask_again": at} for id_, at in rows.items() if at]:
            statement = insert(conn, table)
            # Another process may have fetched the same source meanwhile.
            upsert = statement.on_conflict_do_update(
                index_elements=["entry_id"], set_={"ask_again": statement.excluded.ask_again}
            )
            conn.execute(upsert, pending)
