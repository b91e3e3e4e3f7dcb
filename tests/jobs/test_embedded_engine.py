"""The embedded engine: what is due is done, one at a time, whatever fails; and nothing is begun when it stops."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from digest.jobs import ApplyRetention, Collect, Deliver, Job
from digest.jobs.embedded_engine import EmbeddedEngine
from digest.jobs.types import Enqueue
from digest.model.errors import StoreError


class Desk:
    """What is due, and what was done."""

    def __init__(self) -> None:
        self.due: set[Job] = set()
        self.done: Counter[Job] = Counter()
        self.events: list[tuple[str, dict[str, object]]] = []
        self.act: Callable[[Job], tuple[Job, ...]] = lambda job: ()
        self.lock = threading.Lock()

    def due_jobs(self) -> tuple[Job, ...]:
        return tuple(self.due)

    def perform(self, job: Job, enqueue: Enqueue) -> None:
        with self.lock:
            self.done[job] += 1
        for follow_up in self.act(job):
            enqueue(None, follow_up)  # type: ignore[arg-type]  # the embedded engine needs no connection

    def log(self, event: str, /, **fields: object) -> None:
        self.events.append((event, fields))


@contextmanager
def running(desk: Desk, **more: Any) -> Iterator[Callable[[], bool]]:
    """The engine at work in a thread; called, it is told to stop, and says how it ended."""
    stop, ended = threading.Event(), []
    engine = EmbeddedEngine(
        due_jobs=desk.due_jobs, perform=desk.perform, log=desk.log, poll_s=0.02, **{"pause_s": 0.1} | more
    )
    thread = threading.Thread(target=lambda: ended.append(engine.run(stop)))
    thread.start()

    def leave() -> bool:
        stop.set()
        thread.join(5)
        assert not thread.is_alive()
        return ended[0]

    try:
        yield leave
    finally:
        leave()


def until(is_so: Callable[[], bool], *, within_s: float = 5.0) -> None:
    end = time.monotonic() + within_s
    while not is_so():
        assert time.monotonic() < end, "it never came to be"
        time.sleep(0.005)


def test_due_jobs_and_their_follow_ups_run() -> None:
    desk = Desk()
    desk.act = lambda job: (Deliver(edition_id=1),) if job == ApplyRetention() else ()
    desk.due = {ApplyRetention()}
    with running(desk):
        until(lambda: desk.done[Deliver(edition_id=1)] == 1)


def test_a_running_job_is_not_started_again() -> None:
    desk, gate = Desk(), threading.Event()
    desk.due = {ApplyRetention()}
    desk.act = lambda job: (gate.wait(5), ())[1]
    with running(desk):
        until(lambda: desk.done[ApplyRetention()] == 1)
        time.sleep(0.2)
        assert desk.done[ApplyRetention()] == 1
        gate.set()
        until(lambda: desk.done[ApplyRetention()] == 2)


def test_exclusive_jobs_run_one_after_the_other() -> None:
    desk, gate = Desk(), threading.Event()
    desk.due = {Deliver(edition_id=1), Deliver(edition_id=2)}
    desk.act = lambda job: (gate.wait(5), ())[1]
    with running(desk):
        until(lambda: desk.done.total() == 1)
        time.sleep(0.1)
        assert desk.done.total() == 1
        gate.set()
        until(lambda: len(desk.done) == 2)


@pytest.mark.parametrize("error", [StoreError("the store is locked"), RuntimeError("a bug")])
def test_a_failed_job_is_logged_and_retried_with_backoff_and_stops_no_other(error: Exception) -> None:
    desk = Desk()
    desk.due = {ApplyRetention(), Collect()}

    def act(job: Job) -> tuple[Job, ...]:
        if job == ApplyRetention():
            raise error
        return ()

    desk.act = act
    with running(desk):
        until(lambda: desk.done[ApplyRetention()] >= 2 and desk.done[Collect()] >= 2)

    failures = [fields for event, fields in desk.events if event == "job_failed"]
    assert {fields["job"] for fields in failures} == {"sweep"}
    assert all(str(error) in str(fields["error"]) for fields in failures)
    assert len(failures) <= 5, "it is left alone for longer each time"


def test_a_failed_poll_is_logged_and_repeated() -> None:
    desk = Desk()
    desk.due = {ApplyRetention()}
    due_jobs, polls = desk.due_jobs, []

    def fail_once() -> tuple[Job, ...]:
        polls.append(1)
        if len(polls) == 1:
            raise StoreError("the store is locked")
        return due_jobs()

    desk.due_jobs = fail_once  # type: ignore[method-assign]  # this desk's own
    with running(desk):
        until(lambda: desk.done[ApplyRetention()] == 1)

    assert desk.events[0] == ("job_failed", {"job": "poll", "error": "the store is locked", "hint": ""})


def test_stopping_waits_for_running_jobs_and_starts_none() -> None:
    desk, ended = Desk(), []

    def act(job: Job) -> tuple[Job, ...]:
        time.sleep(0.2)
        ended.append(job)
        return (Deliver(edition_id=2),)

    desk.act = act
    desk.due = {Deliver(edition_id=1)}
    with running(desk) as leave:
        until(lambda: desk.done.total() == 1)
        assert leave()

    assert ended == [Deliver(edition_id=1)]
    assert desk.done.total() == 1


def test_stopping_does_not_wait_for_jobs_that_may_be_abandoned() -> None:
    desk, gate = Desk(), threading.Event()
    desk.due = {Collect()}
    desk.act = lambda job: (gate.wait(5), ())[1]
    with running(desk) as leave:
        until(lambda: desk.done.total() == 1)
        before = time.monotonic()
        assert not leave()
        assert time.monotonic() - before < 2
        gate.set()


@pytest.fixture
def shift(monkeypatch: pytest.MonkeyPatch) -> list[timedelta]:
    """How far the clock on the wall is off. It belongs to the environment: nothing but a patch can set it in a test."""
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
    desk = Desk()
    desk.due = {ApplyRetention()}
    with running(desk, pause_s=0.01):
        until(lambda: desk.done[ApplyRetention()] >= 2)
        shift[0] = timedelta(hours=-1)
        until(lambda: any(event == "clock_changed" for event, _ in desk.events))
        so_far = desk.done[ApplyRetention()]
        until(lambda: desk.done[ApplyRetention()] >= so_far + 2)


@pytest.mark.parametrize("error", [None, RuntimeError("a bug")])
def test_a_clock_change_ends_pauses_and_backoff(shift: list[timedelta], error: Exception | None) -> None:
    desk = Desk()
    desk.due = {ApplyRetention()}

    def act(job: Job) -> tuple[Job, ...]:
        if error:
            raise error
        return ()

    desk.act = act
    with running(desk, pause_s=600):
        until(lambda: desk.done[ApplyRetention()] == 1)
        shift[0] = timedelta(hours=1)
        until(lambda: desk.done[ApplyRetention()] == 2)
