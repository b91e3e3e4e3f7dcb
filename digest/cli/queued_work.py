"""Waiting for workers: until they have done what a command queued, or the command is told to stop."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Event

from sqlalchemy import Connection

from digest.cli.errors import print_stderr
from digest.cli.progress import queue_progress
from digest.jobs.fleet_clock import database_clock
from digest.jobs.fleet_status import queues_without_worker, read_fleet
from digest.jobs.types import Deliver, Send
from digest.model.errors import DigestError, StoreError
from digest.pipeline.app import App
from digest.pipeline.outbox import Tally, tally
from digest.store import job_queue, runs

_POLL_S = 1.0
#: A queue without a worker is told after so long: one may just be starting.
_PATIENCE_S = 5.0


@dataclass(slots=True, kw_only=True)
class QueuedWork:
    """Work that was queued for a newsletter, and how far the workers are with it."""

    app: App
    #: Runs of its jobs are about it.
    newsletter_id: str
    #: The ids of the editions to deliver, once nothing of the request is in the queue any more.
    find_editions: Callable[[Connection], Sequence[int]]
    #: Names jobs that publish or collect, which are of one kind in the run history; empty if there are none.
    request: str = ""
    kind: str = Send.kind
    #: Queues of those jobs.
    queues: frozenset[str] = frozenset()
    asked: datetime = field(init=False)
    tallies: Mapping[int, Tally] = field(default_factory=dict)
    _printed: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.asked = database_clock(self.app.store)()

    def wait(self, stop: Event, *, limit: timedelta | None = None) -> bool:
        """Wait until all is final; False if it isn't by then, or ``stop`` is set. Raises ``DigestError``."""
        began = time.monotonic()
        with queue_progress() as update:
            while True:
                try:
                    if self._is_over(update, is_late=time.monotonic() - began >= _PATIENCE_S):
                        return True
                except StoreError as error:
                    self._print_once(f"waiting for the database: {error}")
                is_too_long = limit is not None and time.monotonic() - began >= limit.total_seconds()
                if is_too_long or stop.wait(_POLL_S):
                    print_stderr(
                        "the workers go on without this command",
                        "'digest status' shows how far they are; 'digest send' waits for an edition again",
                    )
                    return False

    def _is_over(self, update: Callable[[str], None], *, is_late: bool) -> bool:
        with self.app.store.read() as conn:
            statuses = job_queue.request_statuses(conn, self.request) if self.request else frozenset()
            if is_late:
                self._print_missing(conn, self.queues if statuses else frozenset({Deliver.queue}))
            if statuses == {"failed"}:
                reason = self._last_failure(conn, self.kind) or "the job failed"
                raise DigestError(reason, hint="the worker's log says more; run it again")
            if statuses:
                update(" and ".join(sorted(self.queues - {Deliver.queue})))
                return False
            edition_ids = self.find_editions(conn)
            reason = self._last_failure(conn, Deliver.kind)
        if reason:
            self._print_once(f"not all mails could be sent yet, and are tried again: {reason}")
        self.tallies = {id_: tally(id_, self.app.store) for id_ in edition_ids}
        update(_progress(self.tallies.values()))
        return all(counted.is_final or counted.is_suspected for counted in self.tallies.values())

    def _print_missing(self, conn: Connection, needed: frozenset[str]) -> None:
        """Print which processes are missing for the work."""
        status = read_fleet(conn)
        if idle := sorted(needed.intersection(queues_without_worker(status))):
            message = f"no worker takes jobs of the queue {', '.join(idle)}: the work waits for one"
            self._print_once(message, "start one: digest worker")
        if status.leader is None:
            message = "no clock leads: what a worker leaves undone, and mails that wait for another try, wait for one"
            self._print_once(message, "start one: digest run")

    def _last_failure(self, conn: Connection, kind: str) -> str:
        run = next(iter(runs.recent(conn, kind, about=self.newsletter_id, limit=1)), None)
        return run.reason if run and run.outcome == "failed" and run.started >= self.asked else ""

    def _print_once(self, message: str, hint: str = "") -> None:
        if message not in self._printed:
            self._printed.add(message)
            print_stderr(message, hint)


def _progress(tallies: Iterable[Tally]) -> str:
    total: Counter[str] = Counter()
    for counted in tallies:
        total.update({str(outcome): count for outcome, count in counted.counts.items()})
    return ", ".join(f"{count} {outcome}" for outcome, count in sorted(total.items()))
