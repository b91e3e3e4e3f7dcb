"""Plugins that failed for the latest edition of a newsletter."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from digest.store.column_types import UtcDateTime

revision = "0029"
down_revision = "0028"


def upgrade() -> None:
    op.create_table(
        "plugin_failures",
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("newsletter_id", "point", "name")),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("error", "instead")),
        sa.Column("since", UtcDateTime(), nullable=False),
        sa.Column("slot", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("newsletter_id", "point", "name", name=op.f("pk_plugin_failures")),
    )
