"""Corrections of an edition: which it reports, and which articles are watched once it is frozen."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import Connection

from digest.model.audiences import Audience
from digest.model.corrections import WATCH_PERIOD, Correction
from digest.model.newsletters import Newsletter
from digest.model.slots import Slot, Window
from digest.model.stories import Brief
from digest.settings import Settings
from digest.store import corrections, watched_articles
from digest.store.watched_articles import StoredText, WatchedArticle
from digest.stories.corrections.schedule import next_visit

#: Corrections of one edition, at most; the others are left to the next.
MAX_CORRECTIONS = 10


def watching(settings: Settings) -> tuple[Newsletter, ...]:
    """The newsletters that report corrections."""
    return tuple(newsletter for newsletter in settings.newsletters if newsletter.corrections)


def due_corrections(
    conn: Connection,
    newsletter: Newsletter,
    slot: Slot,
    *,
    window: Window,
    audience: Audience,
    history: Collection[int] | None,
) -> tuple[Correction, ...]:
    """Corrections that the slot's edition reports to the audience: of what it was sent, and not reported yet.

    A correction waits for 14 days, or since the last edition where editions are rarer.
    """
    if not newsletter.corrections:
        return ()
    return corrections.due(
        conn,
        newsletter.id,
        audience=audience.key,
        history=history,
        before=slot.due,
        since=min(window.start, slot.due - WATCH_PERIOD),
        until=max(window.end, slot.due),
        limit=MAX_CORRECTIONS,
    )


def freeze_corrections(
    conn: Connection, edition_id: int, reported: Sequence[Correction], briefs: Sequence[Brief], *, at: datetime
) -> None:
    """In the transaction that freezes an edition: record what it reports, and watch the articles that it quotes."""
    corrections.report(conn, edition_id, [correction.id for correction in reported])
    quoted = {sentence.article.id for brief in briefs for sentence in brief.sentences}
    texts = watched_articles.stored_texts(conn, quoted | {brief.story.lead.id for brief in briefs})
    watched_articles.add(conn, [_watched(article_id, text, at) for article_id, text in texts.items()])


def _watched(article_id: str, text: StoredText, at: datetime) -> WatchedArticle:
    page_url = text.entry.page_url
    return WatchedArticle(
        article_id=article_id,
        source_id=text.entry.source_id,
        page_url=page_url,
        told=at,
        extraction=text.extraction,
        next_visit=next_visit(article_id, told=at, visits=0, now=at) if page_url else None,
    )


def has_due_visits(conn: Connection, settings: Settings, *, now: datetime) -> bool:
    """Whether an article is to be compared now."""
    return bool(watching(settings)) and watched_articles.has_due(conn, now=now)
