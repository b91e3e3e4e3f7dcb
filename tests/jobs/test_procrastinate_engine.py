"""The distributed engine's queue and clock, on PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from digest.jobs.procrastinate_engine import PAUSE, Clock, JobQueue, decode, encode
from digest.jobs.types import ApplyRetention, Collect, CollectPart, Deliver, Job, ProcessBounces, Publish
from digest.model.errors import DigestError
from digest.model.slots import Slot
from digest.store import Store, job_queue, open_store, queue_schema

NOW = datetime(2026, 3, 29, 7, tzinfo=UTC)
JOBS: tuple[Job, ...] = (
    Collect(),
    CollectPart(source_ids=("a", "b")),
    Publish(newsletter_id="main", slot=Slot(key="2026-03-29", due=NOW)),
    Deliver(edition_id=7, part=3),
    ProcessBounces(),
    ApplyRetention(),
)


@pytest.fixture
def store(postgres_url: str) -> Iterator[Store]:
    """A store with a queue."""
    with open_store(postgres_url) as opened:
        with opened.begin() as conn:
            queue_schema.ensure(conn)
        yield opened


@pytest.mark.parametrize("job", JOBS, ids=lambda job: job.kind)
def test_jobs_come_out_of_the_queue_as_they_went_in(job: Job) -> None:
    assert decode(encode(job)) == job


@pytest.mark.parametrize("values", [{}, {"kind": "dream"}, {"kind": "deliver"}, {"kind": "publish", "slot": {}}])
def test_a_job_of_another_version_fails_with_a_hint(values: dict[str, object]) -> None:
    with pytest.raises(DigestError, match="doesn't know the job") as raised:
        decode(values)
    assert "the same version" in (raised.value.hint or "")


@pytest.mark.slow
def test_a_job_is_queued_with_its_transaction_and_once(store: Store) -> None:
    queue = JobQueue()

    def fail() -> None:
        with store.begin() as conn:
            queue.enqueue(conn, Collect())
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert _depths(store) == {}

    with store.begin() as conn:
        for job in (Collect(), Collect(), Deliver(edition_id=1), Deliver(edition_id=1, part=1)):
            queue.enqueue(conn, job)

    assert _depths(store) == {"collect": 1, "deliver": 2}


@pytest.mark.slow
def test_a_clock_queues_what_is_due_until_it_is_done(store: Store) -> None:
    due: set[Job] = {Collect(), Deliver(edition_id=1)}
    clock = _clock(store, due)
    assert clock.tick(NOW) == 2
    assert clock.tick(NOW + timedelta(seconds=1)) == 0

    _finish_all(store, "succeeded")
    assert clock.tick(NOW + timedelta(seconds=2)) == 0, "a job that is still due waits for a while"
    assert clock.tick(NOW + PAUSE + timedelta(seconds=1)) == 2


@pytest.mark.slow
def test_an_edition_waits_for_a_collection_whose_parts_are_queued_at_that_moment(store: Store) -> None:
    publish = Publish(newsletter_id="main", slot=Slot(key="2026-03-29", due=NOW))

    def due_jobs(is_collecting: bool) -> set[Job]:
        if not is_collecting:  # a worker begins the collection while the clock looks for what is due
            with store.begin() as conn:
                JobQueue().enqueue(conn, CollectPart(source_ids=("a",)))
        return set() if is_collecting else {publish}

    clock = Clock(store=store, due_jobs=due_jobs, log=lambda _, **__: None)

    assert clock.tick(NOW) == 0
    assert _depths(store) == {"collect": 1}


@pytest.mark.slow
def test_an_edition_does_not_wait_for_a_collection_that_no_worker_takes(store: Store) -> None:
    publish = Publish(newsletter_id="main", slot=Slot(key="2026-03-29", due=NOW))
    with store.begin() as conn:
        JobQueue().enqueue(conn, CollectPart(source_ids=("a",)))
    clock = Clock(
        store=store, due_jobs=lambda is_collecting: () if is_collecting else (publish,), log=lambda _, **__: None
    )
    assert clock.tick(NOW) == 0

    with store.begin() as conn:
        conn.execute(text("UPDATE procrastinate_events SET at = at - interval '11 minutes'"))

    assert clock.tick(NOW) == 1


@pytest.mark.slow
def test_a_job_that_fails_is_tried_again_ever_later(store: Store) -> None:
    now = datetime.now(UTC)
    clock = _clock(store, {Collect()})
    tries = 0
    for second in range(0, 200, 10):
        at = now + timedelta(seconds=second)
        tries += clock.tick(at)
        _finish_all(store, "failed", at=at)

    assert tries == 3  # at once, after 30 and after 60 seconds more


@pytest.mark.slow
def test_jobs_of_a_dead_worker_are_released(store: Store) -> None:
    with store.begin() as conn:
        JobQueue().enqueue(conn, Collect())
        conn.execute(text("INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - interval '1 minute')"))
        conn.execute(
            text("UPDATE procrastinate_jobs SET status = 'doing', worker_id = (SELECT id FROM procrastinate_workers)")
        )
    assert _depths(store) == {}

    _clock(store, set()).tick(NOW)

    assert _depths(store) == {"collect": 1}


def _clock(store: Store, due: set[Job]) -> Clock:
    return Clock(store=store, due_jobs=lambda _: due, log=lambda _, **__: None)


def _depths(store: Store) -> dict[str, int]:
    with store.read() as conn:
        return {name: queue.depth for name, queue in job_queue.states(conn).items()}


def _finish_all(store: Store, status: str, at: datetime | None = None) -> None:
    """End all jobs as workers do: those that succeed are deleted."""
    with store.begin() as conn:
        waiting = conn.execute(text("SELECT id FROM procrastinate_jobs WHERE status = 'todo'")).scalars().all()
        for id_ in waiting:
            conn.execute(text("UPDATE procrastinate_jobs SET status = 'doing' WHERE id = :id"), {"id": id_})
            conn.execute(
                text("SELECT procrastinate_finish_job_v1(:id, CAST(:status AS procrastinate_job_status), :delete)"),
                {"id": id_, "status": status, "delete": status == "succeeded"},
            )
            if at:
                conn.execute(
                    text("UPDATE procrastinate_events SET at = :at WHERE job_id = :id AND type = 'failed'"),
                    {"at": at, "id": id_},
                )
