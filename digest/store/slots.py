"""What became of each slot that fell due. The first to say so decides; an edition that is out has the last word."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection, select

from digest.model import Slot
from digest.store.mapping import CLOCK_SKEW, insert
from digest.store.tables import SlotStatus as SlotStatus
from digest.store.tables import slots as table

__all__ = ["SlotStatus", "record_status", "statuses"]


def record_status(
    conn: Connection, newsletter_id: str, slot: Slot, fate: SlotStatus, *, at: datetime, audience: str = ""
) -> bool:
    """Say what becomes of the slot; False if that was said before, and then nothing changes.

    In the transaction that adds the edition, ``PUBLISHED`` claims the slot: of two schedulers, one gets True. It also
    overrules what was empty or missed, since a person may send that still.
    """
    values = {"newsletter_id": newsletter_id, "key": slot.key, "audience": audience, "due": slot.due}
    statement = insert(conn, table).values(**values, fate=fate, decided=at)
    if fate is SlotStatus.PUBLISHED:
        changes = {"fate": fate, "due": slot.due, "decided": at}
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
    by: datetime | None = None,
    newest: int | None = None,
) -> Mapping[Slot, SlotStatus]:
    """What became of the newsletter's slots (of its newest), the earliest first; with ``by``, what was said until then.

    What was said later than now was said by a clock that was ahead, and must not silence the newsletter until then.
    """
    query = select(table.c.due, table.c.key, table.c.fate).where(
        table.c.newsletter_id == newsletter_id, table.c.audience == audience
    )
    if by is not None:
        query = query.where(table.c.decided <= by + CLOCK_SKEW)
    found = conn.execute(query.order_by(table.c.due.desc()).limit(newest)).all()
    return {Slot(due=due, key=key): fate for due, key, fate in reversed(found)}
