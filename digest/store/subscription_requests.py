"""Requests to subscribe, and the mails that ask the address for confirmation.

record → waiting     for one mail, whoever asks however often
mail sent            the address may confirm, or decline
confirm | decline
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, select, update

from digest.model.audiences import ReadingPreferences
from digest.store import mapping
from digest.store.subscribers import normalize_address
from digest.store.tables import confirmation_mails as mails
from digest.store.tables import subscription_requests as table
from digest.store.unsubscribes import hash_address

#: Stands in place of a network for requests by mail: they share one limit.
BY_MAIL = "mail"
#: Requests that wait at once, in all and of one network; more are dropped: nobody can fill the disk, or the queue.
_MAX_WAITING, _MAX_WAITING_OF_NETWORK = 10_000, 100

#: Where dots in a local part don't count.
_DOTLESS_DOMAINS = frozenset({"gmail.com", "googlemail.com"})


@dataclass(frozen=True, slots=True, kw_only=True)
class NewRequest:
    """A request as it came in; the address has been checked."""

    address: str
    newsletter_ids: tuple[str, ...]
    name: str = ""
    network: str = ""
    #: Of the page on which it was asked, and so of its mail; empty if it was asked by mail.
    language: str = ""
    preferences: ReadingPreferences = field(default_factory=ReadingPreferences)


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
    preferences: ReadingPreferences = field(default_factory=ReadingPreferences)


@dataclass(frozen=True, slots=True, kw_only=True)
class MailCounts:
    """Mails that asked an address for confirmation."""

    last_day: int
    last_month: int
    #: The address declined one within the month.
    has_declined: bool


def mailbox_key(address: str) -> str:
    """The address without what its owner may vary: ``Ann+news@harbour.example`` is in ``ann@harbour.example``."""
    local, _, domain = normalize_address(address).rpartition("@")
    name = local.partition("+")[0] or local
    if domain in _DOTLESS_DOMAINS:
        name = name.replace(".", "") or name
    return f"{name}@{domain}"


def record(conn: Connection, request: NewRequest, *, at: datetime, max_waiting: int = _MAX_WAITING) -> int:
    """Store the request, and return its id; a further one of the same address for the same newsletters replaces it.

    0 if too many wait.

    The work is the same for every address, so that the time tells nobody whether it is known.
    """
    if not _has_room(conn, request.network, max_waiting):
        return 0
    values = {
        "address": request.address,
        "address_key": normalize_address(request.address),
        "newsletters": ",".join(sorted(set(request.newsletter_ids))),
        "name": request.name,
        "network": request.network,
        "language": request.language,
        "preferences": request.preferences.to_json(),
        "asked": at,
        "waiting_since": at,
    }
    statement = mapping.insert(conn, table).values(values)
    replaced = ("address", "name", "network", "language", "preferences", "asked")
    changed: dict[str, Any] = {name: statement.excluded[name] for name in replaced}
    # One that waits keeps its place.
    changed["waiting_since"] = func.coalesce(table.c.waiting_since, statement.excluded.waiting_since)
    statement = statement.on_conflict_do_update(index_elements=["address_key", "newsletters"], set_=changed)
    return int(conn.execute(statement.returning(table.c.id)).scalar_one())


def _has_room(conn: Connection, network: str, max_waiting: int) -> bool:
    """Whether another request may wait."""
    is_waiting = select(table.c.id).where(table.c.waiting_since.is_not(None))
    limits = [(is_waiting, max_waiting)]
    if network and network != BY_MAIL:
        limits.append((is_waiting.where(table.c.network == network), _MAX_WAITING_OF_NETWORK))
    counts = [select(func.count()).select_from(query.limit(limit).subquery()) for query, limit in limits]
    return all(conn.execute(count).scalar_one() < limit for count, (_, limit) in zip(counts, limits, strict=True))


def waiting(conn: Connection, *, limit: int) -> tuple[SubscriptionRequest, ...]:
    """Requests that wait for their mail: the first of each network, then the second of each."""
    order = (table.c.waiting_since, table.c.id)
    place = func.row_number().over(partition_by=table.c.network, order_by=order)
    query = select(table).where(table.c.waiting_since.is_not(None)).order_by(place, *order)
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
    """These requests get no mail: forget them, unless the links of an earlier one are about them."""
    is_one = table.c.id.in_(list(request_ids))
    conn.execute(delete(table).where(is_one, table.c.mailed.is_(None)))
    conn.execute(update(table).where(is_one).values(waiting_since=None))


def forget_mail(conn: Connection, mail_id: int) -> None:
    """The mail could not be sent: it doesn't count."""
    conn.execute(delete(mails).where(mails.c.id == mail_id))


