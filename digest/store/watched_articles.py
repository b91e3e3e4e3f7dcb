"""Articles that editions quoted, and that are compared with their pages for some time."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, and_, delete, func, select, update

from digest.model.articles import Article, Entry
from digest.model.corrections import WATCH_PERIOD
from digest.store.mapping import batches, columns, from_rows, insert, to_row
from digest.store.tables import articles, editions, entries, stories, story_articles, story_texts
from digest.store.tables import watched_articles as table


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchedArticle:
    """An article that is watched, and what its last visit found."""

    article_id: str
    source_id: str
    #: The page that its text came from; empty if it came with the feed.
    page_url: str
    #: When an edition quoted it first.
    told: datetime
    #: Version of the code that extracted its text.
    extraction: str
    #: Visits so far.
    visits: int = 0
    next_visit: datetime | None = None
    visited: datetime | None = None
    etag: str = ""
    last_modified: str = ""
    #: What the last visit found, and in detail why it found no correction.
    outcome: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredText:
    """An article as it is stored now."""

    entry: Entry
    article: Article
    extraction: str


@dataclass(frozen=True, slots=True, kw_only=True)
class QuotedText:
    """Sentences of an article in one published story."""

    story_id: int
    article_id: str
    #: The story's title, if the article is its lead; else empty.
    title: str
    sentences: tuple[str, ...]
    #: Title and paragraphs as published; None while the stored article has the same.
    wording: tuple[str, ...] | None


def stored_texts(conn: Connection, article_ids: Iterable[str]) -> Mapping[str, StoredText]:
    """The stored articles with these ids; of several entries with the same article, the first."""
    entry_columns, article_columns = columns(entries, Entry), columns(articles, Article)
    query = select(*entry_columns, *article_columns, articles.c.extraction).join_from(articles, entries)
    texts: dict[str, StoredText] = {}
    for ids in batches(sorted(set(article_ids))):
        for row in conn.execute(query.where(articles.c.id.in_(ids)).order_by(articles.c.entry_id)):
            middle = len(entry_columns)
            (entry,) = from_rows(Entry, [row[:middle]])
            (article,) = from_rows(Article, [row[middle:-1]])
            texts.setdefault(article.id, StoredText(entry=entry, article=article, extraction=row[-1]))
    return texts


def add(conn: Connection, watched: Sequence[WatchedArticle]) -> None:
    """Watch these articles. One that is watched already stays as it is; one whose time is over begins anew."""
    if not watched:
        return
    statement = insert(conn, table)
    changed = {column.name: statement.excluded[column.name] for column in table.c if column.name != "article_id"}
    is_over = table.c.told < max(article.told for article in watched) - WATCH_PERIOD
    conn.execute(
        statement.on_conflict_do_update(index_elements=["article_id"], set_=changed, where=is_over),
        [to_row(article) for article in watched],
    )


def wake(conn: Connection, article_ids: Collection[str], *, at: datetime) -> None:
    """Compare these articles now, since their feed has a new version of them."""
    for ids in batches(sorted(article_ids)):
        is_watched = (table.c.article_id.in_(ids), table.c.page_url == "", table.c.told > at - WATCH_PERIOD)
        conn.execute(update(table).where(*is_watched).values(next_visit=at))


def has_due(conn: Connection, *, now: datetime) -> bool:
    """Whether an article is to be compared now."""
    return conn.execute(select(1).where(table.c.next_visit <= now).limit(1)).first() is not None


def due(conn: Connection, *, now: datetime, limit: int) -> tuple[WatchedArticle, ...]:
    """The articles to compare now, those that wait longest first."""
    query = select(*_COLUMNS).where(table.c.next_visit <= now).order_by(table.c.next_visit, table.c.article_id)
    return tuple(from_rows(WatchedArticle, conn.execute(query.limit(limit))))


def save(conn: Connection, article: WatchedArticle) -> None:
    """Store the result of a visit."""
    values = to_row(article)
    conn.execute(update(table).where(table.c.article_id == values.pop("article_id")).values(values))


def count_visited(conn: Connection, source_id: str, *, since: datetime) -> int:
    """The number of the source's articles that were compared since then."""
    query = select(func.count()).where(table.c.source_id == source_id, table.c.visited >= since)
    return int(conn.execute(query).scalar_one())


def count(conn: Connection) -> tuple[int, int]:
    """The number of articles that are still watched, and of those that were compared at least once."""
    query = select(func.count(table.c.next_visit), func.count(table.c.visited))
    row = conn.execute(query).one()
    return int(row[0]), int(row[1])


def recent(conn: Connection, *, limit: int) -> tuple[WatchedArticle, ...]:
    """The articles that were compared last, the newest first."""
    query = select(*_COLUMNS).where(table.c.visited.is_not(None))
    query = query.order_by(table.c.visited.desc(), table.c.article_id).limit(limit)
    return tuple(from_rows(WatchedArticle, conn.execute(query)))


def delete_old(conn: Connection, *, before: datetime) -> int:
    """Forget articles that an edition quoted earlier; return how many."""
    return conn.execute(delete(table).where(table.c.told < before)).rowcount


def quoted_texts(
    conn: Connection, article_ids: Collection[str], newsletter_ids: Collection[str], *, since: datetime
) -> tuple[QuotedText, ...]:
    """The articles' sentences in these newsletters' editions since then, the earliest first."""
    query = (
        select(
            stories.c.id,
            stories.c.title,
            stories.c.sentences,
            story_articles.c.article_id,
            story_articles.c.wording,
            story_texts.c.citations,
            story_texts.c.articles,
        )
        .select_from(
            story_articles.join(stories).join(editions).join(story_texts, story_texts.c.story_id == stories.c.id)
        )
        .where(and_(editions.c.newsletter_id.in_(newsletter_ids), editions.c.published >= since))
        .order_by(stories.c.id)
    )
    rows = (
        row
        for ids in batches(sorted(article_ids))
        for row in conn.execute(query.where(story_articles.c.article_id.in_(ids)))
    )
    return tuple(
        QuotedText(
            story_id=row.id,
            article_id=row.article_id,
            title=row.title if row.articles[0]["id"] == row.article_id else "",
            sentences=tuple(
                text
                for text, index in zip(row.sentences, row.citations, strict=True)
                if index >= 0 and row.articles[index]["id"] == row.article_id
            ),
            wording=row.wording,
        )
        for row in rows
    )


_COLUMNS = columns(table, WatchedArticle)
