"""Numbers of each edition's mails by outcome, kept beside the ledger, so that no report reads its rows.

Kept are the numbers of rows that no sender has claimed, changed in the transaction that changes the rows. Claimed rows,
a few hundred for each sender, are counted when they are asked for: sending a mail changes no number that is kept, since
its row is claimed before, with others, and let go of after. Retention deletes rows; the numbers stay.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, func, literal_column, null, select, union_all, update

from digest.model.editions import Outcome
from digest.store.mapping import batches, insert
from digest.store.tables import deliveries
from digest.store.tables import delivery_counts as table

#: By edition's id and outcome.
Changes = Counter[tuple[int, Outcome]]


class LedgerRow(NamedTuple):
    """A row of the ledger before it is changed."""

    id: int
    edition_id: int
    subscriber_id: int
    newsletter_id: str
    outcome: Outcome
    #: A sender has claimed it, or has sent it and not let go of it.
    has_sender: bool


def for_edition(conn: Connection, edition_id: int) -> Mapping[Outcome, int]:
    """The edition's mails by outcome; none that is zero."""
    return for_editions(conn, [edition_id])[edition_id]


def for_editions(conn: Connection, edition_ids: Collection[int]) -> Mapping[int, Mapping[Outcome, int]]:
    """The mails of these editions by outcome; none that is zero."""
    counts: dict[int, Counter[Outcome]] = {id_: Counter() for id_ in edition_ids}
    for batch in batches(edition_ids):
        # One statement: a claim between two would count its rows twice, or not at all.
        kept = select(table.c.edition_id, table.c.outcome, table.c.count).where(table.c.edition_id.in_(batch))
        edition_id = deliveries.c.edition_id + literal_column(
            "0"
        )  # by the small index of claimed rows, not by one of the edition's
        claimed = select(edition_id, deliveries.c.outcome, func.count()).where(
            deliveries.c.sender.is_not(None), edition_id.in_(batch)
        )
        claimed = claimed.group_by(edition_id, deliveries.c.outcome)
        for id_, outcome, count in conn.execute(union_all(kept, claimed)):
            counts[id_][outcome] += count
    return {id_: {outcome: number for outcome, number in counts[id_].items() if number} for id_ in counts}


def unfinished(conn: Connection) -> Changes:
    """The mails that wait, and unclear ones that are held, by edition and outcome; none that is zero."""
    query = select(table.c.edition_id, table.c.outcome, table.c.count)
    query = query.where(table.c.count > 0, table.c.outcome.in_((Outcome.PENDING, Outcome.RETRY, Outcome.UNKNOWN)))
    return Counter({(row.edition_id, row.outcome): row[2] for row in conn.execute(query)})


def add(conn: Connection, changes: Mapping[tuple[int, Outcome], int]) -> None:
    """Add to the numbers. Call it once in a transaction, after its last change of the ledger: others wait for it."""
    # Sorted, so that of two transactions none waits for a number while it holds one that the other wants.
    rows: list[dict[str, Any]] = [
        {"edition_id": edition_id, "outcome": outcome, "count": count}
        for (edition_id, outcome), count in sorted(changes.items())
        if count
    ]
    if rows:
        statement = insert(conn, table)
        total = table.c.count + statement.excluded.count
        conn.execute(
            statement.on_conflict_do_update(index_elements=["edition_id", "outcome"], set_={"count": total}), rows
        )


def lock_rows(conn: Connection, *conditions: ColumnElement[bool]) -> list[LedgerRow]:
    """A few rows of the ledger, which nobody else changes before this transaction ends."""
    has_sender = deliveries.c.sender.is_not(None).label("has_sender")
    columns = [deliveries.c[name] for name in LedgerRow._fields if name != "has_sender"]
    query = select(*columns, has_sender).where(*conditions).order_by(deliveries.c.id)
    if conn.dialect.name == "postgresql":
        query = query.with_for_update(of=deliveries)
    return list(map(LedgerRow._make, conn.execute(query)))


def change(conn: Connection, rows: Sequence[LedgerRow], outcome: Outcome, **values: Any) -> Changes:
    """Give locked rows an outcome and other values, and take them from their senders; return what to ``add``."""
    changes: Changes = Counter()
    for batch in batches(rows):
        is_row = deliveries.c.id.in_([row.id for row in batch])
        conn.execute(update(deliveries).where(is_row).values(outcome=outcome, sender=null(), **values))
        changes.update((row.edition_id, outcome) for row in batch)
        changes.subtract((row.edition_id, row.outcome) for row in batch if not row.has_sender)
    return changes


def change_all(
    conn: Connection, edition_id: int, outcome: Outcome, *conditions: ColumnElement[bool], **values: Any
) -> Changes:
    """Likewise for all rows of an edition that meet conditions, however many; return what to ``add``."""
    changes: Changes = Counter()
    for before in Outcome:
        if before is outcome:
            continue
        for has_sender in (False, True):
            is_row = (
                deliveries.c.edition_id == edition_id,
                deliveries.c.outcome == before,
                deliveries.c.sender.is_not(None) if has_sender else deliveries.c.sender.is_(None),
            )
            statement = update(deliveries).where(*is_row, *conditions)
            number = conn.execute(statement.values(outcome=outcome, sender=null(), **values)).rowcount
            changes[edition_id, outcome] += number
            changes[edition_id, before] -= 0 if has_sender else number
    return changes
