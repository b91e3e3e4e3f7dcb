"""Full-text index of published stories: FTS5 on SQLite, a ``tsvector`` with a GIN index on PostgreSQL.

Both hold tokens of ours (``text.search_terms``) and split nothing themselves, so that both find the same. The index is
derived from the stories' texts, and may lack some: of a store of an earlier version, or one that was written where
Python's SQLite has no FTS5. It isn't in ``metadata``: SQLAlchemy knows no virtual tables.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Mapping, Sequence
from contextlib import closing
from functools import cache

from sqlalchemy import ColumnElement, Connection, column, inspect, select, table, text

from digest.store.mapping import batches
from digest.store.tables import editions, stories
from digest.text.search_terms import Term

#: ``ascii`` splits at ASCII punctuation alone, of which tokens have none. The newsletter is a token as well.
_SQLITE_TABLE = "CREATE VIRTUAL TABLE story_search USING fts5(newsletter, words, tokenize='ascii', prefix='3')"
_POSTGRES_TABLE = """
CREATE TABLE story_search (
    story_id BIGINT NOT NULL, words TSVECTOR NOT NULL,
    CONSTRAINT pk_story_search PRIMARY KEY (story_id),
    CONSTRAINT fk_story_search_story_id FOREIGN KEY (story_id) REFERENCES stories (id) ON DELETE CASCADE
)
"""
_POSTGRES_INDEX = "CREATE INDEX ix_story_search_words ON story_search USING gin (words)"

_SQLITE_FIND = """
SELECT rowid FROM story_search WHERE story_search MATCH :query AND rowid < :before ORDER BY rowid DESC LIMIT :limit
"""
#: For words in many stories: the newest, by their ids.
_POSTGRES_FIND_NEWEST = """
SELECT story_id FROM (
    SELECT story_id, words FROM story_search WHERE story_id < :before ORDER BY story_id DESC LIMIT :newest
) AS newest
WHERE words @@ CAST(:query AS tsquery) ORDER BY story_id DESC LIMIT :limit
"""
#: For others: all of them, by the GIN index.
_POSTGRES_FIND = """
WITH matching AS MATERIALIZED (
    SELECT story_id FROM story_search WHERE words @@ CAST(:query AS tsquery) AND story_id < :before
)
SELECT story_id FROM matching ORDER BY story_id DESC LIMIT :limit
"""
#: The planner's guess between the two is wrong by a factor of hundreds at times. A look at the newest costs 1.2 µs for
#: each; the GIN index as much for each story with all words of a phrase, near each other or not.
_NEWEST, _NEWEST_FOR_PHRASES = 2_000, 20_000
_MAX_ID = 2**63 - 1


@cache
def has_fts5() -> bool:
    """Whether Python's SQLite can search; some builds can't."""
    with closing(sqlite3.connect(":memory:")) as connection:
        return bool(connection.execute("SELECT 1 FROM pragma_module_list WHERE name = 'fts5'").fetchone())


def create(conn: Connection) -> None:
    """Create the empty index; nothing where Python's SQLite can't search."""
    if conn.dialect.name == "postgresql":
        conn.exec_driver_sql(_POSTGRES_TABLE)
        conn.exec_driver_sql(_POSTGRES_INDEX)
    elif has_fts5():
        conn.exec_driver_sql(_SQLITE_TABLE)


def is_available(conn: Connection) -> bool:
    """Whether the store can be searched here."""
    if conn.dialect.name == "sqlite" and not has_fts5():
        return False
    return inspect(conn).has_table("story_search")


def add(conn: Connection, edition_id: int, tokens: Mapping[int, Sequence[str]]) -> None:
    """Index stories of an edition by their ids, if it is in the archive; they aren't indexed yet."""
    query = select(editions.c.newsletter_id).where(editions.c.id == edition_id, editions.c.audience == "")
    newsletter_id = conn.execute(query).scalar()
    if newsletter_id is None or not is_available(conn):
        return
    newsletter = _newsletter_token(newsletter_id)
    if conn.dialect.name == "sqlite":
        statement = text(
            "INSERT OR REPLACE INTO story_search (rowid, newsletter, words) VALUES (:id, :newsletter, :words)"
        )
        rows = [{"id": id_, "newsletter": newsletter, "words": " ".join(words)} for id_, words in tokens.items()]
    else:
        statement = text(
            "INSERT INTO story_search (story_id, words) VALUES (:id, CAST(:words AS tsvector)) ON CONFLICT DO NOTHING"
        )
        rows = [{"id": id_, "words": _vector((f":{newsletter}", *words))} for id_, words in tokens.items()]
    for batch in batches(rows):
        conn.execute(statement, batch)


