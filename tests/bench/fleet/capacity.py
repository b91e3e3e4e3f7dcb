"""How far the distributed engine goes: machines, rows and gigabytes for loads up to ten million mails a day.

    python -m tests.bench.fleet.capacity [FIGURES.json] [--core-hour PRICE] [--gigabyte-month PRICE]

Computed from what ``python -m tests.bench.fleet --json FIGURES.json`` measured: processor time of a mail, a feed and a
job by process, bytes of a row, connections. Rows, bytes and connections are multiplied; machines are extrapolated: a
core does as much as one of the measured machine's, and the work is shared evenly.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

#: The published figures.
FIGURES = Path(__file__).with_name("figures.json")
#: Mails of a day are sent within so many hours, and processors are busy for at most so much of a peak.
_SENDING_HOURS, _LOAD = 4, 0.6
#: Visits and new articles of a feed a day: most are quiet, and an interval grows to a day.
_VISITS, _ARTICLES = 24, 10
#: [retention]: days for which text, and editions with their mails, are kept.
_TEXT_DAYS, _EDITION_DAYS = 90, 400
#: Mails of a job, and sources of one.
_MAILS, _SOURCES = 200, 50
#: Processes that are there for safety: one of each would do.
_CLOCKS, _WEB = 2, 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Costs:
    """What one of each costs, by measurement."""

    #: Seconds of a processor: our processes' and PostgreSQL's.
    mail: tuple[float, float]
    article: tuple[float, float]
    visit: tuple[float, float]
    job: tuple[float, float]
    #: Bytes in the database, indexes included, without dead rows; of a mail's log.
    ledger_row: float
    article_row: float
    feed_row: float
    edition_row: float
    mail_log: float
    #: Connections: at most of a worker that sends, and of an idle clock and web process.
    connections: Mapping[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """A day's work."""

    mails: int
    feeds: int
    editions: int


