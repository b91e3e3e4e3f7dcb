"""What earlier editions told."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection, bindparam, insert, select, update

from digest.model import Brief
from digest.store.tables import editions, stories, story_articles

#: An article's title and paragraphs.
Wording = tuple[str, ...]


def add(conn: Connection, edition_id: int, briefs: Sequence[Brief]) -> None:
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
        article_ids = dict.fromkeys(article.id for article in brief.story.all_articles)
        conn.execute(
            insert(story_articles), [{"story_id": story_id, "article_id": article_id} for article_id in article_ids]
        )


def save_published_wordings(conn: Connection, wordings: Mapping[str, Wording]) -> None:
    """These articles, by id, are about to say something else: what was told of them is kept, as it is given here."""
    if wordings:
        standing = update(story_articles).where(
            story_articles.c.article_id == bindparam("of_article"), story_articles.c.wording.is_(None)
        )
        values = [{"of_article": id_, "as_told": wording} for id_, wording in wordings.items()]
        conn.execute(standing.values(wording=bindparam("as_told", type_=story_articles.c.wording.type)), values)


def published_articles(
    conn: Connection, newsletter_id: str, audience: str = "", *, before: datetime | None = None
) -> Mapping[str, tuple[Wording | None, ...]]:
    """The articles that editions for this audience told, by id, in every wording; None stands for today's.

    With ``before``, those of slots due earlier only.
    """
    query = (
        select(story_articles.c.article_id, story_articles.c.wording)
        .join(stories, stories.c.id == story_articles.c.story_id)
        .join(editions, editions.c.id == stories.c.edition_id)
        .where(editions.c.newsletter_id == newsletter_id, editions.c.audience == audience)
        .order_by(editions.c.slot_due, editions.c.id)
    )
    if before is not None:
        query = query.where(editions.c.slot_due < before)
    found: dict[str, dict[Wording | None, None]] = defaultdict(dict)
    for article_id, wording in conn.execute(query):
        found[article_id][wording] = None
    return {article_id: tuple(wordings) for article_id, wordings in found.items()}
