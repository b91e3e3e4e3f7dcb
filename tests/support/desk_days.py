"""Simulated days of a newsletter with an editor: jobs are done when they are due, as the service does."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from digest.jobs.context import JobContext
from digest.jobs.due import due_jobs, record_missed_slots
from digest.jobs.perform import perform
from digest.jobs.types import ApplyRetention, Collect, Job
from digest.model.drafts import Decision, DecisionResult, Draft
from digest.model.errors import DigestError
from digest.model.mailbox import Mailbox
from digest.model.newsletters import Newsletter
from digest.pipeline.app import App
from digest.pipeline.editor_desk import decide, find_draft
from digest.settings.types import OperatorSettings
from digest.store import Store, editions, runs, slots
from tests.support.audience_days import NEWSLETTER, Days, running_days
from tests.support.fakes import FakeMailer

MINUTE = timedelta(minutes=1)
EDITOR = "ed@example.org"
HELD = replace(NEWSLETTER, hold=45 * MINUTE, editor=Mailbox.parse(f"Ed <{EDITOR}>"), stories=4)


@dataclass(slots=True, kw_only=True)
class DeskDays(Days):
    """A newsletter, its editor, its subscribers, and what they were sent."""

    mailer: FakeMailer = field(default_factory=FakeMailer)
    #: Names of the events of the log, with their fields.
    log: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    def run_until(self, now: datetime, *, without: Sequence[type[Job]] = ()) -> None:
        """Set the clock, and do the jobs that are due until none is."""
        self.now = now
        done: set[Job] = set()
        while jobs := [job for job in self.due() if job not in done and not isinstance(job, tuple(without))]:
            done |= {*jobs}
            for job in jobs:
                with suppress(DigestError):  # an engine logs it, and tries again later
                    perform(job, self._context())

    def due(self) -> list[Job]:
        """The jobs of editions and drafts that are due, after a collection."""
        with self.store.begin() as conn:
            runs.finish(conn, runs.start(conn, Collect.kind, at=self.now), "done", at=self.now)
        record_missed_slots(self.app, now=self.now, log=self._log)
        jobs = due_jobs(self.app, now=self.now)
        return [job for job in jobs if not isinstance(job, Collect | ApplyRetention)]

    def draft(self, slot_key: str = "") -> Draft:
        """The newest draft, or that of a slot."""
        draft = find_draft(self.app, self.newsletter, slot_key)
        assert draft
        return draft

    def decide(self, *decisions: Decision, by: str = EDITOR) -> DecisionResult:
        """Decide about the newest draft; the last result."""
        for decision in decisions:
            result = decide(self.app, self.draft().id, decision, by=by, now=self.now)
            assert result
        return result

    def edition_articles(self, slot_key: str, audience: str = "") -> list[list[str]]:
        """Article ids of each story of an edition, in its order; none without an edition."""
        with self.store.read() as conn:
            for summary in editions.summaries(conn, "main"):
                if (summary.slot.key, summary.audience) == (slot_key, audience):
                    return _articles_by_story(conn, summary.id)
        return []

    def status(self, slot_key: str, audience: str = "") -> str | None:
        with self.store.read() as conn:
            return slots.status(conn, "main", slot_key, audience=audience)

    def events(self, name: str) -> list[dict[str, Any]]:
        return [fields for event, fields in self.log if event == name]

    def _log(self, event: str, /, **fields: Any) -> None:
        self.log.append((event, fields))

    def _context(self) -> JobContext:
        return JobContext(
            app=self.app,
            clock=lambda: self.now,
            stop=threading.Event(),
            log=self._log,
            enqueue=lambda _, /, *jobs: None,
        )


def _articles_by_story(conn: Any, edition_id: int) -> list[list[str]]:
    rows = conn.exec_driver_sql(
        "SELECT position, article_id FROM stories JOIN told ON story_id = stories.id"
        f" WHERE edition_id = {edition_id} ORDER BY position, article_id"
    ).all()
    return [[id_ for position, id_ in rows if position == number] for number in dict(rows)]


@contextmanager
def desk_days(newsletter: Newsletter = HELD, store: Store | None = None) -> Iterator[DeskDays]:
    """Days over an empty store, in memory unless one is given."""
    with running_days(store, newsletter) as days:
        mailer = FakeMailer()
        operator = OperatorSettings(address=Mailbox.at("operator@example.org"))
        settings = replace(days.app.settings, operator=operator)
        app: App = replace(days.app, settings=settings, mailer=lambda: mailer)
        yield DeskDays(app=app, newsletter=newsletter, mailer=mailer)
