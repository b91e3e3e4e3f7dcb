"""Collect the sources of a newsletter that were not fetched recently."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from digest.cli.errors import log_tracebacks, print_failures
from digest.cli.progress import collect_progress
from digest.model.errors import NothingCollected
from digest.model.newsletters import Newsletter, Source
from digest.pipeline.app import App
from digest.pipeline.collect import collect_sources
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


def collect_now(stale: Sequence[Source], app: App, *, now: datetime) -> None:
    """Collect into the app's store; print failures. Raises ``NothingCollected`` if no source was ever read."""
    with collect_progress() as on_done:
        result = collect_sources(stale, app, now=now, on_done=on_done)
    print_failures((*result.failures, *result.problems))
    log_tracebacks(result.exceptions)
    with app.store.read() as conn:
        was_ever_read = any(health.last_success for health in sources.health(conn))
    if result.all_failed and not was_ever_read:
        raise NothingCollected("no source could be read", hint="'digest check' says what is wrong with each")
