"""What earlier editions told."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, insert, select

from digest.model import Brief
from digest.store.tables import editions, stories, told


def remember(conn: Connection, edition_id: int, briefs: Sequence[Brief]) -> None:
    """The edition told these, in this order."""
    for position, brief in enumerate(briefs):
        values = {
            "edition_id": edition_id,
            "position": position,
            "title": brief.story.lead.title,
            "score": brief.ranked.score,
            "update": brief.ranked.update,
            "sentences": tuple(sentence.text for sentence in brief.sentences),
        }
        story_id = conn.execute(insert(stories).values(values).returning(stories.c.id)).scalar_one()
        article_ids = dict.fromkeys(article.id for article in (*brief.story.articles, *brief.story.copies))
        conn.execute(insert(told), [{"story_id": story_id, "article_id": article_id} for article_id in article_ids])


def sent_article_ids(
    conn: Connection, newsletter_id: str, audience: str = "", *, before: datetime | None = None
) -> frozenset[str]:
    """The articles that editions for this audience told; with ``before``, those of slots due earlier only."""
    query = (
        select(told.c.article_id)
        .join(stories, stories.c.id == told.c.story_id)
        .join(editions, editions.c.id == stories.c.edition_id)
        .where(editions.c.newsletter_id == newsletter_id, editions.c.audience == audience)
        .distinct()
    )
    if before is not None:
        query = query.where(editions.c.slot_due < before)
    return frozenset(conn.execute(query).scalars())
