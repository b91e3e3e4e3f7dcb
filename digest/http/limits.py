"""So much at once, whoever asks for it: visits to each host, and documents that take long to read."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from weakref import WeakKeyDictionary

from digest.processes.process_pool import available_cpus


class ConcurrencyLimits:
    """A turn is a context to be in while a host is talked to, or a document is read; whoever has one asks for no other.

    Feeds, the pages of feeds and the feeds of a list all take theirs here.
    """

    def __init__(self, per_host: int) -> None:
        self._per_host = per_host
        # A collector may be used by one event loop after another, and a semaphore belongs to one.
        self._loops: WeakKeyDictionary[asyncio.AbstractEventLoop, dict[str, asyncio.Semaphore]] = WeakKeyDictionary()

    def for_host(self, host: str) -> asyncio.Semaphore:
        """Wait here for this host's turn."""
        return self._turn(host.lower().rstrip("."), self._per_host)

    def for_parsing(self) -> asyncio.Semaphore:
        """Wait here to read what may take long: each takes a processor, and memory that only a few may have at once."""
        return self._turn("", available_cpus())

    def _turn(self, of: str, most: int) -> asyncio.Semaphore:
        turns = self._loops.setdefault(asyncio.get_running_loop(), {})
        return turns.setdefault(of, asyncio.Semaphore(most))


class TimeBudget:
    """What is waited for at the same time counts once, and waiting for a turn not at all."""

    def __init__(self, limit_s: float) -> None:
        self._left = limit_s
        self._count = 0
        self._since = 0.0

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """A server is waited for in here. Raises ``TimeoutError`` once patience is at its end."""
        loop = asyncio.get_running_loop()
        if not self._count:
            self._since = loop.time()
        self._count += 1
        try:
            async with asyncio.timeout_at(self._since + self._left):
                yield
        finally:
            self._count -= 1
            if not self._count:
                self._left -= loop.time() - self._since
