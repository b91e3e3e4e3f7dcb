"""Audiences, their subscribers' wishes, and the editions that subscribers were sent before.

A subscriber without a row in ``subscription_preferences`` gets the newsletter as published.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, exists, func, literal, or_, select, update

from digest.model.audiences import AS_PUBLISHED, Audience, ReadingPreferences
from digest.model.editions import EditionKind
from digest.model.slots import Slot
from digest.store.locks import advisory_lock
from digest.store.mapping import batches, insert, stream
from digest.store.tables import audiences as table
from digest.store.tables import deliveries, drafts, editions, subscriptions
from digest.store.tables import subscription_preferences as choices


@dataclass(frozen=True, slots=True, kw_only=True)
class SubscriptionPreferences:
    """A subscriber's wishes for a newsletter, and the audience that they led to."""

    preferences: ReadingPreferences = field(default_factory=ReadingPreferences)
    audience: str = ""
    paused_until: datetime | None = None

    @property
    def is_approximate(self) -> bool:
        """The audience isn't exactly the one of these wishes: there are too many."""
        return self.audience != self.preferences.key


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangedMember:
    """A subscriber whose audience changed, so that earlier editions differ from those of the audience."""

    subscriber_id: int
    #: The latest of: the start of the subscription, the end of a pause.
    since: datetime
    #: When an edition was last composed for the audience with this subscriber in it.
    considered: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SentEdition:
    """An edition that a subscriber was sent."""

    id: int
    audience: str
    #: Its readers had everything until then: when its slot was due, or when its draft was composed.
    had_all_until: datetime
    frozen_at: datetime
    kind: EditionKind = EditionKind.DIGEST


def lock(conn: Connection, newsletter_id: str) -> None:
    """Take the lock of a newsletter's audiences until the end of the transaction: nobody changes audience meanwhile."""
    advisory_lock(conn, f"audiences of {newsletter_id}")


def find(conn: Connection, newsletter_id: str, subscriber_id: int) -> SubscriptionPreferences:
    """The subscriber's wishes for the newsletter, subscribed or not."""
    return for_subscriber(conn, subscriber_id).get(newsletter_id, SubscriptionPreferences())


def for_subscriber(conn: Connection, subscriber_id: int) -> Mapping[str, SubscriptionPreferences]:
    """The subscriber's wishes by newsletter; without those as published."""
    rows = conn.execute(select(choices).where(choices.c.subscriber_id == subscriber_id))
    return {row.newsletter_id: _preferences(row) for row in rows}


def for_subscribers(
    conn: Connection, newsletter_id: str, subscriber_ids: Collection[int]
) -> Mapping[int, SubscriptionPreferences]:
    """The wishes of some of the newsletter's subscribers by id; without those as published."""
    preferences: dict[int, SubscriptionPreferences] = {}
    for batch in batches(subscriber_ids):
        is_row = (choices.c.newsletter_id == newsletter_id, choices.c.subscriber_id.in_(batch))
        rows = conn.execute(select(choices).where(*is_row))
        preferences |= {row.subscriber_id: _preferences(row) for row in rows}
    return preferences


def has_any(conn: Connection, newsletter_id: str) -> bool:
    """Whether any of the newsletter's subscribers has wishes."""
    query = select(choices.c.subscriber_id).where(choices.c.newsletter_id == newsletter_id)
    return conn.execute(query.limit(1)).first() is not None


def choose(
    conn: Connection,
    newsletter_id: str,
    subscriber_id: int,
    preferences: ReadingPreferences,
    *,
    audience: Audience,
    at: datetime,
) -> None:
    """Store the wishes and the audience. A subscriber whose audience changes is marked."""
    if audience.key:
        known = {"newsletter_id": newsletter_id, "key": audience.key, "preferences": audience.preferences.to_json()}
        conn.execute(insert(conn, table).values(known).on_conflict_do_nothing())
    _update(conn, newsletter_id, subscriber_id, preferences=preferences.to_json())
    row = update(choices).where(*_is_row(newsletter_id, subscriber_id), choices.c.audience != audience.key)
    conn.execute(row.values(audience=audience.key, audience_since=at, considered=None))


def pause(conn: Connection, newsletter_id: str, subscriber_id: int, until: datetime | None) -> None:
    """Send no edition of slots that are due before; None ends the pause."""
    _update(conn, newsletter_id, subscriber_id, paused_until=until)


