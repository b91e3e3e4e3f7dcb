"""Mails that are sources: what was read, senders that were allowed or refused, how far each folder was read."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from digest.store.column_types import Json, UtcDateTime

revision = "0032"
down_revision = "0031"


def upgrade() -> None:
    op.create_table(
        "source_mails",
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("source_id", "key", "place", "sender", "subject")),
        sa.Column("sent", UtcDateTime(), nullable=False),
        sa.Column("seen", UtcDateTime(), nullable=False),
        sa.Column("is_read", sa.Boolean(), nullable=False),
        sa.Column("is_verified", sa.Boolean(), nullable=False),
        sa.Column("judged_by", sa.Text(), nullable=False),
        sa.Column("asks_confirmation", sa.Boolean(), nullable=False),
        sa.Column("problem", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("source_id", "key", name=op.f("pk_source_mails")),
    )
    op.create_index(op.f("ix_source_mails_source_id_place"), "source_mails", ["source_id", "place"])
    op.create_index(op.f("ix_source_mails_seen"), "source_mails", ["seen"])
    op.create_table(
        "mail_senders",
        sa.Column("source_id", sa.Text(), nullable=False),
        sa.Column("sender", sa.Text(), nullable=False),
        sa.Column("is_allowed", sa.Boolean(), nullable=False),
        sa.Column("decided", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("source_id", "sender", name=op.f("pk_mail_senders")),
    )
    op.create_table(
        "mail_folders",
        sa.Column("source_id", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("uid_validity", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("done", Json(), nullable=False),
        sa.PrimaryKeyConstraint("source_id", name=op.f("pk_mail_folders")),
    )
