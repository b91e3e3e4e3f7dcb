"""200 feeds fetched by each program as its own command, twice: the first visit, and one after which nothing changed.

The same server answers all, each feed at an address of its own, and the programs take turns. Time is that of whole
processes, from start to end. What they do differs, and the table says so: rss2email reads one feed after the other and
is told to send nothing; reader stores entries as they are; digest also cleans them, detects their language and stores
paragraphs.
"""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from tests.bench.quality.table import Row
from tests.bench.speed.feed_server import Feeds, serve_feeds

_ROOT = Path(__file__).resolve().parents[3]
_READER = """\
import sys
from reader import make_reader
reader = make_reader("reader.db")
if sys.argv[1] == "add":
    for url in open("feeds.txt").read().split():
        reader.add_feed(url)
elif sys.argv[1] == "count":
    print(reader.get_entry_counts().total)
else:
    reader.update_feeds(workers=int(sys.argv[1]), scheduled=False)
reader.close()
"""
#: Feeds that reader fetches at once: more gained nothing.
_WORKERS = 8


@dataclass(frozen=True, slots=True)
class Times:
    """Seconds of wall-clock time and of processor time, that of child processes included."""

    wall: float
    cpu: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """How a program is set up in a folder with ``feeds.txt`` and ``feeds.opml``, run, and asked what it has."""

    name: str
    prepare: Callable[[Path, Feeds], None]
    command: Sequence[str]
    count: Callable[[Path], int]


def measure(peers: Mapping[str, str], python: Path, *, feeds: int, runs: int) -> list[Row]:
    """Return the rows of teasers and of full texts, for digest and each peer that is installed."""
    programs = [_digest(), *_peers(peers, python)]
    rows: list[Row] = []
    for paragraphs, text in ((1, "teasers"), (8, "full text")):
        with serve_feeds(feeds, entries=20, paragraphs=paragraphs) as served:
            times = [{program.name: _run(program, served) for program in programs} for _ in range(runs)]
        for visit, label in ((0, "first visit"), (1, "nothing changed since")):
            best = {name: min((run[name][visit] for run in times), key=lambda each: each.wall) for name in times[0]}
            rows += _rows(f"{feeds} feeds of 20 entries with {text}, {label}", best)
    return rows


def _rows(task: str, best: Mapping[str, Times]) -> Iterator[Row]:
    ours = best["digest"]
    for name, times in best.items():
        ratio = f"; {times.wall / ours.wall:.1f} times digest's time" if name != "digest" else ""
        yield Row(task=task, system=name, figure=f"{times.wall:.2f} s", note=f"{times.cpu:.2f} s of processor{ratio}")


def _run(program: Program, feeds: Feeds) -> tuple[Times, Times]:
    """Two visits in a new folder. Raises ``AssertionError`` unless all entries are there."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "feeds.txt").write_text("\n".join(feeds.urls))
        outlines = "".join(f'<outline type="rss" text="f{at}" xmlUrl="{url}"/>' for at, url in enumerate(feeds.urls))
        (folder / "feeds.opml").write_text(f'<opml version="2.0"><head/><body>{outlines}</body></opml>')
        program.prepare(folder, feeds)
        visits = _time(program.command, folder), _time(program.command, folder)
        stored = program.count(folder)
        assert stored == feeds.count * 20, f"{program.name} has {stored} entries"
        return visits


def _time(command: Sequence[str], folder: Path) -> Times:
    before, started = os.times(), time.perf_counter()
    _call(command, folder)
    wall, after = time.perf_counter() - started, os.times()
    return Times(wall, after.children_user + after.children_system - before.children_user - before.children_system)


def _call(command: Sequence[str], folder: Path) -> str:
    environ = {"PATH": os.environ["PATH"], "HOME": str(folder), "LANG": "C.UTF-8", "PYTHONPATH": str(_ROOT)}
    done = subprocess.run(command, cwd=folder, env=environ, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


# --- the programs ------------------------------------------------------------------------------------------------


def _digest() -> Program:
    command = [sys.executable, "-m", "digest", "collect"]

    def prepare(folder: Path, feeds: Feeds) -> None:
        sources = (
            f'[[sources]]\nid = "f{at}"\nurl = "{url}"\nfull_text = "never"\n' for at, url in enumerate(feeds.urls)
        )
        allow = f"[fetch]\nallow = {json.dumps(feeds.hosts)}\n"
        (folder / "digest.toml").write_text("\n".join([allow, *sources]))

    def count(folder: Path) -> int:
        with closing(sqlite3.connect(folder / "digest.db")) as store:
            return int(store.execute("SELECT count(*) FROM entries").fetchone()[0])

    return Program(name="digest", prepare=prepare, command=command, count=count)


def _peers(peers: Mapping[str, str], python: Path) -> Iterator[Program]:
    if version := peers.get("reader"):
        reader = [str(python), "-c", _READER]
        yield Program(
            name=f"reader {version}, {_WORKERS} workers",
            prepare=lambda folder, _: _discard(_call([*reader, "add"], folder)),
            command=[*reader, str(_WORKERS)],
            count=lambda folder: int(_call([*reader, "count"], folder)),
        )
    if version := peers.get("rss2email"):
        r2e = [str(python.with_name("r2e")), "-c", "r2e.cfg", "-d", "r2e.json"]
        yield Program(
            name=f"rss2email {version}, sending nothing",
            prepare=lambda folder, _: _prepare_rss2email(r2e, folder),
            command=[*r2e, "run", "--no-send"],
            count=_rss2email_count,
        )


def _prepare_rss2email(r2e: Sequence[str], folder: Path) -> None:
    _call([*r2e, "new", "me@example.org"], folder)
    _call([*r2e, "opmlimport", "feeds.opml"], folder)


def _rss2email_count(folder: Path) -> int:
    document = json.loads((folder / "r2e.json").read_text("utf-8"))
    return sum(len(feed["seen"]) for feed in document["feeds"])


def _discard(_: object) -> None:
    """Ignore what a command printed."""
