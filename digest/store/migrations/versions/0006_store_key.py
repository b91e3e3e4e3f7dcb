"""The store's own random key: signs delivery tokens where no secret is set."""

from __future__ import annotations

import secrets

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    store_keys = op.create_table(
        "store_keys",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_store_keys")),
    )
    op.bulk_insert(store_keys, [{"name": "store", "key": secrets.token_hex(32)}])
