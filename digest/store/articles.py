"""Articles, as cleaned: one for each entry."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from sqlalchemy import Connection, select

from digest.model import Article, Entry, Window
from digest.store import entries
from digest.store.rows import batches, columns, insert, read, row
from digest.store.tables import articles as table


def add(conn: Connection, pairs: Iterable[tuple[Entry, Article]]) -> None:
    """Store each article with the entry that it was cleaned from; a second one takes the first one's place."""
    for batch in batches(pairs):
        row_ids = entries.row_ids(conn, [entry for entry, _ in batch])
        rows = {
            row_id: {"entry_id": row_id} | row(article) for row_id, (_, article) in zip(row_ids, batch, strict=True)
        }
        statement = insert(conn, table)
        changed = {column.name: statement.excluded[column.name] for column in table.c if not column.primary_key}
        conn.execute(statement.on_conflict_do_update(index_elements=["entry_id"], set_=changed), list(rows.values()))


def between(conn: Connection, source_ids: Collection[str], window: Window) -> tuple[Article, ...]:
    """The sources' articles published in the window, each id once: the newest first, then by id."""
    found: dict[str, Article] = {}
    for batch in batches(sorted(set(source_ids))):
        rows = conn.execute(
            select(*columns(table, Article))
            .where(table.c.source_id.in_(batch), table.c.published >= window.start, table.c.published < window.end)
            .order_by(table.c.entry_id)
        )
        for article in read(Article, rows):
            found.setdefault(article.id, article)
    return tuple(sorted(found.values(), key=lambda article: (-article.published.timestamp(), article.id)))
