"""Limits of memory and processor time that the system enforces on this process.

Windows has none of these calls: there the parent process ends a call by the clock, and memory has no limit.
"""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager

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
