"""Changes to subscribers that an operator makes, by ``digest subscribers`` or on the operator's pages."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from digest.store import address_change, subscribers, unsubscribes
from digest.store.subscribers import NewSubscriber
from digest.store.unsubscribes import Unsubscribe


@dataclass(frozen=True, slots=True, kw_only=True)
class AddOutcome:
    """What became of addresses that were to be subscribed."""

    added: tuple[str, ...]
    #: Addresses left out because they had unsubscribed, or were removed.
    left_out: Mapping[str, Unsubscribe]
    #: Addresses that get no mail, whatever they subscribe to, and why.
    suppressed: Mapping[str, str]


def add_subscribers(
    conn: Connection,
    new: Collection[NewSubscriber],
    newsletter_id: str,
    *,
    now: datetime,
    resubscribe: bool = False,
    again: bool = False,
) -> AddOutcome:
    """Subscribe addresses: former subscribers only if ``resubscribe``; with ``again``, end their suppressions."""
    addresses = [subscriber.address for subscriber in new]
    for address in addresses if again else ():
        readmit_address(conn, address)
    result = subscribers.add(conn, new, newsletter_id, at=now, resubscribe=resubscribe)
    suppressed = subscribers.suppression_reasons(conn, addresses)
    return AddOutcome(added=result.added, left_out=result.left_out, suppressed=suppressed)


def remove_subscriber(conn: Connection, address: str, newsletter_id: str | None = None, *, now: datetime) -> bool:
    """End the address's subscription, or all, for good; False if it had none."""
    return subscribers.unsubscribe(conn, address, newsletter_id, at=now, reason=unsubscribes.REMOVED)


def move_subscriber(conn: Connection, old: str, new: str, *, now: datetime) -> bool:
    """Send an address's newsletters to another one, as its owner's page does; False if nobody has the old one."""
    subscriber = subscribers.find(conn, old)
    if subscriber is None:
        return False
    address_change.change(conn, subscriber.id, new, at=now)
    return True


def readmit_address(conn: Connection, address: str) -> bool:
    """Send to an address again that bounced, or whose owner complained; False if it wasn't suppressed."""
    return subscribers.unsuppress(conn, address)
