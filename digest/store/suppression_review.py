"""Review of suppressions: which wait for an operator's decision, and what readmitting and confirming them does."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection, Select, and_, bindparam, delete, exists, func, literal, or_, select

from digest.model.editions import Outcome, SuppressionState
from digest.store import delivery_counts
from digest.store.delivery_counts import LedgerRow
from digest.store.suppressions import OPEN_STATES, Suppression, lift, may_be_mailed, record
from digest.store.tables import deliveries, editions, failures, subscribers
from digest.store.tables import suppressions as table


def waiting(conn: Connection) -> tuple[Suppression, ...]:
    """The suppressions that are held back, and the refusals of suspected editions, by edition and address."""
    query = (
        select(
            table.c.edition_id,
            table.c.newsletter_id,
            table.c.subscriber_id,
            subscribers.c.address,
            table.c.reason,
            table.c.decided,
            table.c.state,
        )
        .join_from(table, subscribers)
        .where(table.c.state.in_(OPEN_STATES))
        .order_by(table.c.edition_id, subscribers.c.address_key)
    )
    return tuple(Suppression(**row) for row in conn.execute(query).mappings())


def failed(conn: Connection, edition_id: int) -> tuple[Suppression, ...]:
    """The edition's failed and bounced mails that no operator has confirmed, by address.

    ``WRITTEN`` if the failure suppressed the address, else ``REFUSED``.
    """
    is_decided = exists().where(
        table.c.edition_id == deliveries.c.edition_id,
        table.c.subscriber_id == deliveries.c.subscriber_id,
        table.c.state.not_in([SuppressionState.WRITTEN]),
    )
    query = _failures().where(failures.c.edition_id == edition_id, ~is_decided)
    return tuple(
        Suppression(
            edition_id=row.edition_id,
            newsletter_id=row.newsletter_id,
            subscriber_id=row.subscriber_id,
            address=row.address,
            reason=row.suppressed or f"refused: {row.reply}",
            decided=row.changed,
            state=SuppressionState.WRITTEN if row.suppressed else SuppressionState.REFUSED,
        )
        for row in conn.execute(query)
    )


def written_before(conn: Connection) -> tuple[Suppression, ...]:
    """The addresses that an edition suppressed before suppressions were recorded, by edition and address."""
    is_reason = or_(
        subscribers.c.suppressed == literal("refused: ") + deliveries.c.reply,
        subscribers.c.suppressed == literal("bounced: ") + deliveries.c.reply,
    )
    is_unrecorded = subscribers.c.id.not_in(select(table.c.subscriber_id))
    query = _failures().where(subscribers.c.suppressed != "", is_reason, is_unrecorded)
    return tuple(
        Suppression(
            edition_id=row.edition_id,
            newsletter_id=row.newsletter_id,
            subscriber_id=row.subscriber_id,
            address=row.address,
            reason=row.suppressed,
            decided=row.changed,
        )
        for row in conn.execute(query)
    )


def recipients(conn: Connection, edition_id: int) -> int:
    """The number of subscribers to whom the edition was addressed, without those who had been suppressed before."""
    counts = delivery_counts.for_edition(conn, edition_id)
    return sum(counts.values()) - counts.get(Outcome.SUPPRESSED, 0)


def readmit(conn: Connection, suppressions: Collection[Suppression], *, at: datetime) -> int:
    """Lift these suppressions and forget them; return how many mails wait again.

    Failed mails of suspected editions are sent again, and of other editions those of each newsletter's newest. A mail
    that bounced is not: only its notice says that it didn't arrive.
    """
    if not suppressions:
        return 0
    newest = select(func.max(editions.c.id)).group_by(editions.c.newsletter_id)
    lift(conn, [(entry.subscriber_id, entry.reason) for entry in suppressions], restore=newest, at=at)
    keys = [{"of_edition": entry.edition_id, "of_subscriber": entry.subscriber_id} for entry in suppressions]
    is_open = exists().where(
        table.c.edition_id == deliveries.c.edition_id,
        table.c.subscriber_id == deliveries.c.subscriber_id,
        # Not ``in_``: it can't be executed with many parameter sets.
        or_(table.c.state == SuppressionState.HELD, table.c.state == SuppressionState.REFUSED),
    )
    is_failed = and_(
        deliveries.c.outcome == Outcome.FAILED,
        or_(is_open, deliveries.c.edition_id.in_(newest)),
        may_be_mailed(),
    )
    rows: list[LedgerRow] = []
    for entry in suppressions:
        is_mail = and_(deliveries.c.edition_id == entry.edition_id, deliveries.c.subscriber_id == entry.subscriber_id)
        rows += delivery_counts.lock_rows(conn, is_mail, is_failed)
    changes = delivery_counts.change(conn, rows, Outcome.PENDING, next_try=at, attempts=0, changed=at)
    conn.execute(delete(table).where(_IS_KEY), keys)
    delivery_counts.add(conn, changes)
    return len(rows)


def confirm(conn: Connection, suppressions: Collection[Suppression], *, at: datetime) -> int:
    """Suppress the addresses that don't exist any more, and settle the others' refusals; return how many of the first.

    A refusal of the sender says nothing about an address, so that nobody is suppressed for it.
    """
    gone = [entry for entry in suppressions if entry.state is not SuppressionState.REFUSED]
    record(conn, [_with_state(entry, SuppressionState.WRITTEN, at) for entry in gone])
    record(conn, [_with_state(entry, SuppressionState.CONFIRMED, at) for entry in suppressions])
    return len(gone)


def _with_state(suppression: Suppression, state: SuppressionState, at: datetime) -> Suppression:
    return replace(suppression, state=state, decided=at)


_IS_KEY = and_(table.c.edition_id == bindparam("of_edition"), table.c.subscriber_id == bindparam("of_subscriber"))


def _failures() -> Select[tuple[object, ...]]:
    query = select(
        deliveries.c.edition_id,
        deliveries.c.newsletter_id,
        deliveries.c.subscriber_id,
        subscribers.c.address,
        subscribers.c.suppressed,
        deliveries.c.reply,
        deliveries.c.changed,
    ).select_from(
        failures.join(deliveries, deliveries.c.id == failures.c.delivery_id).join(
            subscribers, subscribers.c.id == deliveries.c.subscriber_id
        )
    )
    is_failed = deliveries.c.outcome.in_([Outcome.FAILED, Outcome.BOUNCED])
    return query.where(is_failed).order_by(deliveries.c.edition_id, subscribers.c.address_key)
