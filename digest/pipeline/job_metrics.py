"""Metrics of sources and of runs of jobs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from sqlalchemy import Connection

from digest.model.metrics import Metric, Sample
from digest.settings import Settings
from digest.store import daily_counts, runs, source_history, sources
from digest.store.sources import Health

#: Totals of ``daily_counts``, by what they are about and their name.
Totals = Mapping[tuple[str, str], int]
_WEEK = timedelta(days=7)
#: Kinds of runs as they are stored, and their labels.
KINDS = {
    "collect": "collect",
    "collect part": "collect_part",
    "publish": "publish",
    "send": "send",
    "deliver": "deliver",
    "heed": "bounces",
    "sweep": "retention",
    "alarm": "alarm",
}


def source_metrics(conn: Connection, settings: Settings, totals: Totals, *, now: datetime) -> Iterator[Metric]:
    """Sources by state, and what fetching them gave."""
    ids = [source.id for source in settings.sources]
    healths = {health.id: health for health in sources.health(conn)}
    new = source_history.new_entries(conn, ids, since=now - _WEEK)
    states = {id_: _state(healths.get(id_), new.get(id_, 0)) for id_ in ids}
    counts = {name: list(states.values()).count(name) for name in ("fine", "quiet", "broken", "new")}
    yield Metric.of(
        "digest_sources",
        "gauge",
        "Sources by state: fine, quiet (nothing new for a week), broken, new (never fetched).",
        (({"state": name}, count) for name, count in counts.items()),
    )
    fetches = {"ok": daily_counts.FETCHED, "failed": daily_counts.FETCH_FAILED}
    yield Metric.of(
        "digest_source_fetches_total",
        "counter",
        "Fetches of sources.",
        (({"result": result}, totals.get(("", name), 0)) for result, name in fetches.items()),
    )
    entries = totals.get(("", daily_counts.ENTRIES), 0)
    yield Metric.of("digest_entries_total", "counter", "New entries of all sources.", [({}, entries)])
    if settings.web.metrics_per_source:
        yield from _each_source(states, healths)


def _each_source(states: Mapping[str, str], healths: Mapping[str, Health]) -> Iterator[Metric]:
    yield Metric.of(
        "digest_source_up",
        "gauge",
        "Whether the source's last fetch succeeded.",
        (({"source": id_}, state != "broken") for id_, state in states.items() if state != "new"),
    )
    successes = {id_: healths[id_].last_success for id_ in states if id_ in healths}
    yield Metric.of(
        "digest_source_last_success_timestamp_seconds",
        "gauge",
        "When the source was read last.",
        (({"source": id_}, at.timestamp()) for id_, at in successes.items() if at),
    )


def _state(health: Health | None, new_entries: int) -> str:
    if health is None:
        return "new"
    return "broken" if health.error else "fine" if new_entries else "quiet"


def run_metrics(conn: Connection, totals: Totals) -> Iterator[Metric]:
    """Runs of jobs: how many, how long, and when the last one ended."""
    counts = {
        (label, name.removeprefix(daily_counts.RUNS)): count
        for kind, label in KINDS.items()
        for (about, name), count in sorted(totals.items())
        if about == kind and name.startswith(daily_counts.RUNS)
    }
    yield Metric.of(
        "digest_runs_total",
        "counter",
        "Runs of jobs by their outcome.",
        (({"kind": kind, "outcome": outcome}, count) for (kind, outcome), count in counts.items()),
    )
    numbers: Counter[str] = Counter()
    for (kind, _), count in counts.items():
        numbers[kind] += count
    milliseconds = {label: totals.get((kind, daily_counts.RUN_MILLISECONDS), 0) for kind, label in KINDS.items()}
    samples = [
        Sample(labels={"kind": kind}, value=value, suffix=suffix)
        for kind, number in numbers.items()
        for suffix, value in (("_count", number), ("_sum", milliseconds[kind] / 1000))
    ]
    help_ = "Duration of runs of jobs."
    yield Metric(name="digest_run_duration_seconds", kind="summary", help=help_, samples=tuple(samples))
    yield from _last_runs(conn)


def _last_runs(conn: Connection) -> Iterator[Metric]:
    ended = [(KINDS[run.kind], run.started, run.ended) for run in runs.last_done(conn) if run.kind in KINDS]
    yield Metric.of(
        "digest_last_run_duration_seconds",
        "gauge",
        "Duration of the last run that did not fail.",
        (({"kind": kind}, max((end - start).total_seconds(), 0)) for kind, start, end in ended if end),
    )
    yield Metric.of(
        "digest_last_success_timestamp_seconds",
        "gauge",
        "End of the last run that did not fail.",
        (({"kind": kind}, end.timestamp()) for kind, _, end in ended if end),
    )
