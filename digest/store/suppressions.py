"""Suppressions by edition: when each was decided, and those that wait for an operator's review.

record → written              the subscriber gets no more mail
record → held                 too many at once: the subscriber still gets mail, and the edition is suspected
record → refused              the server refused the sender: nothing to suppress, and the edition is suspected
hold_recent                   written → held, for those of the last day

The review itself is in ``suppression_review.py``.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, bindparam, exists, func, or_, select, update

from digest.model.editions import Outcome, SuppressionState
from digest.store import delivery_counts
from digest.store.delivery_counts import LedgerRow
from digest.store.mapping import batches, insert
from digest.store.subscribers import suppress_all
from digest.store.tables import deliveries, editions, subscribers, subscriptions
from digest.store.tables import suppressions as table
from digest.store.unsubscribes import REMOVED, UNSUBSCRIBED

#: States that wait for a review.
OPEN_STATES = (SuppressionState.HELD, SuppressionState.REFUSED)
#: Of a row of ``editions``: an operator must review its refusals.
IS_SUSPECTED: ColumnElement[bool] = exists().where(table.c.edition_id == editions.c.id, table.c.state.in_(OPEN_STATES))


@dataclass(frozen=True, slots=True, kw_only=True)
class Suppression:
    """A subscriber whose address an edition suppressed, or would have."""

    edition_id: int
    newsletter_id: str
    subscriber_id: int
    address: str
    #: The server's words, with ``refused:``, ``bounced:`` or ``complained:`` before them.
    reason: str
    decided: datetime
    state: SuppressionState = SuppressionState.WRITTEN


def count_recent(conn: Connection, newsletter_id: str, *, since: datetime, besides: Collection[int] = ()) -> int:
    """The number of the newsletter's subscribers with a suppression since then, written or held back.

    ``besides`` are the ids of those that don't count: a few.
    """
    subscriber_id = table.c.subscriber_id
    numbers = func.count(subscriber_id.distinct())
    query = select(numbers).where(_is_recent(newsletter_id, since))
    total = conn.execute(query).scalar_one()
    return total - sum(conn.execute(query.where(subscriber_id.in_(batch))).scalar_one() for batch in batches(besides))


def count_subscribers(conn: Connection, newsletter_id: str, *, since: datetime) -> int:
    """The number of the newsletter's subscribers who get mail, or were suppressed since then."""
    suppressed = select(table.c.subscriber_id).where(_is_recent(newsletter_id, since))
    is_counted = or_(subscribers.c.suppressed == "", subscribers.c.id.in_(suppressed))
    query = select(func.count()).select_from(subscriptions).join(subscribers)
    return conn.execute(query.where(subscriptions.c.newsletter_id == newsletter_id, is_counted)).scalar_one()


def count_open(conn: Connection) -> Mapping[str, int]:
    """How many decisions wait for a review, by newsletter."""
    query = select(table.c.newsletter_id, func.count()).where(table.c.state.in_(OPEN_STATES))
    return dict(conn.execute(query.group_by(table.c.newsletter_id)).all())


def is_suspected(conn: Connection, edition_id: int) -> bool:
    """Whether refusals of the edition wait for a review."""
    return bool(conn.execute(select(IS_SUSPECTED).where(editions.c.id == edition_id)).scalar())


def is_held(conn: Connection, edition_id: int, subscriber_id: int) -> bool:
    """Whether the edition's suppression of the subscriber waits for a review."""
    is_row = (table.c.edition_id == edition_id, table.c.subscriber_id == subscriber_id)
    return conn.execute(select(table.c.state).where(*is_row)).scalar() is SuppressionState.HELD


def record(conn: Connection, suppressions: Collection[Suppression]) -> None:
    """Store the decisions, and suppress the addresses whose suppression is written."""
    if not suppressions:
        return
    rows = [
        {
            "edition_id": suppression.edition_id,
            "subscriber_id": suppression.subscriber_id,
            "newsletter_id": suppression.newsletter_id,
            "state": suppression.state,
            "decided": suppression.decided,
            "reason": suppression.reason,
        }
        for suppression in suppressions
    ]
    statement = insert(conn, table)
    changed = {name: statement.excluded[name] for name in ("state", "decided", "reason")}
    conn.execute(statement.on_conflict_do_update(index_elements=["edition_id", "subscriber_id"], set_=changed), rows)
    written = [suppression for suppression in suppressions if suppression.state is SuppressionState.WRITTEN]
    if written:
        suppress_all(conn, {entry.subscriber_id: entry.reason for entry in written}, at=written[0].decided)


