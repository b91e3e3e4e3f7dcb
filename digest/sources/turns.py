"""So many visits at once to each host, whoever makes them: feeds, the pages of feeds, feeds of a list."""

from __future__ import annotations

import asyncio
from weakref import WeakKeyDictionary

_Hosts = dict[str, asyncio.Semaphore]


class Turns:
    """A host's turn is a context to be in while it is talked to; whoever has one asks for no other."""

    def __init__(self, per_host: int) -> None:
        self._per_host = per_host
        # A collector may be used by one event loop after another, and a semaphore belongs to one.
        self._loops: WeakKeyDictionary[asyncio.AbstractEventLoop, _Hosts] = WeakKeyDictionary()

    def at(self, host: str) -> asyncio.Semaphore:
        """Wait here for this host's turn."""
        hosts = self._loops.setdefault(asyncio.get_running_loop(), {})
        return hosts.setdefault(host.lower().rstrip("."), asyncio.Semaphore(self._per_host))
