"""The service of ``digest run``: due jobs and their work, by the current settings.

To run jobs elsewhere, give ``due_jobs`` and ``perform`` to another engine in place of ``EmbeddedEngine``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from threading import Event

from digest.jobs.context import JobContext, JobSizes
from digest.jobs.due import due_jobs, record_missed_slots
from digest.jobs.embedded_engine import EmbeddedEngine
from digest.jobs.events import job_fields
from digest.jobs.fleet_clock import database_clock
from digest.jobs.perform import perform
from digest.jobs.types import Enqueue, Job, Log
from digest.model.errors import DigestError, UsageError
from digest.model.tracing import Tracer, no_spans
from digest.pipeline.app import App, make_app
from digest.settings import Settings
from digest.settings.types import WEAK_KEY_HINT
from digest.store import Store


@dataclass(slots=True, kw_only=True)
class Service:
    """Runs jobs in this process until it is stopped."""

    settings: Settings
    store: Store
    #: Reads the settings anew; called when ``reload`` is set.
    load_settings: Callable[[], Settings]
    reload: Event
    #: Called again and again while the main loop turns, about once a second.
    heartbeat: Callable[[], None] = lambda: None
    #: Opens spans around jobs and their steps.
    span: Tracer = no_spans
    #: Tells the time to jobs.
    _clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    _app: App = field(init=False)
    #: Failures of newsletters that are logged already: they would be logged every second.
    _logged: set[tuple[object, ...]] = field(default_factory=set)

    def run(self, stop: Event, log: Log) -> bool:
        """Run until ``stop`` is set; False if a job was abandoned, whose thread still runs."""
        self._app = self._make_app(log)
        self._warn(log)
        perform = partial(self._perform, stop, log)
        return EmbeddedEngine(due_jobs=partial(self._poll, log), perform=perform, log=log).run(stop)

    def run_clock(self, stop: Event, log: Log) -> None:
        """Queue due jobs for workers until ``stop`` is set, whenever this process leads all clocks."""
        with distributed_engine():
            from digest.jobs.distributed import run_clock

        self._app = self._make_app(log)
        self._warn(log)
        self._clock = clock = database_clock(self.store)
        settings, due_jobs = partial(self._reloaded, log), partial(self._due_jobs, log)
        run_clock(settings, self.store, due_jobs, time=clock, stop=stop, log=log, heartbeat=self.heartbeat)

    def run_worker(self, stop: Event, log: Log, *, queues: Sequence[str], concurrency: int) -> bool:
        """Do queued jobs until ``stop`` is set; False if jobs were abandoned, whose threads still run."""
        with distributed_engine():
            from digest.jobs.distributed import run_worker
            from digest.jobs.procrastinate_worker import Worker

        self._app = self._make_app(log)
        self._clock = clock = database_clock(self.store)

        def perform(job: Job, enqueue: Enqueue) -> None:
            clock.sync()
            self._perform(stop, log, job, enqueue, sizes=JobSizes())

        worker = Worker(
            url=self.settings.store.url,
            store=self.store,
            perform=perform,
            log=log,
            queues=queues,
            concurrency=concurrency,
            heartbeat=self.heartbeat,
        )
        return run_worker(partial(self._reloaded, log), self.store, worker, time=clock, stop=stop)

    def _poll(self, log: Log) -> tuple[Job, ...]:
        self.heartbeat()
        return self._due_jobs(log)

    def _due_jobs(self, log: Log, is_collecting: bool = False) -> tuple[Job, ...]:  # a callback's
        self._reloaded(log)
        now = self._clock()
        record_missed_slots(self._app, now=now, log=partial(self._log_once, log))
        return due_jobs(self._app, now=now, is_collecting=is_collecting)

    def _log_once(self, log: Log, event: str, /, **fields: object) -> None:
        """Log an event; a failure that lasts is logged once until the settings are read again."""
        key = (event, fields.get("newsletter"), fields.get("error"))
        if event == "newsletter_failed":
            if key in self._logged:
                return
            self._logged.add(key)
        log(event, **fields)

    def _perform(self, stop: Event, log: Log, job: Job, enqueue: Enqueue, *, sizes: JobSizes | None = None) -> None:
        self._reloaded(log)
        context = JobContext(app=self._app, clock=self._clock, stop=stop, log=log, enqueue=enqueue, sizes=sizes)
        with self.span(f"job {job.kind}", **job_fields(job)):
            perform(job, context)

    def _reloaded(self, log: Log) -> Settings:
        """The settings, read anew if that was asked for."""
        if self.reload.is_set():
            self.reload.clear()
            self._reload_settings(log)
        return self.settings

    def _reload_settings(self, log: Log) -> None:
        """Use the new settings; if they are wrong, log that and keep the old ones."""
        try:
            settings = self.load_settings()
        except DigestError as error:
            log("settings_rejected", error=str(error), hint=error.hint)
            return
        if settings.store != self.settings.store:
            log("store_url_ignored", hint="restart to change [store] url and direct_url")
        self.settings = settings
        self._app = self._make_app(log)
        self._logged.clear()
        log("settings_reloaded", newsletters=len(settings.newsletters), sources=len(settings.sources))
        self._warn(log)

    def _warn(self, log: Log) -> None:
        if problem := self.settings.web.secret_problem:
            log("weak_secret", message=problem, hint=WEAK_KEY_HINT)

    def _make_app(self, log: Log) -> App:
        return make_app(
            self.settings, store=self.store, notify=lambda line: log("waiting", reason=line), span=self.span
        )


@contextmanager
def distributed_engine() -> Iterator[None]:
    """Explain why the modules of the distributed engine can't be imported."""
    try:
        yield
    except ModuleNotFoundError as error:
        message = f'[jobs] engine = "procrastinate" needs a package that isn\'t installed: {error.name}'
        hint = "pip install 'psycopg[binary]' 'procrastinate>=3.10,<3.11'"
        raise UsageError(message, hint=hint) from error
