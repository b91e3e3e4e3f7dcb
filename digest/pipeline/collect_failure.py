"""Failure of collecting for a newsletter: none of its sources can be read, or the collection itself fails."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from digest.model.newsletters import Newsletter
from digest.pipeline.newsletter import sources_of
from digest.settings import Settings
from digest.store import runs, sources
from digest.store.runs import Run
from digest.text.time_format import utc_time

#: Enough for a look back at the last run that ended, past some that were killed.
_LATEST_RUNS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectFailure:
    """Reason why a newsletter has no new articles, and its beginning."""

    message: str
    since: datetime


def find_collect_failure(
    conn: Connection, newsletter: Newsletter, settings: Settings, *, now: datetime
) -> CollectFailure | None:
    """The failure of collecting for this newsletter; None if at least one of its sources can be read."""
    newsletter_sources = sources_of(newsletter, settings)
    if not newsletter_sources:
        return None
    ids = [source.id for source in newsletter_sources]
    healths = {health.id: health for health in sources.health(conn)}
    failing = [healths[id_] for id_ in ids if id_ in healths and healths[id_].error]
    if len(failing) == len(ids):
        since = max((health.failing_since for health in failing if health.failing_since), default=now)
        subject = "its only source can't" if len(ids) == 1 else f"none of its {len(ids)} sources can"
        message = f"{subject} be read since {utc_time(since)}: {failing[0].id}: {failing[0].error}"
        return CollectFailure(message=message, since=since)
    crash = last_crash(conn, now=now)
    read_at = [health.last_success for id_ in ids if (health := healths.get(id_)) and health.last_success]
    if crash is None or any(at >= crash.started for at in read_at):
        return None
    return CollectFailure(message=crash_message(crash), since=crash.started)


def last_crash(conn: Connection, *, now: datetime) -> Run | None:
    """The latest collection that has ended, if it failed as a whole."""
    ended = (run for run in runs.recent(conn, "collect", as_of=now, limit=_LATEST_RUNS) if run.ended)
    last = next(ended, None)
    return last if last and last.outcome == "failed" else None


def crash_message(run: Run) -> str:
    """The message about a collection that failed as a whole."""
    reason = run.reason or "the log of 'digest run' says why (event job_failed)"
    return f"the collection of {utc_time(run.started)} failed: {reason}"
