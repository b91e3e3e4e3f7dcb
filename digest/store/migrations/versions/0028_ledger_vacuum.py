"""PostgreSQL vacuums the ledger after changes of a twentieth of its rows: of a large one, a fifth are too many."""

from __future__ import annotations

from alembic import op

revision = "0028"
down_revision = "0027"


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE deliveries SET (autovacuum_vacuum_scale_factor = 0.05)")
