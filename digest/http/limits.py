"""Limits of a run: concurrent requests to a host, concurrent parsing, and the total time spent on one source."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from weakref import WeakKeyDictionary

from digest.processes.process_pool import available_cpus


class ConcurrencyLimits:
    """Semaphores shared by all sources of a run. No task may hold two at once."""

    def __init__(self, per_host: int) -> None:
        self._per_host = per_host
        # A collector may be used by several event loops in a row, and a semaphore belongs to one.
        self._loops: WeakKeyDictionary[asyncio.AbstractEventLoop, dict[str, asyncio.Semaphore]] = WeakKeyDictionary()

    def for_host(self, host: str) -> asyncio.Semaphore:
        """Limits the requests to a host."""
        return self._semaphore(host.lower().rstrip("."), self._per_host)

    def for_parsing(self) -> asyncio.Semaphore:
        """Limits the parsing of heavy documents: each takes a processor and much memory."""
        return self._semaphore("", available_cpus())

    def _semaphore(self, key: str, limit: int) -> asyncio.Semaphore:
        semaphores = self._loops.setdefault(asyncio.get_running_loop(), {})
        return semaphores.setdefault(key, asyncio.Semaphore(limit))


class TimeBudget:
    """Total time for all requests of one source. Concurrent requests count once, waiting for a semaphore not at all."""

    def __init__(self, limit_s: float) -> None:
        self._remaining_s = limit_s
        self._running = 0
        self._started = 0.0

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Context of a request. Raises ``TimeoutError`` once the time is spent."""
        loop = asyncio.get_running_loop()
        if not self._running:
            self._started = loop.time()
        self._running += 1
        try:
            async with asyncio.timeout_at(self._started + self._remaining_s):
                yield
        finally:
            self._running -= 1
            if not self._running:
                self._remaining_s -= loop.time() - self._started
