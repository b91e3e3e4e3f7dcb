"""Metrics of the store: what ``digest run`` did, whichever process is asked.

Everything is read from totals and short lists: the time that it takes does not grow with the ledger.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from sqlalchemy import Connection

from digest.model.editions import Outcome
from digest.model.metrics import Metric
from digest.model.newsletters import Newsletter
from digest.pipeline import calendar
from digest.pipeline.audiences import audiences_of, personalise
from digest.pipeline.fleet_metrics import fleet_metrics
from digest.pipeline.job_metrics import KINDS, Totals, run_metrics, source_metrics
from digest.settings import Settings
from digest.store import (
    daily_counts,
    editions,
    page_counts,
    queue,
    slots,
    subscriber_counts,
    subscription_requests,
    suppressions,
    unread_mails,
)
from digest.store.slots import SlotStatus

_CHANGES = {"joined": daily_counts.JOINED, "left": daily_counts.LEFT, "suppressed": daily_counts.SUPPRESSED}
#: Outcomes of tries. Those of mails that still wait are in the queue.
_OUTCOMES = (Outcome.SENT, Outcome.RETRY, Outcome.FAILED, Outcome.UNKNOWN, Outcome.BOUNCED, Outcome.SUPPRESSED)


def read_metrics(conn: Connection, settings: Settings, *, now: datetime) -> Iterator[Metric]:
    """The metrics of the newsletters and sources in the settings, and of all runs."""
    newsletter_ids = [newsletter.id for newsletter in settings.newsletters]
    totals = daily_counts.totals(conn, ["", *newsletter_ids, *KINDS])
    yield from _editions(conn, settings)
    yield from _slots(conn, settings, now)
    yield from _deliveries(conn, newsletter_ids, totals, now)
    yield from _subscribers(conn, newsletter_ids, totals, now)
    yield from source_metrics(conn, settings, totals, now=now)
    yield from run_metrics(conn, totals)
    yield from fleet_metrics(conn, settings)


def _editions(conn: Connection, settings: Settings) -> Iterator[Metric]:
    counts = editions.counts_by_newsletter(conn)
    known = {newsletter.id: counts[newsletter.id] for newsletter in settings.newsletters if newsletter.id in counts}
    yield Metric.of(
        "digest_editions_total",
        "counter",
        "Published editions.",
        (({"newsletter": id_}, edition.count) for id_, edition in known.items()),
    )
    yield Metric.of(
        "digest_last_edition_timestamp_seconds",
        "gauge",
        "When the newest edition was published.",
        (({"newsletter": id_}, edition.published.timestamp()) for id_, edition in known.items()),
    )
    yield Metric.of(
        "digest_last_edition_lateness_seconds",
        "gauge",
        "Time from the newest edition's slot to its publication.",
        (
            ({"newsletter": id_}, max((edition.published - edition.slot_due).total_seconds(), 0))
            for id_, edition in known.items()
        ),
    )


def _slots(conn: Connection, settings: Settings, now: datetime) -> Iterator[Metric]:
    slot_counts = slots.counts(conn)
    statuses = (SlotStatus.PUBLISHED, SlotStatus.EMPTY, SlotStatus.MISSED, SlotStatus.REJECTED)
    yield Metric.of(
        "digest_slots",
        "gauge",
        "Slots so far by what became of them; a missed one may still be published by hand.",
        (
            ({"newsletter": newsletter.id, "status": str(status)}, slot_counts.get((newsletter.id, status), 0))
            for newsletter in settings.newsletters
            for status in statuses
        ),
    )
    late = {newsletter.id: _due_since(conn, newsletter, now) for newsletter in settings.newsletters}
    yield Metric.of(
        "digest_slot_overdue_seconds",
        "gauge",
        "Time since a slot is due that has no edition yet; 0 without one.",
        (({"newsletter": id_}, max((now - since).total_seconds(), 0)) for id_, since in late.items()),
    )


def _due_since(conn: Connection, newsletter: Newsletter, now: datetime) -> datetime:
    """Since when a slot of some audience waits for its edition; now if none does."""
    due = (
        calendar.due_slots(conn, personalise(newsletter, audience.preferences), now=now, audience=audience.key)
        for audience in audiences_of(conn, newsletter)
    )
    return min((each.slot.due for each in due if each and each.slot), default=now)


def _deliveries(conn: Connection, newsletter_ids: Iterable[str], totals: Totals, now: datetime) -> Iterator[Metric]:
    yield Metric.of(
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
    yield Metric.of(
        "digest_queue_mails", "gauge", "Mails still to be sent.", (({"state": name}, n) for name, n in mails.items())
    )
    age = max((now - state.next_try).total_seconds(), 0) if state.next_try else 0
    yield Metric.of("digest_queue_oldest_due_seconds", "gauge", "Time that a due mail waits at most.", [({}, age)])
    help_ = "Mails in the mailbox for bounces that are left to the operator."
    yield Metric.of("digest_unread_mails", "gauge", help_, [({}, unread_mails.count(conn))])
    under_review = suppressions.count_open(conn)
    yield Metric.of(
        "digest_suppressions_under_review",
        "gauge",
        "Refusals and bounces that wait for 'digest bounces review'.",
        (({"newsletter": id_}, under_review.get(id_, 0)) for id_ in newsletter_ids),
    )


def _subscribers(conn: Connection, newsletter_ids: Iterable[str], totals: Totals, now: datetime) -> Iterator[Metric]:
    counts = subscriber_counts.by_newsletter(conn, newsletter_ids)
    yield Metric.of(
        "digest_subscribers",
        "gauge",
        "Subscribers by state.",
        (
            ({"newsletter": id_, "state": state}, number)
            for id_, count in counts.items()
            for state, number in (("active", count.active), ("suppressed", count.suppressed))
        ),
    )
    yield Metric.of(
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
    yield Metric.of("digest_subscription_requests_waiting", "gauge", help_, [({}, waiting)])
    unmatched = page_counts.total(conn, page_counts.UNMATCHED_UNSUBSCRIBE)
    help_ = "Unsubscribe links that named nobody."
    yield Metric.of("digest_unmatched_unsubscribes_total", "counter", help_, [({}, unmatched)])
