"""Time to fetch, parse, clean and store feeds, beside ``reader`` on the same feeds.

``reader`` is not a dependency: ``uv pip install reader sgmllib3k``; without it there are no rows for it. The feeds are
generated in WordPress's format, each on a host of its own. Both alternate, and the best run of each counts: wall-clock
time and processor time, that of the process pool included.
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

from digest.model.newsletters import Source
from digest.model.protocols import Collected
from digest.pipeline.app import App, make_app
from digest.pipeline.collect import CollectResult, collect_sources
from digest.settings import FetchSettings, Settings
from digest.settings.types import StoreSettings
from digest.store import entries
from tests.bench.quality.table import Row
from tests.bench.speed.feed_server import Feeds, serve_feeds

_NOW = datetime(2026, 3, 28, 6, tzinfo=UTC)
_FEEDS, _ENTRIES, _RUNS = 200, 20, 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Duration:
    """Seconds of wall-clock time and of processor time."""

    wall: float
    cpu: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """Durations of the first and the second collection, and the (feed, GUID) pairs stored."""

    first: Duration
    second: Duration
    stored: frozenset[tuple[str, str]]


def measure() -> list[Row]:
    """Beside ``reader``; then memory for many feeds, and throughput by concurrency."""
    rows = [row for paragraphs, text in ((1, "teasers"), (8, "full text")) for row in _beside(paragraphs, text)]
    return [*rows, _memory(10_000), *_concurrency()]


def _beside(paragraphs: int, text: str) -> list[Row]:
    with serve_feeds(_FEEDS, entries=_ENTRIES, paragraphs=paragraphs) as feeds:
        pairs = [(_run_digest(feeds), _run_reader(feeds) if find_spec("reader") else None) for _ in range(_RUNS)]
    ours = min((result for result, _ in pairs), key=_first_wall)
    theirs = min((result for _, result in pairs if result), key=_first_wall, default=None)
    task = f"{_FEEDS} feeds of {_ENTRIES} entries with {text}, first collection"
    second_task = f"the second collection, nothing changed ({text})"
    note = f"{len(ours.stored):,} entries stored; {_seconds(ours.first.cpu)} of processor time"
    rows = [Row(task=task, system="digest", figure=_seconds(ours.first.wall), note=note)]
    if theirs:
        agreement = "the same entries" if theirs.stored == ours.stored else "OTHER entries"
        faster = theirs.first.wall / ours.first.wall
        cpu = ours.first.cpu / theirs.first.cpu
        times = f"{faster:.1f} times as fast, with {cpu:.0%} of the processor time"
        note = f"{agreement}; {_seconds(theirs.first.cpu)} of processor time; digest is {times}"
        rows.append(Row(task=task, system="reader", figure=_seconds(theirs.first.wall), note=note))
    share = f"{ours.second.wall / ours.first.wall:.1%} of the first collection, nothing parsed"
    return [*rows, Row(task=second_task, system="digest", figure=_seconds(ours.second.wall), note=share)]


def _first_wall(result: Result) -> float:
    return result.first.wall


def _run_digest(feeds: Feeds) -> Result:
    with tempfile.TemporaryDirectory() as folder:
        app = _app(feeds, Path(folder), full_text=False)
        _warm_up(feeds)
        first, _ = _measure(lambda: _collect(app))
        second, result = _measure(lambda: _collect(app))
        assert all(isinstance(outcome, Collected) and outcome.unchanged for outcome in result.outcomes), (
            "it was parsed again"
        )
        with app.store.read() as conn:
            stored = {
                (source.url, entry.guid)
                for source in app.settings.sources
                for entry in entries.for_source(conn, source.id)
            }
        app.store.close()
    return Result(first=first, second=second, stored=frozenset(stored))


def _warm_up(feeds: Feeds) -> None:
    """Trigger lazy imports and caches."""
    with tempfile.TemporaryDirectory() as folder:
        app = _app(replace(feeds, count=1), Path(folder), full_text=False)
        _collect(app)
        app.store.close()


def _app(feeds: Feeds, folder: Path, *, full_text: bool, concurrency: int = 32) -> App:
    sources = tuple(
        Source(id=str(number), url=url, full_text="auto" if full_text else "never")
        for number, url in enumerate(feeds.urls)
    )
    fetch = FetchSettings(allow=tuple(feeds.hosts), concurrency=concurrency)
    store = StoreSettings(url=f"sqlite:///{folder / 'digest.db'}")
    return make_app(replace(Settings(), store=store, fetch=fetch, sources=sources))


def _collect(app: App) -> CollectResult:
    result = collect_sources(app.settings.sources, app, now=_NOW)
    assert not result.failures, result.failures[0]
    return result


def _run_reader(feeds: Feeds) -> Result:
    from reader import make_reader  # type: ignore[import-not-found,unused-ignore]  # optional

    with tempfile.TemporaryDirectory() as folder:
        reader = make_reader(str(Path(folder) / "reader.db"))
        for url in feeds.urls:
            reader.add_feed(url)
        reader.update_feed(feeds.urls[0])  # triggers lazy imports
        first, _ = _measure(reader.update_feeds)
        second, _ = _measure(reader.update_feeds)
        stored = frozenset((entry.feed_url, entry.id) for entry in reader.get_entries())
        reader.close()
    return Result(first=first, second=second, stored=stored)


def _memory(count: int) -> Row:
    """Peak memory of a process of its own for a number of feeds, with its child processes."""
    with serve_feeds(count, entries=2) as feeds:
        command = [sys.executable, "-m", __name__, str(feeds.port), str(count)]
        with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
            assert process.stdout is not None
            peak = max(iter(partial(_resident, process), 0), default=0)
            report = json.loads(process.stdout.read())
    note = f"{report['new']:,} entries stored in {report['seconds']:.0f} s of processor time"
    task = f"{count:,} feeds of 2 entries, peak memory"
    return Row(task=task, system="digest", figure=f"{peak // 1_000_000} MB", note=note)


def _resident(process: subprocess.Popen[bytes]) -> int:
    """Memory of the process and its children in bytes, shared pages counted once; 0 once it has ended."""
    time.sleep(0.05)
    if process.poll() is not None:
        return 0
    root = psutil.Process(process.pid)
    total = 0
    for member in (root, *root.children()):
        with suppress(psutil.NoSuchProcess):
            total += member.memory_full_info().pss
    return total


def _concurrency() -> list[Row]:
    """Throughput by concurrency, of feeds with a latency of 0.1 s."""
    rows = []
    with serve_feeds(1000, entries=1, paragraphs=1, latency_s=0.1) as feeds:
        _warm_up(feeds)
        for concurrency in (1, 8, 64, 512):
            subset = replace(feeds, count=min(feeds.count, 40 * concurrency))
            with tempfile.TemporaryDirectory() as folder:
                app = _app(subset, Path(folder), full_text=False, concurrency=concurrency)
                started, cpu = time.perf_counter(), time.process_time()
                _collect(app)
                wall, cpu = time.perf_counter() - started, time.process_time() - cpu
                app.store.close()
            figure, note = f"{subset.count / wall:,.0f} feeds/s", f"{cpu / wall:.0%} of a core"
            rows.append(
                Row(
                    task="feeds with a latency of 0.1 s",
                    system=f"digest, {concurrency} concurrently",
                    figure=figure,
                    note=note,
                )
            )
    return rows


T = TypeVar("T")


def _measure(run: Callable[[], T]) -> tuple[Duration, T]:
    before, started = os.times(), time.perf_counter()
    result = run()
    after, wall = os.times(), time.perf_counter() - started
    return Duration(wall=wall, cpu=sum(after[:4]) - sum(before[:4])), result


def _seconds(seconds: float) -> str:
    return f"{seconds:.2f} s"


def _report_memory(port: int, count: int) -> None:
    """Collect a number of feeds; print how many entries are new, and the processor time."""
    with tempfile.TemporaryDirectory() as folder, suppress(BrokenPipeError):
        app = _app(Feeds(port=port, count=count), Path(folder), full_text=False)
        duration, result = _measure(lambda: _collect(app))
        print(json.dumps({"new": result.new_articles, "seconds": duration.cpu}))


if __name__ == "__main__":
    _report_memory(int(sys.argv[1]), int(sys.argv[2]))
