"""Frozen editions: the bytes that were or will be sent."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, Select, func, or_, select

from digest.model.digests import EditorNote
from digest.model.editions import Edition, EditionKind
from digest.model.slots import Slot
from digest.store import id_floors
from digest.store.mapping import columns, insert
from digest.store.suppressions import IS_SUSPECTED
from digest.store.tables import editions as table

#: Between an audience's key and a digest of the editions that some of its members were sent in other audiences.
CHANGED = "~"
#: Bytes of an edition's random token, with which its Message-IDs begin.
_TOKEN_BYTES = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredEdition:
    """An edition with its id and the time when it was frozen."""

    id: int
    edition: Edition
    frozen_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class EditionSummary:
    """An edition without its HTML and text."""

    id: int
    newsletter_id: str
    slot: Slot
    audience: str
    revision: int
    subject: str
    frozen_at: datetime
    #: An operator must review its refusals.
    is_suspected: bool = False
    kind: EditionKind = EditionKind.DIGEST


def add(conn: Connection, edition: Edition, *, at: datetime, subscribers: int | None = None) -> tuple[int, bool]:
    """Freeze the edition; return its id, and True if it is new. An edition of the same key stays as it is.

    ``subscribers`` is the number of the newsletter's subscribers who get mail.
    """
    values = {
        "newsletter_id": edition.newsletter_id,
        "slot_key": edition.slot.key,
        "slot_due": edition.slot.due,
        "published": at,
        "subscribers": subscribers,
        "token": secrets.token_hex(_TOKEN_BYTES),
    } | {name: getattr(edition, name) for name in _PLAIN_COLUMNS}
    values |= id_floors.next_id(conn, table)
    inserted = conn.execute(insert(conn, table).values(values).on_conflict_do_nothing().returning(table.c.id))
    if (new_id := inserted.scalar()) is not None:
        return int(new_id), True
    existing = conn.execute(
        _with_key(select(table.c.id), edition.newsletter_id, edition.slot, edition.audience).where(
            table.c.revision == edition.revision
        )
    )
    return int(existing.scalar_one()), False


def get(conn: Connection, edition_id: int) -> StoredEdition | None:
    """The edition with this id; None if there is none."""
    row = conn.execute(select(table).where(table.c.id == edition_id)).mappings().one_or_none()
    return None if row is None else _stored_edition(row)


def subscribers(conn: Connection, edition_id: int) -> int | None:
    """The newsletter's subscribers who got mail when the edition was frozen; None if that isn't known."""
    number: int | None = conn.execute(select(table.c.subscribers).where(table.c.id == edition_id)).scalar()
    return number


def has_body(conn: Connection, edition_id: int) -> bool:
    """Whether the edition's mail is stored; retention deletes it."""
    query = select(table.c.id).where(table.c.id == edition_id, table.c.html != "")
    return conn.execute(query).first() is not None


def note(conn: Connection, edition_id: int) -> EditorNote | None:
    """The note of the edition's editor; None without one."""
    row = conn.execute(select(table.c.note, table.c.note_author).where(table.c.id == edition_id)).one_or_none()
    return EditorNote(text=row.note, author=row.note_author) if row and row.note else None


def newsletter_id(conn: Connection, edition_id: int) -> str | None:
    """The newsletter of the edition with this id; None if there is none."""
    id_: str | None = conn.execute(select(table.c.newsletter_id).where(table.c.id == edition_id)).scalar()
    return id_


def newsletter_ids(conn: Connection) -> tuple[str, ...]:
    """The ids of newsletters with an edition, in order."""
    query = select(table.c.newsletter_id).distinct().order_by(table.c.newsletter_id)
    return tuple(conn.execute(query).scalars())


def slot_key(conn: Connection, edition_id: int) -> str:
    """The key of the edition's slot; empty if there is no such edition."""
    key: str | None = conn.execute(select(table.c.slot_key).where(table.c.id == edition_id)).scalar()
    return key or ""


def find(
    conn: Connection, newsletter_id: str, slot: Slot, *, audience: str = "", revision: int | None = None
) -> StoredEdition | None:
    """The slot's edition for this audience: the given revision, or the latest."""
    query = _with_key(select(table), newsletter_id, slot, audience).order_by(table.c.revision.desc()).limit(1)
    if revision is not None:
        query = query.where(table.c.revision == revision)
    row = conn.execute(query).mappings().one_or_none()
    return None if row is None else _stored_edition(row)


