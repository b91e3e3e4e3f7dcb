"""deliver: Edition × Subscriber → Delivery.

Carries an edition to everyone who waits for it in the ledger. The promise: nobody is missed, and each death of a
process or loss of a final reply adds at most one copy for each open connection, under the same Message-ID.

    verdict     what a server's words mean for one delivery: pure
    deliver     takes rows of the ledger, lets a mailer carry the letters, and commits what is heard of each

How the letters travel is the mailer's business (``mailers``).
"""

from __future__ import annotations

import uuid
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from digest.deliver.message.edition_headers import Recipient
from digest.deliver.message.message import Prepared
from digest.deliver.retry import LONGEST_WAIT, Policy, decide
from digest.model import Delivery, Outcome
from digest.model.errors import DigestError, StoreError
from digest.model.mailbox import Mailbox
from digest.model.protocols import Mailer, Message, SendResult
from digest.store import Store, deliveries, editions
from digest.store.ledger import AttemptResult, Ledger, open_ledger

#: Makes the mail for one row. Raises ``DigestError`` if none can be made, which is final for that row.
Writer = Callable[[Delivery], Message]

_CHUNK = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """Where an edition's deliveries stand."""

    counts: Mapping[Outcome, int]
    #: When the first of those that wait is to be tried again; None if none waits.
    next_try: datetime | None = None

    @property
    def is_final(self) -> bool:
        """Nothing is left to be done, or to be heard."""
        return all(outcome.is_final for outcome, count in self.counts.items() if count)


class Stop(Protocol):
    """Says when to leave: a ``threading.Event`` is one."""

    def is_set(self) -> bool: ...


def deliver(
    edition_id: int,
    store: Store,
    mailer: Mailer,
    *,
    write: Writer,
    clock: Callable[[], datetime],
    stop: Stop,
    policy: Policy = "retry",
    even_if_waiting: bool = False,
) -> Tally:
    """Try what is due (or waits at all, with ``even_if_waiting``) until nothing is, or ``stop`` is set.

    Safe to run twice at once, and again after any death: a dead sender's rows are taken over. Raises ``MailError`` if
    the server can't be used, and ``StoreError``; then the rest waits in the ledger.
    """
    name = f"sender-{uuid.uuid4().hex[:12]}"
    with store.read() as conn:
        found = editions.get(conn, edition_id)
    if found is None:
        raise DigestError(f"there is no edition {edition_id}", hint="digest editions list")
    with store.liveness_lock(name), open_ledger(store, name) as ledger:
        sender = _Sender(
            name=name,
            edition_id=edition_id,
            published=found.at,
            store=store,
            ledger=ledger,
            write=write,
            clock=clock,
            stop=stop,
            policy=policy,
        )
        with sender.at_work(even_if_waiting=even_if_waiting):
            mailer(sender)
    return tally(edition_id, store)


def tally(edition_id: int, store: Store) -> Tally:
    """Where the edition's deliveries stand now."""
    with store.read() as conn:
        return Tally(counts=deliveries.counts(conn, edition_id), next_try=deliveries.next_try(conn, edition_id))


def writer(prepared: Prepared, values: Callable[[Delivery], Mapping[str, str]], *, sender: str) -> Writer:
    """Fills a prepared mail for each row: ``values`` gives what stands in its placeholders, ``sender`` gets bounces."""

    def write(delivery: Delivery) -> Message:
        reader = delivery.subscriber
        mailbox = Mailbox.at(reader.address, reader.name)
        recipient = Recipient(mailbox=mailbox, message_id=delivery.message_id, values=values(delivery))
        return Message(
            id=delivery.id,
            message_id=delivery.message_id,
            sender=sender,
            recipient=mailbox.address,
            chunks=prepared.pieces_to(recipient),
            # ``deliver.message`` escapes everything else, and its tests hold it to that.
            is_wire_ready=not mailbox.needs_smtputf8,
        )

    return write


@dataclass(slots=True, kw_only=True)
class _Sender:
    """A mailer's outbox over the ledger: one sender's hold on one edition's rows."""

    name: str
    edition_id: int
    published: datetime
    store: Store
    ledger: Ledger
    write: Writer
    clock: Callable[[], datetime]
    stop: Stop
    policy: Policy
    #: Claimed, and not taken yet; taken, and nothing heard yet.
    _waiting: deque[Delivery] = field(default_factory=deque)
    _taken: dict[int, Delivery] = field(default_factory=dict)

    @contextmanager
    def at_work(self, *, even_if_waiting: bool) -> Iterator[None]:
        """Begins by looking for rows that wait in vain, and leaves none behind."""
        now = self.clock()
        with self.store.begin() as conn:
            beyond = None if even_if_waiting else now + LONGEST_WAIT * 2
            deliveries.make_due_now(conn, self.edition_id, now=now, beyond=beyond)
        try:
            yield
        except BaseException:
            with suppress(StoreError):  # what happened first matters; whoever comes next frees the rows
                self._free(self.name)
            raise
        self._free(self.name)

    @property
    def is_closing(self) -> bool:
        return self.stop.is_set()

    def take(self) -> Message | None:
        while not self.stop.is_set() and (self._waiting or self._claim()):
            delivery = self._waiting.popleft()
            try:
                letter = self.write(delivery)
            except DigestError as error:
                failed = AttemptResult(
                    delivery_id=delivery.id,
                    outcome=Outcome.FAILED,
                    attempts=delivery.attempts,
                    reply=str(error),
                )
                self.ledger.settle([failed], [], at=self.clock())
            else:
                self._taken[delivery.id] = delivery
                return letter
        return None

    def settle(self, reports: Sequence[SendResult], starting: Sequence[Message]) -> frozenset[int]:
        now = self.clock()
        results = [self._result(report, now) for report in reports]
        may_leave = self.ledger.settle(results, [letter.id for letter in starting], at=now)
        for report in reports:
            del self._taken[report.message.id]
        for letter in starting:
            if letter.id not in may_leave:
                del self._taken[letter.id]
        return may_leave

    def _result(self, report: SendResult, now: datetime) -> AttemptResult:
        attempts = self._taken[report.message.id].attempts + 1
        verdict = decide(report, attempts=attempts, now=now, published=self.published, policy=self.policy)
        return AttemptResult(
            delivery_id=report.message.id,
            outcome=verdict.outcome,
            attempts=attempts,
            reply=report.text,
            next_try=verdict.next_try,
        )

    def _claim(self) -> bool:
        """Hold the next rows that are due; with none, those that the dead have left."""
        return self._claim_due() or (self._bury_the_dead() and self._claim_due())

    def _claim_due(self) -> bool:
        claimed = self.ledger.claim(self.edition_id, now=self.clock(), limit=_CHUNK)
        self._waiting.extend(claimed)
        return bool(claimed)

    def _bury_the_dead(self) -> bool:
        with self.store.read() as conn:
            others = deliveries.senders(conn) - {self.name}
        dead = [name for name in sorted(others) if not self.store.is_alive(name)]
        for name in dead:
            self._free(name)
        return bool(dead)

    def _free(self, name: str) -> None:
        with self.store.begin() as conn:
            deliveries.release_sender(conn, name, now=self.clock(), hold=self.policy == "hold")
