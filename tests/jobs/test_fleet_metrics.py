"""Metrics of the distributed engine's queue, on PostgreSQL."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

import pytest
from sqlalchemy import Connection

from digest.jobs.procrastinate_engine import JobQueue
from digest.jobs.types import Collect, Deliver
from digest.pipeline.fleet_metrics import fleet_metrics
from digest.settings import JobsSettings, Settings
from digest.store import Store, fleet, open_store, queue_schema
from digest.store.fleet import Member

DISTRIBUTED = Settings(jobs=JobsSettings(engine="procrastinate"))


def values(conn: Connection, settings: Settings = DISTRIBUTED) -> Mapping[str, Mapping[str, float]]:
    """By metric and the value of its label."""
    return {
        metric.name: {label: sample.value for sample in metric.samples for label in sample.labels.values()}
        for metric in fleet_metrics(conn, settings)
    }


def test_without_the_distributed_engine_there_are_names_and_no_values(sqlite_store: Store) -> None:
    with sqlite_store.read() as conn:
        assert values(conn, Settings()) == {
            "digest_jobs_waiting": {},
            "digest_jobs_oldest_seconds": {},
            "digest_fleet_processes": {},
        }


@pytest.mark.slow
def test_queues_and_living_processes_are_counted(postgres_url: str) -> None:
    with open_store(postgres_url) as store, store.begin() as conn:
        now = fleet.database_time(conn)
        worker = Member(id="worker@a:1", kind="worker", queues=("collect", "publish"), started=now, seen=now)
        silent = Member(id="clock@a:2", kind="clock", started=now, seen=now - timedelta(minutes=1))
        for member in (worker, silent):
            fleet.record(conn, member)
        before_the_queue = values(conn)
        queue_schema.ensure(conn)
        JobQueue().enqueue(conn, Collect(), Deliver(edition_id=1), Deliver(edition_id=1, part=1))

        assert before_the_queue["digest_jobs_waiting"] == {"collect": 0, "publish": 0}
        assert values(conn)["digest_jobs_waiting"] == {"collect": 1, "publish": 0, "deliver": 2}
        assert values(conn)["digest_fleet_processes"] == {"clock": 0, "worker": 1}
        assert values(conn)["digest_jobs_oldest_seconds"].keys() == {"collect", "publish", "deliver"}
