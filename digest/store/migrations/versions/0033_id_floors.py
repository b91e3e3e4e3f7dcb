"""Ids of editions, stories and drafts that were given before a restore, and are not given again."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"


def upgrade() -> None:
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "id_floors",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("last", number, nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_id_floors")),
    )
