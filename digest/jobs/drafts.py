"""The work of the editor's desk: compose drafts, and mail them to editors."""

from __future__ import annotations

from digest.jobs.context import JobContext
from digest.jobs.runs import record_run, start
from digest.jobs.types import ComposeDraft, Log, MailDraft
from digest.model.errors import NothingCollected
from digest.model.newsletters import Newsletter
from digest.pipeline.collect_failure import find_collect_failure
from digest.pipeline.hold import Hold, compose_draft, store_draft
from digest.pipeline.publish import PublishResult


def perform_draft(job: ComposeDraft, context: JobContext) -> None:
    """Compose the slot's draft, and queue its mail in the transaction that stores it."""
    app, now = context.app, context.clock()
    newsletter = app.settings.newsletter(job.newsletter_id)
    run_id = start(app.store, job.kind, about=newsletter.id, now=now)
    with record_run(app.store, run_id, clock=context.clock) as counts:
        content = compose_draft(newsletter, job.slot, app, now=now)
        if not content.digest.briefs:
            _require_collected(newsletter, context)
        counts |= {"stories": len(content.digest.briefs), "reserve": len(content.reserve)}
        with app.store.begin() as conn:
            draft_id = store_draft(conn, newsletter, job.slot, content, composed=now, now=context.clock())
            if draft_id is not None and wants_mail(newsletter, stories=len(content.digest.briefs)):
                context.enqueue(conn, MailDraft(draft_id=draft_id))
    if draft_id is not None:
        context.log("draft_composed", draft=draft_id, **counts)
        for problem in content.digest.problems:
            context.log("plugin_failed", error=str(problem))


def wants_mail(newsletter: Newsletter, *, stories: int) -> bool:
    """Whether the editor is asked: not about an edition with nothing in it, which isn't sent."""
    return newsletter.editor is not None and (stories > 0 or newsletter.empty == "send")


def log_hold(result: PublishResult, log: Log) -> bool:
    """Log that an editor keeps an edition back; whether that is so."""
    if result.hold is Hold.UNANSWERED:
        log("draft_unanswered")
    elif result.hold is Hold.REJECTED:
        log("slot_rejected")
    return result.hold is not Hold.RELEASED


def _require_collected(newsletter: Newsletter, context: JobContext) -> None:
    with context.app.store.read() as conn:
        failure = find_collect_failure(conn, newsletter, context.app.settings, now=context.clock())
    if failure:
        message = f"nothing new for {newsletter.id!r}: {failure.message}"
        raise NothingCollected(message, hint="'digest check' says what is wrong with each source")
