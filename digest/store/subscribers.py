"""Subscribers, and what they subscribe to. An address is one person's, whatever its capitals."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, ScalarSelect, Select, Update, delete, select, update

from digest.model import Outcome, Subscriber
from digest.store.column_types import storable
from digest.store.mapping import batches, columns, first_by_key, from_rows, insert, stream
from digest.store.tables import deliveries, subscribers, subscriptions


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSubscriber:
    """Someone to be added; the address has been checked."""

    address: str
    name: str = ""
    preferences: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """Someone who subscribes to a newsletter."""

    subscriber: Subscriber
    since: datetime
    #: Why the address gets no more mail; empty for everyone else.
    suppressed: str


def normalize_address(address: str) -> str:
    """What tells one address from another: in small letters, composed."""
    return storable(unicodedata.normalize("NFC", address.strip()).lower())


def add(conn: Connection, newcomers: Iterable[NewSubscriber], newsletter_id: str, *, at: datetime) -> tuple[str, ...]:
    """Subscribe them; the addresses that were not subscribed yet. Someone known keeps name and preferences."""
    fresh: list[str] = []
    for batch in batches(first_by_key(newcomers, lambda newcomer: normalize_address(newcomer.address)).items()):
        people = [
            {
                "address": newcomer.address.strip(),
                "address_key": address_key,
                "name": newcomer.name,
                "preferences": dict(newcomer.preferences),
                "added": at,
            }
            for address_key, newcomer in batch
        ]
        conn.execute(insert(conn, subscribers).on_conflict_do_nothing(), people)
        ids = _ids(conn, [address_key for address_key, _ in batch])
        rows = [{"newsletter_id": newsletter_id, "subscriber_id": id_, "since": at} for id_ in ids.values()]
        subscribe = insert(conn, subscriptions).on_conflict_do_nothing().returning(subscriptions.c.subscriber_id)
        subscribed = set(conn.execute(subscribe, rows).scalars())
        fresh += [newcomer.address for address_key, newcomer in batch if ids[address_key] in subscribed]
    return tuple(fresh)


def unsubscribe(conn: Connection, address: str, newsletter_id: str | None = None, *, at: datetime) -> bool:
    """End the subscription (all of them, if no newsletter is named), and what was still to be sent; False if none."""
    person = _id_of(address)
    subscription = delete(subscriptions).where(subscriptions.c.subscriber_id == person)
    waiting = _waiting().where(deliveries.c.subscriber_id == person)
    if newsletter_id is not None:
        subscription = subscription.where(subscriptions.c.newsletter_id == newsletter_id)
        waiting = waiting.where(deliveries.c.newsletter_id == newsletter_id)
    conn.execute(waiting.values(reply="unsubscribed", changed=at))
    return conn.execute(subscription).rowcount > 0


def suppress(conn: Connection, address: str, reason: str, *, at: datetime) -> None:
    """Send this address nothing more, whatever it is subscribed to: it bounces, or complained."""
    conn.execute(
        update(subscribers).where(subscribers.c.address_key == normalize_address(address)).values(suppressed=reason)
    )
    waiting = _waiting().where(deliveries.c.subscriber_id == _id_of(address))
    conn.execute(waiting.values(reply=reason, changed=at))


def unsuppress(conn: Connection, address: str) -> bool:
    """Send to this address again although it was suppressed; False if it wasn't."""
    mine = subscribers.c.address_key == normalize_address(address)
    lifted = update(subscribers).where(mine, subscribers.c.suppressed != "").values(suppressed="")
    return conn.execute(lifted).rowcount > 0


def find(conn: Connection, address: str) -> Subscriber | None:
    """The person with this address, subscribed to anything or not."""
    query = select(*columns(subscribers, Subscriber)).where(subscribers.c.address_key == normalize_address(address))
    return next(from_rows(Subscriber, conn.execute(query)), None)


def for_newsletter(conn: Connection, newsletter_id: str) -> Iterator[Subscriber]:
    """The newsletter's readers, in the order of their addresses; a million of them take no more memory than ten."""
    query = _subscribed(newsletter_id, *columns(subscribers, Subscriber))
    return from_rows(Subscriber, stream(conn, query))


def list_subscriptions(conn: Connection, newsletter_id: str) -> Iterator[Subscription]:
    """The same, with since when, and who gets no mail."""
    own = columns(subscribers, Subscriber)
    query = _subscribed(newsletter_id, *own, subscriptions.c.since, subscribers.c.suppressed)
    for found in stream(conn, query):
        (subscriber,) = from_rows(Subscriber, [found[: len(own)]])
        yield Subscription(subscriber=subscriber, since=found.since, suppressed=found.suppressed)


def suppression_reasons(conn: Connection, addresses: Iterable[str]) -> Mapping[str, str]:
    """Those of the addresses that get no mail, as the store has them, and why."""
    found: dict[str, str] = {}
    for batch in batches(map(normalize_address, addresses)):
        query = select(subscribers.c.address, subscribers.c.suppressed)
        query = query.where(subscribers.c.address_key.in_(batch), subscribers.c.suppressed != "")
        found |= dict(conn.execute(query).all())
    return found


def _subscribed(newsletter_id: str, *wanted: Any) -> Select[Any]:
    query = select(*wanted).join_from(subscribers, subscriptions).where(subscriptions.c.newsletter_id == newsletter_id)
    return query.order_by(subscribers.c.address_key)


def _ids(conn: Connection, keys: list[str]) -> dict[str, int]:
    query = select(subscribers.c.address_key, subscribers.c.id).where(subscribers.c.address_key.in_(keys))
    return dict(conn.execute(query).all())


def _id_of(address: str) -> ScalarSelect[int]:
    return select(subscribers.c.id).where(subscribers.c.address_key == normalize_address(address)).scalar_subquery()


def _waiting() -> Update:
    """What was still to be sent won't be, also if a sender holds it already."""
    waiting = (Outcome.PENDING, Outcome.RETRY, Outcome.UNKNOWN)
    return (
        update(deliveries)
        .where(deliveries.c.outcome.in_(waiting))
        .values(outcome=Outcome.SUPPRESSED, next_try=None, sender=None)
    )
