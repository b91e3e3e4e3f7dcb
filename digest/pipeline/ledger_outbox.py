"""One sender's claim on rows of one edition, as a mailer's outbox: claims rows, builds their messages, commits results.

Rows that the mail server or their provider takes no more of now wait for their turn: a few here, others in the ledger.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from digest.deliver.bounces.brake import RefusalBrake
from digest.deliver.retry import MAX_BACKOFF, UnknownPolicy, decide
from digest.deliver.throttling import is_throttled
from digest.model.editions import Delivery, Outcome
from digest.model.errors import DigestError, StoreError
from digest.model.protocols import Message, SendOutcome, SendResult, Stop
from digest.model.published_stories import PublishedEdition
from digest.pipeline.send_queue import SendQueue
from digest.pipeline.send_rates import HELD_S, SendRates
from digest.store import Store, deliveries, queue, suppressions
from digest.store.ledger import AttemptResult, Ledger

#: Builds the message of one delivery. Raises ``DigestError`` if it can't be built, which is final for that row.
MessageBuilder = Callable[[Delivery], Message]


def no_edition() -> None:
    """No edition: its stories aren't known."""


#: Rows claimed at once.
_CLAIM_SIZE = 200
#: While rows wait for their turn, others are looked for as often as this.
_CLAIM_PAUSE_S = 1.0


@dataclass(slots=True, kw_only=True)
class LedgerOutbox:
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
    rates: SendRates
    #: Reads the edition, if a mailer asks for it.
    read_edition: Callable[[], PublishedEdition | None] = no_edition
    #: How many rows may still be claimed; None for no limit.
    allowed: int | None = None
    _queue: SendQueue = field(init=False)
    #: Other editions go first, if all that is left waits for its turn.
    _yields: bool = True
    #: Rows with a wrong time were made due: once, and only after all others, since it reads the rows that wait.
    _has_corrected: bool = False
    #: Earliest next claim after one that found nothing, and since when all rows wait for their turn; monotonic.
    _claim_at: float = 0.0
    _waiting_since: float | None = None
    #: Handed to the mailer, without a result yet; by id.
    _under_way: dict[int, Delivery] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._queue = SendQueue(self.rates)

    @contextmanager
    def session(self, *, even_if_waiting: bool) -> Iterator[None]:
        """Before: make waiting rows due, if asked to. After: release the rows that were claimed and not sent."""
        if even_if_waiting:  # a person waits for it
            with self.store.begin() as conn:
                deliveries.make_due_now(conn, self.edition_id, now=self.clock())
            self._has_corrected = True
            self._yields = False
            self.rates.forget_plans()
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
        while not self.is_closing and (delivery := self._next_delivery()):
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

    @property
    def wait_s(self) -> float | None:
        return min(self._queue.wait_s, _CLAIM_PAUSE_S) if self._queue else None

    @property
    def edition(self) -> PublishedEdition | None:
        return self.read_edition()

    def _next_delivery(self) -> Delivery | None:
        """The next delivery whose turn it is; claims more if there is none."""
        while True:
            if delivery := self._queue.pop():
                self._waiting_since = None if self._queue.has_unlimited else self._waiting_since
                return delivery
            if self._queue.has_unlimited or (self._queue and self.rates.monotonic() < self._claim_at):
                return None
            if not self._claim():
                self._claim_at = self.rates.monotonic() + _CLAIM_PAUSE_S
                self._let_others_go_first()
                return None

    def _let_others_go_first(self) -> None:
        """Give up rows that wait for their turn, if other editions wait for this process."""
        now = self.rates.monotonic()
        self._waiting_since = now if self._waiting_since is None else self._waiting_since
        if self._queue and self._yields and now - self._waiting_since >= HELD_S:
            with self.store.read() as conn:
                due = queue.editions_due(conn, now=self.clock(), beyond=self.clock() + 2 * MAX_BACKOFF)
            if set(due) - {self.edition_id}:
                self._queue.clear()

    def commit(self, results: Sequence[SendResult], starting: Sequence[Message]) -> frozenset[int]:
        now = self.clock()
        rows = [self._ledger_result(result, now) for result in results]
        sendable = self.ledger.settle(rows, [message.id for message in starting], at=now)
        for result in results:
            del self._under_way[result.message.id]
        for message in starting:
            if message.id not in sendable:
                del self._under_way[message.id]
        self._slow_down(results)
        return sendable

    def _slow_down(self, results: Sequence[SendResult]) -> None:
        """Send fewer mails where a server asks for that."""
        throttled = [result for result in results if is_throttled(result.code, result.reply)]
        for is_relays in (True, False):
            replies = {
                result.message.recipient: result.reply
                for result in throttled
                if (result.outcome is SendOutcome.SENDER_REJECTED) == is_relays
            }
            if replies:
                self.rates.slow_down(replies.items(), is_relays=is_relays)
        if throttled:
            self._postpone(self._queue.regroup())

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
            retry_after_s=result.retry_after_s,
        )
        return AttemptResult(
            delivery_id=message.id,
            outcome=decision.outcome,
            attempts=attempts,
            reply=result.reply,
            next_try=decision.next_try,
        )

    def _claim(self) -> bool:
        """Claim the next due rows; if there are none, those that dead senders had claimed, or whose time is wrong."""
        with self.store.read() as conn:
            if suppressions.is_suspected(conn, self.edition_id):  # by another sender's refusals
                return False
        if self._claim_due():
            return True
        return self.allowed != 0 and (self._release_dead_senders() or self._correct_times()) and self._claim_due()

    def _claim_due(self) -> bool:
        size = _CLAIM_SIZE if self.allowed is None else min(_CLAIM_SIZE, self.allowed)
        if self.rates.refresh():
            self._postpone(self._queue.regroup())
        deliveries_due = self.ledger.claim(self.edition_id, now=self.clock(), limit=size) if size else ()
        if self.allowed is not None:
            self.allowed -= len(deliveries_due)
        self._postpone(self._queue.add(deliveries_due))
        return bool(deliveries_due)

    def _postpone(self, postponed: Sequence[tuple[Delivery, timedelta]]) -> None:
        """Put claimed rows back until their turn in a rate."""
        if postponed:
            now = self.clock()
            self.ledger.postpone((row, now + min(wait, deliveries.MAX_POSTPONEMENT)) for row, wait in postponed)
            if self.allowed is not None:
                self.allowed += len(postponed)

    def _correct_times(self) -> bool:
        """Make rows due whose time nothing explains: the clock was wrong when it was set. Whether there were any."""
        if self._has_corrected:
            return False
        self._has_corrected, now = True, self.clock()
        with self.store.begin() as conn:
            return deliveries.make_due_now(conn, self.edition_id, now=now, beyond=now + MAX_BACKOFF * 2) > 0

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
