"""Numbers of the correction watch, and its problem: so many corrections of a source at once that they are held."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from digest.model.corrections import WATCH_PERIOD
from digest.pipeline.edition_corrections import watching
from digest.settings import Settings
from digest.store import corrections, watched_articles

#: The operator is told of corrections that were held for so long.
_TOLD_FOR = timedelta(days=3)


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectionStatus:
    """Numbers of the last 14 days."""

    #: Articles that are still watched, and those that were compared.
    watched: int
    compared: int
    #: Corrections that an edition reports, that wait for one, and that are held.
    reported: int
    waiting: int
    held: int


def read_correction_status(conn: Connection, settings: Settings, *, now: datetime) -> CorrectionStatus | None:
    """The numbers; None if no newsletter reports corrections."""
    if not watching(settings):
        return None
    watched, compared = watched_articles.count(conn)
    reported, waiting, held = corrections.counts(conn, since=now - WATCH_PERIOD)
    return CorrectionStatus(watched=watched, compared=compared, reported=reported, waiting=waiting, held=held)


def held_corrections_problem(conn: Connection, settings: Settings, *, now: datetime) -> str:
    """Which sources' corrections are held, in one line; empty if none are."""
    if not watching(settings):
        return ""
    held = corrections.held_sources(conn, since=now - _TOLD_FOR)
    sources = ", ".join(f"{source_id} ({count})" for source_id, count in sorted(held.items()))
    return f"corrections are held, since too many articles changed at once: {sources}" if sources else ""
