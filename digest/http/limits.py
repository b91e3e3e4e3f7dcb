"""So much at once, whoever asks for it: visits to each host, and documents that take long to read."""

from __future__ import annotations

import asyncio
from weakref import WeakKeyDictionary

from digest.processes.process_pool import processors


class Turns:
    """A turn is a context to be in while a host is talked to, or a document is read; whoever has one asks for no other.

    Feeds, the pages of feeds and the feeds of a list all take theirs here.
    """

    def __init__(self, per_host: int) -> None:
        self._per_host = per_host
        # A collector may be used by one event loop after another, and a semaphore belongs to one.
        self._loops: WeakKeyDictionary[asyncio.AbstractEventLoop, dict[str, asyncio.Semaphore]] = WeakKeyDictionary()

    def at(self, host: str) -> asyncio.Semaphore:
        """Wait here for this host's turn."""
        return self._turn(host.lower().rstrip("."), self._per_host)

    def to_read(self) -> asyncio.Semaphore:
        """Wait here to read what may take long: each takes a processor, and memory that only a few may have at once."""
        return self._turn("", processors())

    def _turn(self, of: str, most: int) -> asyncio.Semaphore:
        turns = self._loops.setdefault(asyncio.get_running_loop(), {})
        return turns.setdefault(of, asyncio.Semaphore(most))
