"""Requests of subscribers for another address or erasure; subscribers that became part of another."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from digest.store.column_types import UtcDateTime

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "account_requests",
        sa.Column("id", number, nullable=False),
        sa.Column("subscriber_id", number, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), server_default="", nullable=False),
        sa.Column("address_key", sa.Text(), server_default="", nullable=False),
        sa.Column("newsletter_id", sa.Text(), server_default="", nullable=False),
        sa.Column("network", sa.Text(), server_default="", nullable=False),
        sa.Column("language", sa.Text(), server_default="", nullable=False),
        sa.Column("asked", UtcDateTime(), nullable=False),
        sa.Column("waiting_since", UtcDateTime(), nullable=True),
        sa.Column("allowed", UtcDateTime(), nullable=True),
        sa.Column("done", UtcDateTime(), nullable=True),
        sa.Column("undone", UtcDateTime(), nullable=True),
        sa.Column("before", sa.Text(), server_default="{}", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account_requests")),
        sa.ForeignKeyConstraint(
            ["subscriber_id"],
            ["subscribers.id"],
            name=op.f("fk_account_requests_subscriber_id"),
            ondelete="CASCADE",
        ),
        sqlite_autoincrement=True,
    )
    for column in ("subscriber_id", "address_key", "waiting_since"):
        op.create_index(op.f(f"ix_account_requests_{column}"), "account_requests", [column])
    op.add_column("subscribers", sa.Column("address_since", UtcDateTime(), nullable=True))
    op.add_column("subscribers", sa.Column("merged_into", number, nullable=True))
