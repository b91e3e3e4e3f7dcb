"""Former subscribers, by a hash of the address, so that no import brings them back.

Earlier versions ended subscriptions by deletion. Who left is derived: whoever got an edition of a newsletter and does
not subscribe to it has left it; a subscriber without any subscription has left all newsletters.
"""

from __future__ import annotations

import hmac
from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

from digest.store.column_types import UtcDateTime

revision = "0007"
down_revision = "0006"

_FORMER_SUBSCRIBERS = """
SELECT deliveries.newsletter_id, subscribers.id, subscribers.address_key
FROM deliveries JOIN subscribers ON subscribers.id = deliveries.subscriber_id
WHERE NOT EXISTS (
    SELECT 1 FROM subscriptions
    WHERE subscriptions.newsletter_id = deliveries.newsletter_id
    AND subscriptions.subscriber_id = deliveries.subscriber_id
)
GROUP BY deliveries.newsletter_id, subscribers.id, subscribers.address_key
UNION
SELECT '', subscribers.id, subscribers.address_key
FROM subscribers
WHERE NOT EXISTS (SELECT 1 FROM subscriptions WHERE subscriptions.subscriber_id = subscribers.id)
"""
_BATCH = 1_000


def upgrade() -> None:
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    unsubscribes = op.create_table(
        "unsubscribes",
        sa.Column("newsletter_id", sa.Text(), nullable=False),
        sa.Column("address_hash", sa.Text(), nullable=False),
        sa.Column("subscriber_id", number, nullable=True),
        sa.Column("since", UtcDateTime(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["subscriber_id"],
            ["subscribers.id"],
            name=op.f("fk_unsubscribes_subscriber_id"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("newsletter_id", "address_hash", name=op.f("pk_unsubscribes")),
    )
    op.create_index(op.f("ix_unsubscribes_subscriber_id"), "unsubscribes", ["subscriber_id"])
    conn = op.get_bind()
    key = bytes.fromhex(conn.execute(sa.text("SELECT key FROM store_keys WHERE name = 'store'")).scalar_one())
    now = datetime.now(UTC)
    rows = conn.execute(sa.text(_FORMER_SUBSCRIBERS)).all()
    for start in range(0, len(rows), _BATCH):
        values = [
            {
                "newsletter_id": newsletter_id,
                "address_hash": hmac.digest(key, f"unsubscribed {address_key}".encode(), "sha256").hex(),
                "subscriber_id": subscriber_id,
                "since": now,
                "reason": "unsubscribed",
            }
            for newsletter_id, subscriber_id, address_key in rows[start : start + _BATCH]
        ]
        conn.execute(sa.insert(unsubscribes), values)
