"""What is too old to keep. Never forgotten: guids, what was told, slots, editions' names, who reads."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, Connection, delete, func, select, update

from digest.model import Outcome
from digest.store.tables import articles, boilerplate, deliveries, editions, entries, runs, stories, story_articles

#: Rows changed in one transaction: others want to write in between.
_SOME = 1_000
_FINAL = [outcome for outcome in Outcome if outcome.is_final]


def delete_text(conn: Connection, *, before: datetime) -> int:
    """Remove the text of some articles that came earlier; how many. Their guids stay: a feed may still show them."""
    old = entries.c.seen < before
    found = conn.execute(select(entries.c.id).where(old, entries.c.body != "").order_by(entries.c.seen).limit(_SOME))
    ids = list(found.scalars())
    conn.execute(update(entries).where(entries.c.id.in_(ids)).values(body=""))
    conn.execute(delete(articles).where(articles.c.entry_id.in_(ids), articles.c.published < before))
    return len(ids)


def delete_wordings(conn: Connection, *, before: datetime) -> int:
    """Remove how some articles read when earlier editions told them; how many. That they were told stays."""
    some = (
        select(story_articles.c.story_id)
        .join(stories, stories.c.id == story_articles.c.story_id)
        .join(editions, editions.c.id == stories.c.edition_id)
        .where(editions.c.published < before, story_articles.c.wording.is_not(None))
        .distinct()
        .limit(_SOME)
    )
    ids = list(conn.execute(some).scalars())
    return (
        conn.execute(update(story_articles).where(story_articles.c.story_id.in_(ids)).values(wording=None)).rowcount
        if ids
        else 0
    )


def delete_boilerplate(conn: Connection, *, before: datetime) -> int:
    """Remove what was learnt of sources that have brought nothing since; how many."""
    return conn.execute(delete(boilerplate).where(boilerplate.c.seen < before)).rowcount


def delete_deliveries(conn: Connection, *, before: datetime) -> int:
    """Remove some rows of earlier editions from the ledger; how many. A row that isn't final stays."""
    some = (
        select(deliveries.c.id)
        .join(editions)
        .where(editions.c.published < before, deliveries.c.outcome.in_(_FINAL))
        .limit(_SOME)
    )
    return conn.execute(delete(deliveries).where(deliveries.c.id.in_(list(conn.execute(some).scalars())))).rowcount


def delete_edition_bodies(conn: Connection, *, before: datetime) -> int:
    """Remove the bytes of earlier editions whose rows are gone; how many. Their names and what they told stay."""
    old = (editions.c.published < before, editions.c.html != "", ~_has_rows())
    return conn.execute(update(editions).where(*old).values(html="", text="")).rowcount


def delete_runs(conn: Connection, *, before: datetime) -> int:
    """Remove the history of earlier runs, but for the last of each kind; how many."""
    last = select(func.max(runs.c.id)).group_by(runs.c.kind, runs.c.about)
    old = delete(runs).where(runs.c.started < before, runs.c.id.not_in(last))
    return conn.execute(old).rowcount


def _has_rows() -> ColumnElement[bool]:
    return select(deliveries.c.id).where(deliveries.c.edition_id == editions.c.id).exists()
