"""``digest editions resend``: send again what failed or may have arrived, or what some subscribers want again."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from digest.cli import FAILED, INTERRUPTED
from digest.cli.editions.summary import find_edition, format_counts
from digest.cli.errors import print_stderr
from digest.cli.progress import delivery_progress
from digest.cli.signals import stop_on_signal
from digest.model.editions import Outcome
from digest.pipeline.app import make_app
from digest.pipeline.deliver import deliver_edition, edition_message_builder
from digest.settings import Settings
from digest.store import Store, deliveries, queue
from digest.store.subscribers import normalize_address

_WHY_NOT = (
    "they subscribed later, are suppressed, or are being sent to right now: 'digest editions show ID --recipients'"
)


def resend(edition_id: int, addresses: tuple[str, ...], settings: Settings) -> int:
    """Send the same bytes under the same Message-IDs; return 1 while a delivery isn't final."""
    app = make_app(settings, notify=print_stderr)
    with app.store:
        find_edition(edition_id, app.store)
        app.mailer()
        edition_message_builder(edition_id, app)  # before anything is requeued: raises if this edition can't be sent
        with app.store.begin() as conn:
            count = queue.requeue(conn, edition_id, addresses, at=datetime.now(UTC))
        if addresses and count < len(set(addresses)):
            print_stderr(f"{len(set(addresses)) - count} of them get no mail of this edition", _WHY_NOT)
        with stop_on_signal() as stop, delivery_progress(edition_id, app.store):
            tally = deliver_edition(edition_id, app, clock=lambda: datetime.now(UTC), stop=stop, even_if_waiting=True)
    print(f"edition {edition_id}: {count} sent again; {format_counts(tally.counts)}")
    if stop.is_interrupted:
        return INTERRUPTED
    return 0 if tally.is_final else FAILED


def resend_recipients(edition_id: int, addresses: tuple[str, ...], store: Store) -> Iterator[str]:
    """List the subscribers that ``resend`` would send to, and the outcome of their last delivery."""
    find_edition(edition_id, store)
    chosen = {normalize_address(address) for address in addresses}
    excluded = {Outcome.SUPPRESSED} if chosen else {Outcome.SUPPRESSED, Outcome.SENT}
    with store.read() as conn:
        for row in deliveries.for_edition(conn, edition_id):
            if row.outcome not in excluded and (not chosen or normalize_address(row.subscriber.address) in chosen):
                yield f"{row.subscriber.address} ({row.outcome})"
