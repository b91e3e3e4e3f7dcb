"""Erasure of a subscriber's data. What remains is a hash of the address, so that no import brings it back.

The row itself stays, without data: a new subscriber must not get the number that is in the tokens of mails sent before,
and each edition's counts stay true.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, delete, func, select, update

from digest.store import unsubscribes
from digest.store.subscribers import normalize_address, revoke_links, unsubscribe
from digest.store.tables import deliveries, feedback, subscribers, subscription_requests, suppressions, unread_mails

#: Stands in place of an erased address; no address is like it.
_ERASED = "erased"


def erase(conn: Connection, address: str, *, at: datetime) -> bool:
    """End all subscriptions and delete what is stored about the address; False if nothing is.

    From then on it counts as having left every newsletter, those that it never had too: it may have been suppressed.
    """
    address_key = normalize_address(address)
    query = select(subscribers.c.id).where(subscribers.c.address_key == address_key)
    id_ = conn.execute(query).scalar_one_or_none()
    requests = delete(subscription_requests).where(subscription_requests.c.address_key == address_key)
    has_asked = conn.execute(requests).rowcount > 0
    if id_ is None:
        return has_asked
    unsubscribe(conn, address, at=at, reason=unsubscribes.REMOVED)
    unsubscribes.record(conn, address_key, id_, [unsubscribes.ALL_NEWSLETTERS], reason=unsubscribes.REMOVED, at=at)
    unsubscribes.detach(conn, id_)
    conn.execute(delete(suppressions).where(suppressions.c.subscriber_id == id_))
    conn.execute(delete(feedback).where(feedback.c.subscriber_id == id_))
    # Servers repeat the address in their replies.
    conn.execute(update(deliveries).where(deliveries.c.subscriber_id == id_).values(reply=""))
    is_from_address = func.lower(unread_mails.c.sender).contains(address_key, autoescape=True)
    conn.execute(update(unread_mails).where(is_from_address).values(sender="", subject="", detail=""))
    revoke_links(conn, id_)
    values = {"address": _ERASED, "address_key": f"{_ERASED} {id_}", "name": "", "preferences": {}}
    conn.execute(update(subscribers).where(subscribers.c.id == id_).values(suppressed=_ERASED, **values))
    return True
