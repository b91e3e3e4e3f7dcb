"""When a request to subscribe was mailed, so that requests that never were can be deleted."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    op.add_column("subscription_requests", sa.Column("mailed", sa.DateTime()))
    op.execute("UPDATE subscription_requests SET mailed = asked")  # their links must work
    op.create_index("ix_subscription_requests_network", "subscription_requests", ["network"])
