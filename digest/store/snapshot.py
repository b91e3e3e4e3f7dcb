"""Copies to a store in memory, for a preview that fetches: it may write there, and nothing persists."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import Connection, Select, case, insert, literal, or_, select

from digest.model.slots import Window
from digest.store import tables
from digest.store.mapping import batches, stream


def copy(source: Connection, target: Connection, source_ids: Collection[str], window: Window) -> None:
    """Copy the sources' fetch states and boilerplate, entry identities, pending pages, mails' records, the window's
    articles, the published stories, and corrections."""
    for ids in batches(source_ids):
        _copy(source, target, tables.sources, select(tables.sources).where(tables.sources.c.id.in_(ids)))
        _copy(
            source,
            target,
            tables.boilerplate,
            select(tables.boilerplate).where(tables.boilerplate.c.source_id.in_(ids)),
        )
        _copy(source, target, tables.entries, _entries(ids, window))
        _copy(source, target, tables.articles, _articles(ids, window))
        _copy(source, target, tables.pending_pages, _pending_pages(ids))
        for table in (tables.source_mails, tables.mail_senders, tables.mail_folders):
            _copy(source, target, table, select(table).where(table.c.source_id.in_(ids)))
    _copy(source, target, tables.slots, select(tables.slots))
    _copy(source, target, tables.editions, _editions_without_body())
    _copy(source, target, tables.stories, select(tables.stories))
    _copy(source, target, tables.story_articles, select(tables.story_articles))
    for table in (tables.corrections, tables.correction_stories, tables.reported_corrections):
        _copy(source, target, table, select(table))


def _entries(ids: list[str], window: Window) -> Select[Any]:
    """All entries, so that an old one isn't taken for new; text only of those that may be published."""
    entries, articles = tables.entries.c, tables.articles.c
    is_in_window = or_(articles.published.is_(None), articles.published.between(window.start, window.end))
    body = case((is_in_window, entries.body), else_=literal("")).label("body")
    columns = [column for column in entries if column.name != "body"]
    joined = tables.entries.outerjoin(tables.articles)
    return select(*columns, body).select_from(joined).where(entries.source_id.in_(ids))


def _articles(ids: list[str], window: Window) -> Select[Any]:
    articles = tables.articles.c
    within = (articles.published >= window.start, articles.published < window.end)
    return select(tables.articles).where(articles.source_id.in_(ids), *within)


def _pending_pages(ids: list[str]) -> Select[Any]:
    return select(tables.pending_pages).join(tables.entries).where(tables.entries.c.source_id.in_(ids))


def _editions_without_body() -> Select[Any]:
    columns = [
        literal("").label(column.name) if column.name in {"html", "text"} else column for column in tables.editions.c
    ]
    return select(*columns)


def _copy(source: Connection, target: Connection, table: Any, query: Select[Any]) -> None:
    for rows in batches(stream(source, query)):
        target.execute(insert(table), [dict(row._mapping) for row in rows])
