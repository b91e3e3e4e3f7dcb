"""So long servers may keep a source waiting, all in all: by a drip, or by a hundred addresses that each take long."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class Patience:
    """What is waited for at the same time counts once, and waiting for a turn not at all."""

    def __init__(self, limit_s: float) -> None:
        self._left = limit_s
        self._count = 0
        self._since = 0.0

    @asynccontextmanager
    async def waiting(self) -> AsyncIterator[None]:
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
