"""How fast feeds are fetched, parsed, cleaned and stored, beside ``reader`` on the same feeds, in the same run.

``reader`` is no dependency of the project: ``uv pip install reader sgmllib3k``; without it there are no rows for it.
The feeds are made up, in the form that the commonest publishing system gives them; each has a host of its own. Both
take turns, and the best of each counts: what a user waits, and beside it the processor time, that of the processes that
help to clean included.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import TypeVar

import psutil

from digest.model import Source
from digest.model.protocols import Collected
from digest.pipeline.app import App, make_app
from digest.pipeline.collect import CollectResult, collect_sources
from digest.settings import FetchSettings, Settings
from digest.settings.types import StoreSettings
from digest.store import entries
from tests.bench.quality.table import Row
from tests.bench.speed.feedhouse import Feeds, served

_NOW = datetime(2026, 3, 28, 6, tzinfo=UTC)
_FEEDS, _ENTRIES, _TURNS = 200, 20, 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """Seconds on the clock, and of processors."""

    waited: float
    busy: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Timed:
    """A first run and a second one, and the GUIDs that were stored."""

    first: Spent
    second: Spent
    stored: frozenset[tuple[str, str]]


def measure() -> list[Row]:
    """Beside ``reader``; then how much memory many feeds take, and what visiting more at once brings."""
    rows = [row for paragraphs, text in ((1, "teasers"), (8, "full text")) for row in _beside(paragraphs, text)]
    return [*rows, _memory(10_000), *_concurrency()]


def _beside(paragraphs: int, text: str) -> list[Row]:
    with served(_FEEDS, entries=_ENTRIES, paragraphs=paragraphs) as feeds:
        turns = [(_ours(feeds), _readers(feeds) if find_spec("reader") else None) for _ in range(_TURNS)]
    ours = min((one for one, _ in turns), key=_waited)
    theirs = min((other for _, other in turns if other), key=_waited, default=None)
    task = f"{_FEEDS} feeds of {_ENTRIES} entries with {text}, first visit"
    again = f"the second visit, nothing changed ({text})"
    note = f"{len(ours.stored):,} entries stored; {_seconds(ours.first.busy)} of processor time"
    rows = [Row(task=task, system="digest", figure=_seconds(ours.first.waited), note=note)]
    if theirs:
        same = "the same entries" if theirs.stored == ours.stored else "OTHER entries"
        faster = theirs.first.waited / ours.first.waited
        busy = ours.first.busy / theirs.first.busy
        times = f"{faster:.1f} times as fast, with {busy:.0%} of the processor time"
        note = f"{same}; {_seconds(theirs.first.busy)} of processor time; digest is {times}"
        rows.append(Row(task=task, system="reader", figure=_seconds(theirs.first.waited), note=note))
    share = f"{ours.second.waited / ours.first.waited:.1%} of the first visit, nothing parsed"
    return [*rows, Row(task=again, system="digest", figure=_seconds(ours.second.waited), note=share)]


def _waited(timed: Timed) -> float:
    return timed.first.waited


def _ours(feeds: Feeds) -> Timed:
    with tempfile.TemporaryDirectory() as folder:
        app = _app(feeds, Path(folder), full_text=False)
        _warm_up(feeds)
        first, _ = _timed(lambda: _visit(app))
        second, gathered = _timed(lambda: _visit(app))
        assert all(isinstance(one, Collected) and one.unchanged for one in gathered.outcomes), "it was parsed again"
        with app.store.read() as conn:
            stored = {
                (source.url, one.guid) for source in app.settings.sources for one in entries.for_source(conn, source.id)
            }
        app.store.close()
    return Timed(first=first, second=second, stored=frozenset(stored))


def _warm_up(feeds: Feeds) -> None:
    """Load all that is loaded once."""
    with tempfile.TemporaryDirectory() as folder:
        app = _app(replace(feeds, count=1), Path(folder), full_text=False)
        _visit(app)
        app.store.close()


def _app(feeds: Feeds, folder: Path, *, full_text: bool, concurrency: int = 32) -> App:
    sources = tuple(
        Source(id=str(number), url=url, full_text="auto" if full_text else "never")
        for number, url in enumerate(feeds.urls)
    )
    fetch = FetchSettings(allow=tuple(feeds.hosts), concurrency=concurrency)
    store = StoreSettings(url=f"sqlite:///{folder / 'kept.db'}")
    return make_app(replace(Settings(), store=store, fetch=fetch, sources=sources))


def _visit(app: App) -> CollectResult:
    gathered = collect_sources(app.settings.sources, app, now=_NOW)
    assert not gathered.failures, gathered.failures[0]
    return gathered


def _readers(feeds: Feeds) -> Timed:
    from reader import make_reader  # type: ignore[import-not-found,unused-ignore]  # it may not be there

    with tempfile.TemporaryDirectory() as folder:
        reader = make_reader(str(Path(folder) / "reader.db"))
        for url in feeds.urls:
            reader.add_feed(url)
        reader.update_feed(feeds.urls[0])  # what is loaded the first time isn't what is measured
        first, _ = _timed(reader.update_feeds)
        second, _ = _timed(reader.update_feeds)
        stored = frozenset((entry.feed_url, entry.id) for entry in reader.get_entries())
        reader.close()
    return Timed(first=first, second=second, stored=stored)


def _memory(count: int) -> Row:
    """The most memory that a process of its own takes for so many feeds, with those that help it."""
    with served(count, entries=2) as feeds:
        command = [sys.executable, "-m", __name__, str(feeds.port), str(count)]
        with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
            assert process.stdout is not None
            most = max(iter(partial(_resident, process), 0), default=0)
            said = json.loads(process.stdout.read())
    note = f"{said['new']:,} entries stored in {said['seconds']:.0f} s of processor time"
    task = f"{count:,} feeds of 2 entries, most memory"
    return Row(task=task, system="digest", figure=f"{most // 1_000_000} MB", note=note)


def _resident(process: subprocess.Popen[bytes]) -> int:
    """Bytes that the process and those that it started take now, what they share counted once; 0 once it has ended."""
    time.sleep(0.05)
    if process.poll() is not None:
        return 0
    root = psutil.Process(process.pid)
    total = 0
    for one in (root, *root.children()):
        with suppress(psutil.NoSuchProcess):
            total += one.memory_full_info().pss
    return total


def _concurrency() -> list[Row]:
    """Feeds that answer after a tenth of a second, as those far away do."""
    rows = []
    with served(1000, entries=1, paragraphs=1, latency_s=0.1) as feeds:
        _warm_up(feeds)
        for concurrency in (1, 8, 64, 512):
            some = replace(feeds, count=min(feeds.count, 40 * concurrency))
            with tempfile.TemporaryDirectory() as folder:
                app = _app(some, Path(folder), full_text=False, concurrency=concurrency)
                begun, busy = time.perf_counter(), time.process_time()
                _visit(app)
                wall, busy = time.perf_counter() - begun, time.process_time() - busy
                app.store.close()
            figure, note = f"{some.count / wall:,.0f} feeds/s", f"{busy / wall:.0%} of a core"
            rows.append(
                Row(
                    task="feeds that answer after 0.1 s",
                    system=f"digest, {concurrency} at once",
                    figure=figure,
                    note=note,
                )
            )
    return rows


T = TypeVar("T")


def _timed(run: Callable[[], T]) -> tuple[Spent, T]:
    before, begun = os.times(), time.perf_counter()
    result = run()
    after, waited = os.times(), time.perf_counter() - begun
    return Spent(waited=waited, busy=sum(after[:4]) - sum(before[:4])), result


def _seconds(seconds: float) -> str:
    return f"{seconds:.2f} s"


def _alone(port: int, count: int) -> None:
    """Visit so many feeds, and say what it took."""
    with tempfile.TemporaryDirectory() as folder, suppress(BrokenPipeError):
        app = _app(Feeds(port=port, count=count), Path(folder), full_text=False)
        spent, gathered = _timed(lambda: _visit(app))
        print(json.dumps({"new": gathered.new_articles, "seconds": spent.busy}))


if __name__ == "__main__":
    _alone(int(sys.argv[1]), int(sys.argv[2]))
