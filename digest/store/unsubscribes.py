"""Former subscribers, so that no import brings them back.

They are remembered by a hash of the address, keyed with the store's own key: it outlives the subscriber's data.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, ScalarSelect, and_, delete, func, select, update

from digest.store.column_types import UtcDateTime
from digest.store.keys import store_key
from digest.store.mapping import insert
from digest.store.tables import unsubscribes

#: Stands for every newsletter.
ALL_NEWSLETTERS = ""
#: Reasons: the subscriber's own wish, and the operator's ``digest subscribers remove``.
UNSUBSCRIBED, REMOVED = "unsubscribed", "removed"
#: The subscriber gets the newsletter at another address.
MOVED = "address changed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsubscribe:
    """The end of a subscription."""

    since: datetime
    reason: str


def record(
    conn: Connection,
    address_key: str,
    subscriber_id: int | None,
    newsletter_ids: Iterable[str],
    *,
    reason: str,
    at: datetime,
) -> None:
    """Remember that the address has left these newsletters; what is remembered already stays."""
    values = {"address_hash": _hasher(conn)(address_key), "subscriber_id": subscriber_id, "since": at, "reason": reason}
    rows = [{"newsletter_id": newsletter_id, **values} for newsletter_id in newsletter_ids]
    if rows:
        conn.execute(insert(conn, unsubscribes).on_conflict_do_nothing(), rows)


def find(conn: Connection, address_keys: Collection[str], newsletter_id: str) -> dict[str, Unsubscribe]:
    """Those of a batch of addresses that have left the newsletter, in their order."""
    hashes = dict(zip(address_keys, map(_hasher(conn), address_keys), strict=True))
    is_row = unsubscribes.c.address_hash.in_(hashes.values())
    query = select(unsubscribes.c.address_hash, unsubscribes.c.since, unsubscribes.c.reason).where(is_row)
    query = query.where(unsubscribes.c.newsletter_id.in_((newsletter_id, ALL_NEWSLETTERS)))
    rows = conn.execute(query.order_by(unsubscribes.c.newsletter_id))
    by_hash = {hashed: Unsubscribe(since=since, reason=reason) for hashed, since, reason in rows}
    return {address_key: by_hash[hashed] for address_key, hashed in hashes.items() if hashed in by_hash}


def forget(conn: Connection, address_keys: Iterable[str], newsletter_id: str) -> None:
    """Forget that a batch of addresses has left this newsletter: they subscribe again."""
    is_row = unsubscribes.c.address_hash.in_(list(map(_hasher(conn), address_keys)))
    conn.execute(delete(unsubscribes).where(is_row, unsubscribes.c.newsletter_id == newsletter_id))


def detach(conn: Connection, subscriber_id: int, *, except_for: str = "") -> None:
    """Keep no more than the hashes of a subscriber's unsubscribes, but for those of one of its addresses."""
    is_row = unsubscribes.c.subscriber_id == subscriber_id
    if except_for:
        is_row = and_(is_row, unsubscribes.c.address_hash != hash_address(conn, except_for))
    conn.execute(update(unsubscribes).where(is_row).values(subscriber_id=None))


def attach(conn: Connection, subscriber_id: int, address_key: str) -> None:
    """The address is the subscriber's again."""
    conn.execute(update(unsubscribes).where(_is_of(conn, address_key)).values(subscriber_id=subscriber_id))


def copy(conn: Connection, subscriber_id: int, address_key: str) -> None:
    """Remember under another address, too, what the subscriber has left."""
    query = select(unsubscribes).where(unsubscribes.c.subscriber_id == subscriber_id)
    address_hash = hash_address(conn, address_key)
    rows = [{**row, "address_hash": address_hash} for row in conn.execute(query).mappings()]
    if rows:
        conn.execute(insert(conn, unsubscribes).on_conflict_do_nothing(), rows)


def reassign(conn: Connection, subscriber_id: int, to_id: int) -> None:
    """A subscriber's unsubscribes are another one's from now on."""
    is_row = unsubscribes.c.subscriber_id == subscriber_id
    conn.execute(update(unsubscribes).where(is_row).values(subscriber_id=to_id))


def of_subscriber(conn: Connection, subscriber_id: int) -> dict[str, Unsubscribe]:
    """A subscriber's unsubscribes, by newsletter."""
    query = select(unsubscribes).where(unsubscribes.c.subscriber_id == subscriber_id).order_by(unsubscribes.c.since)
    return {row.newsletter_id: Unsubscribe(since=row.since, reason=row.reason) for row in conn.execute(query)}


def delete_attached(conn: Connection, subscriber_id: int, address_key: str) -> None:
    """Forget what the subscriber has left under this address: it was its address by mistake."""
    is_row = and_(_is_of(conn, address_key), unsubscribes.c.subscriber_id == subscriber_id)
    conn.execute(delete(unsubscribes).where(is_row))


def forget_moved(conn: Connection, address_key: str) -> None:
    """Forget that mails for the address go to another one."""
    conn.execute(delete(unsubscribes).where(_is_of(conn, address_key), unsubscribes.c.reason == MOVED))


def last_of_subscriber(newsletter_id: str, subscriber_id: Column[Any]) -> tuple[ScalarSelect[Any], ScalarSelect[Any]]:
    """When the subscriber of a row last left the newsletter, and why; null if it never did."""
    columns = unsubscribes.c
    is_row = (columns.newsletter_id.in_((newsletter_id, ALL_NEWSLETTERS)), columns.subscriber_id == subscriber_id)
    since, reason = func.max(columns.since, type_=UtcDateTime), func.max(columns.reason)
    return select(since).where(*is_row).scalar_subquery(), select(reason).where(*is_row).scalar_subquery()


def hash_address(conn: Connection, address_key: str) -> str:
    """The hash by which an address is remembered."""
    return _hasher(conn)(address_key)


def _is_of(conn: Connection, address_key: str) -> ColumnElement[bool]:
    return unsubscribes.c.address_hash == hash_address(conn, address_key)


def _hasher(conn: Connection) -> Callable[[str], str]:
    key = bytes.fromhex(store_key(conn))
    return lambda address_key: hmac.digest(key, f"unsubscribed {address_key}".encode(), "sha256").hex()
