"""Articles, as cleaned: one for each entry."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from operator import attrgetter
from typing import Any

from sqlalchemy import Connection, Row, func, select

from digest.model import Article, Entry, Window
from digest.store import entries
from digest.store.mapping import batches, columns, first_by_key, from_rows, insert, to_row
from digest.store.tables import articles as table

#: What an edit leaves as it was.
_KEPT = frozenset({"entry_id", "id"})


def add(conn: Connection, pairs: Iterable[tuple[Entry, Article]]) -> None:
    """Store each article with the entry that it was cleaned from; a second one takes the first one's place and id."""
    for batch in batches(pairs):
        statement = insert(conn, table)
        changed = {column.name: statement.excluded[column.name] for column in table.c if column.name not in _KEPT}
        conn.execute(
            statement.values(entry_id=entries.ROW_ID).on_conflict_do_update(index_elements=["entry_id"], set_=changed),
            [to_row(article) | entries.row_id_params(entry) for entry, article in batch],
        )


def changed_wordings(conn: Connection, pairs: Sequence[tuple[Entry, Article]]) -> dict[str, tuple[str, ...]]:
    """Title and paragraphs, as they stand, of those articles that ``add`` would give other ones; by id.

    An article that several entries hold stands as in the first of them.
    """
    row_ids = entries.row_ids(conn, [entry for entry, _ in pairs])
    offered = {row_id: _wording(article) for row_id, (_, article) in zip(row_ids, pairs, strict=True)}
    found: dict[str, tuple[str, ...]] = {}
    for batch in batches(offered):
        held = select(table.c.id).where(table.c.entry_id.in_(batch))
        rows = conn.execute(select(table).where(table.c.id.in_(held)).order_by(table.c.entry_id))
        for id_, shown in first_by_key(rows, attrgetter("id")).items():
            if offered.get(shown.entry_id, _wording(shown)) != _wording(shown):
                found[id_] = _wording(shown)
    return found


def _wording(article: Article | Row[Any]) -> tuple[str, ...]:
    return article.title, *article.paragraphs


def newest_published(conn: Connection) -> Mapping[str, datetime]:
    """When the newest article of each source was published, of those that are kept."""
    query = select(table.c.source_id, func.max(table.c.published, type_=table.c.published.type).label("newest"))
    return {found.source_id: found.newest for found in conn.execute(query.group_by(table.c.source_id))}


def in_window(conn: Connection, source_ids: Collection[str], window: Window) -> tuple[Article, ...]:
    """The sources' articles published in the window, each id once: the newest first, then by id."""
    found: dict[str, Article] = {}
    for batch in batches(sorted(set(source_ids))):
        rows = conn.execute(
            select(*columns(table, Article))
            .where(table.c.source_id.in_(batch), table.c.published >= window.start, table.c.published < window.end)
            .order_by(table.c.entry_id)
        )
        for article in from_rows(Article, rows):
            found.setdefault(article.id, article)
    return tuple(sorted(found.values(), key=lambda article: (-article.published.timestamp(), article.id)))
