"""Threads of stories, and the full-text index.

Stories of before are in one thread if they have an article in common. They are indexed later, in short transactions.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from itertools import groupby
from operator import attrgetter

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"

_stories = sa.table("stories", sa.column("id"), sa.column("thread_id"))
_told = sa.table("told", sa.column("story_id"), sa.column("article_id"))
_BATCH = 1_000

_SQLITE_TABLE = "CREATE VIRTUAL TABLE story_search USING fts5(newsletter, words, tokenize='ascii', prefix='3')"
_POSTGRES_TABLE = """
CREATE TABLE story_search (
    story_id BIGINT NOT NULL, words TSVECTOR NOT NULL,
    CONSTRAINT pk_story_search PRIMARY KEY (story_id),
    CONSTRAINT fk_story_search_story_id FOREIGN KEY (story_id) REFERENCES stories (id) ON DELETE CASCADE
)
"""


def upgrade() -> None:
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.add_column("stories", sa.Column("thread_id", number, server_default="0", nullable=False))
    op.create_index(op.f("ix_stories_thread_id"), "stories", ["thread_id"])
    conn = op.get_bind()
    _set_threads(conn)
    if conn.dialect.name == "postgresql":
        conn.exec_driver_sql(_POSTGRES_TABLE)
        conn.exec_driver_sql("CREATE INDEX ix_story_search_words ON story_search USING gin (words)")
    elif _has_fts5():
        conn.exec_driver_sql(_SQLITE_TABLE)


def _set_threads(conn: sa.Connection) -> None:
    conn.execute(sa.update(_stories).values(thread_id=_stories.c.id))
    statement = (
        sa.update(_stories).where(_stories.c.id == sa.bindparam("of_story")).values(thread_id=sa.bindparam("thread"))
    )
    values = [{"of_story": story_id, "thread": thread} for story_id, thread in _threads(conn)]
    for at in range(0, len(values), _BATCH):
        conn.execute(statement, values[at : at + _BATCH])


def _threads(conn: sa.Connection) -> Iterator[tuple[int, int]]:
    """The stories with an article that an earlier story has, each with the thread of the most of its articles."""
    by_article: dict[str, int] = {}
    query = sa.select(_told.c.story_id, _told.c.article_id).order_by(_told.c.story_id)
    for story_id, rows in groupby(conn.execute(query), key=attrgetter("story_id")):
        article_ids = [row.article_id for row in rows]
        counts = Counter(by_article[article_id] for article_id in article_ids if article_id in by_article)
        thread = min(counts, key=lambda thread: (-counts[thread], thread), default=story_id)
        by_article |= dict.fromkeys(article_ids, thread)
        if thread != story_id:
            yield story_id, thread


def _has_fts5() -> bool:
    with closing(sqlite3.connect(":memory:")) as connection:
        return bool(connection.execute("SELECT 1 FROM pragma_module_list WHERE name = 'fts5'").fetchone())
