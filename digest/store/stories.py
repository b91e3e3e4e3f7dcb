"""Published stories and their articles."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, bindparam, func, insert, or_, select, update

from digest.model.editions import EditionKind
from digest.model.stories import Brief
from digest.store import id_floors, search_index, story_texts, story_threads
from digest.store.mapping import batches
from digest.store.tables import editions, stories, story_articles
from digest.store.tables import story_texts as texts_table
from digest.text.search_terms import indexed_tokens

#: An article's title and paragraphs.
Wording = tuple[str, ...]


def add(conn: Connection, edition_id: int, briefs: Sequence[Brief]) -> None:
    """Store the edition's stories, in this order, with their texts and threads, and index them."""
    threads = story_threads.threads_of(conn, briefs)
    tokens: dict[int, Sequence[str]] = {}
    for position, (brief, thread_id) in enumerate(zip(briefs, threads, strict=True)):
        values = {
            "edition_id": edition_id,
            "position": position,
            "title": brief.story.lead.title,
            "score": brief.ranked.score,
            "update": brief.ranked.update,
            "sentences": tuple(sentence.text for sentence in brief.sentences),
            "thread_id": thread_id,
            "outlet": brief.story.lead.outlet,
        } | id_floors.next_id(conn, stories)
        story_id = conn.execute(insert(stories).values(values).returning(stories.c.id)).scalar_one()
        article_ids = dict.fromkeys(article.id for article in brief.story.all_articles)
        conn.execute(
            insert(story_articles), [{"story_id": story_id, "article_id": article_id} for article_id in article_ids]
        )
        conn.execute(insert(texts_table).values(story_texts.row_for(story_id, brief)))
        tokens[story_id] = indexed_tokens(brief.texts)
    story_threads.begin_threads(conn, edition_id)
    search_index.add(conn, edition_id, tokens)


def save_published_wordings(conn: Connection, wordings: Mapping[str, Wording]) -> None:
    """Keep the published wordings of articles that are about to be reworded, by article id."""
    if wordings:
        statement = update(story_articles).where(
            story_articles.c.article_id == bindparam("of_article"), story_articles.c.wording.is_(None)
        )
        values = [{"of_article": article_id, "published_wording": text} for article_id, text in wordings.items()]
        conn.execute(
            statement.values(wording=bindparam("published_wording", type_=story_articles.c.wording.type)), values
        )


def published_articles(
    conn: Connection,
    newsletter_id: str,
    audience: str = "",
    *,
    before: datetime | None = None,
    alerts_before: datetime | None = None,
) -> Mapping[str, tuple[Wording | None, ...]]:
    """Articles published before to this audience, by id, in every published wording; None is the stored one.

    With ``before``, only of slots due earlier; of alerts, of those sent before ``alerts_before``.
    """
    query = _articles().where(editions.c.newsletter_id == newsletter_id, editions.c.audience == audience)
    if before is not None:
        query = query.where(_is_before(before, alerts_before))
    return _by_article(conn.execute(query))


def articles_of_editions(conn: Connection, edition_ids: Iterable[int]) -> Mapping[str, tuple[Wording | None, ...]]:
    """Articles published in these editions, likewise."""
    queries = (_articles().where(editions.c.id.in_(batch)) for batch in batches(sorted(edition_ids)))
    return _by_article(row for query in queries for row in conn.execute(query))


def article_ids(
    conn: Connection, newsletter_id: str, *, before: datetime, since: datetime, alerts_before: datetime | None = None
) -> frozenset[str]:
    """The ids of articles that any audience was sent, of slots and alerts as before, frozen since then."""
    query = _articles().where(
        editions.c.newsletter_id == newsletter_id, _is_before(before, alerts_before), editions.c.published >= since
    )
    return frozenset(conn.execute(query).scalars())


def counts_by_day(conn: Connection, newsletter_id: str, *, since: date) -> Mapping[date, int]:
    """Stories published by the newsletter on each day in UTC, that day included.

    A slot's editions, for several audiences or in several revisions, have much the same stories: the longest counts.
    """
    start = datetime(since.year, since.month, since.day, tzinfo=UTC)
    query = select(editions.c.published, editions.c.slot_key, func.count()).join_from(stories, editions)
    query = query.where(editions.c.newsletter_id == newsletter_id, editions.c.published >= start)
    longest: dict[tuple[date, str], int] = {}
    for published, slot_key, count in conn.execute(query.group_by(editions.c.id)):
        key = published.astimezone(UTC).date(), slot_key
        longest[key] = max(count, longest.get(key, 0))
    counts: Counter[date] = Counter()
    for (day, _), count in longest.items():
        counts[day] += count
    return counts


def _is_before(before: datetime, alerts_before: datetime | None) -> ColumnElement[bool]:
    """Whether the edition is an earlier one. A late digest comes after alerts that were sent since its slot was due."""
    is_earlier = editions.c.slot_due < before
    if alerts_before is None:
        return is_earlier
    return or_(is_earlier, and_(editions.c.kind == EditionKind.ALERT, editions.c.slot_due < alerts_before))


def _articles() -> Select[Any]:
    return (
        select(story_articles.c.article_id, story_articles.c.wording)
        .join(stories, stories.c.id == story_articles.c.story_id)
        .join(editions, editions.c.id == stories.c.edition_id)
        .order_by(editions.c.slot_due, editions.c.id)
    )


def _by_article(rows: Iterable[Row[Any]]) -> Mapping[str, tuple[Wording | None, ...]]:
    by_article: dict[str, dict[Wording | None, None]] = defaultdict(dict)
    for row in rows:
        by_article[row.article_id][row.wording] = None
    return {article_id: tuple(wordings) for article_id, wordings in by_article.items()}
