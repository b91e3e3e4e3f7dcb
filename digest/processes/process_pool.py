"""Process pool for CPU-bound pure functions. If a worker dies, the parent runs the call itself.

    python -m digest.processes.process_pool        reads pickled calls from stdin, writes pickled results to stdout

A worker ends when its stdin closes, hence with its parent, however that ends.
"""

from __future__ import annotations

import asyncio
import gc
import os
import pickle
import struct
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from itertools import chain
from subprocess import DEVNULL, PIPE, Popen
from traceback import format_exc
from types import TracebackType
from typing import BinaryIO, Self, TypeVar, TypeVarTuple, cast

from digest.processes.lifeline import end_with_parent

T = TypeVar("T")
Arguments = TypeVarTuple("Arguments")

#: With more workers the parent becomes the bottleneck.
_MAX_WORKERS = 2
#: Calls that one process runs before another may take the next ones: so all processes are busy to the end.
_CALLS_AT_ONCE = 5
#: Processor time that other tasks take if they do more than wait.
_NOTICEABLE_S = 0.0005
#: Objects that a worker creates, beyond those it frees, before it looks for garbage; 700 by default.
_GARBAGE_THRESHOLD = 50_000
#: Length prefix of each result, in bytes.
_LENGTH = struct.Struct(">Q")
#: A megabyte is the largest pipe that an unprivileged process may have on Linux.
_PIPE_BYTES = 1 << 20


#: Variables that the interpreter, the C library, numpy or a test's coverage may need. No other reaches a worker: it
#: parses hostile bytes, and the environment holds passwords.
_ENVIRONMENT = frozenset({
    *("PATH", "HOME", "LANG", "LANGUAGE", "TZ", "TZDIR", "TMPDIR", "TEMP", "TMP", "VIRTUAL_ENV", "PYTHONPATH"),
    *("PYTHONHOME", "PYTHONHASHSEED", "PYTHONUTF8", "PYTHONIOENCODING", "PYTHONDONTWRITEBYTECODE", "PYTHONTZPATH"),
    *("PYTHONPYCACHEPREFIX", "PYTHONNOUSERSITE", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "SYSTEMROOT"),
    *("OPENBLAS_NUM_THREADS", "MALLOC_ARENA_MAX", "OMP_NUM_THREADS", "COVERAGE_PROCESS_START", "COVERAGE_FILE"),
})  # fmt: skip


def worker_environment() -> dict[str, str]:
    """The environment of a worker process: no passwords, nor anything that is not known to be needed."""
    return {name: value for name, value in os.environ.items() if name in _ENVIRONMENT or name.startswith("LC_")}


class WorkerDiedError(Exception):
    """The worker process ended before it returned a result."""


class Worker:
    """Worker process that runs one call at a time. Leaving the context kills it."""

    async def __aenter__(self) -> Self:
        command = (sys.executable, "-m", __name__)
        self._process = Popen(  # noqa: S603  # our own module
            command,
            stdin=PIPE,
            stdout=PIPE,
            stderr=DEVNULL,
            pipesize=_PIPE_BYTES,
            env=worker_environment(),
        )
        # Not the default executor: it resolves host names as well, which must not wait for a slow call.
        self._thread = ThreadPoolExecutor(max_workers=1)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.kill()
        with suppress(BrokenPipeError):
            self._process.communicate()
        self._thread.shutdown()

    async def call(self, function: Callable[[*Arguments], T], *arguments: *Arguments) -> T:
        """The function's result or exception. Raises ``WorkerDiedError`` if the process ended."""
        request = pickle.dumps((function, arguments), pickle.HIGHEST_PROTOCOL)
        # In a thread: it gets the GIL within milliseconds even while the event loop runs a long call.
        response = await asyncio.get_running_loop().run_in_executor(self._thread, self._request, request)
        result, error = pickle.loads(response)  # noqa: S301  # our own process wrote it
        if error:
            raise error
        return cast("T", result)

    def _request(self, request: bytes) -> bytes:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        try:
            self._process.stdin.write(request)
            self._process.stdin.flush()
        except BrokenPipeError as error:
            raise WorkerDiedError from error
        head = self._process.stdout.read(_LENGTH.size)
        response = self._process.stdout.read(*_LENGTH.unpack(head)) if len(head) == _LENGTH.size else b""
        if not response:
            raise WorkerDiedError
        return response


