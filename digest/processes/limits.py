"""Limits of memory and time that the system enforces on this process.

Windows has none of these calls: there the parent process ends a call by the clock, and memory has no limit.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress

if sys.platform != "win32":
    import resource


def limit_memory(size: int) -> None:
    """Let allocations beyond so many bytes of address space fail."""
    if sys.platform != "win32":
        try:
            resource.setrlimit(resource.RLIMIT_AS, (size, size))
        except (ValueError, OSError):
            # macOS refuses limits below the address space in use, which its system libraries alone may exceed.
            if sys.platform != "darwin":
                raise


def limit_processor_time(seconds: int) -> None:
    """End this process when it has used so much processor time since its start."""
    if sys.platform != "win32":
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))


@contextmanager
def processor_time_limit(seconds: float) -> Iterator[None]:
    """End this process if the block uses so much processor time."""
    if sys.platform == "win32":
        yield
        return
    signal.setitimer(signal.ITIMER_PROF, seconds)  # its signal ends the process
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)


@contextmanager
def wall_time_limit(seconds: float) -> Iterator[None]:
    """End this process if the block takes so long, waiting included."""
    if sys.platform == "win32":
        yield
        return
    signal.setitimer(signal.ITIMER_REAL, seconds)  # its signal ends the process
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def end_after(seconds: float) -> None:
    """End this process after so long, unless this is called again before."""
    if sys.platform != "win32":
        signal.setitimer(signal.ITIMER_REAL, seconds)  # its signal ends the process


def end_group(process_id: int) -> None:
    """Kill the leader of a process group with its children. On Windows there are none: the process alone is killed."""
    if sys.platform != "win32":
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process_id, signal.SIGKILL)
