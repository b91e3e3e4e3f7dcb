"""Editions, frozen: the bytes that were, or will be, sent."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, Select, func, select

from digest.model import Edition, Slot
from digest.store.mapping import columns, insert
from digest.store.tables import editions as table


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredEdition:
    """An edition in the store."""

    id: int
    edition: Edition
    #: When it was frozen.
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class EditionSummary:
    """An edition in a list: all but its bytes."""

    id: int
    newsletter_id: str
    slot: Slot
    audience: str
    revision: int
    subject: str
    #: When it was frozen.
    at: datetime


def add(conn: Connection, edition: Edition, *, at: datetime) -> tuple[int, bool]:
    """Freeze the edition; its id, and whether this call did it. If there is one already, that one stands."""
    values = {
        "newsletter_id": edition.newsletter_id,
        "slot_key": edition.slot.key,
        "slot_due": edition.slot.due,
        "published": at,
        "token": _token(edition),
    } | {name: getattr(edition, name) for name in _PLAIN}
    inserted = conn.execute(insert(conn, table).values(values).on_conflict_do_nothing().returning(table.c.id))
    if (new := inserted.scalar()) is not None:
        return int(new), True
    standing = conn.execute(
        _named(select(table.c.id), edition.newsletter_id, edition.slot, edition.audience).where(
            table.c.revision == edition.revision
        )
    )
    return int(standing.scalar_one()), False


def get(conn: Connection, edition_id: int) -> StoredEdition | None:
    """The edition with this id."""
    found = conn.execute(select(table).where(table.c.id == edition_id)).mappings().one_or_none()
    return None if found is None else _published(found)


def find(
    conn: Connection, newsletter_id: str, slot: Slot, *, audience: str = "", revision: int | None = None
) -> StoredEdition | None:
    """The slot's edition for this audience: the latest revision unless one is named."""
    query = _named(select(table), newsletter_id, slot, audience).order_by(table.c.revision.desc()).limit(1)
    if revision is not None:
        query = query.where(table.c.revision == revision)
    found = conn.execute(query).mappings().one_or_none()
    return None if found is None else _published(found)


def summaries(conn: Connection, newsletter_id: str | None = None, *, limit: int = 100) -> tuple[EditionSummary, ...]:
    """The newest editions first, of one newsletter or of all."""
    bytes_ = {"html", "text"}
    query = select(*(column for column in table.c if column.name not in bytes_))
    if newsletter_id is not None:
        query = query.where(table.c.newsletter_id == newsletter_id)
    rows = conn.execute(query.order_by(table.c.slot_due.desc(), table.c.id.desc()).limit(limit)).mappings()
    return tuple(
        EditionSummary(
            id=found["id"],
            newsletter_id=found["newsletter_id"],
            slot=_slot(found),
            audience=found["audience"],
            revision=found["revision"],
            subject=found["subject"],
            at=found["published"],
        )
        for found in rows
    )


def next_revision(conn: Connection, newsletter_id: str, slot: Slot, *, audience: str = "") -> int:
    """The number for a further revision: only a person asks for one."""
    query = _named(select(func.coalesce(func.max(table.c.revision), 0)), newsletter_id, slot, audience)
    return int(conn.execute(query).scalar_one()) + 1


_PLAIN = [column.name for column in columns(table, Edition) if column.name != "newsletter_id"]


def _named(query: Select[Any], newsletter_id: str, slot: Slot, audience: str) -> Select[Any]:
    return query.where(
        table.c.newsletter_id == newsletter_id, table.c.slot_key == slot.key, table.c.audience == audience
    )


def _slot(found: RowMapping) -> Slot:
    return Slot(due=found["slot_due"], key=found["slot_key"])


def _published(found: RowMapping) -> StoredEdition:
    plain = {name: found[name] for name in _PLAIN}
    edition = Edition(newsletter_id=found["newsletter_id"], slot=_slot(found), **plain)
    return StoredEdition(id=found["id"], edition=edition, at=found["published"])


def _token(edition: Edition) -> str:
    """The same for the same edition, and for no other in the world."""
    parts = (
        edition.newsletter_id,
        edition.slot.key,
        edition.audience,
        str(edition.revision),
        edition.html,
        edition.text,
    )
    return hashlib.sha256("\0".join(parts).encode("utf-8", "replace")).hexdigest()[:24]
