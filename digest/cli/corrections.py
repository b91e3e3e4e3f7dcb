"""The correction watch of commands that collect: for installations that cron runs, without ``digest run``."""

from __future__ import annotations

import threading
from datetime import datetime

from digest.cli.errors import log_tracebacks
from digest.pipeline.app import App
from digest.pipeline.edition_corrections import has_due_visits


def watch_corrections(app: App, *, now: datetime) -> None:
    """Compare articles whose visit is due, if a newsletter reports corrections."""
    with app.store.read() as conn:
        if not has_due_visits(conn, app.settings, now=now):
            return
    from digest.pipeline.correction_watch import visit_due_articles

    result = visit_due_articles(app, now=now, stop=threading.Event())
    log_tracebacks(result.exceptions)
