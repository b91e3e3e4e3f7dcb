"""Why a run failed, for ``digest status`` and ``digest check``."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.add_column("runs", sa.Column("reason", sa.Text(), server_default="", nullable=False))
