"""Bounces in the ledger: the delivery that a bounce belongs to, and an address's recent bounces."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, and_, func, select

from digest.model.delivery_token import DeliveryToken
from digest.model.editions import Outcome, Subscriber
from digest.store import daily_counts, delivery_counts, failures
from digest.store.mapping import columns, from_rows
from digest.store.tables import FailureState, deliveries, editions, subscribers


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryRef:
    """A delivery of an edition to a subscriber; its ledger row may have been deleted by retention."""

    subscriber: Subscriber
    newsletter_id: str
    edition_id: int


def find_delivery(conn: Connection, token: DeliveryToken) -> DeliveryRef | None:
    """The delivery that a token names; None if its edition or subscriber doesn't exist."""
    subscriber_columns = columns(subscribers, Subscriber)
    query = (
        select(*subscriber_columns, editions.c.newsletter_id, editions.c.id)
        .join_from(editions, subscribers, subscribers.c.id == token.subscriber_id)
        .where(editions.c.token == token.edition_token)
    )
    row = conn.execute(query).first()
    if row is None:
        return None
    *values, newsletter_id, edition_id = row
    (subscriber,) = from_rows(Subscriber, [values])
    return DeliveryRef(subscriber=subscriber, newsletter_id=newsletter_id, edition_id=edition_id)


def was_sent_unsigned(conn: Connection, delivery: DeliveryRef, *, since: datetime) -> bool:
    """Whether the delivery's Message-ID is unsigned, as in earlier versions, and its edition not older than that."""
    query = (
        select(deliveries.c.message_id)
        .join(editions)
        .where(
            deliveries.c.edition_id == delivery.edition_id,
            deliveries.c.subscriber_id == delivery.subscriber.id,
            editions.c.published >= since,
        )
    )
    message_id = conn.execute(query).scalar()
    return message_id is not None and not DeliveryToken.from_message_id(message_id).signature


def record_bounce(conn: Connection, delivery: DeliveryRef, outcome: Outcome, reply: str, *, at: datetime) -> bool:
    """Record the outcome in the ledger; False if the delivery had bounced or failed before: each counts once."""
    is_row = and_(deliveries.c.edition_id == delivery.edition_id, deliveries.c.subscriber_id == delivery.subscriber.id)
    recorded = (Outcome.BOUNCED, Outcome.FAILED, Outcome.SUPPRESSED)
    rows = delivery_counts.lock_rows(conn, is_row, deliveries.c.outcome.not_in(recorded))
    if not rows:
        return False
    changes = delivery_counts.change(conn, rows, outcome, reply=reply, changed=at, next_try=None)
    # A sent mail is counted when its sender lets go of the row.
    uncounted = sum(row.has_sender and row.outcome is Outcome.SENT for row in rows)
    counts = {daily_counts.delivery(Outcome.SENT): uncounted, daily_counts.delivery(outcome): 1}
    state = FailureState.NEW if outcome is Outcome.FAILED else FailureState.JUDGED
    failures.add(conn, delivery.edition_id, [row.id for row in rows], state)
    delivery_counts.add(conn, changes)
    daily_counts.add(conn, {(delivery.newsletter_id, name): number for name, number in counts.items()}, at=at)
    return True


def count(conn: Connection, subscriber: Subscriber, *, since: datetime) -> int:
    """The number of the subscriber's bounces since then."""
    query = select(func.count()).where(
        deliveries.c.subscriber_id == subscriber.id,
        deliveries.c.outcome == Outcome.BOUNCED,
        deliveries.c.changed >= since,
    )
    return conn.execute(query).scalar_one()
