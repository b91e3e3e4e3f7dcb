"""``digest send`` with workers: queue the work, and wait until the editions are final."""

from __future__ import annotations

import argparse
import uuid
from collections.abc import Iterator, Sequence

from sqlalchemy import Connection

from digest.cli import FAILED, INTERRUPTED
from digest.cli.errors import print_failures, print_stderr
from digest.cli.queued_work import QueuedWork
from digest.cli.send.delivery import find_problem, print_nothing_new, print_undelivered, slot_to_send
from digest.cli.send.results import print_results
from digest.cli.signals import stop_on_signal
from digest.jobs.fleet_clock import database_clock
from digest.jobs.procrastinate_engine import JobQueue
from digest.jobs.types import QUEUES, Send
from digest.model.audiences import AS_PUBLISHED, Audience
from digest.model.failures import Failure
from digest.model.newsletters import Newsletter
from digest.pipeline.app import App, make_app
from digest.pipeline.newsletter import sources_of
from digest.pipeline.publish import PublishResult
from digest.pipeline.publish_audiences import AudienceEditions
from digest.settings import Settings
from digest.store import audiences, editions, queue_schema, sources
from digest.store.editions import EditionSummary
from digest.text.credentials import redact

_POLL_S = 1.0
#: A queue without a worker is told after so long: one may just be starting.
_PATIENCE_S = 5.0


def send_through_queue(args: argparse.Namespace, newsletter: Newsletter, settings: Settings) -> int:
    """Queue the work and wait for it; return 1 while a delivery isn't final, and if an edition reached nobody."""
    app = make_app(settings, notify=print_stderr)
    with app.store, stop_on_signal() as stop:
        app.mailer_for(newsletter)  # before anything is queued: raises if nothing can be sent
        job = _enqueue(args, newsletter, app)

        def find_editions(conn: Connection) -> Sequence[int]:
            return [id_ for published in _editions(conn, newsletter, job) for id_ in published.result.edition_ids]

        work = QueuedWork(
            app=app,
            newsletter_id=newsletter.id,
            find_editions=find_editions,
            request=job.request,
            queues=frozenset(QUEUES) if job.collect else frozenset(QUEUES) - {"collect"},
        )
        if not work.wait(stop, limit=args.wait) and not work.tallies:
            return INTERRUPTED if stop.is_interrupted else FAILED
        exit_code = _print(args, work, newsletter, job)
    return INTERRUPTED if stop.is_interrupted else exit_code


def _enqueue(args: argparse.Namespace, newsletter: Newsletter, app: App) -> Send:
    with app.store.begin() as conn:
        queue_schema.ensure(conn)
    slot, has_to_publish = slot_to_send(newsletter, app, now=database_clock(app.store)(), new_revision=args.again)
    with app.store.begin() as conn:
        newest = max((summary.id for summary in editions.summaries(conn, newsletter.id)), default=0)
        job = Send(
            newsletter_id=newsletter.id,
            slot=slot,
            request=uuid.uuid4().hex,
            newest_edition=newest,
            new_revision=args.again,
            collect=has_to_publish and not args.no_collect,
        )
        JobQueue().enqueue(conn, job)
    return job


def _print(args: argparse.Namespace, work: QueuedWork, newsletter: Newsletter, job: Send) -> int:
    """Print what became of the editions; return the exit code."""
    with work.app.store.read() as conn:
        main, *others = _editions(conn, newsletter, job)
    print_failures(_collect_failures(work, newsletter))
    if main.result.edition_id is None:
        print_nothing_new(newsletter, main.slot, work.app)
    print_results(newsletter, main, others, work.tallies, as_json=args.json)
    print_undelivered([*work.tallies], work.app)
    problem = find_problem([*work.tallies], newsletter, work.app) if work.tallies else None
    return 0 if all(counted.is_final for counted in work.tallies.values()) and problem is None else FAILED


def _collect_failures(work: QueuedWork, newsletter: Newsletter) -> Iterator[Failure]:
    """Sources of the newsletter that could not be read since the request."""
    by_id = {source.id: source for source in sources_of(newsletter, work.app.settings)}
    with work.app.store.read() as conn:
        healths = sources.health(conn)
    for health in healths:
        if health.id in by_id and health.error and health.last_failure and health.last_failure >= work.asked:
            source = by_id[health.id]
            yield Failure(source=source.title or health.id, url=redact(source.address), error=health.error)


def _editions(conn: Connection, newsletter: Newsletter, job: Send) -> Iterator[AudienceEditions]:
    """The newsletter's editions of the slot, then those for audiences with own wishes."""
    summaries = editions.summaries(conn, newsletter.id)
    for audience in (AS_PUBLISHED, *audiences.in_use(conn, newsletter.id)):
        ids = editions.ids_for_audience(conn, newsletter.id, job.slot, audience=audience.key)
        slot = job.slot
        if not ids and audience.key and (own := _newest(summaries, audience, job)):
            slot = own.slot
            ids = editions.ids_for_audience(conn, newsletter.id, slot, audience=audience.key)
        if ids or not audience.key:
            yield AudienceEditions(audience=audience, slot=slot, result=_result(ids, job))


def _newest(summaries: Sequence[EditionSummary], audience: Audience, job: Send) -> EditionSummary | None:
    """The newest edition for the audience that the request made."""
    return next((each for each in summaries if each.audience == audience.key and each.id > job.newest_edition), None)


def _result(ids: tuple[int, ...], job: Send) -> PublishResult:
    return PublishResult(
        edition_id=ids[0] if ids else None, edition_ids=ids, is_new=bool(ids) and ids[0] > job.newest_edition
    )