def prepare(conn: Connection) -> bool:
    """Create the index if it is missing, and remove stories that have been deleted; False if it can't be had here."""
    if conn.dialect.name == "postgresql":  # which removes them by itself
        return True
    if not has_fts5():
        return False
    if not is_available(conn):
        create(conn)
    conn.execute(text("DELETE FROM story_search WHERE rowid NOT IN (SELECT id FROM stories)"))
    return True


def missing(conn: Connection, *, after: int = 0, limit: int = 500) -> Mapping[int, list[int]]:
    """The first ids above ``after`` of stories that aren't indexed, by edition."""
    key: ColumnElement[int] = column("rowid" if conn.dialect.name == "sqlite" else "story_id")
    is_indexed = select(key).select_from(table("story_search")).where(key == stories.c.id).exists()
    query = (
        select(stories.c.edition_id, stories.c.id)
        .select_from(stories.join(editions))
        .where(stories.c.id > after, editions.c.audience == "", ~is_indexed)
        .order_by(stories.c.id)
        .limit(limit)
    )
    by_edition: dict[int, list[int]] = {}
    for edition_id, story_id in conn.execute(query):
        by_edition.setdefault(edition_id, []).append(story_id)
    return by_edition


def find(
    conn: Connection, terms: Sequence[Term], newsletter_ids: Collection[str], *, before: int | None, limit: int
) -> list[int]:
    """Ids of the newsletters' stories that have all the terms, the newest first; with ``before``, only lower ids."""
    if not terms or not newsletter_ids:
        return []
    values: dict[str, object] = {"before": _MAX_ID if before is None else before, "limit": limit}
    newsletters = [_newsletter_token(id_) for id_ in sorted(newsletter_ids)]
    if conn.dialect.name == "sqlite":
        return _ids(conn, _SQLITE_FIND, values | {"query": _match(terms, newsletters)})
    values["query"] = _ts_query(terms, newsletters)
    has_phrase = any(len(term.tokens) > 1 for term in terms)
    for newest in (_NEWEST, _NEWEST_FOR_PHRASES) if has_phrase else (_NEWEST,):
        ids = _ids(conn, _POSTGRES_FIND_NEWEST, values | {"newest": newest})
        if len(ids) == limit:
            return ids
    return _ids(conn, _POSTGRES_FIND, values)


def _ids(conn: Connection, query: str, values: Mapping[str, object]) -> list[int]:
    return list(conn.execute(text(query), values).scalars())


def _newsletter_token(newsletter_id: str) -> str:
    """The newsletter's id as one token."""
    return newsletter_id.encode("utf-8", "replace").hex()


def _vector(tokens: Sequence[str]) -> str:
    """The tokens as a ``tsvector``: each with its positions."""
    positions: dict[str, list[str]] = {}
    for position, token in enumerate(tokens, start=1):
        positions.setdefault(token, []).append(str(position))
    return " ".join(f"'{token}':{','.join(places)}" for token, places in positions.items())


# Tokens have letters and digits only: nothing in a query can end the quotation.


def _match(terms: Sequence[Term], newsletters: Sequence[str]) -> str:
    """The query in FTS5's syntax."""
    words = " AND ".join(f'"{" ".join(term.tokens)}"{" *" if term.is_prefix else ""}' for term in terms)
    any_newsletter = " OR ".join(f'"{token}"' for token in newsletters)
    return f"newsletter : ({any_newsletter}) AND words : ({words})"


def _ts_query(terms: Sequence[Term], newsletters: Sequence[str]) -> str:
    """The query in PostgreSQL's syntax."""
    any_newsletter = " | ".join(f"':{token}'" for token in newsletters)
    phrases = []
    for term in terms:
        *first, last = [f"'{token}'" for token in term.tokens]
        phrases.append(f"({' <-> '.join([*first, f'{last}:*' if term.is_prefix else last])})")
    return f"({any_newsletter}) & {' & '.join(phrases)}"
