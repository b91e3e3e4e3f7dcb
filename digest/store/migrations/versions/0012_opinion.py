"""Sections of entries, and which articles are opinions."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.add_column("entries", sa.Column("sections", sa.Text(), server_default="[]", nullable=False))
    op.add_column("articles", sa.Column("is_opinion", sa.Boolean()))
