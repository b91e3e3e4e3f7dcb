"""The ledger as a mailer's outbox: claims due rows, builds their messages, and commits each result.

Guarantee: nobody is missed, and each process death or lost final reply adds at most one copy per open connection, with
the same Message-ID. A power cut also adds copies of the mails of the last 50 ms; with ``unknown = "hold"``, none.

The meaning of an outcome for a delivery is in ``deliver/retry.py``; how messages are sent is the mailer's concern
(``deliver/mailers.py``).
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from digest.deliver.bounces.brake import RefusalBrake
from digest.deliver.message.edition_headers import Recipient
from digest.deliver.message.prepare import PreparedMessage
from digest.deliver.retry import UnknownPolicy
from digest.model.editions import Delivery, Outcome
from digest.model.errors import DigestError
from digest.model.mailbox import Mailbox
from digest.model.protocols import Mailer, Message, Stop
from digest.model.published_stories import PublishedEdition
from digest.pipeline.ledger_outbox import LedgerOutbox, MessageBuilder, no_edition
from digest.pipeline.send_rates import SendRates
from digest.pipeline.suppression import open_brake
from digest.settings import SmtpSettings
from digest.store import Store, deliveries, editions, suppressions
from digest.store.ledger import open_ledger


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """Numbers of an edition's deliveries by state, and what is wrong with them."""

    counts: Mapping[Outcome, int]
    #: When the first waiting row is due; None if none waits.
    next_try: datetime | None = None
    #: So many mails were refused at once that an operator must review it: nothing is sent before.
    is_suspected: bool = False
    #: There were recipients, none waits any more, and no mail was accepted.
    has_reached_nobody: bool = False

    def is_due(self, now: datetime) -> bool:
        """Whether rows are due that may be sent."""
        return self.next_try is not None and self.next_try <= now and not self.is_suspected

    @property
    def is_final(self) -> bool:
        """All rows have their final state."""
        return all(outcome.is_final for outcome, count in self.counts.items() if count)


def deliver_due(  # noqa: PLR0913  # what a sender works with, and how much of it
    edition_id: int,
    store: Store,
    mailer: Mailer,
    *,
    build_message: MessageBuilder,
    clock: Callable[[], datetime],
    stop: Stop,
    unknown_policy: UnknownPolicy = "retry",
    even_if_waiting: bool = False,
    limit: int | None = None,
    rates: SendRates | None = None,
    read_edition: Callable[[], PublishedEdition | None] = no_edition,
) -> Tally:
    """Send the edition's due rows (with ``even_if_waiting``, all waiting rows) until none is left, ``limit`` were sent,
    ``stop`` is set, or the server refuses too many. If all that are left wait for a turn in the ``rates``, other
    editions go first. A suspected edition isn't sent. Safe to run at the same time elsewhere, and after any crash.
    Raises ``MailError`` if the server can't be used, and ``StoreError``; rows not sent stay in the ledger.
    """
    sender = f"sender-{uuid.uuid4().hex[:12]}"
    published, brake = _read_edition(edition_id, store, now=clock())
    with store.liveness_lock(sender), open_ledger(store, sender, sync_starts=unknown_policy == "hold") as ledger:
        outbox = LedgerOutbox(
            sender=sender,
            edition_id=edition_id,
            published=published,
            store=store,
            ledger=ledger,
            build_message=build_message,
            clock=clock,
            stop=stop,
            unknown_policy=unknown_policy,
            brake=brake,
            rates=rates or SendRates(store, SmtpSettings()),
            read_edition=read_edition,
            allowed=limit,
        )
        with outbox.session(even_if_waiting=even_if_waiting):
            mailer(outbox)
    return tally(edition_id, store)


def _read_edition(edition_id: int, store: Store, *, now: datetime) -> tuple[datetime, RefusalBrake]:
    with store.read() as conn:
        edition = editions.get(conn, edition_id)
        brake = open_brake(edition_id, conn, now=now)
    if edition is None:
        raise DigestError(f"there is no edition {edition_id}", hint="digest editions list")
    return edition.frozen_at, brake


def tally(edition_id: int, store: Store) -> Tally:
    """Count the edition's deliveries by state."""
    with store.read() as conn:
        return Tally(
            counts=deliveries.counts(conn, edition_id),
            next_try=deliveries.next_try(conn, edition_id),
            is_suspected=suppressions.is_suspected(conn, edition_id),
            has_reached_nobody=suppressions.has_reached_nobody(conn, edition_id),
        )


def message_builder(
    prepared: PreparedMessage, values: Callable[[Delivery], Mapping[str, str]], *, sender: str
) -> MessageBuilder:
    """Fill a prepared message for each row: ``values`` gives its placeholders, ``sender`` is the return address."""

    def build_message(delivery: Delivery) -> Message:
        subscriber = delivery.subscriber
        mailbox = Mailbox.at(subscriber.address, subscriber.name)
        recipient = Recipient(mailbox=mailbox, message_id=delivery.message_id, values=values(delivery))
        return Message(
            id=delivery.id,
            message_id=delivery.message_id,
            sender=sender,
            recipient=mailbox.address,
            chunks=prepared.chunks_for(recipient),
            is_wire_ready=not mailbox.needs_smtputf8,  # ``message/encoding.py`` escapes everything else
        )

    return build_message
