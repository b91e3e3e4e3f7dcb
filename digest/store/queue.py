"""The ledger seen as a queue: which editions have something to send, and what is put back by a person."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, func, not_, null, or_, select, update

from digest.model import Outcome
from digest.store.deliveries import HELD
from digest.store.mapping import batches
from digest.store.subscribers import normalize_address
from digest.store.tables import deliveries, editions, subscribers


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue:
    """How much is still to be sent, over all editions."""

    #: Rows that wait for a sender, and rows that one holds.
    waiting: int = 0
    held: int = 0
    #: When the first of those that wait is to be tried.
    next_try: datetime | None = None


def editions_due(conn: Connection, *, now: datetime, beyond: datetime) -> tuple[int, ...]:
    """The editions that have something to send, the oldest first: rows whose time has come, or that someone holds.

    Rows that wait for longer than any back-off does, until ``beyond``, or without having been tried, count too: the
    clock was wrong when they were written.
    """
    untimely = or_(deliveries.c.next_try > beyond, deliveries.c.outcome == Outcome.PENDING)
    has_come = deliveries.c.next_try.is_not(None) & ((deliveries.c.next_try <= now) | untimely)
    held = select(deliveries.c.edition_id).where(HELD)
    query = select(editions.c.id).where(or_(_has_row(has_come), editions.c.id.in_(held)))
    return tuple(conn.execute(query.order_by(editions.c.id)).scalars())


def state(conn: Connection) -> Queue:
    """How much is still to be sent."""
    waits = deliveries.c.next_try.is_not(None)
    waiting, first = conn.execute(select(func.count(), func.min(deliveries.c.next_try)).where(waits)).one()
    held = conn.execute(select(func.count()).where(HELD)).scalar_one()
    return Queue(waiting=waiting, held=held, next_try=first)


def requeue(conn: Connection, edition_id: int, addresses: Collection[str] = (), *, at: datetime) -> int:
    """A person wants mails sent again: these readers' whatever came of them, or all that failed or are in doubt.

    How many; nobody who gets no more mail is among them, and none that a sender holds.
    """
    mine = (deliveries.c.edition_id == edition_id, not_(HELD))
    if not addresses:
        return _again(conn, *mine, deliveries.c.outcome.in_([Outcome.FAILED, Outcome.UNKNOWN]), at=at)
    total = 0
    for batch in batches(normalize_address(address) for address in addresses):
        people = select(subscribers.c.id).where(subscribers.c.address_key.in_(batch))
        total += _again(conn, *mine, deliveries.c.subscriber_id.in_(people), at=at)
    return total


def _again(conn: Connection, *which: ColumnElement[bool], at: datetime) -> int:
    readers = select(subscribers.c.id).where(subscribers.c.suppressed == "")
    rows = update(deliveries).where(*which, deliveries.c.subscriber_id.in_(readers))
    return conn.execute(
        rows.values(outcome=Outcome.PENDING, next_try=at, attempts=0, changed=at, sender=null())
    ).rowcount


def _has_row(which: ColumnElement[bool]) -> ColumnElement[bool]:
    return select(deliveries.c.id).where(deliveries.c.edition_id == editions.c.id, which).exists()