def in_use(conn: Connection, newsletter_id: str, *, besides: int | None = None) -> tuple[Audience, ...]:
    """The audiences with a subscriber, by key; without those as published, and those of one subscriber alone."""
    has_member = exists().where(
        choices.c.newsletter_id == table.c.newsletter_id,
        choices.c.audience == table.c.key,
        subscriptions.c.newsletter_id == choices.c.newsletter_id,
        subscriptions.c.subscriber_id == choices.c.subscriber_id,
        *(() if besides is None else (choices.c.subscriber_id != besides,)),
    )
    query = select(table).where(table.c.newsletter_id == newsletter_id, has_member).order_by(table.c.key)
    return tuple(map(_audience, conn.execute(query)))


def get(conn: Connection, newsletter_id: str, key: str) -> Audience | None:
    """The audience with this key; None if there never was one."""
    if not key:
        return AS_PUBLISHED
    row = conn.execute(select(table).where(table.c.newsletter_id == newsletter_id, table.c.key == key)).one_or_none()
    return _audience(row) if row else None


def count_approximate(conn: Connection, newsletter_id: str) -> int:
    """The number of subscribers whose audience isn't exactly that of their wishes."""
    return int(conn.execute(_approximate(select(func.count()), newsletter_id)).scalar_one())


def approximate_members(conn: Connection, newsletter_id: str) -> Mapping[int, ReadingPreferences]:
    """The wishes of those subscribers, by id."""
    query = _approximate(select(choices.c.subscriber_id, choices.c.preferences), newsletter_id)
    rows = conn.execute(query.order_by(choices.c.subscriber_id))
    return {row.subscriber_id: ReadingPreferences.from_json(row.preferences) for row in rows}


def _approximate(query: Select[Any], newsletter_id: str) -> Select[Any]:
    joined = _members(newsletter_id).outerjoin(
        table, and_(table.c.newsletter_id == choices.c.newsletter_id, table.c.key == choices.c.audience)
    )
    differs = func.coalesce(table.c.preferences, literal({}, table.c.preferences.type)) != choices.c.preferences
    return query.select_from(joined).where(differs)


def has_unmarked_members(conn: Connection, newsletter_id: str, audience: str, slot: Slot) -> bool:
    """Whether any subscriber has been in the audience for so long that its earlier editions are theirs."""
    return conn.execute(_unmarked(newsletter_id, audience, slot).limit(1)).first() is not None


def unmarked_members(conn: Connection, newsletter_id: str, audience: str, slot: Slot) -> Iterator[int]:
    """The ids of those subscribers, in order, without those who pause; streamed."""
    query = _unmarked(newsletter_id, audience, slot).order_by(subscriptions.c.subscriber_id)
    return (row.subscriber_id for row in stream(conn, query))


def changed_members(
    conn: Connection, newsletter_id: str, audience: str, slot: Slot, *, revision: int
) -> tuple[ChangedMember, ...]:
    """The marked subscribers of the audience, without those who pause, or have a mail of this date already."""
    has_mail = exists().where(
        deliveries.c.newsletter_id == newsletter_id,
        deliveries.c.slot_key == slot.key,
        deliveries.c.revision == revision,
        deliveries.c.subscriber_id == choices.c.subscriber_id,
    )
    query = select(choices.c.subscriber_id, choices.c.considered, choices.c.paused_until, subscriptions.c.since)
    query = query.select_from(_members(newsletter_id)).where(
        choices.c.audience == audience, choices.c.audience_since.is_not(None), _is_awake(slot), ~has_mail
    )
    return tuple(
        ChangedMember(
            subscriber_id=row.subscriber_id,
            since=max(filter(None, (row.since, row.paused_until))),
            considered=row.considered,
        )
        for row in conn.execute(query.order_by(choices.c.subscriber_id))
    )


