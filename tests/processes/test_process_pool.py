"""Worker processes return the same results as this process, and never outlive it."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from operator import truediv
from pathlib import Path

import pytest

from digest.processes.process_pool import ProcessPool, Worker, WorkerDiedError

#: A program with an idle worker, whose process id it prints.
WAITING = """
import asyncio, os
from digest.processes.process_pool import Worker

async def main():
    async with Worker() as worker:
        print(await worker.call(os.getpid), flush=True)
        await asyncio.sleep(600)

asyncio.run(main())
"""


def with_worker(do: Callable[[Worker], Awaitable[object]]) -> object:
    async def main() -> object:
        async with Worker() as worker:
            return await do(worker)

    return asyncio.run(main())


def with_pool(do: Callable[[ProcessPool], Awaitable[object]], *, max_workers: int = 1) -> object:
    async def main() -> object:
        async with ProcessPool(os.getpid, max_workers=max_workers) as pool:
            return await do(pool)

    return asyncio.run(main())


async def worker_pid(pool: ProcessPool) -> int:
    """The process id of the pool's worker, once it has started."""
    async with asyncio.timeout(30):
        while (pid := await run_pid(pool)) == os.getpid():
            await asyncio.sleep(0.01)
    return pid


async def run_pid(pool: ProcessPool) -> int:
    (pid,) = await pool.starmap(os.getpid, [()])
    return pid


def is_running(pid: int) -> bool:
    stat = Path(f"/proc/{pid}/stat")
    return stat.exists() and stat.read_text().rpartition(")")[2].split()[0] != "Z"


def test_a_call_returns_the_functions_result() -> None:
    async def calls(worker: Worker) -> object:
        long = "x" * 5_000_000  # more than any pipe holds
        return await worker.call(truediv, 1, 4), await worker.call(str.upper, long) == long.upper()

    assert with_worker(calls) == (0.25, True)


def test_a_worker_is_another_process() -> None:
    assert with_worker(lambda worker: worker.call(os.getpid)) != os.getpid()


def test_output_of_a_function_does_not_corrupt_results() -> None:
    assert with_worker(lambda worker: worker.call(print, "hello")) is None


def test_an_exception_in_a_worker_is_raised_here_with_its_traceback() -> None:
    async def calls(worker: Worker) -> object:
        with pytest.raises(ZeroDivisionError) as caught:
            await worker.call(truediv, 1, 0)
        assert any("digest/processes/process_pool.py" in note for note in caught.value.__notes__)
        return await worker.call(truediv, 1, 1)

    assert with_worker(calls) == 1


@pytest.mark.parametrize("signal_number", [signal.SIGKILL, signal.SIGTERM])
def test_a_call_fails_if_its_worker_is_killed(signal_number: signal.Signals) -> None:
    async def calls(worker: Worker) -> None:
        pid = await worker.call(os.getpid)
        asyncio.get_running_loop().call_later(0.1, os.kill, pid, signal_number)
        with pytest.raises(WorkerDiedError):
            await worker.call(time.sleep, 60)
        with pytest.raises(WorkerDiedError):
            await worker.call(os.getpid)

    with_worker(calls)


def test_a_cancelled_call_kills_its_worker() -> None:
    async def calls(worker: Worker) -> object:
        pid = await worker.call(os.getpid)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.1):
                await worker.call(time.sleep, 60)
        return pid

    pid = with_worker(calls)
    assert isinstance(pid, int)
    assert not is_running(pid)


def test_a_waiting_call_does_not_block_the_default_executor() -> None:
    """The event loop resolves host names in its default executor, which has one thread here."""

    async def calls(worker: Worker) -> object:
        loop = asyncio.get_running_loop()
        loop.set_default_executor(ThreadPoolExecutor(max_workers=1))
        call = asyncio.create_task(worker.call(time.sleep, 60))
        await asyncio.sleep(0.05)
        async with asyncio.timeout(30):
            addresses = await loop.getaddrinfo("127.0.0.1", 80)
        assert not call.done()
        call.cancel()
        return bool(addresses)

    assert with_worker(calls)


