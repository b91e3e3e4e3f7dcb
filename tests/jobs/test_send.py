"""``Send``: sources first, then the editions and their deliveries; run again after a kill, it doubles nothing."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from digest.jobs.context import JobContext, JobSizes
from digest.jobs.perform import perform
from digest.jobs.types import CollectPart, Deliver, Job, Send, SendCollected
from digest.model.mailbox import Mailbox
from digest.model.newsletters import Newsletter, Source
from digest.model.slots import Slot
from digest.pipeline.app import App, make_app
from digest.settings import Settings
from digest.store import editions, open_store, subscribers
from digest.store.subscribers import NewSubscriber

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
SLOT = Slot(key="2026-06-01", due=NOON)
MAIN = Newsletter(id="main", title="Main", sender=Mailbox.parse("Main <main@example.org>"), empty="send")
SEND = Send(newsletter_id="main", slot=SLOT, request="r", newest_edition=0)


class Queue:
    """Does jobs in this thread, and keeps those that they queue."""

    def __init__(self, app: App) -> None:
        self.app = app
        self.jobs: list[Job] = []

    def do(self, job: Job) -> list[Job]:
        """Do the job; return the jobs that it queued."""
        self.jobs = []
        context = JobContext(
            app=self.app,
            clock=lambda: NOON,
            stop=threading.Event(),
            log=lambda _, **__: None,
            enqueue=lambda _, *queued: self.jobs.extend(queued),
            sizes=JobSizes(sources=1, mails=2),
        )
        perform(job, context)
        return self.jobs

    @property
    def revisions(self) -> list[int]:
        with self.app.store.read() as conn:
            return [summary.revision for summary in editions.summaries(conn, "main")]


@pytest.fixture
def queue(tmp_path: Path) -> Iterator[Queue]:
    settings = Settings(sources=tuple(Source(id=name, path=tmp_path) for name in "ab"), newsletters=(MAIN,))
    with open_store("sqlite://") as store:
        with store.begin() as conn:
            subscribers.add(conn, [NewSubscriber(address=f"{name}@example.org") for name in "cde"], "main", at=NOON)
        yield Queue(make_app(settings, store=store))


def test_sources_are_fetched_before_and_whether_they_are_due_or_not(queue: Queue) -> None:
    *parts, follow_up = queue.do(SEND)

    assert parts == [CollectPart(source_ids=(name,), even_if_not_due=True) for name in "ab"]
    assert follow_up == SendCollected(newsletter_id="main", slot=SLOT, request="r", newest_edition=0)
    assert queue.revisions == []


def test_an_edition_and_its_deliveries_are_queued_together_and_once(queue: Queue) -> None:
    job = replace(SEND, collect=False)

    assert queue.do(job) == [Deliver(edition_id=1), Deliver(edition_id=1, part=1)]
    assert queue.do(job) == [Deliver(edition_id=1), Deliver(edition_id=1, part=1)], "what waits is sent on"
    assert queue.revisions == [1]


def test_a_further_revision_is_made_once_however_often_the_job_runs(queue: Queue) -> None:
    queue.do(replace(SEND, collect=False))
    again = replace(SEND, collect=False, new_revision=True, newest_edition=1)

    for _ in range(3):
        queue.do(again)
    assert queue.revisions == [2, 1]

    queue.do(replace(again, newest_edition=2))
    assert queue.revisions == [3, 2, 1]
