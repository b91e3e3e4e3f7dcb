"""The ledger: one row for each edition and subscriber, with its outcome so far.

    create_for_edition  → pending     one row for each subscriber
    ledger.claim        a sender claims a batch of rows
    ledger.postpone     a claimed row waits for its turn in a rate
    ledger.settle       → sending     immediately before the mail's bytes are sent
                        → sent | retry | failed | unknown
    release_sender      a dead sender's rows can be claimed again; the outcome of mails that it was sending is unknown

``next_try`` is the queue: it is set on the rows that wait for a sender, and on no others.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    ColumnElement,
    Connection,
    Executable,
    Row,
    Select,
    String,
    and_,
    bindparam,
    case,
    cast,
    func,
    literal,
    null,
    or_,
    select,
    union,
    update,
)

from digest.model.delivery_token import DeliveryToken
from digest.model.editions import Delivery, Outcome, Subscriber
from digest.store import daily_counts, delivery_counts, keys
from digest.store.column_types import UtcDateTime
from digest.store.mapping import batches, columns, insert, stream
from digest.store.tables import deliveries, editions, failures, subscribers, subscriptions

#: A mail whose turn in the rate of its provider is later is looked at again after this time.
MAX_POSTPONEMENT = timedelta(minutes=10)
#: Rows created by one statement.
_CREATED_AT_ONCE = 2_000
#: The row waits for a sender. Written into queries, so that both databases find the index of such rows.
WAITING = deliveries.c.next_try.is_not(None)
#: Outcomes of rows that a sender may claim.
_CLAIMABLE = (Outcome.PENDING, Outcome.RETRY, Outcome.UNKNOWN)
#: A sender has claimed the row. Rows that it has sent keep its name until its next claim.
CLAIMED = and_(deliveries.c.sender.is_not(None), deliveries.c.outcome != Outcome.SENT)


def create_for_edition(
    conn: Connection,
    edition_id: int,
    *,
    host: str,
    at: datetime,
    key: str = "",
    subscriber_ids: Iterable[int] | None = None,
) -> int:
    """Create a row for each of these subscribers, or of all of the newsletter; return how many rows are new.

    ``key`` signs the tokens in the Message-IDs; if it is empty, the store's own key does.
    """
    edition = conn.execute(select(editions.c.newsletter_id, editions.c.token).where(editions.c.id == edition_id)).one()
    signing_key = key or keys.store_key(conn)
    if subscriber_ids is None:
        query = select(subscriptions.c.subscriber_id).where(subscriptions.c.newsletter_id == edition.newsletter_id)
        subscriber_ids = (row.subscriber_id for row in stream(conn, query.order_by(subscriptions.c.subscriber_id)))
    statement = _insert_rows(conn, edition_id, at)
    created, unsendable = 0, _count_unsendable(conn, edition_id)
    for batch in batches(subscriber_ids, _CREATED_AT_ONCE):
        tokens = (DeliveryToken(edition_token=edition.token, subscriber_id=id_).signed(signing_key) for id_ in batch)
        message_ids = json.dumps({token.subscriber_id: token.message_id(host) for token in tokens})
        created += conn.execute(statement, {"message_ids": message_ids}).rowcount
    suppressed = _count_unsendable(conn, edition_id) - unsendable if created else 0
    outcomes = {Outcome.PENDING: created - suppressed, Outcome.SUPPRESSED: suppressed}
    delivery_counts.add(conn, {(edition_id, outcome): number for outcome, number in outcomes.items()})
    daily_counts.add(conn, {(edition.newsletter_id, daily_counts.delivery(Outcome.SUPPRESSED)): suppressed}, at=at)
    return created


def _count_unsendable(conn: Connection, edition_id: int) -> int:
    """The number of the edition's rows that wait for no sender: of a new edition, those of suppressed subscribers."""
    rows = select(func.count()).where(deliveries.c.edition_id == edition_id)  # each count reads an index only
    return int(conn.execute(rows).scalar_one() - conn.execute(rows.where(WAITING)).scalar_one())


