"""The work of ``Send``: publish a slot because a person asked for it, and queue its deliveries."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlalchemy import Connection

from digest.jobs.context import JobContext, JobSizes
from digest.jobs.due import has_queued_parts, longest_collect_wait
from digest.jobs.parts import collect_parts, delivery_parts
from digest.jobs.types import CollectPart, Deliver, Send, SendCollected
from digest.model.newsletters import Newsletter, Source
from digest.pipeline.publish import PublishResult, publish
from digest.pipeline.publish_audiences import publish_audiences
from digest.pipeline.stale_sources import stale_sources
from digest.store import deliveries

#: How often a job is queued again while its sources are fetched: about once a second.
_MAX_REPEATS = 600


def collects_first(job: Send | SendCollected, context: JobContext) -> bool:
    """Whether stale sources are fetched before, or still are: then the job is queued again."""
    if isinstance(job, SendCollected):
        return _wait_again(job, context)
    return job.collect and _collect_first(job, context.app.settings.newsletter(job.newsletter_id), context)


def publish_request(job: Send | SendCollected, context: JobContext) -> PublishResult:
    """Publish for all audiences. Editions that exist are sent on: what waits for another try is tried now."""
    app, now = context.app, context.clock()
    newsletter = app.settings.newsletter(job.newsletter_id)

    def on_freeze(conn: Connection, edition_id: int) -> None:
        enqueue_delivery(conn, edition_id, context)

    result = publish(
        newsletter,
        job.slot,
        app,
        now=now,
        new_revision=job.new_revision,
        newest_edition=job.newest_edition,
        on_freeze=on_freeze,
    )
    others = publish_audiences(
        newsletter,
        app,
        slot=job.slot,
        now=now,
        new_revision=job.new_revision,
        newest_edition=job.newest_edition,
        on_freeze=on_freeze,
    )
    for published in (result, *(other.result for other in others)):
        if not published.is_new:
            _send_on(published.edition_ids, context)
    return result


def enqueue_delivery(conn: Connection, edition_id: int, context: JobContext) -> None:
    """Queue the edition's deliveries."""
    counts = deliveries.counts(conn, edition_id)
    mails = sum(count for outcome, count in counts.items() if not outcome.is_final)
    context.enqueue(conn, *delivery_jobs(edition_id, mails, context))


def delivery_jobs(edition_id: int, mails: int, context: JobContext) -> Iterator[Deliver]:
    """The jobs that so many of an edition's mails are shared among."""
    parts = delivery_parts(mails, context.sizes.mails) if context.sizes else 1
    return (Deliver(edition_id=edition_id, part=part) for part in range(parts))


def _collect_first(job: Send, newsletter: Newsletter, context: JobContext) -> bool:
    stale = stale_sources(newsletter, context.app, now=context.clock())
    if not stale:
        return False
    with context.app.store.begin() as conn:
        context.enqueue(conn, *_parts(stale, context), _collected(job, waited=0))
    return True


def _parts(stale: Sequence[Source], context: JobContext) -> tuple[CollectPart, ...]:
    sizes = context.sizes or JobSizes()
    parts = collect_parts(stale, size=sizes.sources)
    return tuple(CollectPart(source_ids=part.source_ids, even_if_not_due=True) for part in parts)


def _wait_again(job: SendCollected, context: JobContext) -> bool:
    if job.waited >= _MAX_REPEATS:
        return False
    with context.app.store.begin() as conn:
        if not has_queued_parts(conn, within=longest_collect_wait(context.app.settings)):
            return False
        context.enqueue(conn, _collected(job, waited=job.waited + 1))
    return True


def _collected(job: Send | SendCollected, *, waited: int) -> SendCollected:
    return SendCollected(
        newsletter_id=job.newsletter_id,
        slot=job.slot,
        request=job.request,
        newest_edition=job.newest_edition,
        new_revision=job.new_revision,
        waited=waited,
    )


def _send_on(edition_ids: Sequence[int], context: JobContext) -> None:
    with context.app.store.begin() as conn:
        for edition_id in edition_ids:
            if not all(outcome.is_final for outcome in deliveries.counts(conn, edition_id)):
                deliveries.make_due_now(conn, edition_id, now=context.clock())
                enqueue_delivery(conn, edition_id, context)
