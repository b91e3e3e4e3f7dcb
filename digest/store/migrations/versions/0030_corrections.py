"""The correction watch: articles that are compared again, and quoted sentences that changed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from digest.store.column_types import UtcDateTime

revision = "0030"
down_revision = "0029"

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("entries", sa.Column("page_url", sa.Text(), server_default="", nullable=False))
    op.add_column("articles", sa.Column("extraction", sa.Text(), server_default="", nullable=False))
    _create_watched_articles()
    _create_corrections()
    _create_link("correction_stories", "story_id", "stories")
    _create_link("reported_corrections", "edition_id", "editions")


def _create_watched_articles() -> None:
    op.create_table(
        "watched_articles",
        sa.Column("article_id", sa.Text(), nullable=False),
        sa.Column("source_id", sa.Text(), nullable=False),
        sa.Column("page_url", sa.Text(), nullable=False),
        sa.Column("told", UtcDateTime(), nullable=False),
        sa.Column("extraction", sa.Text(), nullable=False),
        sa.Column("visits", sa.Integer(), server_default="0", nullable=False),
        sa.Column("next_visit", UtcDateTime(), nullable=True),
        sa.Column("visited", UtcDateTime(), nullable=True),
        sa.Column("etag", sa.Text(), server_default="", nullable=False),
        sa.Column("last_modified", sa.Text(), server_default="", nullable=False),
        sa.Column("outcome", sa.Text(), server_default="", nullable=False),
        sa.Column("detail", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("article_id", name=op.f("pk_watched_articles")),
    )
    op.create_index(op.f("ix_watched_articles_next_visit"), "watched_articles", ["next_visit"])
    op.create_index(op.f("ix_watched_articles_source_id_visited"), "watched_articles", ["source_id", "visited"])


def _create_corrections() -> None:
    texts = ("before", "after", "note", "title", "url", "source", "language")
    op.create_table(
        "corrections",
        sa.Column("id", _NUMBER, nullable=False),
        sa.Column("article_id", sa.Text(), nullable=False),
        sa.Column("source_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in texts),
        sa.Column("told", UtcDateTime(), nullable=False),
        sa.Column("found", UtcDateTime(), nullable=False),
        sa.Column("held", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_corrections")),
        sa.UniqueConstraint("article_id", "before", name=op.f("uq_corrections_article_id_before")),
    )
    op.create_index(op.f("ix_corrections_found"), "corrections", ["found"])
    op.create_index(op.f("ix_corrections_source_id_found"), "corrections", ["source_id", "found"])


def _create_link(table: str, column: str, other: str) -> None:
    """A table of pairs: a correction, and a row of another table."""
    op.create_table(
        table,
        sa.Column("correction_id", _NUMBER, nullable=False),
        sa.Column(column, _NUMBER, nullable=False),
        sa.PrimaryKeyConstraint("correction_id", column, name=op.f(f"pk_{table}")),
        sa.ForeignKeyConstraint(
            ["correction_id"], ["corrections.id"], name=op.f(f"fk_{table}_correction_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint([column], [f"{other}.id"], name=op.f(f"fk_{table}_{column}"), ondelete="CASCADE"),
    )
    op.create_index(op.f(f"ix_{table}_{column}"), table, [column])
