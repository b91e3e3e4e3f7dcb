"""What is too old to keep is removed, once a day."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial

from sqlalchemy import Connection

from digest.jobs.runs import begin, noted
from digest.jobs.types import Hands
from digest.store import retention

SWEEP_EVERY = timedelta(days=1)


def sweep(hands: Hands) -> None:
    """Remove text, rows and history by ``[retention]``."""
    if (run_id := begin(hands, "sweep", SWEEP_EVERY)) is None:
        return
    now, kept = hands.clock(), hands.app.settings.retention
    text, edition = now - kept.text, now - kept.editions
    with noted(hands, run_id) as counts:
        counts |= {
            "texts": _all(hands, partial(retention.forget_text, before=text)),
            "wordings": _all(hands, partial(retention.forget_wordings, before=text)),
            "furniture": _all(hands, partial(retention.forget_furniture, before=text)),
            "deliveries": _all(hands, partial(retention.forget_deliveries, before=edition)),
            "editions": _all(hands, partial(retention.forget_editions, before=edition)),
            "runs": _all(hands, partial(retention.forget_runs, before=text)),
        }
    hands.log("swept", **counts)


def _all(hands: Hands, forget_some: Callable[[Connection], int]) -> int:
    """Piece by piece, so that nobody waits long for the store."""
    total = 0
    while not hands.stop.is_set():
        with hands.app.store.begin() as conn:
            forgotten = forget_some(conn)
        total += forgotten
        if not forgotten:
            break
    return total
