"""Listing of a newsletter's subscriptions, those that have ended too."""

from __future__ import annotations

import enum
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection, Label, and_, exists, func, or_, select

from digest.model.editions import Subscriber
from digest.store import audiences, unsubscribes
from digest.store.audiences import SubscriptionPreferences
from digest.store.database import Store
from digest.store.mapping import columns, from_rows, stream
from digest.store.tables import subscribers, subscription_requests, subscriptions
from digest.store.unsubscribes import Unsubscribe

#: Subscriptions read at once.
_PAGE = 1_000


class SubscriptionState(enum.StrEnum):
    """What a subscriber gets of a newsletter; all but the first get nothing."""

    ACTIVE = "active"
    #: The address bounces, or its owner complained.
    SUPPRESSED = "suppressed"
    LEFT = "left"
    #: The address was asked to confirm that it wants the newsletter, and has not answered.
    PENDING = "pending"


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """A subscriber's subscription to a newsletter, or its end."""

    subscriber: Subscriber
    #: The ids of all newsletters that the subscriber subscribes to.
    newsletters: tuple[str, ...]
    #: Start of the subscription; None if it has ended.
    since: datetime | None
    #: Why the address gets no more mail; empty if it does.
    suppressed: str
    #: The last unsubscribe; a subscriber may have come back since.
    unsubscribe: Unsubscribe | None = None
    #: Wishes for this newsletter.
    chosen: SubscriptionPreferences = field(default_factory=SubscriptionPreferences)
    #: When the subscription was asked for, if it waits for a confirmation.
    asked: datetime | None = None

    @property
    def state(self) -> SubscriptionState:
        if self.asked is not None:
            return SubscriptionState.PENDING
        if self.since is None:
            return SubscriptionState.LEFT
        return SubscriptionState.SUPPRESSED if self.suppressed else SubscriptionState.ACTIVE

    @property
    def reason(self) -> str:
        """Why the subscriber gets no mail; empty if it does."""
        if self.since is None and self.unsubscribe:
            return self.unsubscribe.reason
        return self.suppressed


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Some subscriptions, ordered by address."""

    subscriptions: tuple[Subscription, ...]
    #: The next page begins after it; None if there is none.
    last_key: str | None


def list_subscriptions(conn: Connection, newsletter_id: str) -> Iterator[Subscription]:
    """The newsletter's subscriptions, those that have ended too, ordered by address; read by pages."""
    key: str | None = ""
    while key is not None:
        current = page(conn, newsletter_id, after=key)
        yield from current.subscriptions
        key = current.last_key


def stream_subscriptions(store: Store, newsletter_id: str) -> Iterator[Subscription]:
    """Likewise, each page in a transaction of its own: however slowly they are printed, none lasts long.

    One that would last keeps PostgreSQL from removing dead rows, and SQLite's log from being reused.
    """
    key: str | None = ""
    while key is not None:
        with store.read() as conn:
            current = page(conn, newsletter_id, after=key)
        yield from current.subscriptions
        key = current.last_key


def page(conn: Connection, newsletter_id: str, *, after: str = "", limit: int = _PAGE) -> Page:
    """The newsletter's subscriptions after this normalized address."""
    subscriber_columns = columns(subscribers, Subscriber)
    left, reason = unsubscribes.last_of_subscriber(newsletter_id, subscribers.c.id)
    is_of_newsletter = and_(
        subscriptions.c.subscriber_id == subscribers.c.id, subscriptions.c.newsletter_id == newsletter_id
    )
    query = (
        select(*subscriber_columns, subscriptions.c.since, subscribers.c.suppressed)
        .add_columns(_newsletters(), left.label("left"), reason.label("reason"), subscribers.c.address_key)
        .outerjoin(subscriptions, is_of_newsletter)
        .where(or_(subscriptions.c.since.is_not(None), left.is_not(None)), subscribers.c.address_key > after)
        .order_by(subscribers.c.address_key)
        .limit(limit)
    )
    rows = conn.execute(query).all()
    wishes = audiences.for_subscribers(conn, newsletter_id, [row.id for row in rows])
    entries = []
    for row in rows:
        (subscriber,) = from_rows(Subscriber, [row[: len(subscriber_columns)]])
        subscription = Subscription(
            subscriber=subscriber,
            newsletters=tuple(sorted(filter(None, (row.newsletters or "").split(",")))),
            since=row.since,
            suppressed=row.suppressed,
            unsubscribe=Unsubscribe(since=row.left, reason=row.reason) if row.left else None,
            chosen=wishes.get(subscriber.id, SubscriptionPreferences()),
        )
        entries.append(subscription)
    return Page(subscriptions=tuple(entries), last_key=rows[-1].address_key if len(rows) == limit else None)


def list_pending(conn: Connection, newsletter_id: str) -> Iterator[Subscription]:
    """Requests for the newsletter that wait for a confirmation, ordered by address; streamed."""
    is_subscribed = exists().where(
        subscribers.c.address_key == subscription_requests.c.address_key,
        subscriptions.c.subscriber_id == subscribers.c.id,
        subscriptions.c.newsletter_id == newsletter_id,
    )
    query = select(subscription_requests).where(subscription_requests.c.confirmed.is_(None), ~is_subscribed)
    last_key = ""
    for row in stream(conn, query.order_by(subscription_requests.c.address_key, subscription_requests.c.id)):
        if newsletter_id in row.newsletters.split(",") and row.address_key != last_key:
            last_key = row.address_key
            subscriber = Subscriber(id=0, address=row.address, name=row.name)
            yield Subscription(subscriber=subscriber, newsletters=(), since=None, suppressed="", asked=row.asked)


def stream_pending(store: Store, newsletter_id: str) -> Iterator[Subscription]:
    """Likewise, in one transaction that ends before the first is given: retention keeps requests few."""
    with store.read() as conn:
        pending = tuple(list_pending(conn, newsletter_id))
    yield from pending


def _newsletters() -> Label[str]:
    """The ids of the subscriber's newsletters, with commas between."""
    newsletters = subscriptions.alias()
    ids = func.aggregate_strings(newsletters.c.newsletter_id, ",")
    query = select(ids).where(newsletters.c.subscriber_id == subscribers.c.id)
    return query.scalar_subquery().label("newsletters")