def _insert_rows(conn: Connection, edition_id: int, at: datetime) -> Executable:
    """Statement that creates rows, given the Message-IDs by subscriber id as JSON: one parameter for thousands."""
    message_ids = bindparam("message_ids", type_=String)
    if conn.dialect.name == "sqlite":
        pairs = func.json_each(message_ids).table_valued("key", "value", name="pairs")
    else:
        pairs = func.json_each_text(cast(message_ids, JSON)).table_valued("key", "value", name="pairs")
    is_mailable = subscribers.c.suppressed == ""
    rows = (
        select(
            editions.c.id,
            subscribers.c.id,
            editions.c.newsletter_id,
            editions.c.slot_key,
            editions.c.revision,
            pairs.c.value,
            case((is_mailable, Outcome.PENDING.value), else_=Outcome.SUPPRESSED.value),
            subscribers.c.suppressed,
            case((is_mailable, literal(at, UtcDateTime)), else_=null()),
            literal(at, UtcDateTime),
        )
        .join_from(pairs, subscribers, subscribers.c.id == cast(pairs.c.key, BigInteger))
        .join(editions, editions.c.id == edition_id)
        .order_by(subscribers.c.id)
    )
    statement = insert(conn, deliveries).from_select(_NEW_COLUMNS, rows).on_conflict_do_nothing()
    return statement.execution_options(preserve_rowcount=True)


def make_due_now(conn: Connection, edition_id: int, *, now: datetime, beyond: datetime | None = None) -> int:
    """Make waiting rows due now; with ``beyond``, only those that no backoff explains. Return how many.

    Those are mails never tried that wait for longer than for their turn in a rate, and times after ``beyond``: the
    clock was wrong when they were set.
    """
    conditions = [deliveries.c.edition_id == edition_id, deliveries.c.next_try > now]
    if beyond is not None:
        conditions.append(or_(has_no_turn(now), deliveries.c.next_try > beyond))
    return conn.execute(update(deliveries).where(*conditions).values(next_try=now)).rowcount


def has_no_turn(now: datetime) -> ColumnElement[bool]:
    """Whether a row is of a mail never tried, and no rate explains its time: the clock was wrong when it was set."""
    return and_(deliveries.c.outcome == Outcome.PENDING, deliveries.c.next_try > now + 2 * MAX_POSTPONEMENT)


def release_sender(conn: Connection, sender: str, *, now: datetime, hold: bool = False) -> int:
    """Release a dead sender's rows; return how many.

    The mails that it sent are counted now. Those that it was sending become ``UNKNOWN``; with ``hold``
    they aren't tried again until a person asks for it.
    """
    edition = select(deliveries.c.edition_id, deliveries.c.newsletter_id).where(deliveries.c.sender == sender)
    if (row := conn.execute(edition.limit(1)).first()) is None:
        return 0
    edition_id, newsletter_id = row
    rows = update(deliveries).where(deliveries.c.sender == sender)
    sent = conn.execute(rows.where(deliveries.c.outcome == Outcome.SENT).values(sender=null())).rowcount
    unknown = conn.execute(
        rows.where(deliveries.c.outcome == Outcome.SENDING).values(
            outcome=Outcome.UNKNOWN, sender=null(), next_try=null() if hold else now, changed=now
        )
    ).rowcount
    unclaimed = rows.values(sender=null(), next_try=now)
    released = {
        outcome: conn.execute(unclaimed.where(deliveries.c.outcome == outcome)).rowcount for outcome in _CLAIMABLE
    }
    changes = Counter(released) + Counter({Outcome.SENT: sent, Outcome.UNKNOWN: unknown})
    delivery_counts.add(conn, {(edition_id, outcome): number for outcome, number in changes.items()})
    counts = {Outcome.SENT: sent, Outcome.UNKNOWN: unknown}
    names = {(newsletter_id, daily_counts.delivery(outcome)): count for outcome, count in counts.items()}
    daily_counts.add(conn, names, at=now)
    return sum(released.values())


def senders(conn: Connection) -> frozenset[str]:
    """The names of senders with claimed rows, alive or dead."""
    query = select(deliveries.c.sender).where(deliveries.c.sender.is_not(None)).distinct()
    return frozenset(conn.execute(query).scalars())


