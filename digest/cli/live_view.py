"""What is going on, on a terminal while it goes on; silent where nobody watches."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime
from threading import Event, Thread

from digest.cli.event_log import Events
from digest.cli.status.output import lines
from digest.cli.status.overview import overview
from digest.model.errors import StoreError
from digest.settings import Settings
from digest.store import Store, deliveries

_EVERY_S, _RARELY_S = 0.5, 2.0


@contextmanager
def sending(edition_id: int, store: Store) -> Iterator[None]:
    """A line that counts the edition's mails by how they stand."""
    if not sys.stderr.isatty():
        yield
        return
    from rich.console import Console

    with Console(stderr=True).status("sending") as status:

        def show() -> None:
            with store.read() as conn:
                counts = deliveries.counts(conn, edition_id)
            status.update(", ".join(f"{count} {outcome}" for outcome, count in sorted(counts.items())))

        with _again_and_again(show, every_s=_EVERY_S):
            yield


@contextmanager
def running(store: Store, settings: Callable[[], Settings], events: Events, *, plain: bool) -> Iterator[Events]:
    """Where events go: lines on stderr; on a terminal they scroll by above a view of how everything stands."""
    if plain or not sys.stderr.isatty():
        yield events
        return
    from rich.console import Console
    from rich.live import Live
    from rich.text import Text

    console = Console(stderr=True)
    with Live(console=console, auto_refresh=False) as live:

        def show() -> None:
            seen = overview(settings(), store, now=datetime.now(UTC))
            live.update(Text("\n".join(["", *lines(seen)]), overflow="ellipsis", no_wrap=True), refresh=True)

        with _again_and_again(show, every_s=_RARELY_S):
            yield replace(events, write=lambda line: console.print(Text(line)))


@contextmanager
def _again_and_again(show: Callable[[], None], *, every_s: float) -> Iterator[None]:
    """In a thread beside; who only looks on stops nobody."""
    done = Event()

    def watch() -> None:
        while not done.wait(every_s):
            with suppress(StoreError):
                show()

    watcher = Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield
    finally:
        done.set()
        watcher.join()
