"""Articles: cleaned entries, one row for each entry."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from operator import attrgetter
from typing import Any

from sqlalchemy import Connection, Row, func, select

from digest.model.articles import Article, Entry
from digest.model.slots import Window
from digest.store import entries
from digest.store.mapping import batches, columns, first_by_key, from_rows, insert, stream, to_row
from digest.store.tables import articles as table
from digest.store.tables import entries as entries_table

#: A publication date so far ahead is true still: clocks and time zones differ.
_MAX_AHEAD = timedelta(days=1)
#: Columns that an edited article keeps.
_IDENTITY = frozenset({"entry_id", "id"})


def add(conn: Connection, pairs: Iterable[tuple[Entry, Article]], *, extraction: str = "") -> None:
    """Store each article with the entry that it was cleaned from; an edited article replaces the earlier one.

    ``extraction`` is the version of the code that extracted the texts.
    """
    for batch in batches(pairs):
        statement = insert(conn, table)
        changed = {column.name: statement.excluded[column.name] for column in table.c if column.name not in _IDENTITY}
        conn.execute(
            statement.values(entry_id=entries.ROW_ID).on_conflict_do_update(index_elements=["entry_id"], set_=changed),
            [to_row(article) | {"extraction": extraction} | entries.row_id_params(entry) for entry, article in batch],
        )


def changed_wordings(conn: Connection, pairs: Sequence[tuple[Entry, Article]]) -> dict[str, tuple[str, ...]]:
    """The stored title and paragraphs of articles that ``add`` would reword, by article id.

    If several entries hold the same article, the first entry's wording counts.
    """
    row_ids = entries.row_ids(conn, [entry for entry, _ in pairs])
    new_wordings = {row_id: _wording(article) for row_id, (_, article) in zip(row_ids, pairs, strict=True)}
    stored_wordings: dict[str, tuple[str, ...]] = {}
    for batch in batches(new_wordings):
        article_ids = select(table.c.id).where(table.c.entry_id.in_(batch))
        rows = conn.execute(select(table).where(table.c.id.in_(article_ids)).order_by(table.c.entry_id))
        for article_id, stored in first_by_key(rows, attrgetter("id")).items():
            if new_wordings.get(stored.entry_id, _wording(stored)) != _wording(stored):
                stored_wordings[article_id] = _wording(stored)
    return stored_wordings


def _wording(article: Article | Row[Any]) -> tuple[str, ...]:
    return article.title, *article.paragraphs


def holders(conn: Connection, article_ids: Iterable[str]) -> frozenset[tuple[str, str]]:
    """The sources that have stored articles with these ids, each with the id."""
    pairs: set[tuple[str, str]] = set()
    for batch in batches(set(article_ids)):
        query = select(table.c.source_id, table.c.id).where(table.c.id.in_(batch))
        pairs |= {(row.source_id, row.id) for row in conn.execute(query)}
    return frozenset(pairs)


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleIdentity:
    """What tells a stored article from others of its source."""

    source_id: str
    guid: str
    article_id: str
    title: str
    #: As published.
    url: str


def identities(conn: Connection, source_ids: Collection[str]) -> Iterator[ArticleIdentity]:
    """The identities of the sources' articles, in the order in which they were stored; streamed."""
    query = select(table.c.source_id, entries_table.c.guid, table.c.id, table.c.title, entries_table.c.url)
    query = query.join_from(table, entries_table).order_by(table.c.entry_id)
    for batch in batches(sorted(set(source_ids))):
        yield from from_rows(ArticleIdentity, stream(conn, query.where(table.c.source_id.in_(batch))))


def newest_titles(conn: Connection, source_id: str, *, limit: int) -> tuple[str, ...]:
    """The titles of the source's newest articles, the newest first."""
    query = select(table.c.title).where(table.c.source_id == source_id)
    return tuple(conn.execute(query.order_by(table.c.published.desc(), table.c.entry_id.desc()).limit(limit)).scalars())


def newest_published(conn: Connection) -> Mapping[str, datetime]:
    """The publication time of each source's newest stored article, by source id."""
    query = select(table.c.source_id, func.max(table.c.published, type_=table.c.published.type).label("newest"))
    return {row.source_id: row.newest for row in conn.execute(query.group_by(table.c.source_id))}


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """When an article was published, as its source says, and when it was first collected."""

    published: datetime | None
    seen: datetime

    @property
    def has_date(self) -> bool:
        """Whether the source gives a date that can be true; one in the future is an event's, or a mistake."""
        return self.published is not None and self.published <= self.seen + _MAX_AHEAD


def arrivals(conn: Connection, source_ids: Collection[str], window: Window) -> Mapping[str, Arrival]:
    """The arrivals of the articles of ``in_window``, by article id; of several entries, the first counts."""
    arrivals: dict[str, Arrival] = {}
    published = entries_table.c.published
    query = select(table.c.id, published, entries_table.c.seen).join_from(table, entries_table)
    for batch in batches(sorted(set(source_ids))):
        is_inside = (table.c.published >= window.start, table.c.published < window.end)
        rows = conn.execute(query.where(table.c.source_id.in_(batch), *is_inside).order_by(table.c.entry_id))
        for row in rows:
            arrivals.setdefault(row.id, Arrival(published=row.published, seen=row.seen))
    return arrivals


def in_window(conn: Connection, source_ids: Collection[str], window: Window) -> tuple[Article, ...]:
    """The sources' articles published in the window, each id once: newest first, then by id."""
    by_id: dict[str, Article] = {}
    for batch in batches(sorted(set(source_ids))):
        rows = conn.execute(
            select(*columns(table, Article))
            .where(table.c.source_id.in_(batch), table.c.published >= window.start, table.c.published < window.end)
            .order_by(table.c.entry_id)
        )
        for article in from_rows(Article, rows):
            by_id.setdefault(article.id, article)
    return _newest_first(by_id.values())


def by_ids(conn: Connection, article_ids: Iterable[str]) -> tuple[Article, ...]:
    """The articles with these ids, each once: newest first, then by id."""
    by_id: dict[str, Article] = {}
    for batch in batches(sorted(set(article_ids))):
        rows = conn.execute(select(*columns(table, Article)).where(table.c.id.in_(batch)).order_by(table.c.entry_id))
        for article in from_rows(Article, rows):
            by_id.setdefault(article.id, article)
    return _newest_first(by_id.values())


def _newest_first(articles: Iterable[Article]) -> tuple[Article, ...]:
    return tuple(sorted(articles, key=lambda article: (-article.published.timestamp(), article.id)))
