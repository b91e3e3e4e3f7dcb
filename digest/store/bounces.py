"""What came back, in the ledger: whose copy it was, and how often an address has failed of late."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, and_, func, null, select, update

from digest.model import Outcome, Subscriber
from digest.model.delivery_token import DeliveryToken
from digest.store.mapping import columns, from_rows
from digest.store.tables import deliveries, editions, subscribers


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryRef:
    """One reader's copy of one edition; the ledger may have forgotten it."""

    subscriber: Subscriber
    newsletter_id: str
    edition_id: int


def find_delivery(conn: Connection, mark: DeliveryToken) -> DeliveryRef | None:
    """The copy that a mark names; None if there can't be one."""
    own = columns(subscribers, Subscriber)
    query = (
        select(*own, editions.c.newsletter_id, editions.c.id)
        .join_from(editions, subscribers, subscribers.c.id == mark.subscriber_id)
        .where(editions.c.token == mark.edition_token)
    )
    found = conn.execute(query).first()
    if found is None:
        return None
    *person, newsletter_id, edition_id = found
    (subscriber,) = from_rows(Subscriber, [person])
    return DeliveryRef(subscriber=subscriber, newsletter_id=newsletter_id, edition_id=edition_id)


def record_bounce(conn: Connection, copy: DeliveryRef, outcome: Outcome, reply: str, *, at: datetime) -> bool:
    """Put it into the ledger; False if that is known already: a report that comes twice counts once."""
    mine = and_(deliveries.c.edition_id == copy.edition_id, deliveries.c.subscriber_id == copy.subscriber.id)
    known = (Outcome.BOUNCED, Outcome.FAILED, Outcome.SUPPRESSED)
    row = update(deliveries).where(mine, deliveries.c.outcome.not_in(known))
    done = conn.execute(row.values(outcome=outcome, reply=reply, changed=at, next_try=null(), sender=null()))
    return done.rowcount > 0


def count(conn: Connection, subscriber: Subscriber, *, since: datetime) -> int:
    """How many of the reader's mails came back since then."""
    query = select(func.count()).where(
        deliveries.c.subscriber_id == subscriber.id,
        deliveries.c.outcome == Outcome.BOUNCED,
        deliveries.c.changed >= since,
    )
    return conn.execute(query).scalar_one()
