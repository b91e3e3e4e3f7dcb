"""Deletion of old rows. Guids, published article ids, slots, edition headers and subscribers stay."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection, delete, exists, func, select, update

from digest.model.editions import Outcome
from digest.store.tables import (
    articles,
    boilerplate,
    deliveries,
    drafts,
    dropped_articles,
    editions,
    entries,
    failures,
    feedback,
    runs,
    stories,
    story_articles,
)

#: Rows changed in one transaction, so that other writers wait only briefly; and editions looked at.
_BATCH, _EDITIONS = 1_000, 100
_FINAL = [outcome for outcome in Outcome if outcome.is_final]


@dataclass(frozen=True, slots=True, kw_only=True)
class Expired:
    """Old editions so far: numbers of ledger rows and texts that were deleted, and where the next page begins."""

    deliveries: int = 0
    texts: int = 0
    #: The last edition that was looked at to its end, and the last row of the one after it.
    edition_id: int = 0
    delivery_id: int = 0
    is_done: bool = False


def delete_text(conn: Connection, *, before: datetime) -> int:
    """Delete the text of a batch of entries first seen earlier; return how many. Feeds may still list their guids."""
    old = entries.c.seen < before
    rows = conn.execute(select(entries.c.id).where(old, entries.c.body != "").order_by(entries.c.seen).limit(_BATCH))
    ids = list(rows.scalars())
    conn.execute(update(entries).where(entries.c.id.in_(ids)).values(body=""))
    conn.execute(delete(articles).where(articles.c.entry_id.in_(ids), articles.c.published < before))
    return len(ids)


def delete_wordings(conn: Connection, *, before: datetime) -> int:
    """Delete a batch of published wordings of earlier editions; return how many. The article ids stay."""
    story_ids = (
        select(story_articles.c.story_id)
        .join(stories, stories.c.id == story_articles.c.story_id)
        .join(editions, editions.c.id == stories.c.edition_id)
        .where(editions.c.published < before, story_articles.c.wording.is_not(None))
        .distinct()
        .limit(_BATCH)
    )
    ids = list(conn.execute(story_ids).scalars())
    return (
        conn.execute(update(story_articles).where(story_articles.c.story_id.in_(ids)).values(wording=None)).rowcount
        if ids
        else 0
    )


def delete_drafts(conn: Connection, *, before: datetime) -> int:
    """Delete the contents of drafts of earlier slots; return how many. Times and decisions stay, as headings do."""
    is_old = (drafts.c.slot_due < before, drafts.c.content.is_not(None))
    return conn.execute(update(drafts).where(*is_old).values(content=None)).rowcount


def delete_dropped(conn: Connection, *, before: datetime) -> int:
    """Forget articles that editors dropped earlier; return how many."""
    return conn.execute(delete(dropped_articles).where(dropped_articles.c.at < before)).rowcount


def delete_boilerplate(conn: Connection, *, before: datetime) -> int:
    """Delete learned boilerplate of sources without articles since; return how many."""
    return conn.execute(delete(boilerplate).where(boilerplate.c.seen < before)).rowcount


def delete_editions(conn: Connection, expired: Expired, *, before: datetime) -> Expired:
    """Delete a page of earlier editions' ledger rows, and HTML and text of those without any left.

    Rows that aren't final stay, with their edition's text. Called with its own result until that ``is_done``: rows are
    found by the key after the last, since a look from the beginning would pass by all that are deleted and not yet
    vacuumed.
    """
    is_old = (editions.c.published < before, editions.c.html != "", editions.c.id > expired.edition_id)
    query = select(editions.c.id).where(*is_old).order_by(editions.c.id).limit(_EDITIONS)
    edition_ids, room = list(conn.execute(query).scalars()), _BATCH
    for edition_id in edition_ids:
        size, last, deleted = _delete_final_rows(conn, edition_id, after=expired.delivery_id, limit=room)
        expired = replace(expired, deliveries=expired.deliveries + deleted)
        if size == room:
            return replace(expired, delivery_id=last)
        room -= size
        texts = expired.texts + _delete_text(conn, edition_id)
        expired = replace(expired, texts=texts, edition_id=edition_id, delivery_id=0)
    return replace(expired, is_done=len(edition_ids) < _EDITIONS)


def _delete_final_rows(conn: Connection, edition_id: int, *, after: int, limit: int) -> tuple[int, int, int]:
    """Delete the final ones of the edition's next rows; return how many rows there are, the last, and how many went."""
    rows = select(deliveries.c.id).where(deliveries.c.edition_id == edition_id, deliveries.c.id > after)
    ids = list(conn.execute(rows.order_by(deliveries.c.id).limit(limit)).scalars())
    if not ids:
        return 0, after, 0
    is_in_page = (deliveries.c.edition_id == edition_id, deliveries.c.id.between(ids[0], ids[-1]))
    # Others aren't among the edition's numbers yet.
    is_counted = (deliveries.c.outcome.in_(_FINAL), deliveries.c.sender.is_(None))
    deleted = conn.execute(delete(deliveries).where(*is_in_page, *is_counted)).rowcount
    _delete_failures(conn, edition_id, ids[0], ids[-1])
    return len(ids), ids[-1], deleted


def _delete_failures(conn: Connection, edition_id: int, first: int, last: int) -> None:
    """Forget failed mails whose ledger rows are deleted: SQLite gives their ids to other rows."""
    has_row = exists().where(deliveries.c.id == failures.c.delivery_id)
    is_in_page = (failures.c.edition_id == edition_id, failures.c.delivery_id.between(first, last))
    conn.execute(delete(failures).where(*is_in_page, ~has_row))


def _delete_text(conn: Connection, edition_id: int) -> int:
    """Delete the edition's HTML and text if no ledger row is left; return how many editions that is."""
    has_row = select(deliveries.c.id).where(deliveries.c.edition_id == edition_id).exists()
    without_text = update(editions).values(html="", text="")
    return conn.execute(without_text.where(editions.c.id == edition_id, ~has_row)).rowcount


def delete_feedback(conn: Connection, *, before: datetime) -> int:
    """Delete votes on a batch of earlier editions' stories; return how many."""
    story_ids = (
        select(feedback.c.story_id)
        .join(stories, stories.c.id == feedback.c.story_id)
        .join(editions, editions.c.id == stories.c.edition_id)
        .where(editions.c.published < before)
        .distinct()
        .limit(_BATCH)
    )
    ids = list(conn.execute(story_ids).scalars())
    return conn.execute(delete(feedback).where(feedback.c.story_id.in_(ids))).rowcount if ids else 0


def delete_runs(conn: Connection, *, before: datetime) -> int:
    """Delete earlier runs, except the last of each kind; return how many."""
    last = select(func.max(runs.c.id)).group_by(runs.c.kind, runs.c.about)
    old = delete(runs).where(runs.c.started < before, runs.c.id.not_in(last))
    return conn.execute(old).rowcount
