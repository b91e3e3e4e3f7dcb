"""The status of each slot that was due. The first status stays, except that ``PUBLISHED`` replaces any other."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection, Join, and_, func, or_, select

from digest.model.slots import Slot
from digest.store.mapping import CLOCK_SKEW, insert
from digest.store.tables import SlotStatus as SlotStatus
from digest.store.tables import drafts
from digest.store.tables import slots as table

__all__ = ["SlotStatus", "counts", "last_composed", "record_status", "status", "statuses"]


def record_status(
    conn: Connection, newsletter_id: str, slot: Slot, status: SlotStatus, *, at: datetime, audience: str = ""
) -> bool:
    """Record the slot's status; False if it has one already, which stays.

    In the transaction that adds the edition, ``PUBLISHED`` claims the slot: of two processes, one gets True. It also
    replaces ``EMPTY`` and ``MISSED``, since a person may still send such a slot.
    """
    values = {"newsletter_id": newsletter_id, "key": slot.key, "audience": audience, "due": slot.due}
    statement = insert(conn, table).values(**values, fate=status, decided=at)
    if status is SlotStatus.PUBLISHED:
        changes = {"fate": status, "due": slot.due, "decided": at}
        statement = statement.on_conflict_do_update(
            index_elements=["newsletter_id", "key", "audience"],
            set_=changes,
            where=table.c.fate != SlotStatus.PUBLISHED,
        )
    else:
        statement = statement.on_conflict_do_nothing()
    return conn.execute(statement.returning(table.c.key)).first() is not None


def statuses(
    conn: Connection,
    newsletter_id: str,
    *,
    audience: str = "",
    as_of: datetime | None = None,
    newest: int | None = None,
) -> Mapping[Slot, SlotStatus]:
    """The newsletter's slots (or its ``newest``) and their statuses, earliest first.

    With ``as_of``, only statuses recorded by then: one recorded later than now came from a clock that was ahead, and
    must not silence the newsletter until then.
    """
    query = select(table.c.due, table.c.key, table.c.fate).where(
        table.c.newsletter_id == newsletter_id, table.c.audience == audience
    )
    if as_of is not None:
        query = query.where(table.c.decided <= as_of + CLOCK_SKEW)
    rows = conn.execute(query.order_by(table.c.due.desc()).limit(newest)).all()
    return {Slot(due=due, key=key): status for due, key, status in reversed(rows)}


def counts(conn: Connection) -> Mapping[tuple[str, SlotStatus], int]:
    """The number of slots of all audiences, by newsletter and status."""
    query = select(table.c.newsletter_id, table.c.fate, func.count()).group_by(table.c.newsletter_id, table.c.fate)
    return {(newsletter_id, status): count for newsletter_id, status, count in conn.execute(query)}


def last_composed(conn: Connection, newsletter_id: str, *, before: Slot, audience: str = "") -> datetime | None:
    """When the audience's last edition before this slot was composed, even if it had nothing new; None for never.

    One that waited for its editor was composed when its draft was.
    """
    query = select(func.coalesce(drafts.c.composed, table.c.decided)).select_from(_with_drafts())
    query = query.where(
        table.c.newsletter_id == newsletter_id,
        table.c.audience == audience,
        table.c.due < before.due,
        table.c.fate.in_((SlotStatus.PUBLISHED, SlotStatus.EMPTY)),
    )
    composed: datetime | None = conn.execute(query.order_by(table.c.due.desc()).limit(1)).scalar()
    return composed


def status(conn: Connection, newsletter_id: str, slot_key: str, *, audience: str = "") -> SlotStatus | None:
    """The status of the slot with this key; None for none."""
    is_row = (table.c.newsletter_id == newsletter_id, table.c.key == slot_key, table.c.audience == audience)
    value: SlotStatus | None = conn.execute(select(table.c.fate).where(*is_row)).scalar()
    return value


def _with_drafts() -> Join:
    """The slots with the drafts of those that waited for an editor."""
    is_of_slot = and_(
        drafts.c.newsletter_id == table.c.newsletter_id,
        drafts.c.slot_key == table.c.key,
        or_(drafts.c.slot_due == table.c.due, table.c.audience == ""),
    )
    return table.outerjoin(drafts, is_of_slot)