class ProcessPool:
    """This process, and workers that start on demand, up to one for each other processor. Leaving it kills them."""

    def __init__(self, warm_up: Callable[[], object], *, max_workers: int | None = None) -> None:
        """``warm_up`` runs in each new worker before its first call; it loads the modules that the calls need."""
        self._warm_up = warm_up
        self._unstarted = min(available_cpus() - 1, _MAX_WORKERS) if max_workers is None else max_workers
        #: Idle workers; this process comes last, since it has other work.
        self._idle: asyncio.PriorityQueue[tuple[int, Worker | None]] = asyncio.PriorityQueue()
        self._idle.put_nowait(_THIS_PROCESS)
        self._worker_tasks: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for task in self._worker_tasks:
            task.cancel()
        await asyncio.gather(*self._worker_tasks, return_exceptions=True)

    async def starmap(self, function: Callable[[*Arguments], T], calls: Sequence[tuple[*Arguments]]) -> list[T]:
        """The function's results for all the calls, in order: a few calls at a time, by the first idle process each."""
        self.start_worker()
        parts = (calls[start : start + _CALLS_AT_ONCE] for start in range(0, len(calls), _CALLS_AT_ONCE))
        results = await asyncio.gather(*(self._run_part(function, part) for part in parts))
        return list(chain.from_iterable(results))

    async def _run_part(self, function: Callable[[*Arguments], T], calls: Sequence[tuple[*Arguments]]) -> list[T]:
        priority, worker = await self._idle_process()
        try:
            results = await (worker.call(_run, function, calls) if worker else _run_here(function, calls))
        except WorkerDiedError:
            return await _run_here(function, calls)
        except BaseException:
            self._idle.put_nowait((priority, worker))
            raise
        self._idle.put_nowait((priority, worker))
        return results

    async def _idle_process(self) -> tuple[int, Worker | None]:
        """A worker; or this process, once its event loop has nothing else to do, such as giving the workers more."""
        process = await self._idle.get()
        while process[1] is None and self._has_workers() and await _loop_is_busy():
            self._idle.put_nowait(process)
            process = await self._idle.get()  # a worker, if one is idle by now
        return process

    def _has_workers(self) -> bool:
        return not all(task.done() for task in self._worker_tasks)

    def start_worker(self) -> None:
        """Start one more worker in the background, unless all are started. The first calls start workers, too."""
        if self._unstarted:
            self._unstarted -= 1
            self._worker_tasks.add(asyncio.create_task(self._worker(priority=self._unstarted)))

    async def _worker(self, priority: int) -> None:
        try:
            async with Worker() as worker:
                await worker.call(self._warm_up)
                self._idle.put_nowait((priority, worker))
                await asyncio.Event().wait()  # until the pool is closed
        except (WorkerDiedError, OSError):
            return  # no process can be started: the others do all the work


_THIS_PROCESS = (_MAX_WORKERS, None)


def _run(function: Callable[[*Arguments], T], calls: Sequence[tuple[*Arguments]]) -> list[T]:
    return [function(*arguments) for arguments in calls]


async def _loop_is_busy() -> bool:
    """Whether other tasks of this event loop run for a noticeable time before this one continues."""
    start = time.thread_time()
    await asyncio.sleep(0)
    return time.thread_time() - start > _NOTICEABLE_S


async def _run_here(function: Callable[[*Arguments], T], calls: Sequence[tuple[*Arguments]]) -> list[T]:
    results = []
    for arguments in calls:
        results.append(function(*arguments))
        await asyncio.sleep(0)  # let other tasks run between two calls
    return results


def available_cpus() -> int:
    """Number of processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def main() -> None:
    """Worker: run calls until stdin closes. Running out of memory ends the process."""
    requests, output = private_pipes()
    if len(sys.argv) > 1:
        end_with_parent(int(sys.argv[1]))
    gc.set_threshold(_GARBAGE_THRESHOLD)  # calls leave few cycles, and looking for them takes a fifteenth of the time
    while True:
        try:
            function, arguments = pickle.load(requests)  # noqa: S301  # our own process wrote it
        except EOFError:
            return
        response = pickle.dumps(_call(function, arguments), pickle.HIGHEST_PROTOCOL)
        output.write(_LENGTH.pack(len(response)) + response)
        output.flush()


def private_pipes() -> tuple[BinaryIO, BinaryIO]:
    """The pipes from and to the parent; stdin and stdout become empty, whatever a call, or its own child, does there.

    No child inherits the pipes: the parent must see the end of this process.
    """
    requests, responses = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    empty = os.open(os.devnull, os.O_RDWR)
    os.dup2(empty, 0)
    os.dup2(empty, 1)
    os.close(empty)
    return requests, responses


def _call(function: Callable[..., object], arguments: tuple[object, ...]) -> tuple[object, Exception | None]:
    try:
        return function(*arguments), None
    except (MemoryError, RecursionError):
        raise
    except Exception as error:  # noqa: BLE001  # raised again in the parent, with this traceback
        error.add_note(format_exc())
        return None, error


if __name__ == "__main__":
    main()
