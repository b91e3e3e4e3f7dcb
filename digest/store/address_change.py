"""Change of a subscriber's address, and its undoing.

If the other address has a subscriber already, that one becomes a part of this one: subscriptions and unsubscribes of
both stay, and so do the links in the mails of both. The former address is remembered by its hash, so that an import of
an older list doesn't subscribe it beside the new one.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, insert, or_, select, update

from digest.model.editions import Outcome, Subscriber
from digest.store import daily_counts, delivery_counts, unsubscribes
from digest.store.subscribers import find, get, lock_addresses, newsletter_ids, normalize_address, revoke_links
from digest.store.tables import deliveries, editions, subscribers, subscription_preferences, subscriptions

#: Stands in place of the address of a subscriber that became a part of another; no address is like it.
_MERGED = "merged"
#: Longer chains of changed addresses exist only by mistake.
_MAX_CHAIN = 100
_UNSENT = (Outcome.PENDING, Outcome.RETRY, Outcome.UNKNOWN)


def change(conn: Connection, subscriber_id: int, address: str, *, at: datetime) -> Mapping[str, Any]:
    """Send the subscriber's mails to another address from now on; the state before, for ``undo``."""
    row = _row(conn, subscriber_id)
    address_key = normalize_address(address)
    lock_addresses(conn, [row.address_key, address_key])
    before = _state(conn, subscriber_id)
    if address_key == row.address_key:  # only its capitals
        _set(conn, subscriber_id, address=address)
        return before
    if (existing := find(conn, address)) is not None:
        before |= {"merged": {"id": existing.id} | _state(conn, existing.id)}
        _absorb(conn, existing.id, subscriber_id, at=at)
    _readdress(conn, subscriber_id, address, suppressed="", at=at)
    unsubscribes.copy(conn, subscriber_id, address_key)
    unsubscribes.detach(conn, subscriber_id, except_for=address_key)
    current = newsletter_ids(conn, subscriber_id)
    for newsletter_id in current:
        unsubscribes.forget(conn, [address_key], newsletter_id)
    unsubscribes.record(conn, row.address_key, None, current, reason=unsubscribes.MOVED, at=at)
    return before


def undo(conn: Connection, subscriber_id: int, before: Mapping[str, Any], *, at: datetime) -> bool:
    """Take the change back; what was left since then stays left. False if the former address is somebody's again."""
    row = _row(conn, subscriber_id)
    former_key = normalize_address(before["address"])
    lock_addresses(conn, [row.address_key, former_key])
    existing = find(conn, before["address"])
    if existing is not None and existing.id != subscriber_id:
        return False
    current = newsletter_ids(conn, subscriber_id)
    merged = before.get("merged")
    _readdress(conn, subscriber_id, before["address"], suppressed=before["suppressed"], at=at)
    unsubscribes.forget_moved(conn, former_key)
    unsubscribes.copy(conn, subscriber_id, former_key)
    unsubscribes.attach(conn, subscriber_id, former_key)
    if merged:
        _split(conn, subscriber_id, merged, own=before["subscriptions"], current=current)
        both = set(merged["subscriptions"]).intersection(before["subscriptions"], current)
        daily_counts.add(conn, {(newsletter_id, daily_counts.JOINED): 1 for newsletter_id in both}, at=at)
    else:
        unsubscribes.delete_attached(conn, subscriber_id, row.address_key)
    return True


def current(conn: Connection, subscriber: Subscriber) -> Subscriber:
    """The subscriber, or the one that it has become a part of."""
    current_id = subscriber.id
    for _ in range(_MAX_CHAIN):
        query = select(subscribers.c.merged_into).where(subscribers.c.id == current_id)
        if (merged_into := conn.execute(query).scalar()) is None:
            break
        current_id = merged_into
    return subscriber if current_id == subscriber.id else get(conn, current_id) or subscriber


def has_moved_since(conn: Connection, subscriber_id: int, edition_id: int) -> bool:
    """Whether the subscriber had another address when the edition was published."""
    published = select(editions.c.published).where(editions.c.id == edition_id).scalar_subquery()
    has_moved = or_(subscribers.c.merged_into.is_not(None), subscribers.c.address_since > published)
    query = select(subscribers.c.id).where(subscribers.c.id == subscriber_id, has_moved)
    return conn.execute(query).first() is not None


def with_merged(conn: Connection, subscriber_id: int) -> tuple[int, ...]:
    """The subscriber's id, and those of all that have become a part of it."""
    ids, latest = [subscriber_id], [subscriber_id]
    while latest:
        query = select(subscribers.c.id).where(subscribers.c.merged_into.in_(latest))
        latest = [id_ for id_ in conn.execute(query).scalars() if id_ not in ids]
        ids += latest
    return tuple(ids)


def _absorb(conn: Connection, absorbed_id: int, subscriber_id: int, *, at: datetime) -> None:
    """Make a subscriber a part of another one, without a second mail of any edition."""
    absorbed, row = _row(conn, absorbed_id), _row(conn, subscriber_id)
    theirs, own = subscriptions.alias(), newsletter_ids(conn, subscriber_id)
    is_new = theirs.c.newsletter_id.not_in(own)
    rows = conn.execute(select(theirs).where(theirs.c.subscriber_id == absorbed_id, is_new)).mappings().all()
    both = set(newsletter_ids(conn, absorbed_id)).intersection(own)
    conn.execute(delete(subscriptions).where(subscriptions.c.subscriber_id == absorbed_id))
    daily_counts.add(conn, {(newsletter_id, daily_counts.LEFT): 1 for newsletter_id in both}, at=at)
    if rows:
        conn.execute(insert(subscriptions), [{**row, "subscriber_id": subscriber_id} for row in rows])
    moved = [subscription["newsletter_id"] for subscription in rows]
    _move_preferences(conn, moved, from_id=absorbed_id, to_id=subscriber_id)
    _move_deliveries(conn, absorbed_id, subscriber_id, moved, at=at)
    unsubscribes.reassign(conn, absorbed_id, subscriber_id)
    _set(conn, subscriber_id, name=row.name or absorbed.name, preferences={**absorbed.preferences, **row.preferences})
    tombstone = {"address": _MERGED, "address_key": f"{_MERGED} {absorbed_id}", "name": "", "preferences": {}}
    _set(conn, absorbed_id, suppressed=_MERGED, merged_into=subscriber_id, **tombstone)


