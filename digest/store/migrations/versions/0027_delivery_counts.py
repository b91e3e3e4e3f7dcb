"""Numbers of each edition's mails by outcome, its failed mails, and its newsletter's subscribers, beside the ledger."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"

#: Claimed rows are counted when they are asked for.
_FILL = """
INSERT INTO delivery_counts (edition_id, outcome, count)
SELECT edition_id, outcome, count(*) FROM deliveries WHERE sender IS NULL GROUP BY edition_id, outcome
"""
#: Failed mails that an operator or the program decided about are judged.
_FAILURES = """
INSERT INTO failures (delivery_id, edition_id, state)
SELECT id, edition_id, CASE WHEN outcome = 'failed' AND NOT EXISTS (
    SELECT 1 FROM suppressions
    WHERE suppressions.edition_id = deliveries.edition_id AND suppressions.subscriber_id = deliveries.subscriber_id
) THEN 'new' ELSE 'judged' END
FROM deliveries
WHERE outcome IN ('failed', 'bounced') OR outcome = 'unknown' AND next_try IS NULL AND sender IS NULL
"""
#: The number of a newsletter's subscriptions is that of those who joined, without those who left.
_JOINED = """
INSERT INTO daily_counts (about, name, day, count)
SELECT newsletter_id, 'subscribers joined', '', count(*) + coalesce((
    SELECT count FROM daily_counts WHERE about = newsletter_id AND name = 'subscribers left' AND day = ''
), 0)
FROM subscriptions
WHERE newsletter_id <> ''
GROUP BY newsletter_id
ON CONFLICT (about, name, day) DO UPDATE SET count = excluded.count
"""


def upgrade() -> None:
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "delivery_counts",
        sa.Column("edition_id", number, nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("count", number, nullable=False),
        sa.PrimaryKeyConstraint("edition_id", "outcome", name=op.f("pk_delivery_counts")),
        sa.ForeignKeyConstraint(["edition_id"], ["editions.id"], name=op.f("fk_delivery_counts_edition_id")),
    )
    op.create_table(
        "failures",
        sa.Column("delivery_id", number, autoincrement=False, nullable=False),
        sa.Column("edition_id", number, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("delivery_id", name=op.f("pk_failures")),
        sa.ForeignKeyConstraint(["edition_id"], ["editions.id"], name=op.f("fk_failures_edition_id")),
    )
    op.create_index("ix_failures_edition_id_state", "failures", ["edition_id", "state"])
    op.add_column("editions", sa.Column("subscribers", number))
    op.execute(_FILL)
    op.execute(_FAILURES)
    op.execute(_JOINED)
