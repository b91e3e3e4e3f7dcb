"""Entries, as published: known by their guid within their source."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Connection, Row, and_, bindparam, func, or_, select, update

from digest.model import Entry
from digest.store.column_types import storable
from digest.store.mapping import batches, columns, first_by_key, from_rows, insert, to_row
from digest.store.tables import entries as table

#: What an edit may change; identity, dates and the source's name stay.
_EDITABLE = ("url", "title", "body", "form", "author", "language", "image")

Key = tuple[str, str]
#: Keys looked up in one statement: each source of them is tried with each guid.
_TOGETHER = 100


def add(conn: Connection, entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """Store the entries and return those that are new; a known one takes the new text and keeps when it was seen."""
    fresh: list[Entry] = []
    for batch in batches(first_by_key(entries, _key).items()):
        offered = dict(batch)
        known = {_key(entry): entry for entry in _stored(conn, offered)}
        new = [entry for key, entry in batch if key not in known]
        now = {key: _edited(offered[key], entry) for key, entry in known.items()}
        changed = [_edit(now[key]) for key, entry in known.items() if _edit(now[key]) != _edit(entry)]
        if new:  # of two processes that add the same entry at once, both may call it new, and one row is kept
            conn.execute(insert(conn, table).on_conflict_do_nothing(), [to_row(entry) for entry in new])
        if changed:
            conn.execute(_EDIT, changed)
        fresh += new
    return tuple(fresh)


def new_and_changed(conn: Connection, entries: Iterable[Entry]) -> tuple[tuple[Entry, ...], tuple[Entry, ...]]:
    """Those that are not stored; and those that are with other text, with when they were first seen. Before ``add``."""
    offered = first_by_key(entries, _key)
    known = {_key(entry): entry for entry in _stored(conn, offered)}
    fresh = tuple(entry for key, entry in offered.items() if key not in known)
    changed = ((_edited(offered[key], then), then) for key, then in known.items())
    return fresh, tuple(replace(now, seen=then.seen) for now, then in changed if _edit(now) != _edit(then))


def _edited(now: Entry, then: Entry) -> Entry:
    """The entry as it is now; what it says no more stays: its page may have said it, which is read only once."""
    kept = {name: getattr(now, name) or getattr(then, name) for name in _EDITABLE}
    return replace(now, **kept | ({} if now.body else {"form": then.form}))


def for_source(conn: Connection, source_id: str) -> tuple[Entry, ...]:
    """All entries of a source, in the order in which they came."""
    found = conn.execute(select(*_COLUMNS).where(table.c.source_id == source_id).order_by(table.c.id))
    return tuple(from_rows(Entry, found))


def known_guids(conn: Connection, source_id: str, guids: Iterable[str]) -> frozenset[str]:
    """Those of the guids that the source has brought before."""
    wanted = [(storable(source_id), storable(guid)) for guid in guids]
    return frozenset(found.guid for found in _find(conn, wanted, _IDENTITY))


def counts(conn: Connection, *, since: datetime) -> Mapping[str, int]:
    """How many entries of each source were new since then; a source without any isn't in it.

    What was old when it was first seen, as most of a feed is at the first visit, is not new.
    """
    is_new = and_(table.c.seen >= since, or_(table.c.published.is_(None), table.c.published >= since))
    query = select(table.c.source_id, func.count()).where(is_new).group_by(table.c.source_id)
    return {source_id: int(count) for source_id, count in conn.execute(query)}


def row_ids(conn: Connection, entries: Iterable[Entry]) -> tuple[int, ...]:
    """The number of each entry's row, in their order; all of them are in the store."""
    wanted = [_key(entry) for entry in entries]
    found = {(known.source_id, known.guid): known.id for known in _find(conn, wanted, _IDENTITY)}
    return tuple(found[key] for key in wanted)


def row_id_params(entry: Entry) -> dict[str, str]:
    """Parameters for ``ROW_ID``."""
    return {"of_source": entry.source_id, "with_guid": entry.guid}


def _key(entry: Entry) -> Key:
    return storable(entry.source_id), storable(entry.guid)


def _edit(entry: Entry) -> dict[str, object]:
    """The entry as parameters of ``_EDIT``, just as they would be stored."""
    values = {f"new_{name}": getattr(entry, name) for name in _EDITABLE}
    texts = {name: storable(value) for name, value in values.items() if isinstance(value, str)}
    return values | texts | row_id_params(entry)


def _stored(conn: Connection, keys: Iterable[Key]) -> Iterator[Entry]:
    return from_rows(Entry, _find(conn, keys, _COLUMNS))


def _find(conn: Connection, keys: Iterable[Key], wanted: Sequence[Column[Any]]) -> Iterator[Row[Any]]:
    """The rows that have these keys, as far as there are any."""
    for some in batches(sorted(set(keys)), _TOGETHER):
        sources, guids = ({key[part] for key in some} for part in (0, 1))
        # Pairs in a list would be looked for by reading the whole index; so a few too many are found.
        found = conn.execute(select(*wanted).where(table.c.source_id.in_(sources), table.c.guid.in_(guids)))
        asked = set(some)
        yield from (known for known in found if (known.source_id, known.guid) in asked)


_COLUMNS = columns(table, Entry)
_IDENTITY = (table.c.id, table.c.source_id, table.c.guid)
_THIS = (table.c.source_id == bindparam("of_source"), table.c.guid == bindparam("with_guid"))
_EDIT = update(table).where(*_THIS).values({name: bindparam(f"new_{name}") for name in _EDITABLE})
#: The number of an entry's row, where a statement needs it; see ``row_key``.
ROW_ID = select(table.c.id).where(*_THIS).scalar_subquery()
