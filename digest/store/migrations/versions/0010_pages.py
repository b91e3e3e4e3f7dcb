"""Subscribers' pages: versions of links, and counts for the operator."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.add_column("subscribers", sa.Column("links_version", sa.Integer(), server_default="0", nullable=False))
    op.create_table(
        "page_counts",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("day", sa.Text(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("name", "day", name=op.f("pk_page_counts")),
    )