def counts(conn: Connection, edition_id: int) -> Mapping[Outcome, int]:
    """The number of the edition's rows by outcome, those included that retention has deleted."""
    return delivery_counts.for_edition(conn, edition_id)


def reply_counts(conn: Connection, edition_id: int) -> list[tuple[Outcome, str, int]]:
    """Replies to mails that failed, or wait for another try, and their numbers, the most frequent first.

    Of very many mails only some are read, of those that wait the ones that wait for longest.
    """
    number_of = delivery_counts.for_edition(conn, edition_id)
    if not number_of.keys() & _HAS_FAILED:  # most editions, however large
        return []
    columns = (deliveries.c.id, deliveries.c.outcome, deliveries.c.reply)
    failed = select(*columns).join_from(failures, deliveries, deliveries.c.id == failures.c.delivery_id)
    failed = failed.where(failures.c.edition_id == edition_id).limit(_MAX_FAILED)
    is_waiting = (deliveries.c.edition_id == edition_id, WAITING)
    waiting = select(*columns).where(*is_waiting).order_by(deliveries.c.next_try.desc()).limit(_MAX_FAILED)
    rows = union(select(failed.subquery()), select(waiting.subquery())).subquery()
    number = func.count().label("count")
    query = select(rows.c.outcome, rows.c.reply, number).where(rows.c.outcome.in_(_HAS_FAILED), rows.c.reply != "")
    query = query.group_by(rows.c.outcome, rows.c.reply).order_by(number.desc(), rows.c.reply)
    return [tuple(row) for row in conn.execute(query.limit(_MAX_REPLIES))]


def next_try(conn: Connection, edition_id: int) -> datetime | None:
    """The earliest next try among the edition's rows; None if none waits."""
    query = select(func.min(deliveries.c.next_try)).where(deliveries.c.edition_id == edition_id, WAITING)
    earliest: datetime | None = conn.execute(query).scalar()
    return earliest


def for_edition(conn: Connection, edition_id: int, *outcomes: Outcome, after: int = 0) -> Iterator[Delivery]:
    """The edition's rows, or those with these outcomes, in order; streamed, so that memory stays bounded.

    ``after`` is the id of the row that the list continues from.
    """
    query = _query().where(deliveries.c.edition_id == edition_id, deliveries.c.id > after).order_by(deliveries.c.id)
    if outcomes:
        query = query.where(deliveries.c.outcome.in_(outcomes))
    return map(_delivery, stream(conn, query))


def page(conn: Connection, edition_id: int, *, after: int = 0, limit: int) -> list[Delivery]:
    """The edition's rows after the one with this id, in order."""
    query = _query().where(deliveries.c.edition_id == edition_id, deliveries.c.id > after).order_by(deliveries.c.id)
    return [_delivery(row) for row in conn.execute(query.limit(limit))]


#: Mails of an edition whose replies are read, of those that failed and of those that wait; and different replies.
_MAX_FAILED, _MAX_REPLIES = 10_000, 1000
_HAS_FAILED = {Outcome.FAILED, Outcome.BOUNCED, Outcome.RETRY, Outcome.UNKNOWN}
_NEW_COLUMNS = (
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
_DELIVERY_COLUMNS = columns(deliveries, Delivery)
_SUBSCRIBER_COLUMNS = columns(subscribers, Subscriber)
_DELIVERY_NAMES, _SUBSCRIBER_NAMES = (
    [column.name for column in _DELIVERY_COLUMNS],
    [column.name for column in _SUBSCRIBER_COLUMNS],
)


def _query() -> Select[Any]:
    return select(*_DELIVERY_COLUMNS, *_SUBSCRIBER_COLUMNS).join_from(deliveries, subscribers)


def _delivery(row: Row[Any]) -> Delivery:
    subscriber = Subscriber(**dict(zip(_SUBSCRIBER_NAMES, row[len(_DELIVERY_COLUMNS) :], strict=True)))
    return Delivery(**dict(zip(_DELIVERY_NAMES, row, strict=False)), subscriber=subscriber)
