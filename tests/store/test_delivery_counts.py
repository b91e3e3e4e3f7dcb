"""Numbers of an edition's mails by outcome: always those of the ledger's rows, whatever changes them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from digest.model.editions import Delivery, Outcome
from digest.store import (
    Store,
    address_change,
    deliveries,
    delivery_counts,
    erasure,
    queue,
    retention,
    subscribers,
    suppression_review,
    suppressions,
)
from digest.store.bounces import DeliveryRef, record_bounce
from digest.store.ledger import AttemptResult, Ledger, open_ledger
from digest.store.tables import deliveries as table
from tests.support.editions import publish
from tests.support.values import NOON

HOUR = timedelta(hours=1)
_SENT, _FAILED = "250 taken", "550 5.1.1 no such user"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """An edition for eight readers, all claimed: one mail is sent, one failed, one waits again, one is under way."""

    store: Store
    edition_id: int
    ledger: Ledger
    rows: tuple[Delivery, ...]

    def settle(self, *results: tuple[int, Outcome, str], starting: tuple[int, ...] = ()) -> None:
        attempts = [
            AttemptResult(
                delivery_id=self.rows[number].id,
                outcome=outcome,
                attempts=1,
                reply=reply,
                next_try=NOON + HOUR if outcome is Outcome.RETRY else None,
            )
            for number, outcome, reply in results
        ]
        self.ledger.settle(attempts, [self.rows[number].id for number in starting], at=NOON)

    def ref(self, number: int) -> DeliveryRef:
        return DeliveryRef(subscriber=self.rows[number].subscriber, newsletter_id="main", edition_id=self.edition_id)

    def address(self, number: int) -> str:
        return self.rows[number].subscriber.address


def _begin(store: Store, edition_id: int, ledger: Ledger) -> Sending:
    sending = Sending(
        store=store, edition_id=edition_id, ledger=ledger, rows=ledger.claim(edition_id, now=NOON, limit=8)
    )
    sending.settle(starting=(0, 1, 2, 3))
    sending.settle((0, Outcome.SENT, _SENT), (1, Outcome.FAILED, _FAILED), (2, Outcome.RETRY, "450 later"))
    return sending


def counted(store: Store, edition_id: int) -> Mapping[Outcome, int]:
    """The numbers by reading all rows."""
    query = select(table.c.outcome, func.count()).where(table.c.edition_id == edition_id).group_by(table.c.outcome)
    with store.read() as conn:
        return dict(conn.execute(query).all())


def numbers(store: Store, edition_id: int) -> Mapping[Outcome, int]:
    """The numbers as they are kept."""
    with store.read() as conn:
        return delivery_counts.for_edition(conn, edition_id)


def _claim_again(sending: Sending) -> None:
    sending.ledger.claim(sending.edition_id, now=NOON + 2 * HOUR, limit=1)


def _release(sending: Sending) -> None:
    with sending.store.begin() as conn:
        assert deliveries.release_sender(conn, "one", now=NOON)


def _release_and_hold(sending: Sending) -> None:
    with sending.store.begin() as conn:
        deliveries.release_sender(conn, "one", now=NOON, hold=True)


def _requeue_all(sending: Sending) -> None:
    with sending.store.begin() as conn:
        assert queue.requeue(conn, sending.edition_id, at=NOON, include_sent=True) == 2


def _requeue_some(sending: Sending) -> None:
    with sending.store.begin() as conn:
        assert queue.requeue(conn, sending.edition_id, [sending.address(0), sending.address(2)], at=NOON) == 2


def _unsubscribe_all(sending: Sending) -> None:
    with sending.store.begin() as conn:
        for number in range(8):
            subscribers.unsubscribe(conn, sending.address(number), "main", at=NOON)


def _suppress_all(sending: Sending) -> None:
    with sending.store.begin() as conn:
        subscribers.suppress_all(conn, {row.subscriber.id: "bounced" for row in sending.rows}, at=NOON)


def _suppress_and_lift(sending: Sending) -> None:
    _suppress_all(sending)
    reasons = [(row.subscriber.id, "bounced") for row in sending.rows]
    with sending.store.begin() as conn:
        suppressions.lift(conn, reasons, restore=[sending.edition_id], at=NOON)


def _readmit(sending: Sending) -> None:
    with sending.store.begin() as conn:
        assert suppression_review.readmit(conn, suppression_review.failed(conn, sending.edition_id), at=NOON) == 1


def _bounce_all(sending: Sending) -> None:
    with sending.store.begin() as conn:
        for number in range(8):
            record_bounce(conn, sending.ref(number), Outcome.BOUNCED, _FAILED, at=NOON)


def _send_after_unsubscribing(sending: Sending) -> None:
    _unsubscribe_all(sending)
    sending.settle((3, Outcome.SENT, _SENT), (4, Outcome.SENT, _SENT), (5, Outcome.FAILED, _FAILED))


def _send_what_another_has_claimed(sending: Sending) -> None:
    _release(sending)
    with open_ledger(sending.store, "two") as ledger:
        ledger.claim(sending.edition_id, now=NOON, limit=8)
        sending.settle((3, Outcome.SENT, _SENT), (4, Outcome.SENT, _SENT))


def _erase(sending: Sending) -> None:
    with sending.store.begin() as conn:
        for number in range(8):
            erasure.erase(conn, sending.address(number), at=NOON)


def _merge(sending: Sending) -> None:
    with sending.store.begin() as conn:
        for absorbed, kept in ((4, 5), (2, 6), (0, 7)):
            kept_id = sending.rows[kept].subscriber.id
            address_change.change(conn, kept_id, sending.address(absorbed), at=NOON)


CHANGES: tuple[Callable[[Sending], None], ...] = (
    _claim_again,
    _release,
    _release_and_hold,
    _requeue_all,
    _requeue_some,
    _unsubscribe_all,
    _suppress_all,
    _suppress_and_lift,
    _readmit,
    _bounce_all,
    _send_after_unsubscribing,
    _send_what_another_has_claimed,
    _erase,
    _merge,
)


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__.strip("_"))
def test_numbers_are_those_of_the_rows(store: Store, change: Callable[[Sending], None]) -> None:
    edition_id = publish(store, readers=8)
    with open_ledger(store, "one") as ledger:
        sending = _begin(store, edition_id, ledger)
        assert numbers(store, edition_id) == counted(store, edition_id)

        change(sending)
        assert numbers(store, edition_id) == counted(store, edition_id)

        _finish(sending)
        assert numbers(store, edition_id) == counted(store, edition_id)


def _finish(sending: Sending) -> None:
    """Release all senders: then no claimed row is left to be counted."""
    with sending.store.begin() as conn:
        for sender in ("one", "two"):
            deliveries.release_sender(conn, sender, now=NOON)


def test_numbers_outlive_the_rows(store: Store) -> None:
    edition_id = publish(store, readers=8)
    with open_ledger(store, "one") as ledger:
        sending = _begin(store, edition_id, ledger)
        sending.settle(*((number, Outcome.SENT, _SENT) for number in range(3, 8)))
        _claim_again(sending)
        ledger.settle([AttemptResult(sending.rows[2].id, Outcome.SENT, 2)], [], at=NOON)
        _finish(sending)
    with store.begin() as conn:
        assert retention.delete_editions(conn, retention.Expired(), before=NOON + HOUR).deliveries == 8

    assert numbers(store, edition_id) == {Outcome.SENT: 7, Outcome.FAILED: 1}
    assert counted(store, edition_id) == {}


def test_editions_are_counted_together(store: Store) -> None:
    edition_id = publish(store, readers=3)

    with store.read() as conn:
        together = delivery_counts.for_editions(conn, [edition_id, 99])

    assert together == {edition_id: {Outcome.PENDING: 3}, 99: {}}
