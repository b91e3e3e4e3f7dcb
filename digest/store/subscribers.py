"""Subscribers and their subscriptions. Addresses that differ only in case are one subscriber's."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from operator import attrgetter
from typing import Any

from sqlalchemy import Connection, Select, bindparam, delete, select, update

from digest.model.editions import Outcome, Subscriber
from digest.store import daily_counts, delivery_counts, unsubscribes
from digest.store.column_types import storable
from digest.store.delivery_counts import LedgerRow
from digest.store.mapping import batches, columns, first_by_key, from_rows, insert, stream
from digest.store.subscriber_counts import WAITING, stopped_mail_counts, suppression_counts
from digest.store.tables import deliveries, subscribers, subscriptions
from digest.store.unsubscribes import Unsubscribe


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSubscriber:
    """A subscriber to be added; the address has been checked."""

    address: str
    name: str = ""
    preferences: Mapping[str, str] = field(default_factory=dict)


def normalize_address(address: str) -> str:
    """The address in lower case and composed (NFC): equal for addresses of the same subscriber."""
    return storable(unicodedata.normalize("NFC", address.strip()).lower())


@dataclass(frozen=True, slots=True, kw_only=True)
class AddResult:
    """Outcome of adding subscriptions."""

    #: Addresses that weren't subscribed yet.
    added: tuple[str, ...]
    #: Addresses left out because they had unsubscribed, or were removed.
    left_out: Mapping[str, Unsubscribe]


def add(
    conn: Connection,
    new_subscribers: Iterable[NewSubscriber],
    newsletter_id: str,
    *,
    at: datetime,
    resubscribe: bool = False,
) -> AddResult:
    """Add subscriptions. Existing subscribers keep their names.

    Former subscribers of the newsletter are left out, unless ``resubscribe``.
    """
    added: list[str] = []
    left_out: dict[str, Unsubscribe] = {}
    by_address = first_by_key(new_subscribers, lambda subscriber: normalize_address(subscriber.address))
    for pairs in batches(by_address.items()):
        batch = dict(pairs)
        lock_addresses(conn, list(batch))
        former = _former_subscribers(conn, list(batch), newsletter_id)
        if resubscribe:
            unsubscribes.forget(conn, former, newsletter_id)
        else:
            left_out |= {batch.pop(address_key).address: former[address_key] for address_key in former}
        if batch:
            added += _subscribe(conn, batch, newsletter_id, at=at)
    # After the last batch: until the transaction ends, others who join wait for this row.
    daily_counts.add(conn, {(newsletter_id, daily_counts.JOINED): len(added)}, at=at)
    return AddResult(added=tuple(added), left_out=left_out)


def plan_add(
    conn: Connection, new_subscribers: Iterable[NewSubscriber], newsletter_id: str, *, resubscribe: bool = False
) -> AddResult:
    """The result that ``add`` would have; nothing is changed."""
    added: list[str] = []
    left_out: dict[str, Unsubscribe] = {}
    by_address = first_by_key(new_subscribers, lambda subscriber: normalize_address(subscriber.address))
    for pairs in batches(by_address.items()):
        address_keys = [address_key for address_key, _ in pairs]
        former = {} if resubscribe else _former_subscribers(conn, address_keys, newsletter_id)
        subscribed = _subscribed_keys(conn, address_keys, newsletter_id)
        left_out |= {by_address[address_key].address: former[address_key] for address_key in former}
        added += [subscriber.address for key, subscriber in pairs if key not in former and key not in subscribed]
    return AddResult(added=tuple(added), left_out=left_out)


def _former_subscribers(conn: Connection, address_keys: list[str], newsletter_id: str) -> dict[str, Unsubscribe]:
    """Those of a batch that have left the newsletter and do not subscribe to it again."""
    former = unsubscribes.find(conn, address_keys, newsletter_id)
    for address_key in _subscribed_keys(conn, list(former), newsletter_id) if former else ():
        del former[address_key]
    return former


def _subscribed_keys(conn: Connection, address_keys: list[str], newsletter_id: str) -> frozenset[str]:
    """Those of a batch that subscribe to the newsletter."""
    query = _subscribed(newsletter_id, subscribers.c.address_key).where(subscribers.c.address_key.in_(address_keys))
    return frozenset(conn.execute(query).scalars())


def _subscribe(
    conn: Connection, batch: Mapping[str, NewSubscriber], newsletter_id: str, *, at: datetime
) -> Iterator[str]:
    """Subscribe a batch, by normalized address; return the addresses that weren't subscribed yet."""
    subscriber_rows = [
        {
            "address": subscriber.address.strip(),
            "address_key": address_key,
            "name": subscriber.name,
            "preferences": dict(subscriber.preferences),
            "added": at,
        }
        for address_key, subscriber in batch.items()
    ]
    conn.execute(insert(conn, subscribers).on_conflict_do_nothing(), subscriber_rows)
    ids = _ids(conn, list(batch))
    rows = [{"newsletter_id": newsletter_id, "subscriber_id": id_, "since": at} for id_ in ids.values()]
    statement = insert(conn, subscriptions).on_conflict_do_nothing().returning(subscriptions.c.subscriber_id)
    subscribed = set(conn.execute(statement, rows).scalars())
    return (subscriber.address for address_key, subscriber in batch.items() if ids[address_key] in subscribed)


