"""The work of each job, whatever engine asks for it."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager

from sqlalchemy import Connection

from digest.jobs.alarm import send_alarms
from digest.jobs.alerts import check_alerts
from digest.jobs.context import JobContext
from digest.jobs.corrections import watch_corrections
from digest.jobs.drafts import log_hold, mail_draft, perform_draft
from digest.jobs.parts import MAX_DUE_MAILS, collect_parts
from digest.jobs.retention import apply_retention
from digest.jobs.runs import is_due, record_run, start, start_if_due
from digest.jobs.send import collects_first, delivery_jobs, enqueue_delivery, publish_request
from digest.jobs.types import (
    ApplyRetention,
    CheckAlerts,
    Collect,
    CollectPart,
    ComposeDraft,
    Deliver,
    Job,
    Log,
    MailDraft,
    ProcessBounces,
    Publish,
    Send,
    SendCollected,
    WatchCorrections,
)
from digest.model.errors import DigestError
from digest.model.log_context import add_log_fields
from digest.model.newsletters import Newsletter, Source
from digest.pipeline.bounce_mailbox import process_mailbox
from digest.pipeline.collect import collect_in_turn
from digest.pipeline.confirmation_mail import send_confirmations
from digest.pipeline.deliver import deliver_edition
from digest.pipeline.outbox import Tally
from digest.pipeline.publish import PublishResult, publish
from digest.render.page_templates import PageTemplates
from digest.store import audiences, editions, queue, runs, sources
from digest.store.locks import advisory_lock


def perform(job: Job, context: JobContext) -> None:
    """Do the job. Raises ``DigestError`` if it can't be done now."""
    match job:
        case Collect():
            _collect(context)
        case CollectPart():
            _collect_part(job, context)
        case Publish():
            _publish(job, context)
        case ComposeDraft() | MailDraft():
            _draft(job, context)
        case CheckAlerts():
            check_alerts(job, context)
        case Send() | SendCollected():
            _send(job, context)
        case Deliver():
            _deliver(job, context)
        case ProcessBounces():
            _process_bounces(context)
        case WatchCorrections() | ApplyRetention():
            (watch_corrections if isinstance(job, WatchCorrections) else apply_retention)(context)


def _collect(context: JobContext) -> None:
    if context.sizes:
        _enqueue_collection(context, context.sizes.sources)
        return
    app = context.app
    if (run_id := start_if_due(app.store, Collect.kind, app.settings.fetch.every, now=context.clock())) is None:
        return
    _collect_due(context, run_id, app.settings.sources)
    _send_alarms(context, *app.settings.newsletters)


def _enqueue_collection(context: JobContext, size: int) -> None:
    """Share the due sources among jobs, in the transaction that records the collection."""
    app, now = context.app, context.clock()
    with app.store.begin() as conn:
        advisory_lock(conn, Collect.kind)
        if not is_due(conn, Collect.kind, app.settings.fetch.every, now):
            return
        run_id = runs.start(conn, Collect.kind, at=now)
        not_due = sources.not_due_ids(conn, now=now)
        parts = collect_parts([source for source in app.settings.sources if source.id not in not_due], size=size)
        context.enqueue(conn, *parts)
        counts = {"sources": sum(len(part.source_ids) for part in parts), "parts": len(parts)}
        runs.finish(conn, run_id, "done", at=now, counts=counts)
    context.log("collecting", **counts)


def _collect_part(job: CollectPart, context: JobContext) -> None:
    """Fetch the sources that the settings still have."""
    part = [source for source in context.app.settings.sources if source.id in job.source_ids]
    run_id = start(context.app.store, job.kind, about=job.request, now=context.clock())
    _collect_due(context, run_id, part, due_only=not job.even_if_not_due)
    _send_alarms(context, *context.app.settings.newsletters)


def _collect_due(context: JobContext, run_id: int, wanted: Sequence[Source], *, due_only: bool = True) -> None:
    app, log = context.app, context.log
    with record_run(app.store, run_id, clock=context.clock) as counts:
        result = collect_in_turn(wanted, app, clock=context.clock, stop=context.stop, due_only=due_only)
        counts |= {"sources": len(result.outcomes), "failed": len(result.failures), "new": result.new_articles}
    for failure in result.failures:
        log("source_failed", source=failure.source, url=failure.url, error=failure.error)
    for name, exception in result.exceptions:
        log("source_crashed", source=name, error=repr(exception), trace=exception)
    log("collected", **counts)


def _publish(job: Publish, context: JobContext) -> None:
    newsletter = context.app.settings.newsletter(job.newsletter_id)
    with context.app.store.read() as conn:
        audience = audiences.get(conn, newsletter.id, job.audience)
    if audience is None:  # only its subscribers' choice creates it
        return

    def on_freeze(conn: Connection, edition_id: int) -> None:
        enqueue_delivery(conn, edition_id, context)

    with _recorded(context, job, about=newsletter.id) as counts:
        result = publish(newsletter, job.slot, context.app, now=context.clock(), audience=audience, on_freeze=on_freeze)
        counts |= {"stories": len(result.digest.briefs)} if result.digest else {}
    _log_published(result, context.log, **counts)
    if result.edition_id is None:
        _send_alarms(context, newsletter)