def test_a_worker_ends_when_its_parent_is_killed() -> None:
    with subprocess.Popen([sys.executable, "-c", WAITING], stdout=subprocess.PIPE, text=True) as program:
        assert program.stdout is not None
        pid = int(program.stdout.readline())
        assert is_running(pid)
        program.kill()
    deadline = time.monotonic() + 30
    while is_running(pid) and time.monotonic() < deadline:
        time.sleep(0.05)

    assert not is_running(pid)


def test_results_are_in_the_order_of_the_calls() -> None:
    async def calls(pool: ProcessPool) -> object:
        here = await pool.starmap(truediv, divisions)
        await worker_pid(pool)
        return here, await pool.starmap(truediv, divisions)

    divisions = [(number, 4) for number in range(23)]
    assert with_pool(calls) == ([number / 4 for number in range(23)],) * 2


def test_the_first_call_does_not_wait_for_a_worker_to_start() -> None:
    assert with_pool(run_pid) == os.getpid()


def test_this_process_works_while_the_workers_are_busy() -> None:
    async def calls(pool: ProcessPool) -> object:
        pid = await worker_pid(pool)
        return pid, set(await asyncio.gather(run_pid(pool), run_pid(pool)))

    pid, both = with_pool(calls)  # type: ignore[misc]  # it gives these two
    assert both == {pid, os.getpid()}


def test_workers_have_the_calls_while_this_process_has_other_work() -> None:
    async def calls(pool: ProcessPool) -> object:
        pid = await worker_pid(pool)
        pids = asyncio.create_task(pool.starmap(os.getpid, [()] * 40))
        while not pids.done():
            deadline = time.thread_time() + 0.002
            while time.thread_time() < deadline:
                pass
            await asyncio.sleep(0)
        return set(await pids) == {pid}

    assert with_pool(calls)


def test_a_pool_runs_calls_after_one_that_failed() -> None:
    async def calls(pool: ProcessPool) -> object:
        with pytest.raises(ZeroDivisionError):
            await pool.starmap(truediv, [(1, 0)])
        async with asyncio.timeout(30):
            return await pool.starmap(truediv, [(1, 1)])

    assert with_pool(calls, max_workers=0) == [1]


def test_this_process_repeats_the_calls_of_a_killed_worker() -> None:
    async def calls(pool: ProcessPool) -> object:
        os.kill(await worker_pid(pool), signal.SIGKILL)
        return [await run_pid(pool) for _ in range(3)]

    assert with_pool(calls) == [os.getpid()] * 3


def test_an_exception_in_a_pools_worker_is_raised_here() -> None:
    async def calls(pool: ProcessPool) -> None:
        await worker_pid(pool)
        await pool.starmap(truediv, [(1, 1), (1, 0)])

    with pytest.raises(ZeroDivisionError):
        with_pool(calls)


def test_other_tasks_run_between_calls_in_this_process() -> None:
    async def calls(pool: ProcessPool) -> object:
        counts: list[int] = []

        async def other_task() -> None:
            for _ in range(3):
                counts.append(len(results))
                await asyncio.sleep(0)

        results: list[int] = []
        await asyncio.gather(pool.starmap(results.append, [(1,), (2,), (3,)]), other_task())
        return counts

    assert with_pool(calls, max_workers=0) == [0, 1, 2]


def test_an_unused_worker_ends_with_the_pool() -> None:
    with_pool(run_pid)
    assert not [task for task in Path("/proc/self/task").glob("*/children") if task.read_text()]


def environment_of(pid: int) -> set[str]:
    return {entry.partition("=")[0] for entry in Path(f"/proc/{pid}/environ").read_text().split("\0") if entry}


def test_a_worker_gets_no_secrets_in_its_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DIGEST_SMTP__PASSWORD", "DIGEST_CONFIG", "GITHUB_TOKEN", "PGPASSWORD", "AWS_SECRET_ACCESS_KEY", "X"):
        monkeypatch.setenv(name, "lantern")
    monkeypatch.setenv("LC_ALL", "C.UTF-8")

    async def of_worker(worker: Worker) -> object:
        return environment_of(await worker.call(os.getpid))

    async def of_pool(pool: ProcessPool) -> object:
        return environment_of(await worker_pid(pool))

    for names in (with_worker(of_worker), with_pool(of_pool)):
        assert isinstance(names, set)
        assert {"PATH", "LC_ALL"} <= names
        assert {name for name in names if re.search("DIGEST|TOKEN|PASS|SECRET|KEY|^X$", name)} == set()
