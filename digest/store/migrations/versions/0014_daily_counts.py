"""Counts by day, for metrics and plots; those of before are taken from the rows that are still there."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"

#: Counts by newsletter, name and day; ``{…}`` are days of a time.
_EARLIER = """
INSERT INTO daily_counts (about, name, day, count)
SELECT newsletter_id, name, day, count(*) FROM (
    SELECT newsletter_id, 'deliveries ' || outcome AS name, {changed} AS day
    FROM deliveries WHERE outcome IN ('sent', 'failed', 'bounced', 'suppressed')
    UNION ALL
    SELECT newsletter_id, 'subscribers joined', {since} FROM subscriptions
    UNION ALL
    SELECT newsletter_id, 'subscribers joined', {added}
    FROM unsubscribes JOIN subscribers ON subscribers.id = subscriber_id WHERE newsletter_id <> ''
    UNION ALL
    SELECT newsletter_id, 'subscribers left', {since}
    FROM unsubscribes WHERE newsletter_id <> '' AND subscriber_id IS NOT NULL
    UNION ALL
    SELECT newsletter_id, 'subscribers suppressed', {decided} FROM suppressions WHERE state = 'written'
) AS earlier
GROUP BY newsletter_id, name, day
"""
_TOTALS = """
INSERT INTO daily_counts (about, name, day, count)
SELECT about, name, '', sum(count) FROM daily_counts GROUP BY about, name
"""
#: Of fetches nothing is known.
_ENTRIES = """
INSERT INTO source_days (source_id, day, fetches, failures, entries, fetch_ms)
SELECT source_id, {seen}, 0, 0, count(*), 0 FROM entries
WHERE published IS NULL OR published >= {week_before_seen}
GROUP BY source_id, {seen}
"""


def upgrade() -> None:
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "daily_counts",
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("day", sa.Text(), nullable=False),
        sa.Column("count", number, nullable=False),
        sa.PrimaryKeyConstraint("about", "name", "day", name=op.f("pk_daily_counts")),
    )
    op.create_table(
        "source_days",
        sa.Column("source_id", sa.Text(), nullable=False),
        sa.Column("day", sa.Text(), nullable=False),
        sa.Column("fetches", sa.Integer(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("entries", sa.Integer(), nullable=False),
        sa.Column("fetch_ms", number, nullable=False),
        sa.PrimaryKeyConstraint("source_id", "day", name=op.f("pk_source_days")),
    )
    is_suppressed = sa.text("suppressed <> ''")
    op.create_index(
        "ix_subscribers_suppressed",
        "subscribers",
        ["id"],
        sqlite_where=is_suppressed,
        postgresql_where=is_suppressed,
    )
    _fill()


def _fill() -> None:
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    template = "substr({}, 1, 10)" if is_sqlite else "to_char({} AT TIME ZONE 'UTC', 'YYYY-MM-DD')"
    week_before = "datetime(seen, '-7 days')" if is_sqlite else "seen - interval '7 days'"
    names = ("changed", "since", "added", "decided", "seen")
    days = {name: template.format(name) for name in names}
    op.execute(_EARLIER.format(**days))
    op.execute(_TOTALS)
    op.execute(_ENTRIES.format(**days, week_before_seen=week_before))