def _move_preferences(conn: Connection, newsletter_ids: Collection[str], *, from_id: int, to_id: int) -> None:
    """A subscriber's wishes for these newsletters are another one's from now on."""
    wishes = subscription_preferences
    is_of_newsletters = wishes.c.newsletter_id.in_(newsletter_ids)
    conn.execute(delete(wishes).where(wishes.c.subscriber_id == to_id, is_of_newsletters))
    conn.execute(update(wishes).where(wishes.c.subscriber_id == from_id, is_of_newsletters).values(subscriber_id=to_id))


def _move_deliveries(
    conn: Connection, absorbed_id: int, subscriber_id: int, newsletter_ids: Collection[str], *, at: datetime
) -> None:
    """Give a subscriber's waiting mails to another one, but for those of editions that the other one gets anyway.

    Mails of these newsletters that were sent go along: later editions must not repeat their stories.
    """
    others = deliveries.alias()
    has_copy = (
        select(others.c.id)
        .where(
            others.c.subscriber_id == subscriber_id,
            others.c.newsletter_id == deliveries.c.newsletter_id,
            others.c.slot_key == deliveries.c.slot_key,
            others.c.revision == deliveries.c.revision,
        )
        .exists()
    )
    is_waiting = (deliveries.c.subscriber_id == absorbed_id, deliveries.c.outcome.in_(_UNSENT))
    doubled = delivery_counts.lock_rows(conn, *is_waiting, has_copy)
    suppressed = {"next_try": None, "reply": unsubscribes.MOVED, "changed": at}
    delivery_counts.add(conn, delivery_counts.change(conn, doubled, Outcome.SUPPRESSED, **suppressed))
    conn.execute(update(deliveries).where(*is_waiting).values(subscriber_id=subscriber_id))
    is_moved = (deliveries.c.subscriber_id == absorbed_id, deliveries.c.newsletter_id.in_(newsletter_ids))
    conn.execute(update(deliveries).where(*is_moved, ~has_copy).values(subscriber_id=subscriber_id))


def _split(
    conn: Connection,
    subscriber_id: int,
    merged: Mapping[str, Any],
    *,
    own: Mapping[str, str],
    current: Collection[str],
) -> None:
    """Make the absorbed subscriber one of its own again."""
    absorbed_id, theirs, address_key = merged["id"], merged["subscriptions"], normalize_address(merged["address"])
    unsubscribes.attach(conn, absorbed_id, address_key)
    for newsletter_id, (since, reason) in merged["left"].items():
        left = datetime.fromisoformat(since)
        unsubscribes.record(conn, address_key, absorbed_id, [newsletter_id], reason=reason, at=left)
    values = {name: merged[name] for name in ("address", "name", "preferences", "suppressed")}
    _set(conn, absorbed_id, address_key=address_key, merged_into=None, **values)
    only_theirs = [id_ for id_ in theirs if id_ not in own]
    _move_preferences(conn, only_theirs, from_id=subscriber_id, to_id=absorbed_id)
    is_only_theirs = subscriptions.c.newsletter_id.in_(only_theirs)
    conn.execute(delete(subscriptions).where(subscriptions.c.subscriber_id == subscriber_id, is_only_theirs))
    for newsletter_id in set(theirs).intersection(current):
        row = {"newsletter_id": newsletter_id, "subscriber_id": absorbed_id}
        conn.execute(insert(subscriptions).values(since=datetime.fromisoformat(theirs[newsletter_id]), **row))


def _state(conn: Connection, subscriber_id: int) -> dict[str, Any]:
    """The subscriber as JSON can hold it."""
    row = _row(conn, subscriber_id)
    own = conn.execute(select(subscriptions).where(subscriptions.c.subscriber_id == subscriber_id))
    state: dict[str, Any] = {name: getattr(row, name) for name in ("address", "name", "preferences", "suppressed")}
    state["subscriptions"] = {subscription.newsletter_id: subscription.since.isoformat() for subscription in own}
    left = unsubscribes.of_subscriber(conn, subscriber_id)
    state["left"] = {newsletter_id: [entry.since.isoformat(), entry.reason] for newsletter_id, entry in left.items()}
    return state


def _readdress(conn: Connection, subscriber_id: int, address: str, *, suppressed: str, at: datetime) -> None:
    values = {"address": address, "address_key": normalize_address(address), "suppressed": suppressed}
    _set(conn, subscriber_id, address_since=at, **values)
    revoke_links(conn, subscriber_id)


def _row(conn: Connection, subscriber_id: int) -> Any:
    return conn.execute(select(subscribers).where(subscribers.c.id == subscriber_id)).one()


def _set(conn: Connection, subscriber_id: int, **values: object) -> None:
    conn.execute(update(subscribers).where(subscribers.c.id == subscriber_id).values(**values))
