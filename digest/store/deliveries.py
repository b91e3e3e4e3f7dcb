"""The ledger: one row for each edition and subscriber, and where it stands.

    enqueue          → pending        everyone who subscribes, once
    ledger.claim     a sender holds a chunk of rows
    ledger.settle    → sending        immediately before the mail's bytes leave
                     → sent | retry | failed | unknown
    take_over        a dead sender's rows are free again; what it was sending is unknown

``next_try`` is the queue: it is set on the rows that wait for a sender, and on no others.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Connection,
    Row,
    Select,
    String,
    and_,
    case,
    cast,
    func,
    literal,
    null,
    or_,
    select,
    update,
)

from digest.model import Delivery, Outcome, Subscriber
from digest.store.column_types import UtcDateTime
from digest.store.mapping import columns, insert, stream
from digest.store.tables import deliveries, editions, subscribers, subscriptions

#: A sender has the row in hand. What it sent keeps its name until it claims again.
HELD = and_(deliveries.c.sender.is_not(None), deliveries.c.outcome != Outcome.SENT)


def create_for_edition(conn: Connection, edition_id: int, *, host: str, at: datetime) -> int:
    """Put everyone who subscribes to the edition's newsletter into the ledger; how many were not there yet."""
    open_to_mail = subscribers.c.suppressed == ""
    token = editions.c.token
    readers = (
        select(
            editions.c.id,
            subscribers.c.id,
            editions.c.newsletter_id,
            editions.c.slot_key,
            editions.c.revision,
            literal("<") + token + "." + cast(subscribers.c.id, String) + literal(f"@{host}>"),
            case((open_to_mail, Outcome.PENDING.value), else_=Outcome.SUPPRESSED.value),
            case((open_to_mail, ""), else_=subscribers.c.suppressed),
            case((open_to_mail, literal(at, UtcDateTime)), else_=null()),
            literal(at, UtcDateTime),
        )
        .join_from(editions, subscriptions, subscriptions.c.newsletter_id == editions.c.newsletter_id)
        .join(subscribers)
        .where(editions.c.id == edition_id)
    )
    statement = insert(conn, deliveries).from_select(_QUEUED, readers).on_conflict_do_nothing()
    return conn.execute(statement.execution_options(preserve_rowcount=True)).rowcount


def make_due_now(conn: Connection, edition_id: int, *, now: datetime, beyond: datetime | None = None) -> int:
    """Let rows that wait for later be due now; with ``beyond``, only those that no back-off of ours makes wait.

    Such are mails not tried yet and times after ``beyond``: the clock was wrong when they were written.
    """
    later = [deliveries.c.edition_id == edition_id, deliveries.c.next_try > now]
    if beyond is not None:
        later.append(or_(deliveries.c.outcome == Outcome.PENDING, deliveries.c.next_try > beyond))
    return conn.execute(update(deliveries).where(*later).values(next_try=now)).rowcount


def release_sender(conn: Connection, sender: str, *, now: datetime, hold: bool = False) -> int:
    """Free a dead sender's rows; how many. What it was sending is unknown, and with ``hold`` waits for a person."""
    mine = update(deliveries).where(deliveries.c.sender == sender)
    conn.execute(mine.where(deliveries.c.outcome == Outcome.SENT).values(sender=null()))
    conn.execute(
        mine.where(deliveries.c.outcome == Outcome.SENDING).values(
            outcome=Outcome.UNKNOWN, sender=null(), next_try=null() if hold else now, changed=now
        )
    )
    return conn.execute(mine.values(sender=null(), next_try=now)).rowcount


def senders(conn: Connection) -> frozenset[str]:
    """Those that hold rows, alive or dead."""
    query = select(deliveries.c.sender).where(deliveries.c.sender.is_not(None)).distinct()
    return frozenset(conn.execute(query).scalars())


def counts(conn: Connection, edition_id: int) -> Mapping[Outcome, int]:
    """How many of the edition's rows stand where."""
    query = select(deliveries.c.outcome, func.count()).where(deliveries.c.edition_id == edition_id)
    return dict(conn.execute(query.group_by(deliveries.c.outcome)).all())


def next_try(conn: Connection, edition_id: int) -> datetime | None:
    """When the first of the edition's waiting rows is to be tried; None if none waits."""
    query = select(func.min(deliveries.c.next_try)).where(deliveries.c.edition_id == edition_id)
    found: datetime | None = conn.execute(query).scalar()
    return found


def unfinished(conn: Connection) -> tuple[int, ...]:
    """The editions with rows that wait for a sender or are held by one, the oldest first."""
    waiting = or_(deliveries.c.next_try.is_not(None), HELD)
    query = select(deliveries.c.edition_id).where(waiting).distinct().order_by(deliveries.c.edition_id)
    return tuple(conn.execute(query).scalars())


def for_edition(conn: Connection, edition_id: int, *outcomes: Outcome) -> Iterator[Delivery]:
    """The edition's rows, or those that stand so, in order; a million take no more memory than ten."""
    query = _query().where(deliveries.c.edition_id == edition_id).order_by(deliveries.c.id)
    if outcomes:
        query = query.where(deliveries.c.outcome.in_(outcomes))
    return map(_delivery, stream(conn, query))


def find(conn: Connection, message_id: str) -> Delivery | None:
    """The row that a mail belongs to: a bounce names it."""
    found = conn.execute(_query().where(deliveries.c.message_id == message_id)).one_or_none()
    return None if found is None else _delivery(found)


_QUEUED = (
    "edition_id",
    "subscriber_id",
    "newsletter_id",
    "slot_key",
    "revision",
    "message_id",
    "outcome",
    "reply",
    "next_try",
    "changed",
)
_OWN = columns(deliveries, Delivery)
_READER = columns(subscribers, Subscriber)
_OWN_NAMES, _READER_NAMES = [column.name for column in _OWN], [column.name for column in _READER]


def _query() -> Select[Any]:
    return select(*_OWN, *_READER).join_from(deliveries, subscribers)


def _delivery(found: Row[Any]) -> Delivery:
    reader = Subscriber(**dict(zip(_READER_NAMES, found[len(_OWN) :], strict=True)))
    return Delivery(**dict(zip(_OWN_NAMES, found, strict=False)), subscriber=reader)
