"""Notes of editors on top of editions."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"


def upgrade() -> None:
    op.add_column("editions", sa.Column("note", sa.Text(), server_default="", nullable=False))
    op.add_column("editions", sa.Column("note_author", sa.Text(), server_default="", nullable=False))
