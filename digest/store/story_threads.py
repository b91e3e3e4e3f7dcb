"""Threads: a story and all its updates over the days, in every newsletter. A thread's id is that of its first story.

Stories belong together if they have an article in common, or if one of them was recognized as an update of the other's
articles when it was published.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import Connection, select, update

from digest.model.stories import Brief
from digest.store.mapping import batches
from digest.store.tables import stories, story_articles

#: Of a story that begins a thread, until it has an id.
NO_THREAD = 0


def threads_of(conn: Connection, briefs: Sequence[Brief]) -> list[int]:
    """The thread of each story that is about to be published; ``NO_THREAD`` for one that begins a thread."""
    article_ids = [_article_ids(brief) for brief in briefs]
    by_article = _threads_by_article(conn, {id_ for ids in article_ids for id_ in ids})
    return [_most_common(thread for id_ in ids for thread in by_article[id_]) for ids in article_ids]


def begin_threads(conn: Connection, edition_id: int) -> None:
    """Let the edition's stories without a thread begin one each."""
    is_first = (stories.c.edition_id == edition_id, stories.c.thread_id == NO_THREAD)
    conn.execute(update(stories).where(*is_first).values(thread_id=stories.c.id))


def _article_ids(brief: Brief) -> set[str]:
    return {article.id for article in (*brief.story.all_articles, *brief.ranked.already_published)}


def _threads_by_article(conn: Connection, article_ids: Iterable[str]) -> Mapping[str, set[int]]:
    by_article: dict[str, set[int]] = defaultdict(set)
    for ids in batches(sorted(article_ids)):
        query = select(story_articles.c.article_id, stories.c.thread_id).join(stories)
        for article_id, thread in conn.execute(query.where(story_articles.c.article_id.in_(ids))):
            by_article[article_id].add(thread)
    return by_article


def _most_common(threads: Iterable[int]) -> int:
    """The thread of most of the articles; of several, the oldest."""
    counts = Counter(threads)
    return min(counts, key=lambda thread: (-counts[thread], thread), default=NO_THREAD)
