"""The ledger's table: one row for each edition and subscriber."""

from __future__ import annotations

import enum
from typing import Any

from sqlalchemy import Column, Connection, ForeignKey, Index, Integer, Table, UniqueConstraint, event, text

from digest.model.editions import Outcome
from digest.store.column_types import EnumText, SafeText, UtcDateTime
from digest.store.tables.metadata import Number, metadata
from digest.store.tables.published import editions
from digest.store.tables.subscribers import subscribers

_CLAIMED, _WAITING = text("sender IS NOT NULL"), text("next_try IS NOT NULL")

#: The ledger. Newsletter, slot and revision are repeated here for the unique key that prevents a second mail.
deliveries = Table(
    "deliveries",
    metadata,
    Column("id", Number, primary_key=True),
    Column("edition_id", ForeignKey(editions.c.id), nullable=False),
    Column("subscriber_id", ForeignKey(subscribers.c.id), nullable=False, index=True),
    Column("newsletter_id", SafeText, nullable=False),
    Column("slot_key", SafeText, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("message_id", SafeText, nullable=False, unique=True),
    Column("outcome", EnumText(Outcome), nullable=False),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("reply", SafeText, nullable=False, server_default=""),
    #: The queue: set on rows that wait for a sender, and on no others.
    Column("next_try", UtcDateTime),
    #: The sender that has claimed the row; null if none has.
    Column("sender", SafeText),
    Column("changed", UtcDateTime, nullable=False),
    UniqueConstraint("newsletter_id", "slot_key", "revision", "subscriber_id"),
    Index(None, "edition_id", "id"),
    # Only of the rows that wait: what is done burdens neither a claim nor a look at the queue.
    Index("ix_deliveries_queue", "edition_id", "next_try", sqlite_where=_WAITING),
    # Only of the few claimed rows: each mail's commit writes one page less.
    Index("ix_deliveries_sender", "sender", sqlite_where=_CLAIMED),
)

#: Numbers of each edition's rows that no sender has claimed, see ``store/delivery_counts.py``.
delivery_counts = Table(
    "delivery_counts",
    metadata,
    Column("edition_id", ForeignKey(editions.c.id), primary_key=True, autoincrement=False),
    Column("outcome", EnumText(Outcome), primary_key=True),
    Column("count", Number, nullable=False),
)


class FailureState(enum.StrEnum):
    """What is known about a failed mail."""

    #: Whether its address is to be suppressed was not judged yet.
    NEW = "new"
    #: The server refused the sender; of many such an operator must hear.
    SENDER = "sender"
    JUDGED = "judged"


#: Mails that failed, see ``store/failures.py``. No foreign key to the ledger, whose rows are deleted by the million.
failures = Table(
    "failures",
    metadata,
    Column("delivery_id", Number, primary_key=True, autoincrement=False),
    Column("edition_id", ForeignKey(editions.c.id), nullable=False),
    Column("state", EnumText(FailureState), nullable=False),
    Index(None, "edition_id", "state"),
)


@event.listens_for(deliveries, "before_create")
def _make_indexes_partial(_: Table, conn: Connection, **__: Any) -> None:
    """Make indexes partial on PostgreSQL too. In the table's declaration this would import PostgreSQL's dialect."""
    if conn.dialect.name == "postgresql":
        for index in deliveries.indexes:
            if (condition := index.dialect_options["sqlite"]["where"]) is not None:
                index.dialect_options["postgresql"]["where"] = condition


@event.listens_for(deliveries, "after_create")
def _vacuum_often(_: Table, conn: Connection, **__: Any) -> None:
    """Let PostgreSQL vacuum after changes of a twentieth of the rows, not of a fifth: claims pass by dead ones."""
    if conn.dialect.name == "postgresql":
        conn.execute(text("ALTER TABLE deliveries SET (autovacuum_vacuum_scale_factor = 0.05)"))
