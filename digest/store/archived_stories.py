"""Stories of the archive with their editions, and threads of them: for search, and for the pages of stories."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, func, select

from digest.model.published_stories import PublishedStory
from digest.model.slots import Slot
from digest.store import story_texts
from digest.store.archive import is_archived
from digest.store.tables import editions, stories

_EDITION_COLUMNS = (editions.c.newsletter_id, editions.c.slot_key, editions.c.slot_due, editions.c.published)


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchivedStory:
    """A story as one edition published it."""

    story: PublishedStory
    newsletter_id: str
    slot: Slot
    frozen_at: datetime


def get(conn: Connection, story_ids: Collection[int]) -> Mapping[int, ArchivedStory]:
    """The stories with these ids that the archive shows; a later revision of an edition replaces its stories."""
    query = (
        select(stories.c.id, *_EDITION_COLUMNS)
        .select_from(stories.join(editions))
        .where(stories.c.id.in_(story_ids), is_archived())
    )
    rows = conn.execute(query).all()
    texts = story_texts.get(conn, [row.id for row in rows])
    return {
        row.id: ArchivedStory(
            story=texts[row.id],
            newsletter_id=row.newsletter_id,
            slot=Slot(due=row.slot_due, key=row.slot_key),
            frozen_at=row.published,
        )
        for row in rows
    }


def thread(
    conn: Connection, thread_id: int, newsletter_ids: Collection[str], *, limit: int
) -> tuple[ArchivedStory, ...]:
    """The thread's stories in the newsletters' archives, the newest first."""
    query = (
        _archived(select(stories.c.id), newsletter_ids)
        .where(stories.c.thread_id == thread_id)
        .order_by(editions.c.slot_due.desc(), stories.c.id.desc())
        .limit(limit)
    )
    ids = list(conn.execute(query).scalars())
    by_id = get(conn, ids)
    return tuple(by_id[id_] for id_ in ids)


def archived_threads(
    conn: Connection, thread_ids: Collection[int], newsletter_ids: Collection[str], *, at_least: int = 1
) -> frozenset[int]:
    """Those of the threads of which the newsletters' archives have so many stories."""
    query = _archived(select(stories.c.thread_id), newsletter_ids).where(stories.c.thread_id.in_(thread_ids))
    return frozenset(conn.execute(query.group_by(stories.c.thread_id).having(func.count() >= at_least)).scalars())


def count_threads(conn: Connection, newsletter_ids: Collection[str]) -> int:
    """The number of threads in the newsletters' archives."""
    query = _archived(select(func.count(stories.c.thread_id.distinct())), newsletter_ids)
    return int(conn.execute(query).scalar_one())


def threads(
    conn: Connection, newsletter_ids: Collection[str], *, limit: int, offset: int = 0
) -> list[tuple[int, datetime]]:
    """Threads in the newsletters' archives, and when their newest story was published; the oldest first."""
    newest = func.max(editions.c.published)
    query = _archived(select(stories.c.thread_id, newest), newsletter_ids).group_by(stories.c.thread_id)
    return [(row[0], row[1]) for row in conn.execute(query.order_by(stories.c.thread_id).limit(limit).offset(offset))]


def _archived(query: Select[Any], newsletter_ids: Collection[str]) -> Select[Any]:
    """The query over stories in the newsletters' archives."""
    joined = query.select_from(stories.join(editions))
    return joined.where(editions.c.newsletter_id.in_(newsletter_ids), is_archived())
