"""How an article read when it was told, once it was edited."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.add_column("told", sa.Column("wording", sa.Text(), nullable=True))
