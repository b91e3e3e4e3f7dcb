"""``digest editions resend``: a person wants what failed, or what is in doubt, sent again."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from digest.cli import FAILED, INTERRUPTED
from digest.cli.editions.summary import published, stand
from digest.cli.errors import print_stderr
from digest.cli.progress import delivery_progress
from digest.cli.signals import stop_on_signal
from digest.model import Outcome
from digest.pipeline.app import make_app
from digest.pipeline.deliver import post, writer_for
from digest.settings import Settings
from digest.store import Store, deliveries, queue
from digest.store.subscribers import key

_WHY = "they subscribed later, or are suppressed, or are being served right now: 'digest editions show ID --recipients'"


def resend(edition_id: int, addresses: tuple[str, ...], found: Settings) -> int:
    """Send it again, the same bytes under the same Message-IDs; 1 while a delivery isn't final."""
    app = make_app(found, tell=print_stderr)
    with app.store:
        published(edition_id, app.store)
        app.mailer()
        writer_for(edition_id, app)  # nothing is put back that can't be sent
        with app.store.begin() as conn:
            count = queue.put_back(conn, edition_id, addresses, at=datetime.now(UTC))
        if addresses and count < len(set(addresses)):
            print_stderr(f"{len(set(addresses)) - count} of them get no mail of this edition", _WHY)
        with stop_on_signal() as stop, delivery_progress(edition_id, app.store):
            tally = post(edition_id, app, clock=lambda: datetime.now(UTC), stop=stop, even_if_waiting=True)
    print(f"edition {edition_id}: {count} sent again; {stand(tally.counts)}")
    if stop.is_interrupted:
        return INTERRUPTED
    return 0 if tally.is_final else FAILED


def who_would_get_it(edition_id: int, addresses: tuple[str, ...], store: Store) -> Iterator[str]:
    """The readers that ``resend`` would serve, and how their mails stand; nothing is changed."""
    published(edition_id, store)
    named = {key(address) for address in addresses}
    passed_over = {Outcome.SUPPRESSED} if named else {Outcome.SUPPRESSED, Outcome.SENT}
    with store.read() as conn:
        for row in deliveries.of(conn, edition_id):
            if row.outcome not in passed_over and (not named or key(row.subscriber.address) in named):
                yield f"{row.subscriber.address} ({row.outcome})"
