"""Subscribers and their subscriptions. Addresses that differ only in case are one subscriber's."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, ScalarSelect, Select, Update, delete, select, update

from digest.model.editions import Outcome, Subscriber
from digest.store.column_types import storable
from digest.store.mapping import batches, columns, first_by_key, from_rows, insert, stream
from digest.store.tables import deliveries, subscribers, subscriptions


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSubscriber:
    """A subscriber to be added; the address has been checked."""

    address: str
    name: str = ""
    preferences: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """A subscriber's subscription to a newsletter."""

    subscriber: Subscriber
    since: datetime
    #: Why the address gets no more mail; empty if it does.
    suppressed: str


def normalize_address(address: str) -> str:
    """The address in lower case and composed (NFC): equal for addresses of the same subscriber."""
    return storable(unicodedata.normalize("NFC", address.strip()).lower())


def add(
    conn: Connection, new_subscribers: Iterable[NewSubscriber], newsletter_id: str, *, at: datetime
) -> tuple[str, ...]:
    """Add subscriptions; return addresses that weren't subscribed yet. Existing subscribers keep their names."""
    added: list[str] = []
    by_address = first_by_key(new_subscribers, lambda subscriber: normalize_address(subscriber.address))
    for batch in batches(by_address.items()):
        subscriber_rows = [
            {
                "address": subscriber.address.strip(),
                "address_key": address_key,
                "name": subscriber.name,
                "preferences": dict(subscriber.preferences),
                "added": at,
            }
            for address_key, subscriber in batch
        ]
        conn.execute(insert(conn, subscribers).on_conflict_do_nothing(), subscriber_rows)
        ids = _ids(conn, [address_key for address_key, _ in batch])
        rows = [{"newsletter_id": newsletter_id, "subscriber_id": id_, "since": at} for id_ in ids.values()]
        subscribe = insert(conn, subscriptions).on_conflict_do_nothing().returning(subscriptions.c.subscriber_id)
        subscribed = set(conn.execute(subscribe, rows).scalars())
        added += [subscriber.address for address_key, subscriber in batch if ids[address_key] in subscribed]
    return tuple(added)


def unsubscribe(conn: Connection, address: str, newsletter_id: str | None = None, *, at: datetime) -> bool:
    """End the address's subscription, or all if no newsletter is named, and suppress its waiting mails.

    False if there was no such subscription.
    """
    id_ = _id_of(address)
    subscription = delete(subscriptions).where(subscriptions.c.subscriber_id == id_)
    waiting = _suppress_waiting().where(deliveries.c.subscriber_id == id_)
    if newsletter_id is not None:
        subscription = subscription.where(subscriptions.c.newsletter_id == newsletter_id)
        waiting = waiting.where(deliveries.c.newsletter_id == newsletter_id)
    conn.execute(waiting.values(reply="unsubscribed", changed=at))
    return conn.execute(subscription).rowcount > 0


def suppress(conn: Connection, address: str, reason: str, *, at: datetime) -> None:
    """Send no more mail to this address, whatever it is subscribed to: it bounces, or its owner complained."""
    conn.execute(
        update(subscribers).where(subscribers.c.address_key == normalize_address(address)).values(suppressed=reason)
    )
    waiting = _suppress_waiting().where(deliveries.c.subscriber_id == _id_of(address))
    conn.execute(waiting.values(reply=reason, changed=at))


def unsuppress(conn: Connection, address: str) -> bool:
    """End the suppression of this address; False if there was none."""
    is_subscriber = subscribers.c.address_key == normalize_address(address)
    statement = update(subscribers).where(is_subscriber, subscribers.c.suppressed != "").values(suppressed="")
    return conn.execute(statement).rowcount > 0


def find(conn: Connection, address: str) -> Subscriber | None:
    """The subscriber with this address, with or without subscriptions."""
    query = select(*columns(subscribers, Subscriber)).where(subscribers.c.address_key == normalize_address(address))
    return next(from_rows(Subscriber, conn.execute(query)), None)


def for_newsletter(conn: Connection, newsletter_id: str) -> Iterator[Subscriber]:
    """The newsletter's subscribers, ordered by address; streamed, so that memory stays bounded."""
    query = _subscribed(newsletter_id, *columns(subscribers, Subscriber))
    return from_rows(Subscriber, stream(conn, query))


def list_subscriptions(conn: Connection, newsletter_id: str) -> Iterator[Subscription]:
    """The newsletter's subscriptions, ordered by address; streamed."""
    subscriber_columns = columns(subscribers, Subscriber)
    query = _subscribed(newsletter_id, *subscriber_columns, subscriptions.c.since, subscribers.c.suppressed)
    for row in stream(conn, query):
        (subscriber,) = from_rows(Subscriber, [row[: len(subscriber_columns)]])
        yield Subscription(subscriber=subscriber, since=row.since, suppressed=row.suppressed)


def suppression_reasons(conn: Connection, addresses: Iterable[str]) -> Mapping[str, str]:
    """The suppressed ones of these addresses, as stored, and their reasons."""
    reasons: dict[str, str] = {}
    for batch in batches(map(normalize_address, addresses)):
        query = select(subscribers.c.address, subscribers.c.suppressed)
        query = query.where(subscribers.c.address_key.in_(batch), subscribers.c.suppressed != "")
        reasons |= dict(conn.execute(query).all())
    return reasons


def _subscribed(newsletter_id: str, *columns: Any) -> Select[Any]:
    query = select(*columns).join_from(subscribers, subscriptions).where(subscriptions.c.newsletter_id == newsletter_id)
    return query.order_by(subscribers.c.address_key)


def _ids(conn: Connection, keys: list[str]) -> dict[str, int]:
    query = select(subscribers.c.address_key, subscribers.c.id).where(subscribers.c.address_key.in_(keys))
    return dict(conn.execute(query).all())


def _id_of(address: str) -> ScalarSelect[int]:
    return select(subscribers.c.id).where(subscribers.c.address_key == normalize_address(address)).scalar_subquery()


def _suppress_waiting() -> Update:
    """Suppress rows that are still to be sent, even if a sender has claimed them."""
    waiting = (Outcome.PENDING, Outcome.RETRY, Outcome.UNKNOWN)
    return (
        update(deliveries)
        .where(deliveries.c.outcome.in_(waiting))
        .values(outcome=Outcome.SUPPRESSED, next_try=None, sender=None)
    )
