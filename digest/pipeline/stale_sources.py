"""Sources that ``digest send`` fetches before it publishes: those that were not fetched recently."""

from __future__ import annotations

from datetime import datetime

from digest.model.newsletters import Newsletter, Source
from digest.pipeline.app import App
from digest.pipeline.newsletter import sources_of
from digest.store import sources


def stale_sources(newsletter: Newsletter, app: App, *, now: datetime) -> tuple[Source, ...]:
    """Return the sources on disk, and those not fetched for as long as ``digest run`` waits between two fetches."""
    with app.store.read() as conn:
        healths = {health.id: health for health in sources.health(conn)}
    limit = now - app.settings.fetch.every

    def is_stale(source: Source) -> bool:
        health = healths.get(source.id)
        fetches = [at for at in (health.last_success, health.last_failure) if at] if health else []
        return source.path is not None or max(fetches, default=limit) <= limit

    return tuple(source for source in sources_of(newsletter, app.settings) if is_stale(source))
