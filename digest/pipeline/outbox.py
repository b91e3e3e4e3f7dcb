"""The ledger as a mailer's outbox: claims due rows, builds their messages, and commits each result.

Guarantee: nobody is missed, and each process death or lost final reply adds at most one copy per open connection, with
the same Message-ID. A power cut also adds copies of the mails of the last 50 ms; with ``unknown = "hold"``, none.

The meaning of an outcome for a delivery is in ``deliver/retry.py``; how messages are sent is the mailer's concern
(``deliver/mailers.py``).
"""

from __future__ import annotations

import uuid
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime

from digest.deliver.bounces.brake import RefusalBrake
from digest.deliver.message.edition_headers import Recipient
from digest.deliver.message.prepare import PreparedMessage
from digest.deliver.retry import MAX_BACKOFF, UnknownPolicy, decide
from digest.model.editions import Delivery, Outcome
from digest.model.errors import DigestError, StoreError
from digest.model.mailbox import Mailbox
from digest.model.protocols import Mailer, Message, SendOutcome, SendResult, Stop
from digest.pipeline.suppression import open_brake
from digest.store import Store, deliveries, editions, suppressions
from digest.store.ledger import AttemptResult, Ledger, open_ledger

#: Builds the message of one delivery. Raises ``DigestError`` if it can't be built, which is final for that row.
MessageBuilder = Callable[[Delivery], Message]

#: Rows claimed at once.
_CLAIM_SIZE = 200


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
) -> Tally:
    """Send the edition's due rows (with ``even_if_waiting``, all waiting rows) until none is left, ``limit`` were sent,
    or ``stop`` is set.

    Sending also stops when the server refuses too many mails; a suspected edition isn't sent at all.

    Safe to run concurrently, and again after any crash: rows of a dead sender are released. Raises ``MailError`` if the
    server can't be used, and ``StoreError``; rows not sent stay in the ledger.
    """
    sender = f"sender-{uuid.uuid4().hex[:12]}"
    published, brake = _read_edition(edition_id, store, now=clock())
    with store.liveness_lock(sender), open_ledger(store, sender, sync_starts=unknown_policy == "hold") as ledger:
        outbox = _LedgerOutbox(
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
            _allowed=limit,
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


@dataclass(slots=True, kw_only=True)
class _LedgerOutbox:
    """Outbox over the ledger: one sender's claim on rows of one edition."""

    sender: str
    edition_id: int
    published: datetime
    store: Store
    ledger: Ledger
    build_message: MessageBuilder
    clock: Callable[[], datetime]
    stop: Stop
    unknown_policy: UnknownPolicy
    brake: RefusalBrake
    #: How many rows may still be claimed; None for no limit.
    _allowed: int | None = None
    _claimed: deque[Delivery] = field(default_factory=deque)
    #: Handed to the mailer, without a result yet; by id.
    _under_way: dict[int, Delivery] = field(default_factory=dict)

    @contextmanager
    def session(self, *, even_if_waiting: bool) -> Iterator[None]:
        """Before: make rows due whose time is wrong. After: release the rows that were claimed and not sent."""
        now = self.clock()
        with self.store.begin() as conn:
            beyond = None if even_if_waiting else now + MAX_BACKOFF * 2
            deliveries.make_due_now(conn, self.edition_id, now=now, beyond=beyond)
        try:
            yield
        except BaseException:
            with suppress(StoreError):  # report the first error; the next sender releases the rows
                self._release(self.sender)
            raise
        self._release(self.sender)

    @property
    def is_closing(self) -> bool:
        return self.stop.is_set() or self.brake.is_on

    def next_message(self) -> Message | None:
        while not self.is_closing and (self._claimed or self._claim()):
            delivery = self._claimed.popleft()
            try:
                message = self.build_message(delivery)
            except DigestError as error:
                failed = AttemptResult(
                    delivery_id=delivery.id,
                    outcome=Outcome.FAILED,
                    attempts=delivery.attempts,
                    reply=str(error),
                )
                self.ledger.settle([failed], [], at=self.clock())
            else:
                self._under_way[delivery.id] = delivery
                return message
        return None

    def commit(self, results: Sequence[SendResult], starting: Sequence[Message]) -> frozenset[int]:
        now = self.clock()
        rows = [self._ledger_result(result, now) for result in results]
        sendable = self.ledger.settle(rows, [message.id for message in starting], at=now)
        for result in results:
            del self._under_way[result.message.id]
        for message in starting:
            if message.id not in sendable:
                del self._under_way[message.id]
        return sendable

    def _ledger_result(self, result: SendResult, now: datetime) -> AttemptResult:
        message = result.message
        attempts = self._under_way[message.id].attempts + 1
        if result.outcome is SendOutcome.REJECTED:
            self.brake.record_refusal(result.reply)
        decision = decide(
            result.outcome,
            message_id=message.message_id,
            attempts=attempts,
            now=now,
            published=self.published,
            unknown_policy=self.unknown_policy,
        )
        return AttemptResult(
            delivery_id=message.id,
            outcome=decision.outcome,
            attempts=attempts,
            reply=result.reply,
            next_try=decision.next_try,
        )

    def _claim(self) -> bool:
        """Claim the next due rows; if there are none, those that dead senders had claimed."""
        with self.store.read() as conn:
            if suppressions.is_suspected(conn, self.edition_id):  # by another sender's refusals
                return False
        return self._claim_due() or (self._release_dead_senders() and self._claim_due())

    def _claim_due(self) -> bool:
        size = _CLAIM_SIZE if self._allowed is None else min(_CLAIM_SIZE, self._allowed)
        deliveries_due = self.ledger.claim(self.edition_id, now=self.clock(), limit=size) if size else ()
        if self._allowed is not None:
            self._allowed -= len(deliveries_due)
        self._claimed.extend(deliveries_due)
        return bool(deliveries_due)

    def _release_dead_senders(self) -> bool:
        with self.store.read() as conn:
            senders = deliveries.senders(conn) - {self.sender}
        dead = [sender for sender in sorted(senders) if not self.store.is_alive(sender)]
        for sender in dead:
            self._release(sender)
        return bool(dead)

    def _release(self, sender: str) -> None:
        with self.store.begin() as conn:
            deliveries.release_sender(conn, sender, now=self.clock(), hold=self.unknown_policy == "hold")
