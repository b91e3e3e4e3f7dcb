"""Worker process for calls that may take too much time or memory: each is ended at its limits. Blocking."""

from __future__ import annotations

import atexit
import os
import pickle
import struct
import sys
import weakref
from collections.abc import Callable
from dataclasses import dataclass
from subprocess import DEVNULL, PIPE, Popen
from threading import Lock, Timer
from typing import TypeVar, TypeVarTuple, cast

from digest.processes.limits import end_group, limit_memory, processor_time_limit, wall_time_limit
from digest.processes.process_pool import WorkerDiedError, worker_environment

T = TypeVar("T")
Arguments = TypeVarTuple("Arguments")

_LENGTH = struct.Struct(">Q")
#: A call that sleeps is ended after this many times its processor time; a busy machine is slow.
_WALL_FACTOR = 12.0
#: The parent ends a call; the call itself ends so much later, if there is no parent any more.
_GRACE_S = 1.0


@dataclass(frozen=True, slots=True)
class _Limits:
    cpu_s: float
    wall_s: float
    memory_bytes: int


class LimitedWorker:
    """One process, started with the first call and again after a call that was ended. Calls wait for each other.

    With ``idle_s`` it ends after so long without a call; otherwise it stays. A call ends after ``wall_s``; without it,
    after many times its processor time. Processes that the call starts are ended with it.
    """

    def __init__(
        self, *, cpu_s: float, memory_bytes: int, wall_s: float | None = None, idle_s: float | None = None
    ) -> None:
        self._cpu_s = cpu_s
        self._wall_s = cpu_s * _WALL_FACTOR if wall_s is None else wall_s
        self._idle_s = idle_s
        self._idle: Timer | None = None
        self._memory_bytes = memory_bytes
        self._process: Popen[bytes] | None = None
        self._lock = Lock()
        atexit.register(self.close)

    def call(self, function: Callable[[*Arguments], T], *arguments: *Arguments) -> T:
        """The function's result or exception. Raises ``WorkerDiedError`` if it was ended."""
        request = pickle.dumps((_run_limited, (self._limits, function, arguments)))
        with self._lock:
            if self._idle:
                self._idle.cancel()
            process = self._process = self._process or _start()
            timer = Timer(self._wall_s, end_process, [process])
            timer.start()
            try:
                response = _exchange(process, request)
            except BaseException:
                self._kill()
                raise
            finally:
                timer.cancel()
            self._end_when_idle()
        result, error = pickle.loads(response)  # noqa: S301  # our own process wrote it
        if error:
            raise error
        return cast("T", result)

    @property
    def _limits(self) -> _Limits:
        return _Limits(cpu_s=self._cpu_s, wall_s=self._wall_s, memory_bytes=self._memory_bytes)

    def abort(self) -> None:
        """End the call that runs in another thread, if any; it raises ``WorkerDiedError``."""
        if process := self._process:
            end_process(process)

    def _end_when_idle(self) -> None:
        if self._idle_s is not None:
            self._idle = Timer(self._idle_s, self.close)
            self._idle.daemon = True
            self._idle.start()

    def close(self) -> None:
        """End the process; the next call starts another."""
        with self._lock:
            self._kill()

    def _kill(self) -> None:
        if self._process:
            end_process(self._process)
            self._process.communicate()
            self._process = None


def _start() -> Popen[bytes]:
    return start_process("digest.processes.process_pool")


def start_process(module: str) -> Popen[bytes]:
    """Start a module of ours with pipes, in a session of its own, so that its child processes end with it.

    It ends with this process: its first argument is for ``end_with_parent``.
    """
    lifeline, held = os.pipe()
    try:
        process = Popen(  # noqa: S603  # our own module
            (sys.executable, "-m", module, str(lifeline)),
            stdin=PIPE,
            stdout=PIPE,
            stderr=DEVNULL,
            env=worker_environment(),
            start_new_session=True,
            pass_fds=() if sys.platform == "win32" else (lifeline,),
        )
    except BaseException:
        os.close(held)
        raise
    finally:
        os.close(lifeline)
    weakref.finalize(process, os.close, held)
    return process


def end_process(process: Popen[bytes]) -> None:
    """Kill a process of ``start_process`` and its children."""
    if process.returncode is not None:  # its number may be another's by now
        return
    end_group(process.pid)
    process.kill()


def _exchange(process: Popen[bytes], request: bytes) -> bytes:
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        process.stdin.write(request)
        process.stdin.flush()
    except BrokenPipeError as error:
        raise WorkerDiedError from error
    head = process.stdout.read(_LENGTH.size)
    response = process.stdout.read(*_LENGTH.unpack(head)) if len(head) == _LENGTH.size else b""
    if not response:
        raise WorkerDiedError
    return response


def _run_limited(limits: _Limits, function: Callable[..., object], arguments: tuple[object, ...]) -> object:
    """Runs in the worker: the kernel ends it after so much time, even if the parent died; larger allocations fail."""
    limit_memory(limits.memory_bytes)
    with processor_time_limit(limits.cpu_s), wall_time_limit(limits.wall_s + _GRACE_S):
        return function(*arguments)
