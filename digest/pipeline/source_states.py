"""State of each source in the settings, from its fetches and entries in the store."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from digest.model.newsletters import Source
from digest.settings import Settings
from digest.store import articles, entries, sources
from digest.store.sources import Health

_WEEK = timedelta(days=7)
_TITLES = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceState:
    """A source of the settings and its health in the store; None if it was never fetched."""

    source: Source
    health: Health | None
    #: Entries that were new in the last seven days.
    entries_this_week: int
    #: When its newest article was published; None if it has none.
    newest: datetime | None

    @property
    def name(self) -> str:
        """``new``, ``broken``, ``quiet`` (it works, but had nothing this week) or ``fine``."""
        if self.health is None:
            return "new"
        return "broken" if self.health.error else "fine" if self.entries_this_week else "quiet"


def source_states(conn: Connection, settings: Settings, *, now: datetime) -> tuple[SourceState, ...]:
    """The states of the sources in the settings, in their order."""
    moved = sources.moved_ids(conn, settings.sources)
    healths = {health.id: health for health in sources.health(conn) if health.id not in moved}
    counts = entries.counts(conn, since=now - _WEEK)
    newest = articles.newest_published(conn)
    return tuple(
        SourceState(
            source=source,
            health=healths.get(source.id),
            entries_this_week=counts.get(source.id, 0),
            newest=newest.get(source.id),
        )
        for source in settings.sources
    )


def newest_titles(conn: Connection, source_id: str) -> tuple[str, ...]:
    """The titles of the source's newest articles, the newest first."""
    return articles.newest_titles(conn, source_id, limit=_TITLES)
