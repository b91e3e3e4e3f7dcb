"""An edition's mails, shared among jobs: there are always enough for the mails that are due, and none too many."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest

from digest.jobs.context import JobContext, JobSizes
from digest.jobs.perform import perform
from digest.jobs.types import Deliver, Job
from digest.model.mailbox import Mailbox
from digest.model.newsletters import Newsletter
from digest.pipeline.app import make_app
from digest.settings import Settings
from digest.store import Store, open_store
from tests.support.editions import publish
from tests.support.fakes import FakeMailer
from tests.support.values import NOON

MAIN = Newsletter(id="main", title="Main", sender=Mailbox.parse("Main <main@example.org>"))


@dataclass(slots=True)
class Worker:
    """Does jobs of three mails each."""

    store: Store
    mailer: FakeMailer = field(default_factory=FakeMailer)
    stop: threading.Event = field(default_factory=threading.Event)

    def perform(self, job: Job) -> list[Job]:
        """Do the job; the jobs that it queues."""
        follow_ups: list[Job] = []
        app = replace(make_app(Settings(newsletters=(MAIN,)), store=self.store), mailer=lambda: self.mailer)
        context = JobContext(
            app=app,
            clock=lambda: NOON + timedelta(minutes=1),
            stop=self.stop,
            log=lambda _event, /, **_: None,
            enqueue=lambda _, /, *jobs: follow_ups.extend(jobs),
            sizes=JobSizes(mails=3),
        )
        perform(job, context)
        return follow_ups


@pytest.fixture
def worker() -> Iterator[Worker]:
    with open_store("sqlite://") as store:
        yield Worker(store)


def test_the_first_job_queues_jobs_for_all_mails_that_are_due(worker: Worker) -> None:
    id_ = publish(worker.store, readers=12)

    assert worker.perform(Deliver(edition_id=id_)) == [Deliver(edition_id=id_, part=part) for part in range(3)]
    assert worker.perform(Deliver(edition_id=id_, part=2)) == []
    assert worker.perform(Deliver(edition_id=id_)) == [Deliver(edition_id=id_)]
    assert worker.perform(Deliver(edition_id=id_)) == []
    assert len(set(worker.mailer.recipients)) == 12


def test_a_job_of_a_worker_that_stops_is_queued_again(worker: Worker) -> None:
    id_ = publish(worker.store, readers=12)
    worker.stop.set()

    assert worker.perform(Deliver(edition_id=id_, part=2)) == [Deliver(edition_id=id_, part=2)]
    assert worker.mailer.recipients == []
