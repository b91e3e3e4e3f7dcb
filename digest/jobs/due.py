"""Which jobs are due: out of the store, whatever happened meanwhile."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy import Connection

from digest.deliver.retry import MAX_BACKOFF
from digest.jobs.retention import RETENTION_EVERY
from digest.jobs.runs import is_due, last_run
from digest.jobs.types import ApplyRetention, Collect, Deliver, Job, Log, ProcessBounces, Publish
from digest.model import Newsletter
from digest.pipeline import calendar
from digest.pipeline.app import App
from digest.store import queue, slots
from digest.store.slots import SlotStatus

#: Sources that are being visited now are waited for before an edition is made, but no longer than this.
_PATIENCE = timedelta(minutes=10)


def due_jobs(app: App, *, now: datetime, log: Log) -> tuple[Job, ...]:
    """The jobs that are due, each as often as it is asked until it is done."""
    jobs: list[Job] = []
    with app.store.read() as conn:
        if app.settings.sources and is_due(conn, "collect", app.settings.fetch.every, now):
            jobs.append(Collect())
        if app.settings.bounces.host and is_due(conn, "heed", app.settings.bounces.every, now):
            jobs.append(ProcessBounces())
        if is_due(conn, "sweep", RETENTION_EVERY, now):
            jobs.append(ApplyRetention())
        jobs += (
            Deliver(edition_id=edition_id)
            for edition_id in queue.editions_due(conn, now=now, beyond=now + 2 * MAX_BACKOFF)
        )
        is_fresh = Collect() not in jobs and not _is_collecting(conn, app, now)
    slots_due = [job for newsletter in app.settings.newsletters for job in _owed(newsletter, app, now, log)]
    return (*jobs, *(slots_due if is_fresh else ()))


def _owed(newsletter: Newsletter, app: App, now: datetime, log: Log) -> Iterator[Publish]:
    """The newsletter's slot to publish; slots that it is too late for are written off."""
    with app.store.read() as conn:
        owed = calendar.due_slot(conn, newsletter, now=now)
    if owed is None or owed.missed:
        with app.store.begin() as conn:
            if owed is None:
                calendar.register(conn, newsletter, now=now)
                return
            for slot in owed.missed:
                if slots.record_status(conn, newsletter.id, slot, SlotStatus.MISSED, at=now):
                    log("missed", newsletter=newsletter.id, slot=slot.key)
    if owed.slot:
        yield Publish(newsletter_id=newsletter.id, slot=owed.slot)


def _is_collecting(conn: Connection, app: App, now: datetime) -> bool:
    """Are sources being visited? What is under way for too long isn't waited for: its process may have died."""
    visit = last_run(conn, "collect", now)
    longest = min(_PATIENCE, app.settings.fetch.every / 2)
    return visit is not None and visit.ended is None and now - visit.started < longest
