"""Boilerplate lines learned from each source."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import Connection, select

from digest.model.boilerplate import LearnedBoilerplate
from digest.store.mapping import batches, columns, insert, to_row
from digest.store.tables import boilerplate as table


def load(conn: Connection, source_ids: Collection[str]) -> Mapping[str, LearnedBoilerplate]:
    """The sources' learned boilerplate, by source id; sources without any are left out."""
    by_source: dict[str, LearnedBoilerplate] = {}
    for ids in batches(source_ids):
        for source_id, articles, lines in conn.execute(select(*_COLUMNS).where(table.c.source_id.in_(ids))):
            by_source[source_id] = LearnedBoilerplate(articles=articles, lines=lines)
    return by_source


def save(conn: Connection, learned: Mapping[str, LearnedBoilerplate], *, at: datetime) -> None:
    """Replace the sources' learned boilerplate."""
    if not learned:
        return
    statement = insert(conn, table)
    values = {name: statement.excluded[name] for name in ("seen", "articles", "lines")}
    conn.execute(
        statement.on_conflict_do_update(index_elements=["source_id"], set_=values),
        [{"source_id": source_id, "seen": at} | to_row(boilerplate) for source_id, boilerplate in learned.items()],
    )


_COLUMNS = (table.c.source_id, *columns(table, LearnedBoilerplate))
