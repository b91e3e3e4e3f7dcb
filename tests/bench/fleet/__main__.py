"""The distributed engine on this machine: mails, feeds and jobs a second, latency of a job, connections.

    python -m tests.bench.fleet [--mails N] [--feeds N] [--waiting N] [--workers N ...] [--json FILE]

PostgreSQL, the workers, the mail server and the feed server share the machine, so wall-clock figures end where its
cores do: processor time is printed beside them, by process. ``python -m tests.bench.fleet.capacity`` computes from it
how many machines a load needs.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

from tests.bench.fleet.connections import measure_connections
from tests.bench.fleet.deliveries import Deliveries, measure_deliveries
from tests.bench.fleet.feeds import Collection, measure_collection
from tests.bench.fleet.jobs import JobRate, Latency, measure_latencies, measure_rate
from tests.bench.fleet.processes import DatabaseServer, database_server
from tests.bench.quality.table import Row, table


def main() -> int:
    """Measure, print the table, and write the figures."""
    args = _arguments()
    figures: dict[str, object] = {
        "machine": f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}"
    }
    rows: list[Row] = []
    with database_server() as server:
        for name, measured, made_rows in _measures(server, args):
            print(f"measured {name}", file=sys.stderr)
            figures[name] = measured
            rows += made_rows
    print(table(rows))
    if args.json:
        args.json.write_text(json.dumps(figures, indent=2) + "\n")
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.fleet", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--mails", type=int, default=20_000, metavar="N", help="mails of an edition (default: 20000)")
    parser.add_argument("--feeds", type=int, default=400, metavar="N", help="feeds to collect (default: 400)")
    parser.add_argument("--waiting", type=int, default=50_000, metavar="N", help="waiting jobs (default: 50000)")
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2, 4], metavar="N", help="(default: 1 2 4)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures into this file too")
    return parser.parse_args()


def _measures(server: DatabaseServer, args: argparse.Namespace) -> Iterator[tuple[str, object, list[Row]]]:
    deliveries = [measure_deliveries(server, workers=count, mails=args.mails) for count in args.workers]
    yield "deliveries", [asdict(measured) for measured in deliveries], [*map(_delivery_row, deliveries)]
    collections = [measure_collection(server, workers=count, feeds=args.feeds) for count in args.workers]
    rows = [*map(_collection_row, collections), *map(_unchanged_row, collections)]
    yield "collections", [asdict(measured) for measured in collections], rows
    latencies = measure_latencies(server, waiting=args.waiting)
    rates = [measure_rate(server, count, waiting=args.waiting) for count in args.workers]
    rows = [*(_latency_row(latency, args.waiting) for latency in latencies), *map(_rate_row, rates)]
    yield "jobs", {"latencies": [*map(asdict, latencies)], "rates": [*map(asdict, rates)]}, rows
    connections = measure_connections(server)
    busiest = max(measured.usage.connections / measured.workers for measured in deliveries)
    yield "connections", connections | {"sending worker": busiest}, [_connection_row(connections, busiest)]


def _delivery_row(measured: Deliveries) -> Row:
    usage, mails = measured.usage, measured.mails
    times = _processor_time(mails, "mail", worker=usage.workers_s, PostgreSQL=usage.postgres_s, sink=measured.sink_s)
    idle = _idle(usage.seconds, usage.workers_s + usage.postgres_s + measured.sink_s)
    note = f"{times}; {idle}; {usage.wal_bytes / mails:,.0f} bytes of log"
    task = f"an edition of {mails:,} mails, mails a second"
    return Row(task=task, system=_workers(measured.workers), figure=f"{measured.rate:,.0f}", note=note)


def _collection_row(measured: Collection) -> Row:
    usage = measured.first
    times = _processor_time(measured.feeds, "feed", worker=usage.workers_s, PostgreSQL=usage.postgres_s)
    note = f"{times}; {_idle(usage.seconds, usage.workers_s + usage.postgres_s)}"
    task = f"{measured.feeds:,} feeds of 20 new articles, feeds a second"
    return Row(task=task, system=_workers(measured.workers), figure=f"{measured.rate:,.0f}", note=note)


def _unchanged_row(measured: Collection) -> Row:
    usage = measured.unchanged
    note = _processor_time(measured.feeds, "feed", worker=usage.workers_s, PostgreSQL=usage.postgres_s)
    task = "the same, unchanged since"
    return Row(task=task, system=_workers(measured.workers), figure=f"{measured.unchanged_rate:,.0f}", note=note)


def _latency_row(latency: Latency, waiting: int) -> Row:
    task = "a job begins after it was queued, median of 40"
    backlog = "nothing" if latency.backlog == "none" else f"{waiting:,} {latency.backlog}"
    note = f"95 % within {latency.p95_s * 1000:.0f} ms"
    return Row(task=task, system=f"waiting: {backlog}", figure=f"{latency.median_s * 1000:.0f} ms", note=note)


def _rate_row(rate: JobRate) -> Row:
    note = _processor_time(1, "job", worker=rate.worker_s, PostgreSQL=rate.postgres_s)
    return Row(
        task="jobs that do nothing, a second",
        system=_workers(rate.workers),
        figure=f"{rate.per_second:,.0f}",
        note=note,
    )


def _connection_row(connections: dict[str, int], busiest: float) -> Row:
    idle = ", ".join(f"{count} a {kind}" for kind, count in connections.items())
    return Row(
        task="connections to the database", system="idle", figure=idle, note=f"{busiest:.0f} a worker that sends"
    )


def _processor_time(count: int, unit: str, **seconds: float) -> str:
    times = ", ".join(f"{value / count * 1e6:,.0f} {name}" for name, value in seconds.items())
    return f"µs of processor time a {unit}: {times}"


def _idle(seconds: float, busy: float) -> str:
    return f"{busy / seconds:.1f} cores busy"


def _workers(count: int) -> str:
    return "1 worker" if count == 1 else f"{count} workers"


if __name__ == "__main__":
    sys.exit(main())
