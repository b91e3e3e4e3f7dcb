"""Where each source was visited: what was learnt there says nothing of another address."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.add_column("sources", sa.Column("address", sa.Text(), server_default="", nullable=False))
