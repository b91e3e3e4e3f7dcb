"""The ledger as a queue: editions with mails to send, and requeueing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import CTE, ColumnElement, Connection, and_, func, not_, or_, select, union

from digest.model.editions import Outcome
from digest.store import delivery_counts
from digest.store.deliveries import CLAIMED, WAITING, has_no_turn, next_try
from digest.store.mapping import batches
from digest.store.subscribers import normalize_address
from digest.store.suppressions import IS_SUSPECTED, may_be_mailed
from digest.store.tables import deliveries, editions, failures, subscribers


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue:
    """The number of mails still to be sent, over all editions."""

    #: Rows that wait for a sender, and rows that one has claimed.
    waiting: int = 0
    claimed: int = 0
    #: The earliest next try among the waiting rows.
    next_try: datetime | None = None


def editions_due(conn: Connection, *, now: datetime, beyond: datetime) -> tuple[int, ...]:
    """The ids of editions with rows that are due or claimed, oldest first.

    Rows whose next try is after ``beyond``, later than any backoff, and rows never tried that wait for longer than for
    their turn in a rate are due too: the clock was wrong when they were written. Suspected editions are not due until
    they are reviewed.
    """
    waiting = _waiting_editions()
    is_due = (deliveries.c.next_try <= now, deliveries.c.next_try > beyond, has_no_turn(now))
    has_due = [select(deliveries.c.id).where(deliveries.c.edition_id == waiting.c.id, due).exists() for due in is_due]
    candidates = union(select(waiting.c.id).where(or_(*has_due)), select(deliveries.c.edition_id).where(CLAIMED))
    query = select(editions.c.id).where(editions.c.id.in_(candidates), not_(IS_SUSPECTED))
    return tuple(conn.execute(query.order_by(editions.c.id)).scalars())


def state(conn: Connection) -> Queue:
    """The queue's size and next try, from the editions' numbers; of the ledger only unclear and claimed rows."""
    numbers = delivery_counts.unfinished(conn)
    waiting = sum(count for (_, outcome), count in numbers.items() if outcome is not Outcome.UNKNOWN)
    if any(outcome is Outcome.UNKNOWN for _, outcome in numbers):  # a few; some may be held, and don't wait
        unclear = select(func.count()).where(WAITING, deliveries.c.outcome == Outcome.UNKNOWN)
        waiting += conn.execute(unclear).scalar_one()
    next_tries = [next_try(conn, edition_id) for edition_id in {edition_id for edition_id, _ in numbers}]
    claimed = conn.execute(select(func.count()).where(CLAIMED)).scalar_one()
    return Queue(waiting=waiting, claimed=claimed, next_try=min(filter(None, next_tries), default=None))


def count_due(conn: Connection, edition_id: int, *, now: datetime, limit: int) -> int:
    """The number of the edition's mails that are due, ``limit`` at most."""
    is_due = (deliveries.c.edition_id == edition_id, deliveries.c.next_try <= now)
    due = select(deliveries.c.next_try).where(*is_due).limit(limit).subquery()
    return int(conn.execute(select(func.count()).select_from(due)).scalar_one())


def requeue(
    conn: Connection, edition_id: int, addresses: Collection[str] = (), *, at: datetime, include_sent: bool = False
) -> int:
    """Send mails again: to these addresses, whatever their outcome; without addresses, all failed and unknown ones.

    With ``include_sent`` and no addresses, to all who may get mail. Return how many rows are requeued. Rows of
    suppressed subscribers, of those who unsubscribed, and claimed rows stay as they are.
    """
    values = {"next_try": at, "attempts": 0, "changed": at}
    changes: delivery_counts.Changes = Counter()
    for condition in _requeueable(edition_id, addresses, include_sent=include_sent):
        changes.update(delivery_counts.change_all(conn, edition_id, Outcome.PENDING, condition, **values))
    delivery_counts.add(conn, changes)
    return changes[edition_id, Outcome.PENDING]


def requeueable(
    conn: Connection, edition_id: int, addresses: Collection[str] = (), *, include_sent: bool = False
) -> Iterator[tuple[str, Outcome]]:
    """The addresses that ``requeue`` would send to, and the outcomes of their mails so far."""
    rows = select(subscribers.c.address, deliveries.c.outcome).join_from(deliveries, subscribers)
    for condition in _requeueable(edition_id, addresses, include_sent=include_sent):
        yield from conn.execute(rows.where(condition).order_by(deliveries.c.id))


def count_requeueable(conn: Connection, edition_id: int, *, include_sent: bool = False) -> int:
    """The number of mails that ``requeue`` would send without addresses."""
    (condition,) = _requeueable(edition_id, (), include_sent=include_sent)
    if include_sent:
        return int(conn.execute(select(func.count()).where(condition)).scalar_one())
    # Of very many mails only those that failed, and those that wait, are read.
    failed = select(failures.c.delivery_id).where(failures.c.edition_id == edition_id)
    unclear = select(deliveries.c.id).where(condition, WAITING, deliveries.c.outcome == Outcome.UNKNOWN)
    counts = delivery_counts.for_edition(conn, edition_id)
    parts = [select(deliveries.c.id).where(condition, deliveries.c.id.in_(failed))]
    parts += [unclear] if Outcome.UNKNOWN in counts else []
    return int(conn.execute(select(func.count()).select_from(union(*parts).subquery())).scalar_one())


def _requeueable(edition_id: int, addresses: Collection[str], *, include_sent: bool) -> Iterator[ColumnElement[bool]]:
    """Conditions of the rows that may be sent again, one for each batch of addresses."""
    is_free = and_(deliveries.c.edition_id == edition_id, not_(CLAIMED), may_be_mailed())
    if not addresses:
        outcomes = (Outcome.FAILED, Outcome.UNKNOWN, *((Outcome.SENT,) if include_sent else ()))
        yield is_free & deliveries.c.outcome.in_(outcomes)
    for batch in batches({normalize_address(address) for address in addresses}):
        ids = select(subscribers.c.id).where(subscribers.c.address_key.in_(batch))
        yield is_free & deliveries.c.subscriber_id.in_(ids)


def _waiting_editions() -> CTE:
    """The ids of editions with waiting rows, and null after the last.

    A look into the index of waiting rows for each: DISTINCT would read all of them, at every tick of a clock.
    """
    first = select(func.min(deliveries.c.edition_id).label("id")).where(WAITING).cte("waiting", recursive=True)
    following = select(func.min(deliveries.c.edition_id)).where(WAITING, deliveries.c.edition_id > first.c.id)
    return first.union_all(select(following.scalar_subquery()).where(first.c.id.is_not(None)))