def summaries(conn: Connection, newsletter_id: str | None = None, *, limit: int = 100) -> tuple[EditionSummary, ...]:
    """Editions of one newsletter or of all, newest first."""
    query = _summary_query()
    if newsletter_id is not None:
        query = query.where(table.c.newsletter_id == newsletter_id)
    rows = conn.execute(query.order_by(table.c.slot_due.desc(), table.c.id.desc()).limit(limit)).mappings()
    return tuple(map(_summary, rows))


def summary(conn: Connection, edition_id: int) -> EditionSummary | None:
    """The edition with this id, without its HTML and text; None if there is none."""
    row = conn.execute(_summary_query().where(table.c.id == edition_id)).mappings().one_or_none()
    return None if row is None else _summary(row)


@dataclass(frozen=True, slots=True, kw_only=True)
class EditionCount:
    """A newsletter's editions, and the times of the newest."""

    count: int
    slot_due: datetime
    published: datetime


def counts_by_newsletter(conn: Connection) -> Mapping[str, EditionCount]:
    """The number of editions of each newsletter, every audience and revision counted, and the newest."""
    newest = select(func.count().label("count"), func.max(table.c.id).label("id")).group_by(table.c.newsletter_id)
    counts = newest.subquery()
    query = select(table.c.newsletter_id, counts.c.count, table.c.slot_due, table.c.published)
    rows = conn.execute(query.join(counts, counts.c.id == table.c.id))
    return {row[0]: EditionCount(count=row[1], slot_due=row[2], published=row[3]) for row in rows}


def next_revision(conn: Connection, newsletter_id: str, slot: Slot) -> int:
    """The number of a further revision, which only a person may ask for: a new one for every audience."""
    query = select(func.coalesce(func.max(table.c.revision), 0))
    query = query.where(table.c.newsletter_id == newsletter_id, table.c.slot_key == slot.key)
    return int(conn.execute(query).scalar_one()) + 1


def ids_for_audience(conn: Connection, newsletter_id: str, slot: Slot, *, audience: str = "") -> tuple[int, ...]:
    """The ids of the slot's editions for this audience in their latest revision, those for changed members too.

    The audience's own comes first, then the oldest.
    """
    is_of_audience = or_(table.c.audience == audience, table.c.audience.startswith(f"{audience}{CHANGED}"))
    query = select(table.c.id, table.c.revision).where(
        table.c.newsletter_id == newsletter_id, table.c.slot_key == slot.key, is_of_audience
    )
    rows = conn.execute(query.order_by(table.c.audience != audience, table.c.id)).all()
    latest = max((row.revision for row in rows), default=0)
    return tuple(row.id for row in rows if row.revision == latest)


_PLAIN_COLUMNS = [column.name for column in columns(table, Edition) if column.name != "newsletter_id"]


def _with_key(query: Select[Any], newsletter_id: str, slot: Slot, audience: str) -> Select[Any]:
    return query.where(
        table.c.newsletter_id == newsletter_id, table.c.slot_key == slot.key, table.c.audience == audience
    )


def _summary_query() -> Select[Any]:
    bodies = {"html", "text"}
    return select(*(column for column in table.c if column.name not in bodies), IS_SUSPECTED.label("is_suspected"))


def _summary(row: RowMapping) -> EditionSummary:
    return EditionSummary(
        id=row["id"],
        newsletter_id=row["newsletter_id"],
        slot=_slot(row),
        audience=row["audience"],
        revision=row["revision"],
        subject=row["subject"],
        frozen_at=row["published"],
        is_suspected=row["is_suspected"],
        kind=row["kind"],
    )


def _slot(row: RowMapping) -> Slot:
    return Slot(due=row["slot_due"], key=row["slot_key"])


def _stored_edition(row: RowMapping) -> StoredEdition:
    values = {name: row[name] for name in _PLAIN_COLUMNS}
    edition = Edition(newsletter_id=row["newsletter_id"], slot=_slot(row), **values)
    return StoredEdition(id=row["id"], edition=edition, frozen_at=row["published"])
