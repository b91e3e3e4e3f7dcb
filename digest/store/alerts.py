"""Alerts: those of a newsletter so far, and the headings of articles that the next one is chosen from."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, func, select

from digest.model.alerts import ArticleHead
from digest.model.editions import EditionKind
from digest.model.slots import Slot, Window
from digest.store.articles import Arrival
from digest.store.mapping import batches, stream
from digest.store.tables import articles, deliveries, editions, entries, stories, story_articles


def recent(conn: Connection, newsletter_id: str, *, since: datetime) -> tuple[Slot, ...]:
    """The slots of the newsletter's alerts since then, earliest first."""
    query = select(editions.c.slot_due, editions.c.slot_key).where(
        *_of_audience(newsletter_id, ""), editions.c.slot_due >= since, editions.c.revision == 1
    )
    rows = conn.execute(query.order_by(editions.c.slot_due, editions.c.id))
    return tuple(Slot(due=row.slot_due, key=row.slot_key) for row in rows)


def newest_id(conn: Connection, newsletter_id: str, audience: str = "", *, since: datetime) -> int:
    """The id of the audience's newest alert since then; 0 if there is none."""
    query = select(func.coalesce(func.max(editions.c.id), 0))
    query = query.where(*_of_audience(newsletter_id, audience), editions.c.slot_due >= since)
    return int(conn.execute(query).scalar_one())


def newest_edition(conn: Connection, newsletter_id: str) -> int:
    """The id of the newsletter's newest edition of any kind and audience; 0 if there is none."""
    query = select(func.coalesce(func.max(editions.c.id), 0)).where(editions.c.newsletter_id == newsletter_id)
    return int(conn.execute(query).scalar_one())


def has_new(conn: Connection, *, since: datetime) -> bool:
    """Whether an entry of any source was first collected after that time."""
    return conn.execute(select(entries.c.id).where(entries.c.seen > since).limit(1)).first() is not None


def headings(conn: Connection, source_ids: Collection[str], window: Window) -> tuple[ArticleHead, ...]:
    """The headings of the sources' articles published in the window, each id once."""
    by_id: dict[str, ArticleHead] = {}
    is_inside = (articles.c.published >= window.start, articles.c.published < window.end)
    for batch in batches(sorted(set(source_ids))):
        rows = conn.execute(_headings().where(articles.c.source_id.in_(batch), *is_inside))
        for heading in map(_article_head, rows):
            by_id.setdefault(heading.id, heading)
    return tuple(by_id.values())


def headings_of(conn: Connection, article_ids: Iterable[str]) -> tuple[ArticleHead, ...]:
    """The headings of the articles with these ids."""
    by_id: dict[str, ArticleHead] = {}
    for batch in batches(sorted(set(article_ids))):
        for heading in map(_article_head, conn.execute(_headings().where(articles.c.id.in_(batch)))):
            by_id.setdefault(heading.id, heading)
    return tuple(by_id.values())


def published_ids(conn: Connection, newsletter_id: str, audience: str = "", *, since: datetime) -> frozenset[str]:
    """The ids of articles in editions that the audience was sent since then."""
    query = select(story_articles.c.article_id).join_from(story_articles, stories).join(editions)
    query = query.where(
        editions.c.newsletter_id == newsletter_id, editions.c.audience == audience, editions.c.published >= since
    )
    return frozenset(conn.execute(query).scalars())


def titles(
    conn: Connection, source_ids: Collection[str], *, before: datetime, since: datetime
) -> Mapping[str, tuple[str, ...]]:
    """The titles of the sources' articles published in so many days before, by source id."""
    by_source: dict[str, list[str]] = {}
    query = select(articles.c.source_id, articles.c.title).where(
        articles.c.published < before, articles.c.published >= since
    )
    for batch in batches(sorted(set(source_ids))):
        for row in stream(conn, query.where(articles.c.source_id.in_(batch))):
            by_source.setdefault(row.source_id, []).append(row.title)
    return {source_id: tuple(of_source) for source_id, of_source in by_source.items()}


def sent_to(
    conn: Connection, newsletter_id: str, article_ids: Iterable[str], members: Collection[int]
) -> frozenset[int]:
    """Those of the subscribers who were sent an edition of the newsletter with one of these articles."""
    telling: set[int] = set()
    with_article = select(stories.c.edition_id).join_from(story_articles, stories).join(editions)
    with_article = with_article.where(editions.c.newsletter_id == newsletter_id)
    for batch in batches(sorted(set(article_ids))):
        telling |= set(conn.execute(with_article.where(story_articles.c.article_id.in_(batch))).scalars())
    sent: set[int] = set()
    for edition_id in sorted(telling):
        query = select(deliveries.c.subscriber_id).where(deliveries.c.edition_id == edition_id)
        for some in batches(sorted(members)):
            sent |= set(conn.execute(query.where(deliveries.c.subscriber_id.in_(some))).scalars())
    return frozenset(sent)


def _of_audience(newsletter_id: str, audience: str) -> Iterator[Any]:
    yield editions.c.newsletter_id == newsletter_id
    yield editions.c.audience == audience
    yield editions.c.kind == EditionKind.ALERT


def _headings() -> Select[Any]:
    columns = (articles.c[name] for name in ("id", "source_id", "source", "title", "url", "language", "published"))
    query = select(*columns, entries.c.seen, entries.c.published.label("stated")).join_from(articles, entries)
    return query.order_by(articles.c.entry_id)


def _article_head(row: Row[Any]) -> ArticleHead:
    return ArticleHead(
        id=row.id,
        source_id=row.source_id,
        source=row.source,
        title=row.title,
        url=row.url,
        language=row.language,
        published=row.published,
        seen=row.seen,
        has_date=Arrival(published=row.stated, seen=row.seen).has_date,
    )