def _draft(job: ComposeDraft | MailDraft, context: JobContext) -> None:
    if isinstance(job, ComposeDraft):
        perform_draft(job, context)
        return
    try:
        mail_draft(job, context)
    except DigestError:
        _send_alarms(context, *context.app.settings.newsletters)
        raise


def _log_published(result: PublishResult, log: Log, **counts: int) -> None:
    if log_hold(result, log):
        return
    if result.edition_id is None:
        log("slot_empty")
    elif result.is_new:
        log("published", edition=result.edition_id, **counts)
    for problem in result.plugin_problems:
        log("plugin_failed", error=str(problem))
    for failure in result.missing_images:
        log("image_missing", url=failure.url, error=failure.error)


def _send(job: Send | SendCollected, context: JobContext) -> None:
    if collects_first(job, context):
        return
    run_id = start(context.app.store, Send.kind, about=job.newsletter_id, now=context.clock())
    with record_run(context.app.store, run_id, clock=context.clock) as counts:
        result = publish_request(job, context)
        counts |= {"stories": len(result.digest.briefs)} if result.digest else {}
    _log_published(result, context.log, **counts)


def _deliver(job: Deliver, context: JobContext) -> None:
    newsletter_id = _bind_edition(job, context)
    with _recorded(context, job, about=newsletter_id) as counts:
        limit = context.sizes.mails if context.sizes else None
        tally = deliver_edition(job.edition_id, context.app, clock=context.clock, stop=context.stop, limit=limit)
        counts |= {str(outcome): count for outcome, count in sorted(tally.counts.items())}
    if context.sizes and tally.is_due(context.clock()):
        _share_due_mails(job, context)
    context.log(_delivery_event(tally), edition=job.edition_id, **counts)
    _send_alarms(context, *(entry for entry in context.app.settings.newsletters if entry.id == newsletter_id))


def _share_due_mails(job: Deliver, context: JobContext) -> None:
    """Queue jobs for the mails that are still due, if this is the edition's first job: then there are always enough.

    The others were queued when the edition was frozen. One that is stopped is queued again.
    """
    with context.app.store.begin() as conn:
        if context.stop.is_set():
            context.enqueue(conn, job)
        elif not job.part:
            mails = queue.count_due(conn, job.edition_id, now=context.clock(), limit=MAX_DUE_MAILS)
            context.enqueue(conn, *delivery_jobs(job.edition_id, mails, context))


def _delivery_event(tally: Tally) -> str:
    if tally.is_suspected:
        return "edition_suspected"
    if tally.has_reached_nobody:
        return "delivery_failed"
    return "delivered" if tally.is_final else "delivering"


def _recorded(context: JobContext, job: Job, *, about: str) -> AbstractContextManager[dict[str, int]]:
    run_id = start(context.app.store, job.kind, about=about, now=context.clock())
    return record_run(context.app.store, run_id, clock=context.clock)


def _bind_edition(job: Deliver, context: JobContext) -> str:
    """Let log events name the edition's newsletter and slot; return the newsletter's id."""
    with context.app.store.read() as conn:
        newsletter_id = editions.newsletter_id(conn, job.edition_id) or ""
        slot = editions.slot_key(conn, job.edition_id)
    add_log_fields(newsletter=newsletter_id, slot=slot)
    return newsletter_id


def _process_bounces(context: JobContext) -> None:
    app = context.app
    if (
        run_id := start_if_due(app.store, ProcessBounces.kind, app.settings.bounces.every, now=context.clock())
    ) is None:
        return
    with record_run(app.store, run_id, clock=context.clock) as counts:

        def log_unfinished(message: str) -> None:
            context.log("mailbox_unfinished", message=message)

        for result in process_mailbox(app.store, app.settings, clock=context.clock, notify=log_unfinished):
            counts[result.kind] = counts.get(result.kind, 0) + 1
            domain = result.address.rpartition("@")[2]  # of the address, which is no concern of the log's readers
            context.log("bounce_processed", kind=str(result.kind), domain=domain, action=result.action)
            if result.exception:
                context.log("mail_crashed", error=repr(result.exception), trace=result.exception)
            if context.stop.is_set():
                break
    _send_confirmations(context)
    _send_alarms(context, *app.settings.newsletters)  # of suppressions that were held back


def _send_confirmations(context: JobContext) -> None:
    """Ask those for a confirmation who subscribe by mail."""
    for reason in send_confirmations(context.app, PageTemplates(context.app.settings), now=context.clock()):
        context.log("confirmation_not_sent", error=reason)


def _send_alarms(context: JobContext, *newsletters: Newsletter) -> None:
    """Send the newsletters' alarms, if any. The job doesn't fail if an alarm can't be sent."""
    for newsletter in newsletters:
        try:
            for alarm in send_alarms(newsletter, context.app, now=context.clock()):
                context.log("alarm_sent", newsletter=newsletter.id, message=alarm.message)
        except DigestError as error:
            context.log("alarm_failed", newsletter=newsletter.id, error=str(error))
        except Exception as error:  # noqa: BLE001  # the edge of one newsletter: a bug in one stops no other
            context.log("alarm_failed", newsletter=newsletter.id, error=repr(error), trace=error)
