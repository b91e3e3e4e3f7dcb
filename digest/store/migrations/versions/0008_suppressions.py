"""Which edition suppressed an address, and when; suppressions that are held back for a review."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "suppressions",
        sa.Column("edition_id", NUMBER, nullable=False),
        sa.Column("subscriber_id", NUMBER, nullable=False),
        sa.Column("newsletter_id", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("decided", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["edition_id"], ["editions.id"], name=op.f("fk_suppressions_edition_id")),
        sa.ForeignKeyConstraint(
            ["subscriber_id"], ["subscribers.id"], name=op.f("fk_suppressions_subscriber_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("edition_id", "subscriber_id", name=op.f("pk_suppressions")),
    )
    op.create_index(op.f("ix_suppressions_newsletter_id_decided"), "suppressions", ["newsletter_id", "decided"])
