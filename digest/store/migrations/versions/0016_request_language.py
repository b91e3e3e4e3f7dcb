"""Language of the page on which a subscription was asked for."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    op.add_column("subscription_requests", sa.Column("language", sa.Text(), server_default="", nullable=False))
