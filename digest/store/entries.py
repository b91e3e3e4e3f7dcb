"""Entries, as published: identified by source and guid."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Connection, Row, and_, bindparam, func, or_, select, update

from digest.model.articles import Entry
from digest.store.column_types import storable
from digest.store.mapping import batches, columns, first_by_key, from_rows, insert, to_row
from digest.store.tables import entries as table

#: Columns that an edited entry changes; identity, dates and the source's name stay.
_EDITABLE = ("url", "title", "body", "form", "author", "language", "image")
#: Likewise, and a new value alone is no edit.
_UNCOMPARED = ("sections", "page_url")

Key = tuple[str, str]
#: Keys looked up in one statement.
_LOOKUP_BATCH = 100
#: Sections of an entry, at most: a feed may file it differently each time.
_MAX_SECTIONS = 12


def add(conn: Connection, entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """Store the entries and return the new ones; a stored entry takes the new text and keeps its ``seen``."""
    added: list[Entry] = []
    for batch in batches(first_by_key(entries, _key).items()):
        offered = dict(batch)
        stored = {_key(entry): entry for entry in _stored(conn, offered)}
        new = [entry for key, entry in batch if key not in stored]
        merged = {key: _merged(offered[key], entry) for key, entry in stored.items()}
        changed = [
            _edit(merged[key]) | {"new_sections": merged[key].sections, "new_page_url": merged[key].page_url}
            for key, entry in stored.items()
            if _edit(merged[key]) != _edit(entry)
        ]
        if new:  # if two processes add the same entry at once, both may return it as new; one row is stored
            conn.execute(insert(conn, table).on_conflict_do_nothing(), [to_row(entry) for entry in new])
        if changed:
            conn.execute(_EDIT, changed)
        added += new
    return tuple(added)


def new_and_changed(conn: Connection, entries: Iterable[Entry]) -> tuple[tuple[Entry, ...], tuple[Entry, ...]]:
    """The entries that aren't stored yet, and those stored with other text. To be called before ``add``."""
    offered = first_by_key(entries, _key)
    stored = {_key(entry): entry for entry in _stored(conn, offered)}
    new = tuple(entry for key, entry in offered.items() if key not in stored)
    pairs = ((_merged(offered[key], old), old) for key, old in stored.items())
    return new, tuple(replace(merged, seen=old.seen) for merged, old in pairs if _edit(merged) != _edit(old))


def _merged(new: Entry, stored: Entry) -> Entry:
    """The new entry, with stored values where it has none: they may come from its page, which is fetched only once.

    It keeps the stored sections, since the page may have others than the feed. New sections alone are no edit: an
    article that is as it was would be cleaned by rules that may be newer, and be taken for reworded.
    """
    values = {name: getattr(new, name) or getattr(stored, name) for name in _EDITABLE}
    values["sections"] = tuple(sorted({*stored.sections, *new.sections})[:_MAX_SECTIONS])
    return replace(new, **values | ({} if new.body else {"form": stored.form, "page_url": stored.page_url}))


def for_source(conn: Connection, source_id: str) -> tuple[Entry, ...]:
    """All entries of a source, in the order in which they were stored."""
    rows = conn.execute(select(*_COLUMNS).where(table.c.source_id == source_id).order_by(table.c.id))
    return tuple(from_rows(Entry, rows))


def known_guids(conn: Connection, source_id: str, guids: Iterable[str]) -> frozenset[str]:
    """The guids that are stored for the source."""
    keys = [(storable(source_id), storable(guid)) for guid in guids]
    return frozenset(row.guid for row in _find(conn, keys, _IDENTITY))


def newest_guids(conn: Connection, source_id: str, *, limit: int) -> tuple[str, ...]:
    """The guids of the entries that were stored last, the newest first."""
    query = select(table.c.guid).where(table.c.source_id == storable(source_id)).order_by(table.c.id.desc())
    return tuple(conn.execute(query.limit(limit)).scalars())


def counts(conn: Connection, *, since: datetime) -> Mapping[str, int]:
    """The number of new entries of each source since then; sources without any are left out.

    An entry that was old when it was first seen, as most of a feed at the first fetch, isn't new.
    """
    is_new = and_(table.c.seen >= since, or_(table.c.published.is_(None), table.c.published >= since))
    query = select(table.c.source_id, func.count()).where(is_new).group_by(table.c.source_id)
    return {source_id: int(count) for source_id, count in conn.execute(query)}


def row_ids(conn: Connection, entries: Iterable[Entry]) -> tuple[int, ...]:
    """The row ids of the entries, in their order; each entry must be stored."""
    keys = [_key(entry) for entry in entries]
    ids = {(row.source_id, row.guid): row.id for row in _find(conn, keys, _IDENTITY)}
    return tuple(ids[key] for key in keys)


def row_id_params(entry: Entry) -> dict[str, str]:
    """Parameters for ``ROW_ID``."""
    return {"of_source": entry.source_id, "with_guid": entry.guid}


def _key(entry: Entry) -> Key:
    return storable(entry.source_id), storable(entry.guid)


def _edit(entry: Entry) -> dict[str, object]:
    """Parameters for ``_EDIT``, as they would be stored."""
    values = {f"new_{name}": getattr(entry, name) for name in _EDITABLE}
    texts = {name: storable(value) for name, value in values.items() if isinstance(value, str)}
    return values | texts | row_id_params(entry)


def _stored(conn: Connection, keys: Iterable[Key]) -> Iterator[Entry]:
    return from_rows(Entry, _find(conn, keys, _COLUMNS))


def _find(conn: Connection, keys: Iterable[Key], columns: Sequence[Column[Any]]) -> Iterator[Row[Any]]:
    """The rows with these keys, in no order."""
    for batch in batches(sorted(set(keys)), _LOOKUP_BATCH):
        sources, guids = ({key[part] for key in batch} for part in (0, 1))
        # For a list of pairs SQLite would scan the whole index. This finds each source with each guid: too many rows.
        rows = conn.execute(select(*columns).where(table.c.source_id.in_(sources), table.c.guid.in_(guids)))
        wanted = set(batch)
        yield from (row for row in rows if (row.source_id, row.guid) in wanted)


_COLUMNS = columns(table, Entry)
_IDENTITY = (table.c.id, table.c.source_id, table.c.guid)
_THIS = (table.c.source_id == bindparam("of_source"), table.c.guid == bindparam("with_guid"))
_EDIT = update(table).where(*_THIS).values({name: bindparam(f"new_{name}") for name in (*_EDITABLE, *_UNCOMPARED)})
#: An entry's row id as a subquery; ``row_id_params`` are its parameters.
ROW_ID = select(table.c.id).where(*_THIS).scalar_subquery()
