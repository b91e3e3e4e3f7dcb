"""Feeds a second of some workers: a collection's jobs from the queue to articles in the store."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path

import psycopg
from sqlalchemy import text

from digest.jobs.procrastinate_engine import JobQueue
from digest.jobs.types import Collect
from digest.store import Store, open_store, queue_schema
from tests.bench.fleet.processes import DatabaseServer, Usage, fleet_in, measure_jobs
from tests.bench.fleet.settings import write_settings
from tests.bench.speed.feed_server import serve_feeds

#: Entries of a feed, each with a teaser and eight paragraphs of full text.
ENTRIES, _PARAGRAPHS = 20, 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Collection:
    """What some workers took for the first visit to all feeds, and for the second, when nothing had changed."""

    workers: int
    feeds: int
    first: Usage
    unchanged: Usage
    #: Entries, articles and their indexes, per entry; and the rest, per feed.
    bytes_per_entry: float
    bytes_per_feed: float
    #: Of each feed.
    entries: int = ENTRIES

    @property
    def rate(self) -> float:
        return self.feeds / self.first.seconds

    @property
    def unchanged_rate(self) -> float:
        return self.feeds / self.unchanged.seconds


def measure_collection(server: DatabaseServer, *, workers: int, feeds: int) -> Collection:
    """Collect from so many feeds, each on a host of its own, twice."""
    url = server.create_database()
    with (
        tempfile.TemporaryDirectory() as folder,
        open_store(url) as store,
        serve_feeds(feeds, entries=ENTRIES, paragraphs=_PARAGRAPHS) as served,
        fleet_in(Path(folder)) as fleet,
    ):
        write_settings(Path(folder), url, feeds=served.urls)
        with store.begin() as conn:
            queue_schema.ensure(conn)
        fleet.start_workers(workers, url)
        first = measure_jobs(url, server, fleet, lambda: _enqueue(store))
        unchanged = measure_jobs(url, server, fleet, lambda: _enqueue(store))
        fleet.end()
    sizes = _sizes(url, feeds)
    return Collection(workers=workers, feeds=feeds, first=first, unchanged=unchanged, **sizes)


def _enqueue(store: Store) -> None:
    """Queue a collection of all feeds, as if their intervals were over."""
    with store.begin() as conn:
        conn.execute(text("DELETE FROM runs WHERE kind = :kind"), {"kind": Collect.kind})
        conn.execute(text("UPDATE sources SET next_visit = now() - interval '1 minute', not_before = NULL"))
        JobQueue().enqueue(conn, Collect())


def _sizes(url: str, feeds: int) -> dict[str, float]:
    with psycopg.connect(url, autocommit=True) as conn:
        counts = conn.execute("SELECT (SELECT count(*) FROM entries), (SELECT count(*) FROM articles)").fetchone()
        if counts != (feeds * ENTRIES, feeds * ENTRIES):
            raise AssertionError(f"entries and articles: {counts}")
        conn.execute("VACUUM FULL")
        query = "SELECT relname, pg_total_relation_size(oid) FROM pg_class WHERE relkind = 'r' AND relname = ANY(%s)"
        sizes = dict(
            conn.execute(query, (["entries", "articles", "sources", "boilerplate", "source_days"],)).fetchall()
        )
    per_entry = sizes.pop("entries") + sizes.pop("articles")
    return {
        "bytes_per_entry": per_entry / feeds / ENTRIES,
        "bytes_per_feed": sum(sizes.values()) / feeds,
    }
