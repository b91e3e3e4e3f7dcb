"""Published editions for the archive: of each slot the latest revision, for all subscribers (audience ``""``)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, Select, and_, func, literal, select, tuple_

from digest.model.slots import Slot
from digest.store.tables import editions, stories

_MAIN_AUDIENCE = ""
#: Editions that may be committed after one with a higher id.
_RECENT = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchivedEdition:
    """An edition's heading."""

    id: int
    newsletter_id: str
    slot: Slot
    revision: int
    subject: str
    preheader: str
    language: str
    #: Title of its first story; empty without stories.
    lead_title: str
    frozen_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstRevision:
    """An edition's identity: it stays when the edition is revised."""

    #: Random, and unique among editions.
    token: str
    frozen_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchivedAddress:
    """An edition's key, for a list of all."""

    slot_key: str
    frozen_at: datetime


def find(conn: Connection, newsletter_id: str, slot_key: str) -> ArchivedEdition | None:
    """The slot's edition; None if it has none."""
    return _first(conn, _headings(newsletter_id).where(editions.c.slot_key == slot_key))


def newest(conn: Connection, newsletter_id: str, *, limit: int, offset: int = 0) -> tuple[ArchivedEdition, ...]:
    """Editions of the newsletter, newest first."""
    query = _headings(newsletter_id).order_by(*_NEWEST_FIRST)
    return tuple(map(_archived, conn.execute(query.limit(limit).offset(offset)).mappings()))


def before(conn: Connection, edition: ArchivedEdition) -> ArchivedEdition | None:
    """The edition of the slot before; None for the oldest."""
    query = _headings(edition.newsletter_id).where(_position_of(edition) > _POSITION).order_by(*_NEWEST_FIRST)
    return _first(conn, query)


def after(conn: Connection, edition: ArchivedEdition) -> ArchivedEdition | None:
    """The edition of the slot after; None for the newest."""
    query = _headings(edition.newsletter_id).where(_position_of(edition) < _POSITION).order_by(*_POSITION_COLUMNS)
    return _first(conn, query)


def counts_by_month(conn: Connection, newsletter_id: str) -> Mapping[str, int]:
    """Numbers of editions by month (``2026-03``), newest first."""
    month = func.substr(editions.c.slot_key, 1, 7).label("month")
    query = (
        select(month, func.count(editions.c.slot_key.distinct()))
        .where(*_of_newsletter(newsletter_id))
        .group_by(month)
        .order_by(month.desc())
    )
    return dict(conn.execute(query).all())


def count(conn: Connection, newsletter_id: str) -> int:
    """The number of the newsletter's editions."""
    query = select(func.count(editions.c.slot_key.distinct())).where(*_of_newsletter(newsletter_id))
    return conn.execute(query).scalar_one()


def addresses(conn: Connection, newsletter_id: str, *, limit: int, offset: int = 0) -> tuple[ArchivedAddress, ...]:
    """The keys of the newsletter's editions, newest first."""
    query = (
        select(editions.c.slot_key, func.max(editions.c.published).label("frozen_at"))
        .where(*_of_newsletter(newsletter_id))
        .group_by(editions.c.slot_key)
        .order_by(editions.c.slot_key.desc())
    )
    rows = conn.execute(query.limit(limit).offset(offset))
    return tuple(ArchivedAddress(slot_key=row.slot_key, frozen_at=row.frozen_at) for row in rows)


def first_revision(conn: Connection, edition: ArchivedEdition) -> FirstRevision:
    """The first revision of the edition."""
    query = (
        select(editions.c.token, editions.c.published)
        .where(*_of_newsletter(edition.newsletter_id), editions.c.slot_key == edition.slot.key)
        .order_by(editions.c.revision)
        .limit(1)
    )
    row = conn.execute(query).one()
    return FirstRevision(token=row.token, frozen_at=row.published)


def version(conn: Connection) -> tuple[int, int]:
    """A value that changes whenever an edition is added; read without counting all.

    On PostgreSQL two that are published at once may be committed in another order than that of their ids.
    """
    newest = select(func.coalesce(func.max(editions.c.id), 0)).scalar_subquery()
    recent = select(func.count(editions.c.id)).where(editions.c.id > newest - _RECENT).scalar_subquery()
    row = conn.execute(select(newest, recent)).one()
    return int(row[0]), int(row[1])


def is_archived(newsletter_id: ColumnElement[str] | str | None = None) -> ColumnElement[bool]:
    """Of a row of ``editions``: the archive shows it, not a later revision of it."""
    later = editions.alias("later")
    has_later = (
        select(later.c.id)
        .where(
            later.c.newsletter_id == editions.c.newsletter_id,
            later.c.slot_key == editions.c.slot_key,
            later.c.audience == editions.c.audience,
            later.c.revision > editions.c.revision,
        )
        .exists()
    )
    of_newsletter = [editions.c.newsletter_id == newsletter_id] if newsletter_id is not None else []
    return and_(*of_newsletter, editions.c.audience == _MAIN_AUDIENCE, ~has_later)


_COLUMNS = [editions.c[name] for name in ("id", "newsletter_id", "slot_key", "slot_due", "revision", "subject")]
_COLUMNS += [editions.c[name] for name in ("preheader", "language", "published")]


#: Slots may be due at the same time: their keys tell them apart.
_POSITION_COLUMNS = (editions.c.slot_due, editions.c.slot_key)
_POSITION = tuple_(*_POSITION_COLUMNS)
_NEWEST_FIRST = tuple(column.desc() for column in _POSITION_COLUMNS)


def _position_of(edition: ArchivedEdition) -> ColumnElement[Any]:
    values = zip(_POSITION_COLUMNS, (edition.slot.due, edition.slot.key), strict=True)
    return tuple_(*(literal(value, column.type) for column, value in values))


def _first(conn: Connection, query: Select[Any]) -> ArchivedEdition | None:
    row = conn.execute(query.limit(1)).mappings().one_or_none()
    return None if row is None else _archived(row)


def _headings(newsletter_id: str) -> Select[Any]:
    first = and_(stories.c.edition_id == editions.c.id, stories.c.position == 0)
    query = select(*_COLUMNS, func.coalesce(stories.c.title, "").label("lead_title"))
    return query.select_from(editions.outerjoin(stories, first)).where(is_archived(newsletter_id))


def _of_newsletter(newsletter_id: str) -> tuple[ColumnElement[bool], ...]:
    return editions.c.newsletter_id == newsletter_id, editions.c.audience == _MAIN_AUDIENCE


def _archived(row: RowMapping) -> ArchivedEdition:
    return ArchivedEdition(
        id=row["id"],
        newsletter_id=row["newsletter_id"],
        slot=Slot(due=row["slot_due"], key=row["slot_key"]),
        revision=row["revision"],
        subject=row["subject"],
        preheader=row["preheader"],
        language=row["language"],
        lead_title=row["lead_title"],
        frozen_at=row["published"],
    )
