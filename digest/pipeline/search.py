"""Search over the stories of published editions, and the upkeep of its index."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from digest.model.errors import StoreError
from digest.model.protocols import Stop
from digest.store import Store, archived_stories, search_index, story_texts
from digest.store.archived_stories import ArchivedStory
from digest.text.search_terms import Term, indexed_tokens, parse_query

#: Reads of the index for one page: a story that the archive no longer shows, or shows above, takes a place in each.
_MAX_READS = 5
#: What indexes stories that aren't.
INDEXING_HINT = "'digest serve' indexes them when it starts, 'digest run' once a day"
#: Stories that are indexed in one transaction, so that other writers wait only briefly.
_BATCH = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchResult:
    """One page of a search."""

    terms: tuple[Term, ...]
    #: The newest first; of a story and its updates, the newest that has all the terms.
    stories: tuple[ArchivedStory, ...] = ()
    #: ``before`` of the next page; None for the last.
    older: int | None = None


def search(
    conn: Connection, query: str, newsletter_ids: Collection[str], *, before: int | None = None, limit: int = 20
) -> SearchResult:
    """Search the newsletters' archives. ``before`` is a story's id: the page begins with older ones."""
    terms = parse_query(query)
    stories: dict[int, ArchivedStory] = {}
    for _ in range(_MAX_READS):
        ids = search_index.find(conn, terms, newsletter_ids, before=before, limit=limit + 1)
        found = archived_stories.get(conn, ids)
        for id_ in ids:
            if len(stories) == limit:
                return SearchResult(terms=terms, stories=tuple(stories.values()), older=before)
            before = id_
            if id_ in found:
                stories.setdefault(found[id_].story.thread_id, found[id_])
        if len(ids) <= limit:
            return SearchResult(terms=terms, stories=tuple(stories.values()))
    return SearchResult(terms=terms, stories=tuple(stories.values()), older=before)


def search_problem(conn: Connection) -> StoreError | None:
    """Why this store can't be searched, and what to do; None if it can."""
    if search_index.is_available(conn):
        return None
    if conn.dialect.name == "sqlite" and not search_index.has_fts5():
        hint = "run digest with a Python whose SQLite has FTS5, as most have, or keep the store in PostgreSQL"
        return StoreError("the stories can't be searched: Python's SQLite has no full-text search (FTS5)", hint=hint)
    return StoreError("the stories aren't indexed yet", hint=INDEXING_HINT)


def update_index(store: Store, stop: Stop) -> int:
    """Index the stories that aren't, in short transactions; return how many.

    Those of a store of an earlier version, and those published where Python's SQLite can't search.
    """
    with store.begin(durable=False) as conn:
        if not search_index.prepare(conn):
            return 0
    count = after = 0
    while not stop.is_set():
        with store.read() as conn:
            missing = search_index.missing(conn, after=after, limit=_BATCH)
        if not missing:
            break
        with store.begin(durable=False) as conn:
            for edition_id, story_ids in search_index.missing(conn, after=after, limit=_BATCH).items():
                _index(conn, edition_id, story_ids)
                count += len(story_ids)
        after = max(max(story_ids) for story_ids in missing.values())
    return count


def _index(conn: Connection, edition_id: int, story_ids: Sequence[int]) -> None:
    texts = story_texts.get(conn, story_ids)
    tokens = {
        id_: indexed_tokens((story.title, *(sentence.text for sentence in story.sentences)))
        for id_, story in texts.items()
    }
    search_index.add(conn, edition_id, tokens)
