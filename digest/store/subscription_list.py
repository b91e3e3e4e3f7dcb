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
from digest.store.mapping import columns, from_rows, stream
from digest.store.tables import subscribers, subscription_requests, subscriptions
from digest.store.unsubscribes import Unsubscribe


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


def list_subscriptions(conn: Connection, newsletter_id: str) -> Iterator[Subscription]:
    """The newsletter's subscriptions, those that have ended too, ordered by address; streamed."""
    subscriber_columns = columns(subscribers, Subscriber)
    wishes = audiences.for_newsletter(conn, newsletter_id)
    ended = unsubscribes.by_subscriber(newsletter_id)
    is_of_newsletter = and_(
        subscriptions.c.subscriber_id == subscribers.c.id, subscriptions.c.newsletter_id == newsletter_id
    )
    query = (
        select(*subscriber_columns, subscriptions.c.since, subscribers.c.suppressed)
        .add_columns(_newsletters(), ended.c.since.label("left"), ended.c.reason)
        .outerjoin(subscriptions, is_of_newsletter)
        .outerjoin(ended, ended.c.subscriber_id == subscribers.c.id)
        .where(or_(subscriptions.c.since.is_not(None), ended.c.since.is_not(None)))
        .order_by(subscribers.c.address_key)
    )
    for row in stream(conn, query):
        (subscriber,) = from_rows(Subscriber, [row[: len(subscriber_columns)]])
        yield Subscription(
            subscriber=subscriber,
            newsletters=tuple(sorted(filter(None, (row.newsletters or "").split(",")))),
            since=row.since,
            suppressed=row.suppressed,
            unsubscribe=Unsubscribe(since=row.left, reason=row.reason) if row.left else None,
            chosen=wishes.get(subscriber.id, SubscriptionPreferences()),
        )


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


def _newsletters() -> Label[str]:
    """The ids of the subscriber's newsletters, with commas between."""
    newsletters = subscriptions.alias()
    ids = func.aggregate_strings(newsletters.c.newsletter_id, ",")
    query = select(ids).where(newsletters.c.subscriber_id == subscribers.c.id)
    return query.scalar_subquery().label("newsletters")
