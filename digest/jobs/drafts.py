"""The work of the editor's desk: compose drafts, and mail them to editors."""

from __future__ import annotations

from digest.jobs.context import JobContext
from digest.jobs.due_drafts import MAIL_TIMEOUT
from digest.jobs.runs import record_run, start
from digest.jobs.types import ComposeDraft, Log, MailDraft
from digest.model.errors import DigestError, NothingCollected
from digest.model.log_context import add_log_fields
from digest.model.newsletters import Newsletter
from digest.pipeline.collect_failure import find_collect_failure
from digest.pipeline.deliver import send_message
from digest.pipeline.draft_mail import draft_message
from digest.pipeline.editor_desk import get_draft
from digest.pipeline.hold import Hold, compose_draft, store_draft
from digest.pipeline.publish import PublishResult
from digest.store import drafts


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


def mail_draft(job: MailDraft, context: JobContext) -> None:
    """Mail the draft to its editor, once. Raises ``DigestError`` if that fails: it is tried again until the slot."""
    app, now = context.app, context.clock()
    draft = get_draft(app, job.draft_id)
    if draft is None or not draft.is_decidable(now):
        return
    newsletter = app.settings.newsletter(draft.newsletter_id)
    add_log_fields(newsletter=newsletter.id, slot=draft.slot.key)
    if not wants_mail(newsletter, stories=len(draft.edition_stories)):
        with app.store.begin() as conn:
            drafts.record_mail(conn, draft.id, at=now)
        return
    with app.store.begin() as conn:
        if not drafts.claim_mail(conn, draft.id, at=now, before=now - MAIL_TIMEOUT):
            return
    try:
        send_message(draft_message(draft, newsletter, app, now=now), app.mailer())
    except DigestError as error:
        with app.store.begin() as conn:
            drafts.release_mail(conn, draft.id)
        context.log("draft_not_mailed", draft=draft.id, error=str(error))
        raise
    with app.store.begin() as conn:
        drafts.record_mail(conn, draft.id, at=context.clock())
    context.log("draft_mailed", draft=draft.id)


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
