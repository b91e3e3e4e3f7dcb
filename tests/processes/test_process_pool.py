"""Work in other processes gives what it would give here, and nothing of it outlives us."""

from __future__ import annotations

import asyncio
import os
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

#: A program with a worker that waits for its next call; it says which process that is.
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


def with_crew(do: Callable[[ProcessPool], Awaitable[object]], *, most: int = 1) -> object:
    async def main() -> object:
        async with ProcessPool(os.getpid, max_workers=most) as crew:
            return await do(crew)

    return asyncio.run(main())


async def elsewhere(crew: ProcessPool) -> int:
    """Have one of the crew's workers say which process it is, once it is there."""
    async with asyncio.timeout(30):
        while (pid := await where(crew)) == os.getpid():
            await asyncio.sleep(0.01)
    return pid


async def where(crew: ProcessPool) -> int:
    (pid,) = await crew.starmap(os.getpid, [()])
    return pid


def is_running(pid: int) -> bool:
    stat = Path(f"/proc/{pid}/stat")
    return stat.exists() and stat.read_text().rpartition(")")[2].split()[0] != "Z"


def test_a_call_gives_what_the_function_gives() -> None:
    async def calls(worker: Worker) -> object:
        long = "x" * 5_000_000  # more than any pipe holds
        return await worker.call(truediv, 1, 4), await worker.call(str.upper, long) == long.upper()

    assert with_worker(calls) == (0.25, True)


def test_it_is_another_process() -> None:
    assert with_worker(lambda worker: worker.call(os.getpid)) != os.getpid()


def test_what_a_function_prints_disturbs_nothing() -> None:
    assert with_worker(lambda worker: worker.call(print, "hello")) is None


def test_an_error_there_is_raised_here_and_says_where_it_happened() -> None:
    async def calls(worker: Worker) -> object:
        with pytest.raises(ZeroDivisionError) as caught:
            await worker.call(truediv, 1, 0)
        assert any("digest/processes/process_pool.py" in note for note in caught.value.__notes__)
        return await worker.call(truediv, 1, 1)

    assert with_worker(calls) == 1


@pytest.mark.parametrize("blow", [signal.SIGKILL, signal.SIGTERM])
def test_a_worker_that_is_killed_over_a_call_is_gone(blow: signal.Signals) -> None:
    async def calls(worker: Worker) -> None:
        pid = await worker.call(os.getpid)
        asyncio.get_running_loop().call_later(0.1, os.kill, pid, blow)
        with pytest.raises(WorkerDiedError):
            await worker.call(time.sleep, 60)
        with pytest.raises(WorkerDiedError):
            await worker.call(os.getpid)

    with_worker(calls)


def test_a_call_may_be_given_up() -> None:
    async def calls(worker: Worker) -> object:
        pid = await worker.call(os.getpid)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.1):
                await worker.call(time.sleep, 60)
        return pid

    pid = with_worker(calls)
    assert isinstance(pid, int)
    assert not is_running(pid)


def test_whoever_waits_for_a_worker_keeps_no_thread_from_others() -> None:
    """Names are looked up in the event loop's own threads: one here, which must stay free."""

    async def calls(worker: Worker) -> object:
        loop = asyncio.get_running_loop()
        loop.set_default_executor(ThreadPoolExecutor(max_workers=1))
        call = asyncio.create_task(worker.call(time.sleep, 60))
        await asyncio.sleep(0.05)
        async with asyncio.timeout(30):
            found = await loop.getaddrinfo("127.0.0.1", 80)
        assert not call.done()
        call.cancel()
        return bool(found)

    assert with_worker(calls)


def test_a_worker_ends_with_whoever_has_it_however_that_ends() -> None:
    with subprocess.Popen([sys.executable, "-c", WAITING], stdout=subprocess.PIPE, text=True) as program:
        assert program.stdout is not None
        pid = int(program.stdout.readline())
        assert is_running(pid)
        program.kill()
    deadline = time.monotonic() + 30
    while is_running(pid) and time.monotonic() < deadline:
        time.sleep(0.05)

    assert not is_running(pid)


def test_a_crew_answers_each_call_in_its_order() -> None:
    async def calls(crew: ProcessPool) -> object:
        here = await crew.starmap(truediv, [(1, 2), (1, 4)])
        await elsewhere(crew)
        return here, await crew.starmap(truediv, [(1, 2), (1, 4)])

    assert with_crew(calls) == ([0.5, 0.25], [0.5, 0.25])


def test_nobody_waits_for_a_worker_to_start() -> None:
    assert with_crew(where) == os.getpid()


def test_while_the_workers_are_busy_this_process_works_too() -> None:
    async def calls(crew: ProcessPool) -> object:
        pid = await elsewhere(crew)
        return pid, set(await asyncio.gather(where(crew), where(crew)))

    pid, both = with_crew(calls)  # type: ignore[misc]  # it gives these two
    assert both == {pid, os.getpid()}


def test_what_a_worker_was_killed_over_is_done_here() -> None:
    async def calls(crew: ProcessPool) -> object:
        os.kill(await elsewhere(crew), signal.SIGKILL)
        return [await where(crew) for _ in range(3)]

    assert with_crew(calls) == [os.getpid()] * 3


def test_an_error_at_a_worker_is_an_error_here() -> None:
    async def calls(crew: ProcessPool) -> None:
        await elsewhere(crew)
        await crew.starmap(truediv, [(1, 1), (1, 0)])

    with pytest.raises(ZeroDivisionError):
        with_crew(calls)


def test_others_go_on_between_the_calls_done_here() -> None:
    async def calls(crew: ProcessPool) -> object:
        seen: list[int] = []

        async def other() -> None:
            for _ in range(2):
                seen.append(len(done))
                await asyncio.sleep(0)

        done: list[int] = []
        await asyncio.gather(crew.starmap(done.append, [(1,), (2,), (3,)]), other())
        return seen

    assert with_crew(calls, most=0) == [1, 2]


def test_a_worker_that_was_never_needed_is_gone_too() -> None:
    with_crew(where)
    assert not [task for task in Path("/proc/self/task").glob("*/children") if task.read_text()]
