"""Metrics of the store: what ``digest run`` did, whichever process is asked.

Everything is read from totals and short lists: the time that it takes does not grow with the ledger.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta

from sqlalchemy import Connection

from digest.model.editions import Outcome
from digest.model.metrics import Metric, MetricKind, Sample
from digest.model.newsletters import Newsletter
from digest.pipeline import calendar
from digest.settings import Settings
from digest.store import (
    daily_counts,
    editions,
    page_counts,
    queue,
    runs,
    source_history,
    sources,
    subscriber_counts,
    subscription_requests,
    suppressions,
)
from digest.store.sources import Health

_WEEK = timedelta(days=7)
_CHANGES = {"joined": daily_counts.JOINED, "left": daily_counts.LEFT, "suppressed": daily_counts.SUPPRESSED}
#: Outcomes of tries. Those of mails that still wait are in the queue.
_OUTCOMES = (Outcome.SENT, Outcome.RETRY, Outcome.FAILED, Outcome.UNKNOWN, Outcome.BOUNCED, Outcome.SUPPRESSED)
#: Kinds of runs as they are stored, and their labels.
_KINDS = {
    "collect": "collect",
    "publish": "publish",
    "deliver": "deliver",
    "heed": "bounces",
    "sweep": "retention",
    "alarm": "alarm",
}
_Rows = Iterable[tuple[Mapping[str, str], float]]


def read_metrics(conn: Connection, settings: Settings, *, now: datetime) -> Iterator[Metric]:
    """The metrics of the newsletters and sources in the settings, and of all runs."""
    newsletter_ids = [newsletter.id for newsletter in settings.newsletters]
    totals = daily_counts.totals(conn, ["", *newsletter_ids, *_KINDS])
    yield from _editions(conn, settings, now)
    yield from _deliveries(conn, newsletter_ids, totals, now)
    yield from _subscribers(conn, newsletter_ids, totals, now)
    yield from _sources(conn, settings, totals, now)
    yield from _runs(conn, totals)


def _metric(name: str, kind: MetricKind, help: str, rows: _Rows, *, suffix: str = "") -> Metric:
    samples = tuple(Sample(labels=labels, value=value, suffix=suffix) for labels, value in rows)
    return Metric(name=name, kind=kind, help=help, samples=samples)


def _editions(conn: Connection, settings: Settings, now: datetime) -> Iterator[Metric]:
    counts = editions.counts_by_newsletter(conn)
    known = {newsletter.id: counts[newsletter.id] for newsletter in settings.newsletters if newsletter.id in counts}
    yield _metric(
        "digest_editions_total",
        "counter",
        "Published editions.",
        (({"newsletter": id_}, edition.count) for id_, edition in known.items()),
    )
    yield _metric(
        "digest_last_edition_timestamp_seconds",
        "gauge",
        "When the newest edition was published.",
        (({"newsletter": id_}, edition.published.timestamp()) for id_, edition in known.items()),
    )
    yield _metric(
        "digest_last_edition_lateness_seconds",
        "gauge",
        "Time from the newest edition's slot to its publication.",
        (
            ({"newsletter": id_}, max((edition.published - edition.slot_due).total_seconds(), 0))
            for id_, edition in known.items()
        ),
    )
    late = {newsletter.id: _due_since(conn, newsletter, now) for newsletter in settings.newsletters}
    yield _metric(
        "digest_slot_overdue_seconds",
        "gauge",
        "Time since a slot is due that has no edition yet; 0 without one.",
        (({"newsletter": id_}, max((now - since).total_seconds(), 0)) for id_, since in late.items()),
    )


def _due_since(conn: Connection, newsletter: Newsletter, now: datetime) -> datetime:
    """Since when a slot waits for its edition; now if none does."""
    due = calendar.due_slots(conn, newsletter, now=now)
    return due.slot.due if due and due.slot else now


def _deliveries(
    conn: Connection, newsletter_ids: Iterable[str], totals: Mapping[tuple[str, str], int], now: datetime
) -> Iterator[Metric]:
    yield _metric(
        "digest_deliveries_total",
        "counter",
        "Tries to deliver a mail by their outcome; a mail that bounces was sent before.",
        (
            ({"newsletter": id_, "outcome": str(outcome)}, totals.get((id_, daily_counts.delivery(outcome)), 0))
            for id_ in newsletter_ids
            for outcome in _OUTCOMES
        ),
    )
    state = queue.state(conn)
    mails = {"waiting": state.waiting, "sending": state.claimed}
    yield _metric(
        "digest_queue_mails", "gauge", "Mails still to be sent.", (({"state": name}, n) for name, n in mails.items())
    )
    age = max((now - state.next_try).total_seconds(), 0) if state.next_try else 0
    yield _metric("digest_queue_oldest_due_seconds", "gauge", "Time that a due mail waits at most.", [({}, age)])
    under_review = suppressions.count_open(conn)
    yield _metric(
        "digest_suppressions_under_review",
        "gauge",
        "Refusals and bounces that wait for 'digest bounces review'.",
        (({"newsletter": id_}, under_review.get(id_, 0)) for id_ in newsletter_ids),
    )


def _subscribers(
    conn: Connection, newsletter_ids: Iterable[str], totals: Mapping[tuple[str, str], int], now: datetime
) -> Iterator[Metric]:
    counts = subscriber_counts.by_newsletter(conn, newsletter_ids)
    yield _metric(
        "digest_subscribers",
        "gauge",
        "Subscribers by state.",
        (
            ({"newsletter": id_, "state": state}, number)
            for id_, count in counts.items()
            for state, number in (("active", count.active), ("suppressed", count.suppressed))
        ),
    )
    yield _metric(
        "digest_subscriber_changes_total",
        "counter",
        "Subscribers who joined or left, or whose address was suppressed.",
        (
            ({"newsletter": id_, "change": change}, totals.get((id_, name), 0))
            for id_ in newsletter_ids
            for change, name in _CHANGES.items()
        ),
    )
    waiting = subscription_requests.count_waiting(conn, since=now)
    help_ = "Requests to subscribe that wait for their confirmation mail."
    yield _metric("digest_subscription_requests_waiting", "gauge", help_, [({}, waiting)])
    unmatched = page_counts.total(conn, page_counts.UNMATCHED_UNSUBSCRIBE)
    help_ = "Unsubscribe links that named nobody."
    yield _metric("digest_unmatched_unsubscribes_total", "counter", help_, [({}, unmatched)])


def _sources(
    conn: Connection, settings: Settings, totals: Mapping[tuple[str, str], int], now: datetime
) -> Iterator[Metric]:
    ids = [source.id for source in settings.sources]
    healths = {health.id: health for health in sources.health(conn)}
    new = source_history.new_entries(conn, ids, since=now - _WEEK)
    states = {id_: _state(healths.get(id_), new.get(id_, 0)) for id_ in ids}
    counts = {name: list(states.values()).count(name) for name in ("fine", "quiet", "broken", "new")}
    yield _metric(
        "digest_sources",
        "gauge",
        "Sources by state: fine, quiet (nothing new for a week), broken, new (never fetched).",
        (({"state": name}, count) for name, count in counts.items()),
    )
    fetches = {"ok": daily_counts.FETCHED, "failed": daily_counts.FETCH_FAILED}
    yield _metric(
        "digest_source_fetches_total",
        "counter",
        "Fetches of sources.",
        (({"result": result}, totals.get(("", name), 0)) for result, name in fetches.items()),
    )
    entries = totals.get(("", daily_counts.ENTRIES), 0)
    yield _metric("digest_entries_total", "counter", "New entries of all sources.", [({}, entries)])
    if settings.web.metrics_per_source:
        yield from _each_source(states, healths)


def _each_source(states: Mapping[str, str], healths: Mapping[str, Health]) -> Iterator[Metric]:
    yield _metric(
        "digest_source_up",
        "gauge",
        "Whether the source's last fetch succeeded.",
        (({"source": id_}, state != "broken") for id_, state in states.items() if state != "new"),
    )
    successes = {id_: healths[id_].last_success for id_ in states if id_ in healths}
    yield _metric(
        "digest_source_last_success_timestamp_seconds",
        "gauge",
        "When the source was read last.",
        (({"source": id_}, at.timestamp()) for id_, at in successes.items() if at),
    )


def _state(health: Health | None, new_entries: int) -> str:
    if health is None:
        return "new"
    return "broken" if health.error else "fine" if new_entries else "quiet"


def _runs(conn: Connection, totals: Mapping[tuple[str, str], int]) -> Iterator[Metric]:
    counts = {
        (label, name.removeprefix(daily_counts.RUNS)): count
        for kind, label in _KINDS.items()
        for (about, name), count in sorted(totals.items())
        if about == kind and name.startswith(daily_counts.RUNS)
    }
    yield _metric(
        "digest_runs_total",
        "counter",
        "Runs of jobs by their outcome.",
        (({"kind": kind, "outcome": outcome}, count) for (kind, outcome), count in counts.items()),
    )
    numbers: Counter[str] = Counter()
    for (kind, _), count in counts.items():
        numbers[kind] += count
    milliseconds = {label: totals.get((kind, daily_counts.RUN_MILLISECONDS), 0) for kind, label in _KINDS.items()}
    samples = [
        Sample(labels={"kind": kind}, value=value, suffix=suffix)
        for kind, number in numbers.items()
        for suffix, value in (("_count", number), ("_sum", milliseconds[kind] / 1000))
    ]
    help_ = "Duration of runs of jobs."
    yield Metric(name="digest_run_duration_seconds", kind="summary", help=help_, samples=tuple(samples))
    yield from _last_runs(conn)


def _last_runs(conn: Connection) -> Iterator[Metric]:
    ended = [(_KINDS[run.kind], run.started, run.ended) for run in runs.last_done(conn) if run.kind in _KINDS]
    yield _metric(
        "digest_last_run_duration_seconds",
        "gauge",
        "Duration of the last run that did not fail.",
        (({"kind": kind}, max((end - start).total_seconds(), 0)) for kind, start, end in ended if end),
    )
    yield _metric(
        "digest_last_success_timestamp_seconds",
        "gauge",
        "End of the last run that did not fail.",
        (({"kind": kind}, end.timestamp()) for kind, _, end in ended if end),
    )
