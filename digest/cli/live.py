"""What is going on, on a terminal while it goes on; silent where nobody watches."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread

from digest.errors import StoreError
from digest.store import Store, deliveries

_EVERY_S = 0.5


@contextmanager
def sending(edition_id: int, store: Store) -> Iterator[None]:
    """A line that counts the edition's mails by how they stand."""
    if not sys.stderr.isatty():
        yield
        return
    from rich.console import Console

    done = Event()
    with Console(stderr=True).status("sending") as status:

        def watch() -> None:
            while not done.wait(_EVERY_S):
                try:
                    with store.read() as conn:
                        counts = deliveries.counts(conn, edition_id)
                except StoreError:  # who only looks stops nobody
                    continue
                status.update(", ".join(f"{count} {outcome}" for outcome, count in sorted(counts.items())))

        watcher = Thread(target=watch, daemon=True)
        watcher.start()
        try:
            yield
        finally:
            done.set()
            watcher.join()