LOADS = (
    Load(mails=100_000, feeds=1_000, editions=50),
    Load(mails=1_000_000, feeds=10_000, editions=1_000),
    Load(mails=10_000_000, feeds=100_000, editions=50_000),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Needs:
    """What a load needs."""

    load: Load
    #: Cores that are busy while the day's mails are sent: ours and PostgreSQL's.
    worker_cores: float
    postgres_cores: float
    workers: int
    connections: int
    jobs: int
    ledger_rows: int
    articles: int
    #: Bytes kept, and bytes of write-ahead log a day.
    stored: float
    log: float
    #: Hours of a core a day, over all machines.
    core_hours: float


def costs(figures: Mapping[str, Any]) -> Costs:
    """The costs from the figures of ``tests.bench.fleet``: of the run with the fewest workers, one by default."""
    sent, collected = figures["deliveries"][0], figures["collections"][0]
    usage, first, unchanged = sent["usage"], collected["first"], collected["unchanged"]
    mails, feeds = sent["mails"], collected["feeds"]
    rate = figures["jobs"]["rates"][0]
    visit = (unchanged["workers_s"] / feeds, unchanged["postgres_s"] / feeds)
    per_article = tuple(
        max(first[name] / feeds - seconds, 0.0) / collected["entries"]
        for name, seconds in zip(("workers_s", "postgres_s"), visit, strict=True)
    )
    return Costs(
        mail=(usage["workers_s"] / mails, usage["postgres_s"] / mails),
        article=(per_article[0], per_article[1]),
        visit=visit,
        job=(rate["worker_s"], rate["postgres_s"]),
        ledger_row=sent["ledger_bytes_compact"] / sent["ledger_rows"],
        article_row=collected["bytes_per_entry"],
        feed_row=collected["bytes_per_feed"],
        edition_row=sent["edition_bytes"],
        mail_log=usage["wal_bytes"] / mails,
        connections=figures["connections"],
    )


def needs(load: Load, cost: Costs) -> Needs:
    """What the load needs, by these costs."""
    sending_s, day_s = _SENDING_HOURS * 3600, 86_400
    articles = load.feeds * _ARTICLES
    collecting = [
        (load.feeds * _VISITS * visit + articles * article) / day_s
        for visit, article in zip(cost.visit, cost.article, strict=True)
    ]
    sending = [load.mails * mail / sending_s for mail in cost.mail]
    worker_cores, postgres_cores = (sent + got for sent, got in zip(sending, collecting, strict=True))
    workers = max(math.ceil(worker_cores / _LOAD), 2)  # a second, so that one may fail
    jobs = math.ceil(load.mails / _MAILS) + load.editions + load.feeds * _VISITS // _SOURCES
    return Needs(
        load=load,
        worker_cores=worker_cores,
        postgres_cores=postgres_cores,
        workers=workers,
        connections=round(
            workers * cost.connections["sending worker"]
            + _CLOCKS * cost.connections["clock"]
            + _WEB * cost.connections["web"]
        ),
        jobs=jobs,
        ledger_rows=load.mails * _EDITION_DAYS,
        articles=articles * _TEXT_DAYS,
        stored=load.mails * _EDITION_DAYS * cost.ledger_row
        + articles * _TEXT_DAYS * cost.article_row
        + load.feeds * cost.feed_row
        + load.editions * _EDITION_DAYS * cost.edition_row,
        log=load.mails * cost.mail_log,
        core_hours=(sum(sending) * sending_s + sum(collecting) * day_s) / 3600,
    )


def table(cost: Costs, loads: Sequence[Load] = LOADS) -> str:
    """The needs of the loads as a Markdown table."""
    needed = [needs(load, cost) for load in loads]
    rows = [
        ("", *(f"{load.mails:,} mails, {load.feeds:,} feeds a day" for load in loads)),
        ("---", *("---" for _ in loads)),
        ("mails a second, all within four hours", *(f"{load.mails / _SENDING_HOURS / 3600:,.0f}" for load in loads)),
        ("busy cores of workers then", *(f"{need.worker_cores:.1f}" for need in needed)),
        ("busy cores of PostgreSQL then", *(f"{need.postgres_cores:.1f}" for need in needed)),
        ("workers, a core each", *(f"{need.workers}" for need in needed)),
        ("cores of the database's machine", *(f"{_database_cores(need)}" for need in needed)),
        ("connections at most", *(f"{need.connections}" for need in needed)),
        ("jobs a day", *(f"{need.jobs:,}" for need in needed)),
        ("rows of the ledger kept (400 days)", *(f"{need.ledger_rows:,}" for need in needed)),
        ("articles kept (90 days)", *(f"{need.articles:,}" for need in needed)),
        ("gigabytes kept, without dead rows", *(_gigabytes(need.stored) for need in needed)),
        ("gigabytes of write-ahead log a day, of mails", *(_gigabytes(need.log) for need in needed)),
        ("core-hours of work a day", *(f"{need.core_hours:.1f}" for need in needed)),
    ]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _database_cores(need: Needs) -> int:
    """The next power of two, with room."""
    return int(2 ** max(math.ceil(math.log2(max(need.postgres_cores / _LOAD, 1))), 1))


def _gigabytes(size: float) -> str:
    return f"{size / 1e9:,.0f}" if size > 5e9 else f"{size / 1e9:.1f}"


def _monthly(need: Needs, core_hour: float, gigabyte_month: float) -> float:
    """The price of machines that run all day: workers, the database, and two small ones for clocks and web."""
    cores = need.workers + _database_cores(need) + _CLOCKS + _WEB
    return cores * 730 * core_hour + need.stored / 1e9 * gigabyte_month


def main() -> int:
    """Print the table, and with prices what each load costs a month."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.fleet.capacity", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("figures", nargs="?", type=Path, default=FIGURES, metavar="FIGURES.json")
    parser.add_argument("--core-hour", type=float, metavar="PRICE", help="what a core costs an hour")
    parser.add_argument("--gigabyte-month", type=float, default=0.0, metavar="PRICE", help="(default: 0)")
    args = parser.parse_args()
    cost = costs(json.loads(args.figures.read_text()))
    print(table(cost))
    if args.core_hour is not None:
        for load in LOADS:
            price = _monthly(needs(load, cost), args.core_hour, args.gigabyte_month)
            print(f"{load.mails:,} mails a day: {price:,.0f} a month")
    return 0


if __name__ == "__main__":
    sys.exit(main())
