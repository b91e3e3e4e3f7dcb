"""The work of ``CheckAlerts``: look for surges, and publish an alert."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from digest.jobs.alert_checks import is_alert_check_due, last_collected
from digest.jobs.context import JobContext
from digest.jobs.runs import record_run
from digest.jobs.send import enqueue_delivery
from digest.jobs.types import CheckAlerts
from digest.model.newsletters import Newsletter
from digest.pipeline.alert_decision import AlertDecision, decide, last_decision
from digest.store import runs
from digest.store.locks import advisory_lock
from digest.stories.surge import is_flood

#: How often it is decided anew because another edition was published meanwhile.
_MAX_TRIES = 3


def check_alerts(job: CheckAlerts, context: JobContext) -> None:
    """Publish an alert if a story surges. Of processes that check at once, one does.

    A newsletter's first check only notes the time: what was collected by then makes no alert.
    """
    app, now = context.app, context.clock()
    newsletter = app.settings.newsletter(job.newsletter_id)
    with app.store.begin() as conn:
        advisory_lock(conn, f"alerts of {newsletter.id}")
        if not is_alert_check_due(conn, newsletter, last_collected(conn, now), now=now):
            return
        since = last_decision(conn, newsletter.id, now=now)
        run_id = runs.start(conn, job.kind, at=now, about=newsletter.id)
    with record_run(app.store, run_id, clock=context.clock) as counts:
        if since is not None:
            _decide_and_publish(newsletter, context, counts, since=since, now=now)


def _decide_and_publish(
    newsletter: Newsletter, context: JobContext, counts: dict[str, int], *, since: datetime, now: datetime
) -> None:
    for _ in range(_MAX_TRIES):
        decision = decide(newsletter, context.app, now=now, since=since)
        counts["surges"] = len(decision.surges)
        if is_flood(decision.surges):
            counts["flood"] = len(decision.surges)
            context.log("alert_flood", newsletter=newsletter.id, stories=len(decision.surges))
            return
        if not decision.surges or _publish(newsletter, decision, context, now=now):
            counts["waiting"] = max(len(decision.surges) - 1, 0)
            return
    counts["waiting"] = len(decision.surges)


def _publish(newsletter: Newsletter, decision: AlertDecision, context: JobContext, *, now: datetime) -> bool:
    """Publish the first surge; False if it must be decided anew."""
    from digest.pipeline.alerts import publish_alert  # imports the renderer: most checks find nothing

    if decision.wait:  # another process sent one
        return False

    def on_freeze(conn: Connection, edition_id: int) -> None:
        enqueue_delivery(conn, edition_id, context)

    result = publish_alert(newsletter, decision, context.app, now=now, on_freeze=on_freeze)
    if result is None:
        return False
    surge = decision.surges[0]
    context.log(
        "alert_published",
        newsletter=newsletter.id,
        slot=decision.slot.key,
        edition=result.edition_id,
        outlets=surge.outlets,
        minutes=round((now - surge.completed).total_seconds() / 60),
    )
    for problem in result.plugin_problems:
        context.log("plugin_failed", error=problem)
    for failure in result.missing_images:
        context.log("image_missing", url=failure.url, error=failure.error)
    return True
