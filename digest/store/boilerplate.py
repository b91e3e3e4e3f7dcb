"""What was learnt of each source's furniture."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import Connection, select

from digest.model.boilerplate import LearnedBoilerplate
from digest.store.mapping import batches, columns, insert, to_row
from digest.store.tables import boilerplate as table


def load(conn: Connection, source_ids: Collection[str]) -> Mapping[str, LearnedBoilerplate]:
    """What is known of the sources' furniture; one that taught nothing yet isn't in it."""
    found: dict[str, LearnedBoilerplate] = {}
    for ids in batches(source_ids):
        for source_id, articles, lines in conn.execute(select(*_COLUMNS).where(table.c.source_id.in_(ids))):
            found[source_id] = LearnedBoilerplate(articles=articles, lines=lines)
    return found


def save(conn: Connection, known: Mapping[str, LearnedBoilerplate], *, at: datetime) -> None:
    """Keep what is known now in the place of what was."""
    if not known:
        return
    statement = insert(conn, table)
    values = {name: statement.excluded[name] for name in ("seen", "articles", "lines")}
    conn.execute(
        statement.on_conflict_do_update(index_elements=["source_id"], set_=values),
        [{"source_id": source_id, "seen": at} | to_row(taught) for source_id, taught in known.items()],
    )


_COLUMNS = (table.c.source_id, *columns(table, LearnedBoilerplate))
