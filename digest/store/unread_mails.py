"""Unread mails: mails in the mailbox for bounces that are none of ours; they stay unread there, for the operator."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, func, or_, select

from digest.store.column_types import storable
from digest.store.mapping import batches, columns, from_rows, insert
from digest.store.tables import unread_mails as table


@dataclass(frozen=True, slots=True, kw_only=True)
class UnreadMail:
    """A mail that is left to the operator; sender and subject are as the mail has them."""

    #: Account and folder.
    mailbox: str
    uid_validity: int
    uid: int
    sender: str
    subject: str
    #: A description of the mail, in one line.
    detail: str
    #: When it was read first.
    seen: datetime


def remember(conn: Connection, mail: UnreadMail) -> None:
    """Remember the mail, so that it is not fetched again."""
    fields = {name: getattr(mail, name) for name in mail.__slots__}
    conn.execute(insert(conn, table).values(**fields).on_conflict_do_nothing())


def forget_all_but(conn: Connection, mailbox: str, uid_validity: int, uids: Collection[int]) -> frozenset[int]:
    """Forget the mails that are no longer unread, and those of another mailbox; returns the UIDs that are left."""
    mine = table.c.mailbox == storable(mailbox)
    conn.execute(delete(table).where(or_(~mine, table.c.uid_validity != uid_validity)))
    remembered = set(conn.execute(select(table.c.uid).where(mine)).scalars())
    for gone in batches(sorted(remembered - set(uids))):
        conn.execute(delete(table).where(mine, table.c.uid.in_(gone)))
    return frozenset(remembered & set(uids))


def recent(conn: Connection, *, limit: int) -> tuple[UnreadMail, ...]:
    """The mails that were read first most recently, newest first."""
    query = select(*columns(table, UnreadMail)).order_by(table.c.seen.desc(), table.c.uid.desc()).limit(limit)
    return tuple(from_rows(UnreadMail, conn.execute(query)))


def count(conn: Connection) -> int:
    return conn.execute(select(func.count()).select_from(table)).scalar_one()
