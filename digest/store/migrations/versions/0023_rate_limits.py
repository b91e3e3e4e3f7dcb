"""Rates that servers asked to lower, and the plan of mails that wait for their turn."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"


def upgrade() -> None:
    op.add_column("rate_limits", sa.Column("planned_at", sa.DateTime(timezone=True)))
    op.add_column("rate_limits", sa.Column("slowed_at", sa.DateTime(timezone=True)))
    op.add_column("rate_limits", sa.Column("interval_s", sa.Float(), server_default="0", nullable=False))
    op.add_column("rate_limits", sa.Column("reply", sa.Text(), server_default="", nullable=False))
