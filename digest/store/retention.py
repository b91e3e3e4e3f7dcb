"""Deletion of old rows. Guids, published article ids, slots, edition headers and subscribers stay."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, Connection, delete, func, select, update

from digest.model.editions import Outcome
from digest.store.tables import (
    articles,
    boilerplate,
    deliveries,
    editions,
    entries,
    feedback,
    runs,
    stories,
    story_articles,
)

#: Rows changed in one transaction, so that other writers wait only briefly.
_BATCH = 1_000
_FINAL = [outcome for outcome in Outcome if outcome.is_final]


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


def delete_boilerplate(conn: Connection, *, before: datetime) -> int:
    """Delete learned boilerplate of sources without articles since; return how many."""
    return conn.execute(delete(boilerplate).where(boilerplate.c.seen < before)).rowcount


def delete_deliveries(conn: Connection, *, before: datetime) -> int:
    """Delete a batch of earlier editions' ledger rows; return how many. Rows that aren't final stay."""
    row_ids = (
        select(deliveries.c.id)
        .join(editions)
        .where(editions.c.published < before, deliveries.c.outcome.in_(_FINAL))
        .limit(_BATCH)
    )
    return conn.execute(delete(deliveries).where(deliveries.c.id.in_(list(conn.execute(row_ids).scalars())))).rowcount


def delete_edition_bodies(conn: Connection, *, before: datetime) -> int:
    """Delete HTML and text of earlier editions without ledger rows; return how many. The rest of the edition stays."""
    old = (editions.c.published < before, editions.c.html != "", ~_has_rows())
    return conn.execute(update(editions).where(*old).values(html="", text="")).rowcount


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


def _has_rows() -> ColumnElement[bool]:
    return select(deliveries.c.id).where(deliveries.c.edition_id == editions.c.id).exists()
