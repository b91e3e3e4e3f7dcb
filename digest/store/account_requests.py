"""Requests of subscribers that a mail has to prove, and the mail that each waits for.

erase     record → mail to the subscriber → the subscriber is erased, and the request with it
address   record → mail to the present address → allow → mail to the other address → finish → note to the former address
left      record → mail to the subscriber
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, update

from digest.store.mapping import columns, from_rows, to_row
from digest.store.subscribers import normalize_address
from digest.store.tables import AccountRequestKind
from digest.store.tables import account_requests as table

#: Requests of a subscriber within a day; more are dropped, so that nobody with a forwarded mail can send mails at will.
_MAX_A_DAY = 3
#: How long requests are kept; with them, the address from before a change.
_KEPT_FOR = timedelta(days=8)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAccountRequest:
    """A request as it came in; the address has been checked."""

    subscriber_id: int
    kind: AccountRequestKind
    #: The other address; empty unless one is asked for.
    address: str = ""
    #: The newsletter that the subscriber has left; empty otherwise.
    newsletter_id: str = ""
    network: str = ""
    language: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountRequest(NewAccountRequest):
    """A stored request."""

    id: int
    asked: datetime
    waiting_since: datetime | None
    allowed: datetime | None
    done: datetime | None
    undone: datetime | None
    #: The subscriber before the address was changed.
    before: Mapping[str, Any]


def record(conn: Connection, request: NewAccountRequest, *, at: datetime) -> bool:
    """Store the request, to be mailed; False if the subscriber has asked often enough for a day."""
    is_same = (table.c.subscriber_id == request.subscriber_id, table.c.kind == request.kind)
    query = select(func.count()).select_from(table).where(*is_same, table.c.asked > at - timedelta(days=1))
    limit = 1 if request.kind is AccountRequestKind.LEFT else _MAX_A_DAY
    if conn.execute(query).scalar_one() >= limit:
        return False
    times = {"asked": at, "waiting_since": at}
    row = to_row(request) | {"address_key": normalize_address(request.address)} | times
    conn.execute(insert(table).values(row))
    return True


def get(conn: Connection, request_id: int) -> AccountRequest | None:
    """The request with this id."""
    return next(_requests(conn, table.c.id == request_id), None)


def waiting(conn: Connection, *, limit: int) -> tuple[AccountRequest, ...]:
    """Requests that wait for a mail, the first one first."""
    return tuple(_requests(conn, table.c.waiting_since.is_not(None), limit=limit))


def stop_waiting(conn: Connection, request_id: int) -> None:
    """The request gets no mail, or has got it."""
    _set(conn, request_id, waiting_since=None)


def wait_again(conn: Connection, request_id: int, *, at: datetime) -> None:
    """The request's mail could not be sent, and is tried again."""
    _set(conn, request_id, waiting_since=at)


def allow(conn: Connection, request_id: int, *, at: datetime) -> None:
    """The owner of the present address agrees: the other address is asked next."""
    _set(conn, request_id, allowed=at, waiting_since=at)


def finish(conn: Connection, request_id: int, before: Mapping[str, Any], *, at: datetime) -> None:
    """The address has been changed: the former one gets a note."""
    _set(conn, request_id, done=at, waiting_since=at, before=dict(before))


def undo(conn: Connection, request_id: int, *, at: datetime) -> None:
    """The change has been undone."""
    _set(conn, request_id, undone=at, waiting_since=None)


def delete_old(conn: Connection, *, at: datetime) -> int:
    """Delete requests whose links work no more; return how many."""
    last_change = func.coalesce(table.c.done, table.c.allowed, table.c.asked, type_=table.c.asked.type)
    return conn.execute(delete(table).where(last_change < at - _KEPT_FOR)).rowcount


def _set(conn: Connection, request_id: int, **values: object) -> None:
    conn.execute(update(table).where(table.c.id == request_id).values(**values))


def _requests(conn: Connection, condition: Any, *, limit: int = 1) -> Any:
    query = select(*columns(table, AccountRequest)).where(condition).order_by(table.c.waiting_since, table.c.id)
    return from_rows(AccountRequest, conn.execute(query.limit(limit)))
