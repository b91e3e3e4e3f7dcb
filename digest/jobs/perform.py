"""What each job does, whoever asks for it."""

from __future__ import annotations

from functools import partial

from digest.jobs.alarm import send_alarm
from digest.jobs.retention import apply_retention
from digest.jobs.runs import record_run, start, start_if_due
from digest.jobs.types import ApplyRetention, Collect, Deliver, Job, JobContext, Log, ProcessBounces, Publish
from digest.model import Newsletter
from digest.model.errors import DigestError
from digest.pipeline import publish
from digest.pipeline.bounces import process_bounces
from digest.pipeline.collect import collect_sources
from digest.pipeline.deliver import deliver_edition
from digest.settings.select import newsletter_of
from digest.store import editions


def perform(job: Job, hands: JobContext) -> tuple[Job, ...]:
    """Do the job; the jobs that follow at once. Raises ``DigestError`` for what can't be done now."""
    match job:
        case Collect():
            _collect(hands)
        case Publish():
            return _publish(job, hands)
        case Deliver():
            _deliver(job, hands)
        case ProcessBounces():
            _heed(hands)
        case ApplyRetention():
            apply_retention(hands)
    return ()


def _collect(hands: JobContext) -> None:
    app, log = hands.app, hands.log
    if (run_id := start_if_due(hands, "collect", app.settings.fetch.every)) is None:
        return
    with record_run(hands, run_id) as counts:
        gathered = collect_sources(app.settings.sources, app, now=hands.clock(), due_only=True)
        counts |= {"sources": len(gathered.outcomes), "failed": len(gathered.failures), "new": gathered.new_articles}
    for failure in gathered.failures:
        log("source_failed", source=failure.source, url=failure.url, error=failure.error)
    log("collected", **counts)
    _tell_operator(hands, *app.settings.newsletters)


def _publish(job: Publish, hands: JobContext) -> tuple[Job, ...]:
    log: Log = partial(hands.log, newsletter=job.newsletter_id, slot=job.slot.key)
    newsletter = newsletter_of(hands.app.settings, job.newsletter_id)
    with record_run(hands, start(hands, "publish", about=newsletter.id)) as counts:
        made = publish.publish(newsletter, job.slot, hands.app, now=hands.clock())
        counts |= {"stories": len(made.digest.briefs)} if made.digest else {}
    if made.edition_id is None:
        log("empty")
        _tell_operator(hands, newsletter)
        return ()
    if made.is_new:
        log("published", edition=made.edition_id, **counts)
    for failure in made.missing:
        log("picture_missing", url=failure.url, error=failure.error)
    return (Deliver(edition_id=made.edition_id),)


def _deliver(job: Deliver, hands: JobContext) -> None:
    with record_run(hands, start(hands, "deliver", about=_newsletter_of(job, hands))) as counts:
        tally = deliver_edition(job.edition_id, hands.app, clock=hands.clock, stop=hands.stop)
        counts |= {str(outcome): count for outcome, count in sorted(tally.counts.items())}
    hands.log("delivered" if tally.is_final else "delivering", edition=job.edition_id, **counts)


def _newsletter_of(job: Deliver, hands: JobContext) -> str:
    with hands.app.store.read() as conn:
        found = editions.get(conn, job.edition_id)
    return found.edition.newsletter_id if found else ""


def _heed(hands: JobContext) -> None:
    from digest.inbound.imap import unseen_mails  # only who has a mailbox pays for imaplib

    app = hands.app
    if (run_id := start_if_due(hands, "heed", app.settings.bounces.every)) is None:
        return
    with record_run(hands, run_id) as counts:
        for heard in process_bounces(unseen_mails(app.settings.bounces), app.store, app.settings, clock=hands.clock):
            counts[heard.kind] = counts.get(heard.kind, 0) + 1
            hands.log("heard", kind=str(heard.kind), address=heard.address, done=heard.action)
            if hands.stop.is_set():
                break


def _tell_operator(hands: JobContext, *newsletters: Newsletter) -> None:
    """An alarm that can't be sent is no reason to fail."""
    for newsletter in newsletters:
        try:
            alarm = send_alarm(newsletter, hands.app, now=hands.clock())
        except DigestError as error:
            hands.log("alarm_failed", newsletter=newsletter.id, error=str(error))
        else:
            if alarm:
                hands.log("alarm", newsletter=newsletter.id, message=alarm.message)
