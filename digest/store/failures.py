"""Mails that failed: the rows of the ledger that reports and the judgement of refusals look at, a few of very many.

A row is added in the transaction in which its mail fails, bounces, or is held after an unclear reply. It stays when the
mail is sent again after all; whoever reads it looks at the ledger's outcome.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, Select, delete, exists, func, select, update

from digest.model.editions import Outcome
from digest.store.mapping import batches, insert
from digest.store.tables import FailureState, deliveries, editions, subscribers, suppressions
from digest.store.tables import failures as table


class Failure(NamedTuple):
    """A mail that failed while it was sent."""

    delivery_id: int
    subscriber_id: int
    address: str
    #: Why the address gets no more mail; empty if it does.
    suppressed: str
    reply: str


def add(conn: Connection, edition_id: int, delivery_ids: Iterable[int], state: FailureState = FailureState.NEW) -> None:
    """Remember mails of an edition; one that was remembered before gets the new state."""
    rows = [{"delivery_id": id_, "edition_id": edition_id, "state": state} for id_ in delivery_ids]
    if rows:
        statement = insert(conn, table)
        changed = {"state": statement.excluded.state}
        conn.execute(statement.on_conflict_do_update(index_elements=["delivery_id"], set_=changed), rows)


def new(conn: Connection, edition_id: int) -> list[Failure]:
    """The edition's failed mails that were not judged yet, without those that an operator decided about."""
    is_decided = exists().where(
        suppressions.c.edition_id == edition_id, suppressions.c.subscriber_id == deliveries.c.subscriber_id
    )
    return [Failure._make(row) for row in conn.execute(_of_state(edition_id, FailureState.NEW).where(~is_decided))]


def of_sender(conn: Connection, edition_id: int) -> list[Failure]:
    """The edition's mails that were refused because of the sender, and wait for a decision."""
    return [Failure._make(row) for row in conn.execute(_of_state(edition_id, FailureState.SENDER))]


def count_of_sender(conn: Connection, edition_id: int) -> int:
    """The number of those mails."""
    query = _of_state(edition_id, FailureState.SENDER).with_only_columns(func.count())
    return int(conn.execute(query).scalar_one())


def set_state(conn: Connection, delivery_ids: Collection[int], state: FailureState) -> None:
    """Change the state of some mails."""
    for batch in batches(delivery_ids):
        conn.execute(update(table).where(table.c.delivery_id.in_(batch)).values(state=state))


def delete_old(conn: Connection, *, before: datetime) -> int:
    """Forget mails of earlier editions; return how many."""
    old = select(editions.c.id).where(editions.c.published < before)
    return conn.execute(delete(table).where(table.c.edition_id.in_(old))).rowcount


def _of_state(edition_id: int, state: FailureState) -> Select[tuple[object, ...]]:
    columns = (
        deliveries.c.id,
        deliveries.c.subscriber_id,
        subscribers.c.address,
        subscribers.c.suppressed,
        deliveries.c.reply,
    )
    query = select(*columns).select_from(
        table.join(deliveries, deliveries.c.id == table.c.delivery_id).join(
            subscribers, subscribers.c.id == deliveries.c.subscriber_id
        )
    )
    is_failed = deliveries.c.outcome == Outcome.FAILED
    return query.where(table.c.edition_id == edition_id, table.c.state == state, is_failed)
