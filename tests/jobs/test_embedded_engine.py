"""The embedded engine: due jobs run once at a time, whatever fails, and none starts when it stops."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from digest.jobs.embedded_engine import EmbeddedEngine
from digest.jobs.types import ApplyRetention, Collect, Deliver, Enqueue, Job
from digest.model.errors import StoreError


class FakeService:
    """Due jobs, and a record of those performed."""

    def __init__(self) -> None:
        self.due: set[Job] = set()
        self.performed: Counter[Job] = Counter()
        self.events: list[tuple[str, dict[str, object]]] = []
        self.act: Callable[[Job], tuple[Job, ...]] = lambda job: ()
        self.lock = threading.Lock()

    def due_jobs(self) -> tuple[Job, ...]:
        return tuple(self.due)

    def perform(self, job: Job, enqueue: Enqueue) -> None:
        with self.lock:
            self.performed[job] += 1
        for follow_up in self.act(job):
            enqueue(None, follow_up)  # type: ignore[arg-type]  # the embedded engine needs no connection

    def log(self, event: str, /, **fields: object) -> None:
        self.events.append((event, fields))


@contextmanager
def running(service: FakeService, **options: Any) -> Iterator[Callable[[], bool]]:
    """Run the engine in a thread; the yielded function stops it and returns its result."""
    stop, ended = threading.Event(), []
    engine = EmbeddedEngine(
        due_jobs=service.due_jobs, perform=service.perform, log=service.log, poll_s=0.02, **{"pause_s": 0.1} | options
    )
    thread = threading.Thread(target=lambda: ended.append(engine.run(stop)))
    thread.start()

    def stop_engine() -> bool:
        stop.set()
        thread.join(5)
        assert not thread.is_alive()
        return ended[0]

    try:
        yield stop_engine
    finally:
        stop_engine()


def until(is_so: Callable[[], bool], *, within_s: float = 5.0) -> None:
    end = time.monotonic() + within_s
    while not is_so():
        assert time.monotonic() < end, "the condition never became true"
        time.sleep(0.005)


def test_due_jobs_and_their_follow_ups_run() -> None:
    service = FakeService()
    service.act = lambda job: (Deliver(edition_id=1),) if job == ApplyRetention() else ()
    service.due = {ApplyRetention()}
    with running(service):
        until(lambda: service.performed[Deliver(edition_id=1)] == 1)


def test_a_running_job_is_not_started_again() -> None:
    service, gate = FakeService(), threading.Event()
    service.due = {ApplyRetention()}
    service.act = lambda job: (gate.wait(5), ())[1]
    with running(service):
        until(lambda: service.performed[ApplyRetention()] == 1)
        time.sleep(0.2)
        assert service.performed[ApplyRetention()] == 1
        gate.set()
        until(lambda: service.performed[ApplyRetention()] == 2)


def test_exclusive_jobs_run_one_after_the_other() -> None:
    service, gate = FakeService(), threading.Event()
    service.due = {Deliver(edition_id=1), Deliver(edition_id=2)}
    service.act = lambda job: (gate.wait(5), ())[1]
    with running(service):
        until(lambda: service.performed.total() == 1)
        time.sleep(0.1)
        assert service.performed.total() == 1
        gate.set()
        until(lambda: len(service.performed) == 2)


@pytest.mark.parametrize("error", [StoreError("the store is locked"), RuntimeError("a bug")])
def test_a_failed_job_is_logged_and_retried_with_backoff_and_stops_no_other(error: Exception) -> None:
    service = FakeService()
    service.due = {ApplyRetention(), Collect()}

    def act(job: Job) -> tuple[Job, ...]:
        if job == ApplyRetention():
            raise error
        return ()

    service.act = act
    with running(service):
        until(lambda: service.performed[ApplyRetention()] >= 2 and service.performed[Collect()] >= 2)

    failures = [fields for event, fields in service.events if event == "job_failed"]
    assert {fields["job"] for fields in failures} == {"sweep"}
    assert all(str(error) in str(fields["error"]) for fields in failures)
    assert len(failures) <= 5, "the backoff grows each time"


def test_a_failed_poll_is_logged_and_repeated() -> None:
    service = FakeService()
    service.due = {ApplyRetention()}
    due_jobs, polls = service.due_jobs, []

    def fail_once() -> tuple[Job, ...]:
        polls.append(1)
        if len(polls) == 1:
            raise StoreError("the store is locked")
        return due_jobs()

    service.due_jobs = fail_once  # type: ignore[method-assign]  # for this object only
    with running(service):
        until(lambda: service.performed[ApplyRetention()] == 1)

    assert service.events[0] == ("job_failed", {"job": "poll", "error": "the store is locked", "hint": ""})


def test_stopping_waits_for_running_jobs_and_starts_none() -> None:
    service, ended = FakeService(), []

    def act(job: Job) -> tuple[Job, ...]:
        time.sleep(0.2)
        ended.append(job)
        return (Deliver(edition_id=2),)

    service.act = act
    service.due = {Deliver(edition_id=1)}
    with running(service) as stop_engine:
        until(lambda: service.performed.total() == 1)
        assert stop_engine()

    assert ended == [Deliver(edition_id=1)]
    assert service.performed.total() == 1


def test_stopping_does_not_wait_for_jobs_that_may_be_abandoned() -> None:
    service, gate = FakeService(), threading.Event()
    service.due = {Collect()}
    service.act = lambda job: (gate.wait(5), ())[1]
    with running(service) as stop_engine:
        until(lambda: service.performed.total() == 1)
        before = time.monotonic()
        assert not stop_engine()
        assert time.monotonic() - before < 2
        gate.set()


@pytest.fixture
def shift(monkeypatch: pytest.MonkeyPatch) -> list[timedelta]:
    """The offset of the wall clock. It belongs to the environment: a test can set it only by patching."""
    from apscheduler.schedulers import base  # type: ignore[import-untyped]  # it has no types

    from digest.jobs import embedded_engine

    shift = [timedelta()]

    class Shifted(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> datetime:
            return datetime.now(tz) + shift[0]

    wall = time.time
    monkeypatch.setattr(base, "datetime", Shifted)
    monkeypatch.setattr(embedded_engine, "_now", lambda: Shifted.now(UTC))
    monkeypatch.setattr(embedded_engine.time, "time", lambda: wall() + shift[0].total_seconds())
    return shift


def test_polling_continues_when_the_clock_is_set_back_an_hour(shift: list[timedelta]) -> None:
    service = FakeService()
    service.due = {ApplyRetention()}
    with running(service, pause_s=0.01):
        until(lambda: service.performed[ApplyRetention()] >= 2)
        shift[0] = timedelta(hours=-1)
        until(lambda: any(event == "clock_changed" for event, _ in service.events))
        so_far = service.performed[ApplyRetention()]
        until(lambda: service.performed[ApplyRetention()] >= so_far + 2)


@pytest.mark.parametrize("error", [None, RuntimeError("a bug")])
def test_a_clock_change_ends_pauses_and_backoff(shift: list[timedelta], error: Exception | None) -> None:
    service = FakeService()
    service.due = {ApplyRetention()}

    def act(job: Job) -> tuple[Job, ...]:
        if error:
            raise error
        return ()

    service.act = act
    with running(service, pause_s=600):
        until(lambda: service.performed[ApplyRetention()] == 1)
        time.sleep(0.1)  # the pause begins just after the job has ended
        shift[0] = timedelta(hours=1)
        until(lambda: service.performed[ApplyRetention()] == 2)