def unsubscribe(
    conn: Connection,
    address: str,
    newsletter_id: str | None = None,
    *,
    at: datetime,
    reason: str = unsubscribes.UNSUBSCRIBED,
) -> bool:
    """End the address's subscription, or all if no newsletter is named, and suppress its waiting mails.

    That it has left is remembered for good. False if there was no such subscription.
    """
    address_key = normalize_address(address)
    lock_addresses(conn, [address_key])
    id_ = _ids(conn, [address_key]).get(address_key)
    if id_ is None:
        return False
    subscription = delete(subscriptions).where(subscriptions.c.subscriber_id == id_)
    is_waiting = [deliveries.c.subscriber_id == id_, deliveries.c.outcome.in_(WAITING)]
    if newsletter_id is not None:
        subscription = subscription.where(subscriptions.c.newsletter_id == newsletter_id)
        is_waiting.append(deliveries.c.newsletter_id == newsletter_id)
    waiting = delivery_counts.lock_rows(conn, *is_waiting)
    changes = _suppress_waiting(conn, waiting, reason, at=at)
    stopped = stopped_mail_counts(row.newsletter_id for row in waiting)
    ended = conn.execute(subscription.returning(subscriptions.c.newsletter_id)).scalars().all()
    unsubscribes.record(conn, address_key, id_, ended, reason=reason, at=at)
    delivery_counts.add(conn, changes)
    daily_counts.add(conn, stopped | {(ended_id, daily_counts.LEFT): 1 for ended_id in ended}, at=at)
    return bool(ended)


def set_preference(conn: Connection, subscriber_id: int, name: str, value: str) -> None:
    """Store one of the subscriber's choices for all newsletters; an empty value removes it."""
    query = select(subscribers.c.preferences).where(subscribers.c.id == subscriber_id).with_for_update(key_share=True)
    present: Mapping[str, str] = conn.execute(query).scalar_one()
    changed = {key: text for key, text in {**present, name: value}.items() if text or key != name}
    if changed != present:
        conn.execute(update(subscribers).where(subscribers.c.id == subscriber_id).values(preferences=changed))


def revoke_links(conn: Connection, subscriber_id: int) -> None:
    """Make the subscriber's links of all mails so far useless, those that unsubscribe excepted."""
    row = update(subscribers).where(subscribers.c.id == subscriber_id)
    conn.execute(row.values(links_version=subscribers.c.links_version + 1))


def suppress(conn: Connection, address: str, reason: str, *, at: datetime) -> None:
    """Send no more mail to this address, whatever it is subscribed to: it bounces, or its owner complained."""
    ids = _ids(conn, [normalize_address(address)])
    suppress_all(conn, dict.fromkeys(ids.values(), reason), at=at)