def sent_editions(
    conn: Connection, newsletter_id: str, subscriber_ids: Collection[int], slot: Slot, *, since: datetime
) -> Mapping[int, tuple[SentEdition, ...]]:
    """The editions that these subscribers were sent of other slots, frozen since then, earliest first."""
    is_draft = and_(
        drafts.c.newsletter_id == editions.c.newsletter_id,
        drafts.c.slot_key == editions.c.slot_key,
        or_(drafts.c.slot_due == editions.c.slot_due, editions.c.audience == ""),
    )
    had_all_until = func.coalesce(drafts.c.composed, editions.c.slot_due).label("had_all_until")
    of_edition = (editions.c.id, editions.c.audience, editions.c.kind, editions.c.published.label("frozen_at"))
    query = (
        select(deliveries.c.subscriber_id, *of_edition, had_all_until)
        .join_from(deliveries, editions)
        .outerjoin(drafts, is_draft)
    )
    query = query.where(
        deliveries.c.newsletter_id == newsletter_id, editions.c.published >= since, editions.c.slot_key != slot.key
    )
    sent: dict[int, list[SentEdition]] = defaultdict(list)
    for batch in batches(sorted(subscriber_ids)):
        for row in conn.execute(query.where(deliveries.c.subscriber_id.in_(batch)).order_by(editions.c.id)):
            sent[row.subscriber_id].append(SentEdition(**{name: getattr(row, name) for name in SentEdition.__slots__}))
    return {subscriber_id: tuple(rows) for subscriber_id, rows in sent.items()}


def has_mail(conn: Connection, newsletter_id: str, subscriber_id: int, slot: Slot) -> bool:
    """Whether the subscriber has a mail of this date, whatever its audience."""
    query = select(deliveries.c.id).where(
        deliveries.c.newsletter_id == newsletter_id,
        deliveries.c.slot_key == slot.key,
        deliveries.c.subscriber_id == subscriber_id,
    )
    return conn.execute(query.limit(1)).first() is not None


def record_considered(conn: Connection, newsletter_id: str, subscriber_ids: Iterable[int], *, at: datetime) -> None:
    """An edition was composed for the audience of these marked subscribers, whether it had anything new or not."""
    _set(conn, newsletter_id, subscriber_ids, considered=at)


def unmark(conn: Connection, newsletter_id: str, subscriber_ids: Iterable[int]) -> None:
    """From now on the audience's earlier editions count as those of these subscribers."""
    _set(conn, newsletter_id, subscriber_ids, audience_since=None)


def _set(conn: Connection, newsletter_id: str, subscriber_ids: Iterable[int], **values: Any) -> None:
    for batch in batches(subscriber_ids):
        is_row = (choices.c.newsletter_id == newsletter_id, choices.c.subscriber_id.in_(batch))
        conn.execute(update(choices).where(*is_row).values(**values))


def _update(conn: Connection, newsletter_id: str, subscriber_id: int, **values: Any) -> None:
    keys = {"newsletter_id": newsletter_id, "subscriber_id": subscriber_id}
    statement = insert(conn, choices).values(**keys, **values)
    conn.execute(statement.on_conflict_do_update(index_elements=list(keys), set_=values))


def _unmarked(newsletter_id: str, audience: str, slot: Slot) -> Select[Any]:
    query = select(subscriptions.c.subscriber_id)
    is_row = and_(
        choices.c.newsletter_id == subscriptions.c.newsletter_id,
        choices.c.subscriber_id == subscriptions.c.subscriber_id,
    )
    is_unmarked = and_(choices.c.audience == audience, choices.c.audience_since.is_(None), _is_awake(slot))
    if audience:
        query = query.join(choices, is_row)
    else:
        query = query.outerjoin(choices, is_row)
        is_unmarked = or_(choices.c.subscriber_id.is_(None), is_unmarked)
    return query.where(subscriptions.c.newsletter_id == newsletter_id, is_unmarked)


def _members(newsletter_id: str) -> Any:
    """Wishes for the newsletter, joined with the subscription that they are for."""
    return choices.join(
        subscriptions,
        and_(
            choices.c.newsletter_id == newsletter_id,
            subscriptions.c.newsletter_id == newsletter_id,
            subscriptions.c.subscriber_id == choices.c.subscriber_id,
        ),
    )


def _is_awake(slot: Slot) -> ColumnElement[bool]:
    return or_(choices.c.paused_until.is_(None), choices.c.paused_until <= slot.due)


def _is_row(newsletter_id: str, subscriber_id: int) -> tuple[ColumnElement[bool], ...]:
    return (choices.c.newsletter_id == newsletter_id, choices.c.subscriber_id == subscriber_id)


def _preferences(row: Row[Any]) -> SubscriptionPreferences:
    return SubscriptionPreferences(
        preferences=ReadingPreferences.from_json(row.preferences),
        audience=row.audience,
        paused_until=row.paused_until,
    )


def _audience(row: Row[Any]) -> Audience:
    return Audience(key=row.key, preferences=ReadingPreferences.from_json(row.preferences))
