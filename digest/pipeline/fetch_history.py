"""Records fetches of sources by day, for metrics and plots."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection

from digest.collect.concurrent import SourceOutcome
from digest.model.articles import Entry
from digest.model.failures import Failure
from digest.model.newsletters import Source
from digest.store import daily_counts, source_history
from digest.store.source_history import Fetch

#: An older entry was there before its source was fetched for the first time.
_MAX_AGE = timedelta(days=7)


def record_fetches(
    conn: Connection, outcomes: Sequence[tuple[Source, SourceOutcome]], added: Iterable[Entry], *, at: datetime
) -> None:
    """Add the fetches, and the entries that were new, to their day."""
    new = Counter(entry.source_id for entry in added if entry.published is None or entry.published >= at - _MAX_AGE)
    fetches = [
        Fetch(
            source_id=source.id,
            has_failed=isinstance(outcome, Failure),
            entries=new[source.id],
            duration_ms=round(outcome.duration_s * 1000),
        )
        for source, outcome in outcomes
    ]
    source_history.record(conn, fetches, at=at)
    counts = {
        daily_counts.FETCHED: sum(not fetch.has_failed for fetch in fetches),
        daily_counts.FETCH_FAILED: sum(fetch.has_failed for fetch in fetches),
        daily_counts.ENTRIES: sum(fetch.entries for fetch in fetches),
    }
    daily_counts.add(conn, {("", name): count for name, count in counts.items()}, at=at)
