"""How far the clock of a machine of the fleet is ahead of the database's."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"


def upgrade() -> None:
    op.add_column("fleet", sa.Column("clock_ahead_s", sa.Integer(), server_default="0", nullable=False))
