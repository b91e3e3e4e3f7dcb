"""Drafts that wait for an editor, decisions about them, and articles that an editor dropped."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "drafts",
        sa.Column("id", _NUMBER, nullable=False),
        sa.Column("newsletter_id", sa.Text(), nullable=False),
        sa.Column("slot_key", sa.Text(), nullable=False),
        sa.Column("slot_due", sa.DateTime(timezone=True), nullable=False),
        sa.Column("composed", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("content", sa.Text()),
        sa.Column("mail_started", sa.DateTime(timezone=True)),
        sa.Column("mailed", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_drafts")),
        sa.UniqueConstraint("newsletter_id", "slot_key", name=op.f("uq_drafts_newsletter_id_slot_key")),
    )
    op.create_index(op.f("ix_drafts_slot_due"), "drafts", ["slot_due"])
    op.create_table(
        "draft_decisions",
        sa.Column("draft_id", _NUMBER, nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("values", sa.Text(), nullable=False),
        sa.Column("brief", sa.Text()),
        sa.ForeignKeyConstraint(
            ["draft_id"], ["drafts.id"], name=op.f("fk_draft_decisions_draft_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("draft_id", "version", name=op.f("pk_draft_decisions")),
    )
    op.create_table(
        "dropped_articles",
        sa.Column("newsletter_id", sa.Text(), nullable=False),
        sa.Column("article_id", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("newsletter_id", "article_id", name=op.f("pk_dropped_articles")),
    )
