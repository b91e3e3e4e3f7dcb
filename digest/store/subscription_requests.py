"""Requests to subscribe, and the mails that ask the address for confirmation.

record → waiting     for one mail, whoever asks however often
mail sent            the address may confirm, or decline
confirm | decline
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, select, update

from digest.store import mapping
from digest.store.subscribers import normalize_address
from digest.store.tables import confirmation_mails as mails
from digest.store.tables import subscription_requests as table
from digest.store.unsubscribes import hash_address

#: Requests that wait at once; more are dropped: nobody can fill the disk.
_MAX_WAITING = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class NewRequest:
    """A request as it came in; the address has been checked."""

    address: str
    newsletter_ids: tuple[str, ...]
    name: str = ""
    network: str = ""
    #: Of the page on which it was asked, and so of its mail; empty if it was asked by mail.
    language: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SubscriptionRequest:
    """A stored request."""

    id: int
    address: str
    newsletter_ids: tuple[str, ...]
    name: str
    network: str
    language: str
    asked: datetime
    confirmed: datetime | None
    #: Since when it waits for its mail; None if it doesn't.
    waiting_since: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MailCounts:
    """Mails that asked an address for confirmation."""

    last_day: int
    last_month: int
    #: The address declined one within the month.
    has_declined: bool


def record(conn: Connection, request: NewRequest, *, at: datetime, max_waiting: int = _MAX_WAITING) -> None:
    """Store the request; a further one of the same address for the same newsletters replaces it.

    The work is the same for every address, so that the time tells nobody whether it is known.
    """
    waiting = select(table.c.id).where(table.c.waiting_since.is_not(None)).limit(max_waiting).subquery()
    if conn.execute(select(func.count()).select_from(waiting)).scalar_one() >= max_waiting:
        return
    values = {
        "address": request.address,
        "address_key": normalize_address(request.address),
        "newsletters": ",".join(sorted(set(request.newsletter_ids))),
        "name": request.name,
        "network": request.network,
        "language": request.language,
        "asked": at,
        "waiting_since": at,
    }
    statement = mapping.insert(conn, table).values(values)
    replaced = ("address", "name", "network", "language", "asked")
    changed: dict[str, Any] = {name: statement.excluded[name] for name in replaced}
    # One that waits keeps its place.
    changed["waiting_since"] = func.coalesce(table.c.waiting_since, statement.excluded.waiting_since)
    conn.execute(statement.on_conflict_do_update(index_elements=["address_key", "newsletters"], set_=changed))


def waiting(conn: Connection, *, limit: int) -> tuple[SubscriptionRequest, ...]:
    """Requests that wait for their mail, the first one first."""
    query = select(table).where(table.c.waiting_since.is_not(None)).order_by(table.c.waiting_since, table.c.id)
    return tuple(map(_request, conn.execute(query.limit(limit))))


def unconfirmed(conn: Connection, *, limit: int) -> tuple[SubscriptionRequest, ...]:
    """Requests that nobody has confirmed, whether their mail was sent or not, the newest first."""
    query = select(table).where(table.c.confirmed.is_(None)).order_by(table.c.asked.desc(), table.c.id.desc())
    return tuple(map(_request, conn.execute(query.limit(limit))))


def count_waiting(conn: Connection, *, since: datetime) -> int:
    """The number of requests that have waited since then or longer."""
    query = select(func.count()).select_from(table).where(table.c.waiting_since <= since)
    return int(conn.execute(query).scalar_one())


def get(conn: Connection, request_id: int) -> SubscriptionRequest | None:
    """The request with this id."""
    row = conn.execute(select(table).where(table.c.id == request_id)).one_or_none()
    return None if row is None else _request(row)


def stop_waiting(conn: Connection, request_ids: Iterable[int]) -> None:
    """These requests get no mail, or have got it."""
    conn.execute(update(table).where(table.c.id.in_(list(request_ids))).values(waiting_since=None))


def forget_mail(conn: Connection, mail_id: int) -> None:
    """The mail could not be sent: it doesn't count."""
    conn.execute(delete(mails).where(mails.c.id == mail_id))


def wait_again(conn: Connection, request_id: int, *, mail_id: int, at: datetime) -> None:
    """The request's mail could not be sent: it doesn't count, and is tried again."""
    forget_mail(conn, mail_id)
    conn.execute(update(table).where(table.c.id == request_id).values(waiting_since=at))


def confirm(conn: Connection, request_id: int, *, at: datetime) -> None:
    """The address has confirmed the request."""
    conn.execute(update(table).where(table.c.id == request_id).values(confirmed=at, waiting_since=None))


def decline(conn: Connection, request: SubscriptionRequest, *, at: datetime) -> None:
    """The address wants no such mail: forget all its requests, and remember that."""
    address_key = normalize_address(request.address)
    conn.execute(delete(table).where(table.c.address_key == address_key))
    is_of_address = mails.c.address_hash == hash_address(conn, address_key)
    conn.execute(update(mails).where(is_of_address).values(declined=at))


def record_mail(conn: Connection, address: str, *, network: str, at: datetime) -> int:
    """Count a mail to the address that a request of the network had sent; return its id."""
    address_hash = hash_address(conn, normalize_address(address))
    statement = insert(mails).values(address_hash=address_hash, network=network, sent=at)
    return int(conn.execute(statement.returning(mails.c.id)).scalar_one())


def mail_counts(conn: Connection, address: str, *, at: datetime) -> MailCounts:
    """The mails to the address within a day and within 30 days."""
    day, month = at - timedelta(days=1), at - timedelta(days=30)
    query = select(mails.c.sent, mails.c.declined)
    query = query.where(mails.c.address_hash == hash_address(conn, normalize_address(address)))
    rows = conn.execute(query).all()
    return MailCounts(
        last_day=sum(row.sent > day for row in rows),
        last_month=sum(row.sent > month for row in rows),
        has_declined=any(row.declined is not None and row.declined > month for row in rows),
    )


def mails_since(conn: Connection, since: datetime, *, network: str | None = None) -> int:
    """The number of mails sent since then, to requests of one network or of all."""
    query = select(func.count()).select_from(mails).where(mails.c.sent > since)
    if network is not None:
        query = query.where(mails.c.network == network)
    return int(conn.execute(query).scalar_one())


def delete_old(conn: Connection, *, at: datetime) -> None:
    """Delete requests whose mail can't be confirmed any more, and mails that count no more."""
    conn.execute(delete(table).where(table.c.asked < at - timedelta(days=8)))
    is_old = mails.c.sent < at - timedelta(days=31)
    conn.execute(delete(mails).where(is_old, func.coalesce(mails.c.declined, mails.c.sent) < at - timedelta(days=31)))


def _request(row: Row[Any]) -> SubscriptionRequest:
    return SubscriptionRequest(
        id=row.id,
        address=row.address,
        newsletter_ids=tuple(row.newsletters.split(",")),
        name=row.name,
        network=row.network,
        language=row.language,
        asked=row.asked,
        confirmed=row.confirmed,
        waiting_since=row.waiting_since,
    )
