"""Other processes of this machine, for pure work: it may be killed, and this one goes on with the rest meanwhile.

    python -m digest.crew        calls what it is sent on its input, and answers on its output

A call takes values and gives values, as if it were done here. These processes end with this one, however it ends:
with it ends their input.
"""

from __future__ import annotations

import asyncio
import os
import pickle
import struct
import sys
from collections.abc import Callable
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


class GoneError(Exception):
    """A process ended before it answered."""


class Worker:
    """One process, which does one call after the other. As a context it ends with it, whatever it is doing."""

    async def __aenter__(self) -> Self:
        command = (sys.executable, "-m", __name__)
        self._process = Popen(command, stdin=PIPE, stdout=PIPE, stderr=DEVNULL, pipesize=_AT_ONCE)  # noqa: S603  # ourselves
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.kill()
        with suppress(BrokenPipeError):
            self._process.communicate()

    async def call(self, function: Callable[[*Arguments], T], *arguments: *Arguments) -> T:
        """What the function gives or raises. Raises ``GoneError`` if the process ended over it."""
        question = pickle.dumps((function, arguments), pickle.HIGHEST_PROTOCOL)
        # In a thread: what is busy here lets a thread go on within milliseconds, the event loop only when it is done.
        answer, error = pickle.loads(await asyncio.to_thread(self._ask, question))  # noqa: S301  # from our own process
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
            raise GoneError from error
        head = self._process.stdout.read(_LENGTH.size)
        answer = self._process.stdout.read(*_LENGTH.unpack(head)) if len(head) == _LENGTH.size else b""
        if not answer:
            raise GoneError
        return answer


class Crew:
    """Workers that start when they are asked for, up to one for each of the machine's other processors."""

    def __init__(self, prepare: Callable[[], object], *, most: int | None = None) -> None:
        """``prepare`` is called in each before it counts as free: it loads what the calls will need."""
        self._prepare = prepare
        self._wanted = min(_processors() - 1, _MOST) if most is None else most
        self._free: list[Worker] = []
        self._shifts: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for shift in self._shifts:
            shift.cancel()
        await asyncio.gather(*self._shifts, return_exceptions=True)

    @property
    def is_free(self) -> bool:
        """Is a worker ready for a call?"""
        return bool(self._free)

    def recruit(self) -> None:
        """Have one more start, if there may be more; nobody waits for it."""
        if self._wanted:
            self._wanted -= 1
            self._shifts.add(asyncio.create_task(self._shift()))

    async def _shift(self) -> None:
        try:
            async with Worker() as worker:
                await worker.call(self._prepare)
                self._free.append(worker)
                await asyncio.Event().wait()  # until the crew is dismissed
        except (GoneError, OSError):
            return  # there is none to be had: all is done here

    async def call(self, function: Callable[[*Arguments], T], *arguments: *Arguments) -> T:
        """What the function gives, by a worker that is free; or by this process, if that one is killed over it."""
        worker = self._free.pop()
        try:
            answer = await worker.call(function, *arguments)
        except GoneError:
            return function(*arguments)
        self._free.append(worker)
        return answer


def _processors() -> int:
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