def hold_recent(conn: Connection, newsletter_id: str, *, period: timedelta, at: datetime) -> int:
    """Hold back the newsletter's suppressions that were written within the period: lift them; return how many."""
    condition = and_(_is_recent(newsletter_id, at - period), table.c.state == SuppressionState.WRITTEN)
    rows = conn.execute(select(table.c.subscriber_id, table.c.reason).where(condition)).all()
    restorable = select(editions.c.id).where(editions.c.published >= at - period)
    lift(conn, [(id_, reason) for id_, reason in rows], restore=restorable, at=at)
    return conn.execute(update(table).where(condition).values(state=SuppressionState.HELD)).rowcount


def lift(conn: Connection, reasons: Sequence[tuple[int, str]], *, restore: Any, at: datetime) -> None:
    """End the suppression of subscribers that have this very reason; pairs of subscriber's id and reason.

    Their mails that the suppression stopped before any try wait again, in the editions that ``restore`` selects.
    """
    if not reasons:
        return
    parameters = [{"of_subscriber": id_, "of_reason": reason} for id_, reason in reasons]
    is_same = (subscribers.c.id == bindparam("of_subscriber")) & (subscribers.c.suppressed == bindparam("of_reason"))
    conn.execute(update(subscribers).where(is_same).values(suppressed=""), parameters)
    is_stopped = and_(
        deliveries.c.outcome == Outcome.SUPPRESSED,
        deliveries.c.attempts == 0,  # a mail that was tried before may have arrived
        deliveries.c.edition_id.in_(restore),
        may_be_mailed(),
    )
    rows: list[LedgerRow] = []
    for id_, reason in reasons:
        is_of_reason = and_(deliveries.c.subscriber_id == id_, deliveries.c.reply == reason)
        rows += delivery_counts.lock_rows(conn, is_of_reason, is_stopped)
    delivery_counts.add(conn, delivery_counts.change(conn, rows, Outcome.PENDING, reply="", next_try=at, changed=at))


def may_be_mailed() -> ColumnElement[bool]:
    """Of a row of ``deliveries``: its subscriber is still subscribed, and not suppressed."""
    return and_(
        deliveries.c.subscriber_id.in_(select(subscribers.c.id).where(subscribers.c.suppressed == "")),
        exists().where(
            subscriptions.c.subscriber_id == deliveries.c.subscriber_id,
            subscriptions.c.newsletter_id == deliveries.c.newsletter_id,
        ),
    )


def has_reached_nobody(conn: Connection, edition_id: int) -> bool:
    """Whether the edition had readers, no row waits any more, and none was sent.

    Rows of subscribers who left, and those whose refusal an operator confirmed, don't count.
    """
    of_edition = deliveries.c.edition_id == edition_id
    counts = delivery_counts.for_edition(conn, edition_id)
    if Outcome.SENT in counts or not all(outcome.is_final for outcome in counts):  # most editions, however large
        return False
    confirmed = select(table.c.subscriber_id).where(table.c.state == SuppressionState.CONFIRMED)
    has_left = and_(deliveries.c.outcome == Outcome.SUPPRESSED, deliveries.c.reply.in_([UNSUBSCRIBED, REMOVED]))
    query = select(deliveries.c.outcome).where(of_edition, deliveries.c.subscriber_id.not_in(confirmed), ~has_left)
    outcomes: set[Outcome] = set(conn.execute(query.distinct()).scalars())
    return bool(outcomes) and all(outcome.is_final for outcome in outcomes)


def _is_recent(newsletter_id: str, since: datetime) -> ColumnElement[bool]:
    """Written or held since then, and not confirmed."""
    is_counted = table.c.state.in_([SuppressionState.WRITTEN, SuppressionState.HELD])
    return and_(table.c.newsletter_id == newsletter_id, table.c.decided >= since, is_counted)
