"""Kinds of editions: digests and alerts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"


def upgrade() -> None:
    op.add_column("editions", sa.Column("kind", sa.Text(), server_default="digest", nullable=False))
