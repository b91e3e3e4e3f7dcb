"""Preferences of subscriptions, and the audiences that share them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from digest.store.column_types import UtcDateTime

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "audiences",
        sa.Column("newsletter_id", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("preferences", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("newsletter_id", "key", name=op.f("pk_audiences")),
    )
    op.create_table(
        "subscription_preferences",
        sa.Column("newsletter_id", sa.Text(), nullable=False),
        sa.Column("subscriber_id", number, nullable=False),
        sa.Column("preferences", sa.Text(), server_default="{}", nullable=False),
        sa.Column("audience", sa.Text(), server_default="", nullable=False),
        sa.Column("audience_since", UtcDateTime(), nullable=True),
        sa.Column("considered", UtcDateTime(), nullable=True),
        sa.Column("paused_until", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["subscriber_id"],
            ["subscribers.id"],
            name=op.f("fk_subscription_preferences_subscriber_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("newsletter_id", "subscriber_id", name=op.f("pk_subscription_preferences")),
    )
    op.create_index(op.f("ix_subscription_preferences_subscriber_id"), "subscription_preferences", ["subscriber_id"])
    op.create_index(
        op.f("ix_subscription_preferences_newsletter_id_audience"),
        "subscription_preferences",
        ["newsletter_id", "audience"],
    )
    op.add_column("subscription_requests", sa.Column("preferences", sa.Text(), server_default="{}", nullable=False))
