"""Stories of the archive with their editions: for search, and for the pages of stories."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

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
        select(stories.c.id)
        .select_from(stories.join(editions))
        .where(stories.c.thread_id == thread_id, editions.c.newsletter_id.in_(newsletter_ids), is_archived())
        .order_by(editions.c.slot_due.desc(), stories.c.id.desc())
        .limit(limit)
    )
    ids = list(conn.execute(query).scalars())
    by_id = get(conn, ids)
    return tuple(by_id[id_] for id_ in ids)
