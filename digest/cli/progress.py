"""Progress lines on stderr while sources are fetched, mails sent or subscribers imported; none without a terminal."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from threading import Event, Thread
from typing import TYPE_CHECKING

from digest.model.errors import StoreError
from digest.model.failures import Failure

if TYPE_CHECKING:
    from digest.model.protocols import Collected
    from digest.pipeline.collect import Progress
    from digest.store import Store

_REFRESH_S = 0.5


@contextmanager
def collect_progress() -> Iterator[Progress | None]:
    """Count the sources that were fetched; None if stderr is no terminal."""
    with _status_line("fetching the sources") as update:
        if update is None:
            yield None
            return
        fetched = failed = 0

        def on_done(outcome: Collected | Failure) -> None:
            nonlocal fetched, failed
            fetched += 1
            failed += isinstance(outcome, Failure)
            update(f"{fetched} fetched" + (f", {failed} failed" if failed else ""))

        yield on_done


@contextmanager
def delivery_progress(edition_id: int, store: Store) -> Iterator[None]:
    """Count the mails of an edition by their outcome."""
    from digest.store import deliveries

    with _status_line("sending") as update:
        if update is None:
            yield
            return

        def refresh() -> None:
            with store.read() as conn:
                counts = deliveries.counts(conn, edition_id)
            update(", ".join(f"{count} {outcome}" for outcome, count in sorted(counts.items())))

        with refresh_every(_REFRESH_S, refresh):
            yield


@contextmanager
def queue_progress() -> Iterator[Callable[[str], None]]:
    """Return a function that shows what workers are doing."""
    with _status_line("waiting for the workers") as update:
        yield update or (lambda _: None)


@contextmanager
def store_progress() -> Iterator[Callable[[str], None]]:
    """Return a function that shows how far a backup, restore or check is."""
    with _status_line("reading the store") as update:
        yield update or (lambda _: None)


@contextmanager
def import_progress() -> Iterator[Callable[[str], None]]:
    """Return a function that shows how far an import is."""
    with _status_line("reading") as update:
        yield update or (lambda _: None)


@contextmanager
def copy_progress() -> Iterator[Callable[[str, int], None]]:
    """Return a function that shows how many rows of a table were copied."""
    with _status_line("copying") as update:
        yield lambda table, rows: update(f"copying {table}: {rows}") if update else None


@contextmanager
def refresh_every(seconds: float, refresh: Callable[[], None]) -> Iterator[None]:
    """Call ``refresh`` again and again in a thread, as long as the context lasts; errors of the store are ignored."""
    is_over = Event()

    def loop() -> None:
        while not is_over.wait(seconds):
            with suppress(StoreError):
                refresh()

    thread = Thread(target=loop, daemon=True)
    thread.start()
    try:
        yield
    finally:
        is_over.set()
        thread.join()


@contextmanager
def _status_line(text: str) -> Iterator[Callable[[str], None] | None]:
    """Show a line that can be changed while the context lasts; None if stderr is no terminal."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console

    with Console(stderr=True).status(text) as status:
        yield status.update
