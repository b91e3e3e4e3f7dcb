"""Collect the sources of a newsletter that were not fetched recently, in this process."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from digest.cli.corrections import watch_corrections
from digest.cli.errors import log_tracebacks, print_failures
from digest.cli.progress import collect_progress
from digest.model.errors import NothingCollected
from digest.model.newsletters import Source
from digest.pipeline.app import App
from digest.pipeline.collect import collect_sources
from digest.store import sources


def collect_now(stale: Sequence[Source], app: App, *, now: datetime) -> None:
    """Collect into the app's store; print failures. Raises ``NothingCollected`` if no source was ever read."""
    with collect_progress() as on_done:
        result = collect_sources(stale, app, now=now, on_done=on_done)
    print_failures((*result.failures, *result.problems))
    log_tracebacks(result.exceptions)
    watch_corrections(app, now=now)
    with app.store.read() as conn:
        was_ever_read = any(health.last_success for health in sources.health(conn))
    if result.all_failed and not was_ever_read:
        raise NothingCollected("no source could be read", hint="'digest check' says what is wrong with each")