def suppress_all(conn: Connection, reasons: Mapping[int, str], *, at: datetime) -> None:
    """Send no more mail to these subscribers, given by id, each for a reason of its own."""
    if not reasons:
        return
    parameters = [{"of_subscriber": id_, "of_reason": reason} for id_, reason in reasons.items()]
    counts = suppression_counts(conn, reasons)
    row = update(subscribers).where(subscribers.c.id == bindparam("of_subscriber"))
    conn.execute(row.values(suppressed=bindparam("of_reason")), parameters)
    changes: delivery_counts.Changes = Counter()
    for batch in batches(reasons):
        is_waiting = (deliveries.c.subscriber_id.in_(batch), deliveries.c.outcome.in_(WAITING))
        rows = delivery_counts.lock_rows(conn, *is_waiting)
        for subscriber_id, waiting in groupby(sorted(rows, key=_of_subscriber), key=_of_subscriber):
            changes.update(_suppress_waiting(conn, [*waiting], reasons[subscriber_id], at=at))
    delivery_counts.add(conn, changes)
    daily_counts.add(conn, counts, at=at)


def unsuppress(conn: Connection, address: str) -> bool:
    """End the suppression of this address; False if there was none."""
    is_subscriber = subscribers.c.address_key == normalize_address(address)
    statement = update(subscribers).where(is_subscriber, subscribers.c.suppressed != "").values(suppressed="")
    return conn.execute(statement).rowcount > 0


def find(conn: Connection, address: str) -> Subscriber | None:
    """The subscriber with this address, with or without subscriptions."""
    query = select(*columns(subscribers, Subscriber)).where(subscribers.c.address_key == normalize_address(address))
    return next(from_rows(Subscriber, conn.execute(query)), None)


def get(conn: Connection, subscriber_id: int) -> Subscriber | None:
    """The subscriber with this id; an erased one has no address any more."""
    query = select(*columns(subscribers, Subscriber)).where(subscribers.c.id == subscriber_id)
    return next(from_rows(Subscriber, conn.execute(query)), None)


def newsletter_ids(conn: Connection, subscriber_id: int) -> tuple[str, ...]:
    """The ids of the newsletters that the subscriber subscribes to, in order."""
    query = select(subscriptions.c.newsletter_id).where(subscriptions.c.subscriber_id == subscriber_id)
    return tuple(conn.execute(query.order_by(subscriptions.c.newsletter_id)).scalars())


def has_any(conn: Connection, newsletter_id: str) -> bool:
    """Whether anybody subscribes to the newsletter."""
    query = select(subscriptions.c.subscriber_id).where(subscriptions.c.newsletter_id == newsletter_id)
    return conn.execute(query.limit(1)).first() is not None


def for_newsletter(conn: Connection, newsletter_id: str) -> Iterator[Subscriber]:
    """The newsletter's subscribers, ordered by address; streamed, so that memory stays bounded."""
    query = _subscribed(newsletter_id, *columns(subscribers, Subscriber))
    return from_rows(Subscriber, stream(conn, query))


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


def lock_addresses(conn: Connection, address_keys: list[str]) -> None:
    """Lock a batch of subscribers, so that no subscription is added while it ends in another transaction.

    SQLite locks the whole file. The checks of foreign keys, which the creation of deliveries makes, don't wait.
    """
    if conn.dialect.name == "postgresql":
        query = select(subscribers.c.id).where(subscribers.c.address_key.in_(address_keys)).order_by(subscribers.c.id)
        conn.execute(query.with_for_update(key_share=True))


def _ids(conn: Connection, address_keys: list[str]) -> dict[str, int]:
    query = select(subscribers.c.address_key, subscribers.c.id).where(subscribers.c.address_key.in_(address_keys))
    return dict(conn.execute(query).all())


_of_subscriber = attrgetter("subscriber_id")


def _suppress_waiting(
    conn: Connection, rows: Sequence[LedgerRow], reason: str, *, at: datetime
) -> delivery_counts.Changes:
    """Suppress rows that are still to be sent, even if a sender has claimed them; return what to count."""
    return delivery_counts.change(conn, rows, Outcome.SUPPRESSED, next_try=None, reply=reason, changed=at)
