"""Limits of a run: concurrent requests to a host, concurrent parsing, and the total time spent on one source."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from typing import TYPE_CHECKING, Protocol
from weakref import WeakKeyDictionary

from digest.processes.process_pool import available_cpus

if TYPE_CHECKING:
    from yarl import URL

    from digest.model.errors import SourceError


class HostGate(Protocol):
    """Admits this process to hosts, where several processes fetch; hosts are named as by ``host_name``."""

    def kept(self) -> AbstractAsyncContextManager[None]:
        """Context of all requests."""
        ...

    def use(self, host: str) -> AbstractAsyncContextManager[None]:
        """Context of a request. Waits while another process uses the host. Raises ``SourceError`` if the host asked
        for no requests now.
        """
        ...

    async def page_turn(self, host: str, delay_s: float) -> None:
        """Wait until a page may be fetched: ``delay_s`` after the one before."""
        ...

    def refuse(self, host: str, error: SourceError) -> None:
        """The host asks for no requests before ``error.retry_at``."""
        ...


def host_name(url: URL) -> str:
    """The host of the URL, with its port unless that is the scheme's."""
    host = (url.host or "").lower().rstrip(".")
    return host if url.is_default_port() else f"{host}:{url.port}"


class ConcurrencyLimits:
    """Semaphores shared by all sources of a run. No task may hold two at once."""

    def __init__(self, per_host: int, gate: HostGate | None = None) -> None:
        self._per_host = per_host
        #: Of several processes; None if this one fetches alone.
        self.gate = gate
        # A collector may be used by several event loops in a row, and a semaphore belongs to one.
        self._loops: WeakKeyDictionary[asyncio.AbstractEventLoop, dict[str, asyncio.Semaphore]] = WeakKeyDictionary()

    def for_host(self, host: str) -> asyncio.Semaphore:
        """Limits the requests to a host."""
        return self._semaphore(host.lower().rstrip("."), self._per_host)

    @asynccontextmanager
    async def request(self, url: URL) -> AsyncIterator[None]:
        """Context of a request: within the limit of its host, over all processes."""
        async with self.connection(url.host or "", host_name(url)):
            yield

    @asynccontextmanager
    async def connection(self, host: str, name: str) -> AsyncIterator[None]:
        """Context of a connection to a host: within its limit, over all processes, which know it by ``name``."""
        async with self.for_host(host), self.gate.use(name) if self.gate else nullcontext():
            yield

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
