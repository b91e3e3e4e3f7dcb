"""Measurements of the pages' process: requests by route, and when the store was last read for metrics."""

from __future__ import annotations

import mmap
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock

from digest import __version__
from digest.model.metrics import Metric, Sample

_METHODS = {"GET", "HEAD", "POST"}
#: Reading the store takes at most this share of a processor's time, however often it is asked for.
_MAX_SHARE = 0.05


@dataclass(slots=True)
class _Duration:
    count: int = 0
    seconds: float = 0.0


@dataclass(slots=True)
class Measurements:
    """Counts requests, and keeps the store's metrics for a while if it takes long to read them."""

    clock: Callable[[], float] = time.monotonic
    #: How long a request waits for another one that reads the store; then it gets the values of before.
    max_wait_s: float = 2.0
    _requests: dict[tuple[str, str, int], int] = field(default_factory=dict)
    _durations: dict[str, _Duration] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)
    _of_store: tuple[Metric, ...] = ()
    _valid_until: float | None = None

    def add_request(self, route: str, method: str, status: int, seconds: float) -> None:
        """Count a request. ``route`` is the pattern of its address, empty for an address of no page."""
        key = (route, method if method in _METHODS else "other", status)
        self._requests[key] = self._requests.get(key, 0) + 1
        duration = self._durations.setdefault(route, _Duration())
        duration.count += 1
        duration.seconds += seconds

    def of_store(self, read: Callable[[], tuple[Metric, ...]]) -> tuple[Metric, ...]:
        """The metrics that ``read`` gives, or gave some moments ago; one thread reads at a time."""
        # A store that hangs must not take one thread of the pages after the other.
        if not self._lock.acquire(timeout=self.max_wait_s):
            return self._of_store
        try:
            started = self.clock()
            if self._valid_until is None or started >= self._valid_until:
                self._of_store = read()
                ended = self.clock()
                self._valid_until = ended + (ended - started) / _MAX_SHARE
            return self._of_store
        finally:
            self._lock.release()

    def of_process(self) -> Iterator[Metric]:
        """Metrics of this process and of its pages."""
        build = Sample(labels={"version": __version__, "python": sys.version.partition(" ")[0]}, value=1)
        yield Metric(name="digest_build_info", kind="gauge", help="The program's version.", samples=(build,))
        yield from self._request_metrics()
        yield Metric(
            name="process_cpu_seconds_total",
            kind="counter",
            help="Processor time of the process that serves the pages.",
            samples=(Sample(value=time.process_time()),),
        )
        yield Metric(
            name="process_resident_memory_bytes",
            kind="gauge",
            help="Memory of the process that serves the pages.",
            samples=tuple(Sample(value=size) for size in _resident_bytes()),
        )

    def _request_metrics(self) -> Iterator[Metric]:
        # Copies: requests are counted in another thread meanwhile.
        requests, durations = sorted(self._requests.copy().items()), sorted(self._durations.copy().items())
        yield Metric(
            name="digest_http_requests_total",
            kind="counter",
            help="Requests of pages; an empty route is an address of no page.",
            samples=tuple(
                Sample(labels={"route": route, "method": method, "status": str(status)}, value=count)
                for (route, method, status), count in requests
            ),
        )
        yield Metric(
            name="digest_http_request_duration_seconds",
            kind="summary",
            help="Time from the head of a request to its response.",
            samples=tuple(
                Sample(labels={"route": route}, value=value, suffix=suffix)
                for route, duration in durations
                for suffix, value in (("_count", duration.count), ("_sum", round(duration.seconds, 6)))
            ),
        )


def _resident_bytes() -> Iterator[int]:
    """The process's memory; nothing where /proc doesn't tell it."""
    try:
        pages = Path("/proc/self/statm").read_text("ascii").split()[1]
    except (OSError, IndexError):
        return
    yield int(pages) * mmap.PAGESIZE
