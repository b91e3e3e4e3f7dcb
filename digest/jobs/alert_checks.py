"""When a newsletter's surges are looked for: after each collection, if an alert may be sent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from digest.jobs.runs import last_run
from digest.jobs.types import CheckAlerts, Collect, CollectPart
from digest.model.newsletters import Newsletter
from digest.model.slots import Slot
from digest.pipeline.alert_times import of_day, reason_to_wait
from digest.store import alerts, runs

#: A run that did not end for so long has no process any more.
_LONGEST_RUN = timedelta(minutes=5)
#: Runs of parts of a collection that are looked at: the newest.
_MAX_PARTS = 50
_MONTH = timedelta(days=31)


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertStatus:
    """A newsletter's alerts, for the operator."""

    #: The last one of the last month; None if there was none.
    last: Slot | None
    #: How many were sent today.
    today: int
    #: When surges were looked for last; None for never.
    checked: datetime | None
    #: Why none would be sent now; empty if one may.
    wait: str


def alert_status(conn: Connection, newsletter: Newsletter, *, now: datetime) -> AlertStatus:
    """The state of the newsletter's alerts."""
    sent = alerts.recent(conn, newsletter.id, since=now - _MONTH)
    last = next(iter(runs.recent(conn, CheckAlerts.kind, about=newsletter.id, as_of=now, limit=1)), None)
    return AlertStatus(
        last=sent[-1] if sent else None,
        today=len(of_day(newsletter, sent, now=now)),
        checked=last.started if last else None,
        wait=reason_to_wait(newsletter, sent, now=now),
    )


def last_collected(conn: Connection, now: datetime) -> datetime | None:
    """When a collection, or a part of one, ended last."""
    recent = (last_run(conn, Collect.kind, now), *runs.recent(conn, CollectPart.kind, as_of=now, limit=_MAX_PARTS))
    return max((run.ended for run in recent if run and run.ended), default=None)


def is_alert_check_due(conn: Connection, newsletter: Newsletter, collected: datetime | None, *, now: datetime) -> bool:
    """Whether sources were collected since the newsletter's last check, and an alert may be sent now."""
    if not newsletter.alert or newsletter.sender is None or collected is None:
        return False
    last = next(iter(runs.recent(conn, CheckAlerts.kind, about=newsletter.id, as_of=now, limit=1)), None)
    if last and last.ended is None and now - last.started < _LONGEST_RUN:
        return False
    is_settled = last is not None and last.outcome == "done" and not last.counts.get("waiting")
    if last and is_settled and collected <= last.started:
        return False
    sent = alerts.recent(conn, newsletter.id, since=now - timedelta(days=2))
    return not reason_to_wait(newsletter, sent, now=now)
