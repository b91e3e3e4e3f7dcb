"""Subscribers as an operator looks for them: by a part of address or name, the newest, and what each has got."""

from __future__ import annotations

import enum
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Select, exists, func, or_, select

from digest.model.editions import Outcome
from digest.store import daily_counts, subscriber_counts
from digest.store.subscribers import normalize_address
from digest.store.tables import (
    deliveries,
    editions,
    subscribers,
    subscription_preferences,
    subscriptions,
    unsubscribes,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SubscriberSummary:
    """A subscriber in a list."""

    id: int
    address: str
    name: str
    added: datetime
    #: Why the address gets no mail; empty if it does.
    suppressed: str
    #: The ids of the newsletters that it subscribes to.
    newsletter_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PastDelivery:
    """An edition's mail to a subscriber."""

    edition_id: int
    newsletter_id: str
    slot_key: str
    subject: str
    outcome: Outcome
    reply: str
    changed: datetime


#: Not erased.
_HAS_ADDRESS = subscribers.c.address_key.contains("@")


class SearchState(enum.StrEnum):
    """States that an operator may look for."""

    #: It subscribes, and gets mail.
    ACTIVE = "active"
    #: It subscribes, and gets none for a while.
    PAUSED = "paused"
    #: The address bounced, or its owner complained.
    SUPPRESSED = "suppressed"
    #: It subscribes to nothing, or not to the newsletter that was asked for.
    NONE = "none"


def search(
    conn: Connection,
    text: str,
    *,
    now: datetime,
    limit: int,
    newsletter_id: str = "",
    state: SearchState | None = None,
) -> tuple[SubscriberSummary, ...]:
    """Subscribers whose address or name contains the text, in any case, by address.

    ``newsletter_id`` and ``state`` leave only those who subscribe to it, or are in that state.
    """
    part = normalize_address(text)
    is_match = or_(
        subscribers.c.address_key.contains(part, autoescape=True),
        func.lower(subscribers.c.name).contains(part, autoescape=True),
    )
    query = (
        _query().where(is_match, _HAS_ADDRESS, *_filters(newsletter_id, state, now)).order_by(subscribers.c.address_key)
    )
    return _summaries(conn, query.limit(limit))


def _filters(newsletter_id: str, state: SearchState | None, now: datetime) -> Iterator[ColumnElement[bool]]:
    subscribes = exists().where(subscriptions.c.subscriber_id == subscribers.c.id)
    is_paused = exists().where(
        subscription_preferences.c.subscriber_id == subscribers.c.id, subscription_preferences.c.paused_until > now
    )
    if newsletter_id:
        subscribes = subscribes.where(subscriptions.c.newsletter_id == newsletter_id)
        is_paused = is_paused.where(subscription_preferences.c.newsletter_id == newsletter_id)
    match state:
        case SearchState.ACTIVE:
            yield from (subscribes, subscribers.c.suppressed == "", ~is_paused)
        case SearchState.PAUSED:
            yield from (subscribes, is_paused)
        case SearchState.SUPPRESSED:
            yield subscribers.c.suppressed != ""
            if newsletter_id:
                yield subscribes
        case SearchState.NONE:
            yield ~subscribes
        case None:
            if newsletter_id:
                yield subscribes


def newest(conn: Connection, *, limit: int) -> tuple[SubscriberSummary, ...]:
    """The subscribers who were added last."""
    query = _query().where(_HAS_ADDRESS).order_by(subscribers.c.added.desc(), subscribers.c.id.desc())
    return _summaries(conn, query.limit(limit))


def get(conn: Connection, subscriber_id: int) -> SubscriberSummary | None:
    """The subscriber with this id; None if there is none, or it was erased."""
    query = _query().where(subscribers.c.id == subscriber_id, _HAS_ADDRESS)
    return next(iter(_summaries(conn, query)), None)


def counts(conn: Connection) -> Mapping[str, tuple[int, int]]:
    """By newsletter: how many subscribers get its mails, and how many don't, since their addresses are suppressed."""
    numbers = subscriber_counts.by_newsletter(conn, daily_counts.subjects(conn, daily_counts.JOINED))
    return {id_: (number.active, number.suppressed) for id_, number in numbers.items()}


def past_deliveries(conn: Connection, subscriber_id: int, *, limit: int) -> tuple[PastDelivery, ...]:
    """The subscriber's newest mails."""
    query = (
        select(
            deliveries.c.edition_id,
            deliveries.c.newsletter_id,
            deliveries.c.slot_key,
            editions.c.subject,
            deliveries.c.outcome,
            deliveries.c.reply,
            deliveries.c.changed,
        )
        .join_from(deliveries, editions, deliveries.c.edition_id == editions.c.id)
        .where(deliveries.c.subscriber_id == subscriber_id)
        .order_by(deliveries.c.edition_id.desc())
        .limit(limit)
    )
    return tuple(PastDelivery(**row) for row in conn.execute(query).mappings())


def departures(conn: Connection, subscriber_id: int) -> Mapping[str, tuple[datetime, str]]:
    """By newsletter, empty for all: when the subscriber last left, and why."""
    columns = unsubscribes.c
    query = select(columns.newsletter_id, columns.since, columns.reason).where(columns.subscriber_id == subscriber_id)
    return {row.newsletter_id: (row.since, row.reason) for row in conn.execute(query)}


def _query() -> Select[tuple[object, ...]]:
    return select(
        subscribers.c.id, subscribers.c.address, subscribers.c.name, subscribers.c.added, subscribers.c.suppressed
    )


def _summaries(conn: Connection, query: Select[tuple[object, ...]]) -> tuple[SubscriberSummary, ...]:
    rows = conn.execute(query).mappings().all()
    newsletter_ids: dict[int, list[str]] = {row["id"]: [] for row in rows}
    pairs = select(subscriptions.c.subscriber_id, subscriptions.c.newsletter_id)
    pairs = pairs.where(subscriptions.c.subscriber_id.in_(newsletter_ids)).order_by(subscriptions.c.newsletter_id)
    for subscriber_id, newsletter_id in conn.execute(pairs):
        newsletter_ids[subscriber_id].append(newsletter_id)
    return tuple(SubscriberSummary(**row, newsletter_ids=tuple(newsletter_ids[row["id"]])) for row in rows)
