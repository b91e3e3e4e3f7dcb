"""A clock and a worker of the distributed engine in threads of the test, by the settings in the current folder."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from digest.jobs.service import Service
from digest.jobs.types import QUEUES
from digest.settings import load
from digest.store import open_store


@dataclass(slots=True)
class FleetThreads:
    """What the threads logged."""

    events: list[str] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)

    def log(self, event: str, /, **fields: object) -> None:
        self.events.append(event)
        self.lines.append(f"{event} {fields}")


@contextmanager
def fleet_threads(
    *, queues: tuple[str, ...] = QUEUES, clock: bool = False, settings_file: Path = Path("digest.toml")
) -> Iterator[FleetThreads]:
    """Run a worker of these queues, if there are any, and a clock if asked for, until the block ends."""
    import os

    threads, stop = FleetThreads(), threading.Event()
    settings = load(settings_file, os.environ)

    def run(run_service: Callable[[Service], object]) -> None:
        with open_store(settings.store.url) as store:
            service = Service(settings=settings, store=store, load_settings=lambda: settings, reload=threading.Event())
            run_service(service)

    def work(service: Service) -> None:
        service.run_worker(stop, threads.log, queues=queues, concurrency=4)

    def tick(service: Service) -> None:
        service.run_clock(stop, threads.log)

    jobs = [*([work] if queues else []), *([tick] if clock else [])]
    started = [threading.Thread(target=run, args=(job,)) for job in jobs]
    for thread in started:
        thread.start()
    try:
        yield threads
    finally:
        stop.set()
        for thread in started:
            thread.join(60)
