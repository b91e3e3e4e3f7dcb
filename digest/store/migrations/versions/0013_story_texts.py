"""Sources of the sentences of published stories, and an index for the archive.

Stories of before get theirs from the articles that are still stored.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op

from digest.store.column_types import Json, SafeText, StringTuple, UtcDateTime

revision = "0013"
down_revision = "0012"

_BATCH = 200

_stories = sa.table(
    "stories", sa.column("id"), sa.column("title"), sa.column("sentences", StringTuple), sa.column("edition_id")
)
_told = sa.table("told", sa.column("story_id"), sa.column("article_id"), sa.column("wording", StringTuple))
_articles = sa.table(
    "articles",
    sa.column("id"),
    sa.column("entry_id"),
    *(sa.column(name) for name in ("url", "title", "source", "author", "language")),
    sa.column("published", UtcDateTime),
    sa.column("paragraphs", StringTuple),
)
_texts = sa.table(
    "story_texts",
    sa.column("story_id"),
    sa.column("section", SafeText),
    sa.column("language", SafeText),
    sa.column("citations", Json),
    sa.column("articles", Json),
)


def upgrade() -> None:
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "story_texts",
        sa.Column("story_id", number, autoincrement=False, nullable=False),
        sa.Column("section", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("citations", sa.Text(), nullable=False),
        sa.Column("articles", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["story_id"], ["stories.id"], name=op.f("fk_story_texts_story_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("story_id", name=op.f("pk_story_texts")),
    )
    op.create_index(
        op.f("ix_editions_newsletter_id_audience_slot_due"), "editions", ["newsletter_id", "audience", "slot_due"]
    )
    conn = op.get_bind()
    for ids in _batches_of_story_ids(conn):
        if rows := list(_rows(conn, ids)):
            conn.execute(sa.insert(_texts), rows)


def _batches_of_story_ids(conn: sa.Connection) -> Iterator[Sequence[int]]:
    last = 0
    query = sa.select(_stories.c.id).where(_stories.c.id > sa.bindparam("last")).order_by(_stories.c.id).limit(_BATCH)
    while ids := conn.execute(query, {"last": last}).scalars().all():
        yield ids
        last = ids[-1]


def _rows(conn: sa.Connection, story_ids: Sequence[int]) -> Iterator[dict[str, Any]]:
    """The rows of stories with articles that are still stored."""
    headings = _published_articles(conn, story_ids)
    query = sa.select(_stories).where(_stories.c.id.in_(story_ids))
    for story in conn.execute(query):
        articles = headings.get(story.id, [])
        # The lead gave the story its title.
        articles.sort(key=lambda article: (article["title"] != story.title, article["published"], article["id"]))
        if articles:
            yield {
                "story_id": story.id,
                "section": "",
                "language": articles[0]["language"],
                "citations": [_citation(sentence, articles) for sentence in story.sentences],
                "articles": [
                    {name: value for name, value in article.items() if name != "paragraphs"} for article in articles
                ],
            }


def _published_articles(conn: sa.Connection, story_ids: Sequence[int]) -> dict[int, list[dict[str, Any]]]:
    """The stories' articles as they were published."""
    query = (
        sa.select(_told.c.story_id, _told.c.wording, _articles)
        .join(_articles, _articles.c.id == _told.c.article_id)
        .where(_told.c.story_id.in_(story_ids))
        .order_by(_articles.c.entry_id)
    )
    by_story: dict[int, dict[str, dict[str, Any]]] = {}
    for row in conn.execute(query):
        title, *paragraphs = row.wording or (row.title, *row.paragraphs)
        by_story.setdefault(row.story_id, {}).setdefault(
            row.id,
            {
                "id": row.id,
                "url": row.url,
                "title": title,
                "source": row.source,
                "author": row.author,
                "published": row.published.isoformat(),
                "language": row.language,
                "paragraphs": paragraphs,
            },
        )
    return {story_id: list(articles.values()) for story_id, articles in by_story.items()}


def _citation(sentence: str, articles: Sequence[dict[str, Any]]) -> int:
    """The index of the article that has the sentence; -1 if none has."""
    return next(
        (
            index
            for index, article in enumerate(articles)
            if any(sentence in paragraph for paragraph in article["paragraphs"])
        ),
        -1,
    )
