"""Requests to subscribe that wait for a confirmation, and the mails that asked for one."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from digest.store.column_types import UtcDateTime

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "subscription_requests",
        sa.Column("id", number, nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("address_key", sa.Text(), nullable=False),
        sa.Column("newsletters", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("network", sa.Text(), nullable=False),
        sa.Column("asked", UtcDateTime(), nullable=False),
        sa.Column("waiting_since", UtcDateTime(), nullable=True),
        sa.Column("confirmed", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subscription_requests")),
        sa.UniqueConstraint(
            "address_key", "newsletters", name=op.f("uq_subscription_requests_address_key_newsletters")
        ),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_subscription_requests_waiting_since"), "subscription_requests", ["waiting_since"])
    op.create_table(
        "confirmation_mails",
        sa.Column("id", number, nullable=False),
        sa.Column("address_hash", sa.Text(), nullable=False),
        sa.Column("network", sa.Text(), nullable=False),
        sa.Column("sent", UtcDateTime(), nullable=False),
        sa.Column("declined", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_confirmation_mails")),
    )
    op.create_index(op.f("ix_confirmation_mails_address_hash"), "confirmation_mails", ["address_hash"])
    op.create_index(op.f("ix_confirmation_mails_sent"), "confirmation_mails", ["sent"])
