"""Erasure of a subscriber's data. What remains is a hash of the address, so that no import brings it back.

The row itself stays, without data: a new subscriber must not get the number that is in the tokens of mails sent before,
and each edition's counts stay true. Which tables have data is derived from them (``personal_data.py``).
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Text, and_, delete, func, select, update

from digest.model.editions import Outcome
from digest.store import delivery_counts, personal_data, unsubscribes
from digest.store.address_change import with_merged
from digest.store.mapping import batches
from digest.store.subscribers import normalize_address, revoke_links, unsubscribe
from digest.store.tables import account_requests, deliveries, subscribers, subscription_requests, unread_mails

#: Stands in place of an erased address; no address is like it.
ERASED = "erased"
#: Tables with rows that stay: the ledger's counts, and hashes of addresses.
_KEPT = ("deliveries", "unsubscribes")


def erase(conn: Connection, address: str, *, at: datetime) -> bool:
    """End all subscriptions and delete what is stored about the address; False if nothing is.

    From then on it counts as having left every newsletter, those that it never had too: it may have been suppressed.
    ``Store.scrub`` then removes what the database's files still hold of deleted rows.
    """
    address_key = normalize_address(address)
    query = select(subscribers.c.id).where(subscribers.c.address_key == address_key)
    id_ = conn.execute(query).scalar_one_or_none()
    has_rows = [
        conn.execute(delete(table).where(table.c.address_key == address_key)).rowcount > 0
        for table in (subscription_requests, account_requests)
    ]
    is_former = func.lower(account_requests.c.before, type_=Text).contains(address_key, autoescape=True)
    conn.execute(delete(account_requests).where(is_former))
    is_from_address = personal_data.is_from(address)
    conn.execute(update(unread_mails).where(is_from_address).values(sender="", subject="", detail=""))
    if id_ is None:
        return any(has_rows)
    unsubscribe(conn, address, at=at, reason=unsubscribes.REMOVED)
    unsubscribes.record(conn, address_key, id_, [unsubscribes.ALL_NEWSLETTERS], reason=unsubscribes.REMOVED, at=at)
    for erased_id in with_merged(conn, id_):
        _erase_rows(conn, erased_id)
    return True


def delete_late_replies(conn: Connection) -> int:
    """Delete servers' replies that came in for erased subscribers after they were; return how many."""
    erased = conn.execute(select(subscribers.c.id).where(subscribers.c.suppressed == ERASED)).scalars()
    late = (and_(deliveries.c.subscriber_id.in_(ids), deliveries.c.reply != "") for ids in batches(erased))
    return sum(conn.execute(update(deliveries).where(is_late).values(reply="")).rowcount for is_late in late)


def _erase_rows(conn: Connection, subscriber_id: int) -> None:
    """Delete the rows that refer to a subscriber, and its data."""
    unsubscribes.detach(conn, subscriber_id)
    for table in personal_data.tables_about_subscribers():
        if table.name not in _KEPT:
            for column in personal_data.subscriber_columns(table):
                conn.execute(delete(table).where(column == subscriber_id))
    # A mail that is being sent becomes sent if the server takes it; otherwise it isn't tried again.
    is_sending = (deliveries.c.subscriber_id == subscriber_id, deliveries.c.outcome == Outcome.SENDING)
    sending = delivery_counts.lock_rows(conn, *is_sending)
    delivery_counts.add(conn, delivery_counts.change(conn, sending, Outcome.SUPPRESSED, next_try=None))
    # Servers repeat the address in their replies.
    conn.execute(update(deliveries).where(deliveries.c.subscriber_id == subscriber_id).values(reply=""))
    revoke_links(conn, subscriber_id)
    row = update(subscribers).where(subscribers.c.id == subscriber_id)
    conn.execute(row.values(merged_into=None, address_since=None, **values_of_erased(subscriber_id)))


def values_of_erased(subscriber_id: int) -> dict[str, Any]:
    """The columns of a subscriber's row without data."""
    key = f"{ERASED} {subscriber_id}"
    return {"address": ERASED, "address_key": key, "name": "", "preferences": {}, "suppressed": ERASED}
