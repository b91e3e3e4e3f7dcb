"""Live view of ``digest run`` on a terminal: events scroll by above the current status."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime

from digest.cli.event_log import EventLog
from digest.cli.progress import refresh_every
from digest.cli.status.formats import as_lines
from digest.jobs.overview import read_overview
from digest.settings import Settings
from digest.store import Store

_REFRESH_S = 2.0


@contextmanager
def live_view(store: Store, settings: Callable[[], Settings], events: EventLog, *, plain: bool) -> Iterator[EventLog]:
    """Return the log to write events to: above a live status on a terminal; ``events`` itself if ``plain``."""
    if plain or not sys.stderr.isatty():
        yield events
        return
    from rich.console import Console
    from rich.live import Live
    from rich.text import Text

    console = Console(stderr=True)
    with Live(console=console, auto_refresh=False) as live:

        def refresh() -> None:
            overview = read_overview(settings(), store, now=datetime.now(UTC))
            live.update(Text("\n".join(["", *as_lines(overview)]), overflow="ellipsis", no_wrap=True), refresh=True)

        with refresh_every(_REFRESH_S, refresh):
            yield replace(events, write=lambda line: console.print(Text(line)))
