"""Indexes of the ledger that stay small: of the rows that wait; and of an edition's rows in order."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"


def upgrade() -> None:
    is_waiting = sa.text("next_try IS NOT NULL")
    op.create_index(
        "ix_deliveries_queue",
        "deliveries",
        ["edition_id", "next_try"],
        sqlite_where=is_waiting,
        postgresql_where=is_waiting,
    )
    op.create_index("ix_deliveries_edition_id_id", "deliveries", ["edition_id", "id"])
    op.drop_index("ix_deliveries_edition_id_next_try", "deliveries")
