"""A call in a worker with limits is ended at them, and the next call works."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from digest.processes.limited_worker import LimitedWorker
from digest.processes.process_pool import WorkerDiedError
from tests.support.run_process import until


@pytest.fixture
def worker() -> Iterator[LimitedWorker]:
    limited = LimitedWorker(cpu_s=0.5, memory_bytes=500_000_000)
    yield limited
    limited.close()


def test_calls_share_a_process(worker: LimitedWorker) -> None:
    first, second = worker.call(os.getpid), worker.call(os.getpid)

    assert first == second != os.getpid()


def test_an_idle_process_ends_and_the_next_call_starts_another() -> None:
    limited = LimitedWorker(cpu_s=0.5, memory_bytes=500_000_000, idle_s=0.05)
    first = limited.call(os.getpid)
    until(lambda: not Path(f"/proc/{first}").exists(), within_s=10)

    assert limited.call(os.getpid) != first
    limited.close()


def test_an_endless_call_is_ended_and_the_next_one_works(worker: LimitedWorker) -> None:
    with pytest.raises(WorkerDiedError):
        worker.call(sum, range(10**12))

    assert worker.call(sum, range(10)) == 45


def test_a_call_that_needs_too_much_memory_is_ended(worker: LimitedWorker) -> None:
    with pytest.raises(WorkerDiedError):
        worker.call(bytes, 600_000_000)


def test_exceptions_are_raised_here(worker: LimitedWorker) -> None:
    with pytest.raises(ZeroDivisionError):
        worker.call(divmod, 1, 0)
