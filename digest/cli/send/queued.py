"""``digest send`` with workers: queue the work, and wait until the editions are final."""

from __future__ import annotations

import argparse
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import Connection

from digest.cli import FAILED, INTERRUPTED
from digest.cli.errors import print_failures, print_stderr
from digest.cli.progress import queue_progress
from digest.cli.send.delivery import find_problem, print_nothing_new, print_undelivered, slot_to_send
from digest.cli.send.results import print_results
from digest.cli.signals import StopEvent, stop_on_signal
from digest.jobs.fleet_clock import database_clock
from digest.jobs.fleet_status import queues_without_worker, read_fleet
from digest.jobs.procrastinate_engine import JobQueue
from digest.jobs.types import QUEUES, Deliver, Send
from digest.model.audiences import AS_PUBLISHED, Audience
from digest.model.errors import DigestError, StoreError
from digest.model.failures import Failure
from digest.model.newsletters import Newsletter
from digest.pipeline.app import App, make_app
from digest.pipeline.newsletter import sources_of
from digest.pipeline.outbox import Tally, tally
from digest.pipeline.publish import PublishResult
from digest.pipeline.publish_audiences import AudienceEditions
from digest.settings import Settings
from digest.store import audiences, editions, job_queue, queue_schema, runs, sources
from digest.store.editions import EditionSummary
from digest.text.credentials import redact

_POLL_S = 1.0
#: A queue without a worker is told after so long: one may just be starting.
_PATIENCE_S = 5.0


def send_through_queue(args: argparse.Namespace, newsletter: Newsletter, settings: Settings) -> int:
    """Queue the work and wait for it; return 1 while a delivery isn't final, and if an edition reached nobody."""
    app = make_app(settings, notify=print_stderr)
    with app.store, stop_on_signal() as stop:
        app.mailer()  # before anything is queued: raises if nothing can be sent
        waiting = _Waiting(app=app, newsletter=newsletter, job=_enqueue(args, newsletter, app))
        is_over = waiting.wait(stop, limit=args.wait)
        if not is_over:
            hint = "'digest status' shows how far it is; 'digest send' waits for it again"
            print_stderr("the workers go on without this command", hint)
        elif waiting.failure:
            raise DigestError(waiting.failure, hint="nothing was sent; the worker's log says more")
        if not is_over and not waiting.tallies:
            return INTERRUPTED if stop.is_interrupted else FAILED
        exit_code = _print(args, waiting)
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


@dataclass(slots=True, kw_only=True)
class _Waiting:
    """A request, and how far the workers are with it."""

    app: App
    newsletter: Newsletter
    job: Send
    asked: datetime = field(init=False)
    editions: tuple[AudienceEditions, ...] = ()
    tallies: Mapping[int, Tally] = field(default_factory=dict)
    #: Why it came to nothing.
    failure: str = ""
    _is_published: bool = False
    _printed: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.asked = database_clock(self.app.store)()

    def wait(self, stop: StopEvent, *, limit: timedelta | None) -> bool:
        """Wait until all is final; False if it isn't by then, or ``stop`` is set."""
        began = time.monotonic()
        with queue_progress() as update:
            while True:
                try:
                    if self._is_over(update, has_patience=time.monotonic() - began < _PATIENCE_S):
                        return True
                except StoreError as error:
                    self._print_once(f"waiting for the database: {error}")
                is_late = limit is not None and time.monotonic() - began >= limit.total_seconds()
                if is_late or stop.wait(_POLL_S):
                    return False

    def _is_over(self, update: Callable[[str], None], *, has_patience: bool) -> bool:
        with self.app.store.read() as conn:
            statuses = job_queue.request_statuses(conn, self.job.request)
            self._is_published = not statuses
            if not has_patience:
                self._print_idle_queues(conn)
            if statuses == {"failed"}:
                self.failure = self._last_failure(conn, Send.kind) or "the job failed"
                return True
            if statuses:
                update("collecting and publishing" if self.job.collect else "publishing")
                return False
            self.editions = tuple(_editions(conn, self.newsletter, self.job))
            reason = self._last_failure(conn, Deliver.kind)
        if reason:
            self._print_once(f"not all mails could be sent yet, and are tried again: {reason}")
        ids = [id_ for published in self.editions for id_ in published.result.edition_ids]
        self.tallies = {id_: tally(id_, self.app.store) for id_ in ids}
        update(_progress(self.tallies.values()))
        return all(counted.is_final or counted.is_suspected for counted in self.tallies.values())

    def _print_idle_queues(self, conn: Connection) -> None:
        needed = {"deliver"} if self._is_published else set(QUEUES) - (set() if self.job.collect else {"collect"})
        if idle := sorted(needed & {*queues_without_worker(read_fleet(conn))}):
            message = f"no worker takes jobs of the queue {', '.join(idle)}: the edition waits for one"
            self._print_once(message, "start one: digest worker")

    def _last_failure(self, conn: Connection, kind: str) -> str:
        run = next(iter(runs.recent(conn, kind, about=self.newsletter.id, limit=1)), None)
        return run.reason if run and run.outcome == "failed" and run.started >= self.asked else ""

    def _print_once(self, message: str, hint: str = "") -> None:
        if message not in self._printed:
            self._printed.add(message)
            print_stderr(message, hint)


def _print(args: argparse.Namespace, waiting: _Waiting) -> int:
    """Print what became of the editions; return the exit code."""
    app, newsletter = waiting.app, waiting.newsletter
    main, *others = waiting.editions
    print_failures(_collect_failures(waiting))
    if main.result.edition_id is None:
        print_nothing_new(newsletter, main.slot)
    print_results(newsletter, main, others, waiting.tallies, as_json=args.json)
    print_undelivered([*waiting.tallies], app)
    problem = find_problem([*waiting.tallies], newsletter, app) if waiting.tallies else None
    return 0 if all(counted.is_final for counted in waiting.tallies.values()) and problem is None else FAILED


def _collect_failures(waiting: _Waiting) -> Iterator[Failure]:
    """Sources of the newsletter that could not be read since the request."""
    by_id = {source.id: source for source in sources_of(waiting.newsletter, waiting.app.settings)}
    with waiting.app.store.read() as conn:
        healths = sources.health(conn)
    for health in healths:
        if health.id in by_id and health.error and health.last_failure and health.last_failure >= waiting.asked:
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


def _progress(tallies: Iterable[Tally]) -> str:
    total: Counter[str] = Counter()
    for counted in tallies:
        total.update({str(outcome): count for outcome, count in counted.counts.items()})
    return ", ".join(f"{count} {outcome}" for outcome, count in sorted(total.items()))
