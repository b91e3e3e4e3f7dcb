"""Due jobs, read from the store, and the bookkeeping of slots that no job will publish."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from sqlalchemy import Connection

from digest.deliver.retry import MAX_BACKOFF
from digest.jobs.alert_checks import is_alert_check_due, last_collected
from digest.jobs.due_drafts import DraftJobs
from digest.jobs.runs import is_due, last_run
from digest.jobs.types import (
    ApplyRetention,
    CheckAlerts,
    Collect,
    CollectPart,
    Deliver,
    Job,
    Log,
    ProcessBounces,
    Publish,
    WatchCorrections,
)
from digest.model.errors import DigestError
from digest.model.newsletters import Newsletter
from digest.pipeline import calendar
from digest.pipeline.app import App
from digest.pipeline.audiences import audiences_of, personalise
from digest.pipeline.edition_corrections import has_due_visits
from digest.pipeline.slots import DueSlots
from digest.settings import Settings
from digest.store import job_queue, queue, slots
from digest.store.slots import SlotStatus

#: Called with a newsletter's id and the exception that keeps it from being published.
NewsletterFailed = Callable[[str, Exception], None]
#: An edition waits for a collection that is under way, but no longer than this.
_MAX_COLLECT_WAIT = timedelta(minutes=10)


def due_jobs(app: App, *, now: datetime, is_collecting: bool = False) -> tuple[Job, ...]:
    """The due jobs, highest priority first; each is due until it is done. Only reads.

    ``is_collecting``: parts of a collection are queued or under way, and editions wait for them.

    Newsletters whose calendar can't be computed are left out; ``record_missed_slots`` reports them.
    """
    with app.store.read() as conn:
        jobs = [*_periodic_jobs(conn, app, now), *_deliveries(conn, now)]
        draft_jobs = DraftJobs(conn=conn, now=now, newsletters=app.settings.newsletters)
        jobs += [*draft_jobs.mails(), *draft_jobs.approved()]
        if Collect() not in jobs and not is_collecting and not _is_collecting(conn, app, now):
            jobs += [*_publications(conn, app, now, draft_jobs), *_alert_checks(conn, app, now)]
    return tuple(sorted(jobs, key=lambda job: -job.priority))


def record_missed_slots(app: App, *, now: datetime, log: Log) -> None:
    """Mark slots that are too late to publish as missed, and register newsletters without any slot.

    Publishing doesn't depend on it. A new newsletter owes no slot that was due before it was registered.
    """

    def on_failure(newsletter_id: str, error: Exception) -> None:
        log("newsletter_failed", newsletter=newsletter_id, error=repr(error), trace=error)

    with app.store.read() as conn:
        due_slots = [*_due_slots(conn, app, now, on_failure)]
    for newsletter, audience, due in due_slots:
        if due is None:
            with app.store.begin() as conn:
                calendar.register(conn, newsletter, now=now, audience=audience)
        elif due.missed:
            with app.store.begin() as conn:
                for slot in due.missed:
                    if slots.record_status(conn, newsletter.id, slot, SlotStatus.MISSED, at=now, audience=audience):
                        fields = {"audience": audience} if audience else {}
                        log("slot_missed", newsletter=newsletter.id, slot=slot.key, **fields)


def _ignore_failure(newsletter_id: str, error: Exception) -> None:
    """Default for ``NewsletterFailed``: it was reported before."""


def _due_slots(
    conn: Connection, app: App, now: datetime, on_failure: NewsletterFailed
) -> Iterator[tuple[Newsletter, str, DueSlots | None]]:
    """The due slots of each newsletter's audiences, without newsletters whose calendar can't be computed.

    With each goes the newsletter by the audience's schedule, and the audience's key.
    """
    for newsletter in app.settings.newsletters:
        try:
            due = [
                (personal, audience.key, calendar.due_slots(conn, personal, now=now, audience=audience.key))
                for audience in audiences_of(conn, newsletter)
                for personal in [personalise(newsletter, audience.preferences)]
            ]
        except DigestError:
            raise
        except Exception as error:  # noqa: BLE001  # the edge of one newsletter: a bug in one stops no other
            on_failure(newsletter.id, error)
        else:
            yield from due


def _periodic_jobs(conn: Connection, app: App, now: datetime) -> Iterator[Job]:
    settings = app.settings
    if settings.sources and is_due(conn, Collect.kind, settings.fetch.every, now):
        yield Collect()
    if settings.bounces.host and is_due(conn, ProcessBounces.kind, settings.bounces.every, now):
        yield ProcessBounces()
    if has_due_visits(conn, settings, now=now) and is_due(conn, WatchCorrections.kind, WatchCorrections.every, now):
        yield WatchCorrections()
    if is_due(conn, ApplyRetention.kind, ApplyRetention.every, now):
        yield ApplyRetention()


def _deliveries(conn: Connection, now: datetime) -> Iterator[Job]:
    for edition_id in queue.editions_due(conn, now=now, beyond=now + 2 * MAX_BACKOFF):
        yield Deliver(edition_id=edition_id)


def _publications(conn: Connection, app: App, now: datetime, draft_jobs: DraftJobs) -> Iterator[Job]:
    """Editions to publish at their slots, and drafts to compose."""
    for newsletter, audience, due in _due_slots(conn, app, now, _ignore_failure):
        slot = due.slot if due else None
        if slot and draft_jobs.is_released(newsletter, audience, slot):
            yield Publish(newsletter_id=newsletter.id, slot=slot, audience=audience)
        if not audience:
            yield from draft_jobs.compositions(newsletter, slot)


def _alert_checks(conn: Connection, app: App, now: datetime) -> Iterator[Job]:
    if any(newsletter.alert for newsletter in app.settings.newsletters):
        collected = last_collected(conn, now)
        for newsletter in app.settings.newsletters:
            if is_alert_check_due(conn, newsletter, collected, now=now):
                yield CheckAlerts(newsletter_id=newsletter.id)


def longest_collect_wait(settings: Settings) -> timedelta:
    """How long an edition waits for a collection that is under way."""
    return min(_MAX_COLLECT_WAIT, settings.fetch.every / 2)


def has_queued_parts(conn: Connection, *, within: timedelta) -> bool:
    """Whether parts of a collection wait for workers, or are under way, that were queued so recently. PostgreSQL only.

    If no worker takes them, editions don't wait for ever.
    """
    return job_queue.has_kind(conn, CollectPart.kind, queue=CollectPart.queue, queued_within=within)


def _is_collecting(conn: Connection, app: App, now: datetime) -> bool:
    """Whether sources are being fetched now. A run without an end doesn't count for long: its process may be dead."""
    run = last_run(conn, Collect.kind, now)
    return run is not None and run.ended is None and now - run.started < longest_collect_wait(app.settings)
