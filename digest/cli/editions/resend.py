"""``digest editions resend``: send again what failed or may have arrived, or what some subscribers want again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from threading import Event

from sqlalchemy import Connection

from digest.cli import FAILED, INTERRUPTED
from digest.cli.editions.summary import find_edition, format_counts
from digest.cli.errors import print_stderr
from digest.cli.progress import delivery_progress
from digest.cli.signals import stop_on_signal
from digest.jobs.service import distributed_engine
from digest.jobs.types import Deliver
from digest.model.editions import Outcome
from digest.pipeline.app import App, make_app
from digest.pipeline.deliver import deliver_edition
from digest.pipeline.outbox import Tally, tally
from digest.pipeline.resend import check_resendable, requeue_mails
from digest.settings import Settings
from digest.store import Store, editions, queue, queue_schema

_WHY_NOT = (
    "they subscribed later, left, are suppressed, or are being sent to right now: "
    "'digest editions show ID --recipients'"
)


def resend(edition_id: int, addresses: tuple[str, ...], settings: Settings, *, include_sent: bool = False) -> int:
    """Send the same bytes under the same Message-IDs; return 1 while a delivery isn't final."""
    app = make_app(settings, notify=print_stderr)
    with app.store:
        check_resendable(edition_id, app)
        is_queued = settings.jobs.engine == "procrastinate"
        with app.store.begin() as conn:
            count = requeue_mails(conn, edition_id, addresses, now=datetime.now(UTC), include_sent=include_sent)
            if is_queued:
                _enqueue_delivery(conn, edition_id)
        if addresses and count < len(set(addresses)):
            print_stderr(f"{len(set(addresses)) - count} of them get no mail of this edition", _WHY_NOT)
        with stop_on_signal() as stop:
            counted = _wait(edition_id, app, stop) if is_queued else _deliver(edition_id, app, stop)
    print(f"edition {edition_id}: {count} sent again; {format_counts(counted.counts)}")
    if not count and not addresses and counted.is_final:
        print_stderr(*_nothing_to_send(edition_id, counted.counts))
    if stop.is_interrupted:
        return INTERRUPTED
    is_done = counted.is_final and not (counted.is_suspected or counted.has_reached_nobody)
    return 0 if is_done else FAILED


def _deliver(edition_id: int, app: App, stop: Event) -> Tally:
    with delivery_progress(edition_id, app.store):
        return deliver_edition(edition_id, app, clock=lambda: datetime.now(UTC), stop=stop, even_if_waiting=True)


def _enqueue_delivery(conn: Connection, edition_id: int) -> None:
    """Queue a job for a worker; the clock queues it again if it is lost."""
    with distributed_engine():
        from digest.jobs.procrastinate_engine import JobQueue
    queue_schema.ensure(conn)
    JobQueue().enqueue(conn, Deliver(edition_id=edition_id))


def _wait(edition_id: int, app: App, stop: Event) -> Tally:
    """Wait until workers have sent the mails."""
    from digest.cli.queued_work import QueuedWork

    with app.store.read() as conn:
        newsletter_id = editions.newsletter_id(conn, edition_id) or ""
    QueuedWork(app=app, newsletter_id=newsletter_id, find_editions=lambda _: [edition_id]).wait(stop)
    return tally(edition_id, app.store)


def _nothing_to_send(edition_id: int, counts: Mapping[Outcome, int]) -> tuple[str, str]:
    """Why no mail was sent again, and how to send some."""
    if not counts.get(Outcome.SENT):
        return (
            f"no mail of edition {edition_id} failed that could be sent again",
            f"'digest editions show {edition_id} --recipients' says why each of its subscribers gets none",
        )
    hint = f"'digest editions resend {edition_id} --again' sends it to all who have it; with an address, to that one"
    return "no mail failed: nothing was sent again", hint


def resend_recipients(
    edition_id: int, addresses: tuple[str, ...], store: Store, *, include_sent: bool = False
) -> Iterator[str]:
    """List the subscribers that ``resend`` would send to, and the outcome of their last delivery."""
    find_edition(edition_id, store)
    with store.read() as conn:
        for address, outcome in queue.requeueable(conn, edition_id, addresses, include_sent=include_sent):
            yield f"{address} ({outcome})"
