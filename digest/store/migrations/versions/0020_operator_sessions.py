"""Sessions of operators who logged in on the operator's pages."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from digest.store.column_types import UtcDateTime

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "operator_sessions",
        sa.Column("id", number, autoincrement=False, nullable=False),
        sa.Column("password_id", sa.Text(), nullable=False),
        sa.Column("network", sa.Text(), nullable=False),
        sa.Column("started", UtcDateTime(), nullable=False),
        sa.Column("ended", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_operator_sessions")),
    )
