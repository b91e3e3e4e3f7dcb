"""What is too old to keep is removed, once a day."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial

from sqlalchemy import Connection

from digest.jobs.runs import record_run, start_if_due
from digest.jobs.types import JobContext
from digest.store import retention

RETENTION_EVERY = timedelta(days=1)


def apply_retention(hands: JobContext) -> None:
    """Remove text, rows and history by ``[retention]``."""
    if (run_id := start_if_due(hands, "sweep", RETENTION_EVERY)) is None:
        return
    now, kept = hands.clock(), hands.app.settings.retention
    text, edition = now - kept.text, now - kept.editions
    with record_run(hands, run_id) as counts:
        counts |= {
            "texts": _all(hands, partial(retention.delete_text, before=text)),
            "wordings": _all(hands, partial(retention.delete_wordings, before=text)),
            "furniture": _all(hands, partial(retention.delete_boilerplate, before=text)),
            "deliveries": _all(hands, partial(retention.delete_deliveries, before=edition)),
            "editions": _all(hands, partial(retention.delete_edition_bodies, before=edition)),
            "runs": _all(hands, partial(retention.delete_runs, before=text)),
        }
    hands.log("swept", **counts)


def _all(hands: JobContext, forget_some: Callable[[Connection], int]) -> int:
    """Piece by piece, so that nobody waits long for the store."""
    total = 0
    while not hands.stop.is_set():
        with hands.app.store.begin() as conn:
            forgotten = forget_some(conn)
        total += forgotten
        if not forgotten:
            break
    return total
