"""Limits on tries of the operator's password, in memory.

A network may fail five times in a quarter of an hour, and all together thirty times an hour; the latter doesn't hold
for networks that an operator has logged in from, so that strangers who try passwords don't lock the operator out.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock

PER_NETWORK, PER_NETWORK_PERIOD = 5, timedelta(minutes=15)
IN_ALL, IN_ALL_PERIOD = 30, timedelta(hours=1)
#: Networks that are remembered; the one that tried longest ago is forgotten first.
_MAX_NETWORKS = 10_000


@dataclass(slots=True)
class LoginLimits:
    """Counts tries; each counts as failed until ``forgive``, so that many at once can't slip through."""

    _by_network: OrderedDict[str, deque[datetime]] = field(default_factory=OrderedDict)
    _in_all: deque[datetime] = field(default_factory=deque)
    _lock: Lock = field(default_factory=Lock)

    def take(self, network: str, *, is_known: bool, now: datetime) -> bool:
        """Count a try; False, and not counted, if there were too many."""
        with self._lock:
            tries = self._by_network.setdefault(network, deque())
            self._by_network.move_to_end(network)
            _drop(tries, now - PER_NETWORK_PERIOD)
            _drop(self._in_all, now - IN_ALL_PERIOD)
            if len(tries) >= PER_NETWORK or (not is_known and len(self._in_all) >= IN_ALL):
                return False
            tries.append(now)
            self._in_all.append(now)
            while len(self._by_network) > _MAX_NETWORKS:
                self._by_network.popitem(last=False)
            return True

    def forgive(self, network: str) -> None:
        """The last try of this network was right: its tries don't count any more."""
        with self._lock:
            self._by_network.pop(network, None)


def _drop(times: deque[datetime], until: datetime) -> None:
    while times and times[0] <= until:
        times.popleft()