def mark_mailed(conn: Connection, request_ids: Iterable[int], *, at: datetime) -> None:
    """The mails of these requests are sent: they wait no longer, and their links must work."""
    is_one = table.c.id.in_(list(request_ids))
    conn.execute(update(table).where(is_one).values(waiting_since=None, mailed=at))


def wait_again(conn: Connection, request_id: int, *, mail_id: int, at: datetime) -> None:
    """The request's mail could not be sent: it doesn't count, and is tried again."""
    forget_mail(conn, mail_id)
    conn.execute(update(table).where(table.c.id == request_id).values(waiting_since=at))


def confirm_by_author(conn: Connection, request_id: int, *, at: datetime) -> None:
    """The request came in a mail that proves its author: it is confirmed, and the mail that waits says so."""
    conn.execute(update(table).where(table.c.id == request_id).values(confirmed=at))


def confirm(conn: Connection, request_id: int, *, at: datetime) -> None:
    """The address has confirmed the request."""
    conn.execute(update(table).where(table.c.id == request_id).values(confirmed=at, waiting_since=None))


def decline(conn: Connection, request: SubscriptionRequest, *, at: datetime) -> None:
    """The address wants no such mail: forget all its requests, and remember that."""
    conn.execute(delete(table).where(table.c.address_key == normalize_address(request.address)))
    is_of_address = mails.c.address_hash == hash_address(conn, mailbox_key(request.address))
    conn.execute(update(mails).where(is_of_address).values(declined=at))


def decline_mails(conn: Connection, mail_id: int, *, at: datetime) -> None:
    """The address that this mail went to wants no such mail."""
    address_hash = select(mails.c.address_hash).where(mails.c.id == mail_id).scalar_subquery()
    conn.execute(update(mails).where(mails.c.address_hash == address_hash).values(declined=at))


def record_mail(conn: Connection, address: str, *, network: str, at: datetime) -> int:
    """Count a mail to the address that a request of the network had sent; return its id."""
    address_hash = hash_address(conn, mailbox_key(address))
    statement = insert(mails).values(address_hash=address_hash, network=network, sent=at)
    return int(conn.execute(statement.returning(mails.c.id)).scalar_one())


def mail_counts(conn: Connection, address: str, *, at: datetime) -> MailCounts:
    """The mails to the address within a day and within 30 days."""
    day, month = at - timedelta(days=1), at - timedelta(days=30)
    query = select(mails.c.sent, mails.c.declined)
    query = query.where(mails.c.address_hash == hash_address(conn, mailbox_key(address)))
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


def delete_old(conn: Connection, *, at: datetime) -> int:
    """Delete requests whose mail can't be confirmed any more, and mails that count no more; return how many."""
    deleted = conn.execute(delete(table).where(table.c.asked < at - timedelta(days=8))).rowcount
    is_old = mails.c.sent < at - timedelta(days=31)
    last = func.coalesce(mails.c.declined, mails.c.sent)
    return deleted + conn.execute(delete(mails).where(is_old, last < at - timedelta(days=31))).rowcount


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
        preferences=ReadingPreferences.from_json(row.preferences),
    )
