"""Other processes of this machine, for pure work: it may be killed, and this one goes on with the rest meanwhile.

    python -m digest.processes.process_pool        calls what it is sent on its input, and answers on its output

A call takes values and gives values, as if it were done here. These processes end with this one, however it ends:
with it ends their input.
"""

from __future__ import annotations

import asyncio
import os
import pickle
import struct
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from subprocess import DEVNULL, PIPE, Popen
from traceback import format_exc
from types import TracebackType
from typing import Self, TypeVar, TypeVarTuple, cast

T = TypeVar("T")
Arguments = TypeVarTuple("Arguments")

#: Beyond these, what this process does for them all takes longer than what they do.
_MOST = 2
#: Before each answer: how many bytes it has.
_LENGTH = struct.Struct(">Q")
#: Bytes that a pipe holds: a megabyte is what every process may ask for.
_AT_ONCE = 1 << 20


class WorkerDiedError(Exception):
    """A process ended before it answered."""


class Worker:
    """One process, which does one call after the other. As a context it ends with it, whatever it is doing."""

    async def __aenter__(self) -> Self:
        command = (sys.executable, "-m", __name__)
        self._process = Popen(command, stdin=PIPE, stdout=PIPE, stderr=DEVNULL, pipesize=_AT_ONCE)  # noqa: S603  # ourselves
        # Of its own: those that all share look up names as well, and must not wait for what is made to take long.
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
        """What the function gives or raises. Raises ``WorkerDiedError`` if the process ended over it."""
        question = pickle.dumps((function, arguments), pickle.HIGHEST_PROTOCOL)
        # In a thread: what is busy here lets a thread go on within milliseconds, the event loop only when it is done.
        answered = await asyncio.get_running_loop().run_in_executor(self._thread, self._ask, question)
        answer, error = pickle.loads(answered)  # noqa: S301  # our own process wrote it
        if error:
            raise error
        return cast("T", answer)

    def _ask(self, question: bytes) -> bytes:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        try:
            self._process.stdin.write(question)
            self._process.stdin.flush()
        except BrokenPipeError as error:
            raise WorkerDiedError from error
        head = self._process.stdout.read(_LENGTH.size)
        answer = self._process.stdout.read(*_LENGTH.unpack(head)) if len(head) == _LENGTH.size else b""
        if not answer:
            raise WorkerDiedError
        return answer


class ProcessPool:
    """This process, and workers that start as they are needed, up to one for each of the machine's other processors."""

    def __init__(self, prepare: Callable[[], object], *, most: int | None = None) -> None:
        """``prepare`` is called in each worker before it counts as free: it loads what the calls will need."""
        self._prepare = prepare
        self._wanted = min(available_cpus() - 1, _MOST) if most is None else most
        #: Who is free, the workers first: this process has more to do.
        self._free: asyncio.PriorityQueue[tuple[int, Worker | None]] = asyncio.PriorityQueue()
        self._free.put_nowait(_THIS_PROCESS)
        self._shifts: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for shift in self._shifts:
            shift.cancel()
        await asyncio.gather(*self._shifts, return_exceptions=True)

    async def starmap(self, function: Callable[[*Arguments], T], calls: Sequence[tuple[*Arguments]]) -> list[T]:
        """What the function gives for each of the calls, by whoever is free first; in turn, so that others go on."""
        self._recruit()
        number, worker = await self._free.get()
        try:
            answers = await (worker.call(_each, function, calls) if worker else _each_here(function, calls))
        except WorkerDiedError:
            return await _each_here(function, calls)
        self._free.put_nowait((number, worker))
        return answers

    def _recruit(self) -> None:
        """Have one more worker start, if there may be more; nobody waits for it."""
        if self._wanted:
            self._wanted -= 1
            self._shifts.add(asyncio.create_task(self._shift(number=self._wanted)))

    async def _shift(self, number: int) -> None:
        try:
            async with Worker() as worker:
                await worker.call(self._prepare)
                self._free.put_nowait((number, worker))
                await asyncio.Event().wait()  # until the crew is dismissed
        except (WorkerDiedError, OSError):
            return  # there is none to be had: the others do it all


_THIS_PROCESS = (_MOST, None)


def _each(function: Callable[[*Arguments], T], calls: Sequence[tuple[*Arguments]]) -> list[T]:
    return [function(*arguments) for arguments in calls]


async def _each_here(function: Callable[[*Arguments], T], calls: Sequence[tuple[*Arguments]]) -> list[T]:
    answers = []
    for arguments in calls:
        answers.append(function(*arguments))
        await asyncio.sleep(0)
    return answers


def available_cpus() -> int:
    """How many this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def main() -> None:
    """Answer calls until there are no more; what takes more memory than there is ends it."""
    answers, sys.stdout = sys.stdout.buffer, sys.stderr
    while True:
        try:
            function, arguments = pickle.load(sys.stdin.buffer)  # noqa: S301  # our own process wrote it
        except EOFError:
            return
        answer = pickle.dumps(_answer(function, arguments), pickle.HIGHEST_PROTOCOL)
        answers.write(_LENGTH.pack(len(answer)) + answer)
        answers.flush()


def _answer(function: Callable[..., object], arguments: tuple[object, ...]) -> tuple[object, Exception | None]:
    try:
        return function(*arguments), None
    except (MemoryError, RecursionError):
        raise
    except Exception as error:  # noqa: BLE001  # raised again where the call was made, with the place where it was
        error.add_note(format_exc())
        return None, error


if __name__ == "__main__":
    main()
