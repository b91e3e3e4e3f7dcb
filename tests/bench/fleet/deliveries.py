"""Mails a second of some workers: an edition's jobs from the queue to the sink, and each mail in the ledger."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, replace
from pathlib import Path

import psycopg
from sqlalchemy import text

from digest.jobs.parts import delivery_parts
from digest.jobs.procrastinate_engine import JobQueue
from digest.jobs.types import Deliver
from digest.model.editions import Outcome
from digest.model.slots import Slot
from digest.store import Store, deliveries, editions, open_store, queue_schema, subscribers
from digest.store.subscribers import NewSubscriber
from tests.bench.fleet.processes import DatabaseServer, Usage, busy_s, fleet_in, measure_jobs
from tests.bench.fleet.settings import write_settings
from tests.bench.speed.delivery import run_sink, typical
from tests.support.values import NOON

#: Mails of a job, as the workers have it.
_PART = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Deliveries:
    """What some workers took for an edition's mails."""

    workers: int
    mails: int
    usage: Usage
    #: Processor time of the mail server.
    sink_s: float
    #: Of both editions: the ledger's size is theirs.
    ledger_rows: int
    #: Of the ledger with its indexes, as it stands after the mails are sent, and rewritten without dead rows.
    ledger_bytes: int
    ledger_bytes_compact: int
    #: Of the subscribers and their subscriptions, with indexes.
    subscriber_bytes: int
    #: Of the edition.
    edition_bytes: int

    @property
    def rate(self) -> float:
        return self.mails / self.usage.seconds


def measure_deliveries(server: DatabaseServer, *, workers: int, mails: int) -> Deliveries:
    """Send an edition to so many subscribers, after a small one that warms the workers up."""
    url = server.create_database()
    with tempfile.TemporaryDirectory() as folder, open_store(url) as store, run_sink() as sink:
        write_settings(Path(folder), url, smtp_port=sink.port)
        first, second = _publish(store, mails, warm_up=min(mails, _PART * 2 * workers))
        with fleet_in(Path(folder)) as fleet:
            fleet.start_workers(workers, url)
            measure_jobs(url, server, fleet, lambda: _enqueue(store, first))
            sink_pid = sink.pid
            before = busy_s(sink_pid)
            usage = measure_jobs(url, server, fleet, lambda: _enqueue(store, second))
            sink_s = busy_s(sink_pid) - before
            fleet.end()
        with store.read() as conn:
            counts = deliveries.counts(conn, second)
        if counts != {Outcome.SENT: mails}:
            raise AssertionError(f"not all mails were sent: {counts}")
    return Deliveries(workers=workers, mails=mails, usage=usage, sink_s=sink_s, **_sizes(url))


def _publish(store: Store, readers: int, *, warm_up: int) -> tuple[int, int]:
    """Two editions, the first for a few of the subscribers; their ids."""
    people = [NewSubscriber(address=f"reader{number}@harbour.example") for number in range(readers)]
    published = typical()
    ids = []
    with store.begin() as conn:
        queue_schema.ensure(conn)
        subscribers.add(conn, people, "main", at=NOON)
        some = conn.execute(text("SELECT id FROM subscribers ORDER BY id LIMIT :count"), {"count": warm_up}).scalars()
        for key, subscriber_ids in (("2026-03-28", some.all()), ("2026-03-29", None)):
            id_, _ = editions.add(conn, replace(published, slot=Slot(key=key, due=NOON)), at=NOON)
            deliveries.create_for_edition(conn, id_, host="harbour.example", at=NOON, subscriber_ids=subscriber_ids)
            ids.append(id_)
    with psycopg.connect(store_url(store), autocommit=True) as analysing:
        analysing.execute("VACUUM ANALYZE")  # as autovacuum does within a minute
    return ids[0], ids[1]


def store_url(store: Store) -> str:
    """The driver's URL of a store without a password."""
    return store.name.replace("postgresql+psycopg://", "postgresql://")


def _enqueue(store: Store, edition_id: int) -> None:
    queue = JobQueue()
    with store.begin() as conn:
        for part in range(delivery_parts(sum(deliveries.counts(conn, edition_id).values()), _PART)):
            queue.enqueue(conn, Deliver(edition_id=edition_id, part=part))


def _sizes(url: str) -> dict[str, int]:
    def size(*tables: str) -> int:
        total = 0
        for table in tables:
            row = conn.execute("SELECT pg_total_relation_size(%s::regclass)", (table,)).fetchone()
            assert row
            total += int(row[0])
        return total

    with psycopg.connect(url, autocommit=True) as conn:
        ledger, edition = size("deliveries"), size("editions") // 2
        rows = conn.execute("SELECT count(*) FROM deliveries").fetchone()
        assert rows
        conn.execute("VACUUM FULL deliveries")
        return {
            "ledger_rows": int(rows[0]),
            "ledger_bytes": ledger,
            "ledger_bytes_compact": size("deliveries"),
            "subscriber_bytes": size("subscribers", "subscriptions"),
            "edition_bytes": edition,
        }
