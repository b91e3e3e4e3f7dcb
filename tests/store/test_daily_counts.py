"""Counts by day agree with the rows that they count, whoever sends and whoever dies. On each kind of database."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from datetime import date, timedelta

import pytest

from digest.model.editions import Outcome
from digest.model.protocols import SendOutcome
from digest.model.slots import Slot
from digest.pipeline.outbox import deliver_due
from digest.store import Store, bounces, daily_counts, deliveries, runs, subscribers
from digest.store.daily_counts import JOINED, LEFT, SUPPRESSED
from digest.store.ledger import AttemptResult, open_ledger
from digest.store.subscribers import NewSubscriber
from tests.support.editions import build_message, publish
from tests.support.fakes import FakeMailer
from tests.support.values import NOON, SLOT, edition

DAY = timedelta(days=1)
REFUSED = (SendOutcome.REJECTED, "552 5.2.2 mailbox full")
READERS = [f"reader{number}@harbour.example" for number in range(5)]


@pytest.fixture
def edition_id(store: Store) -> int:
    return publish(store, readers=5)


def counted(store: Store, about: str = "main") -> dict[str, int]:
    """The totals about a newsletter, without the subscribers who joined."""
    with store.read() as conn:
        totals = daily_counts.totals(conn, [about])
    return {name.removeprefix("deliveries "): count for (_, name), count in totals.items() if name != JOINED}


def by_day(store: Store, name: str) -> Mapping[date, int]:
    with store.read() as conn:
        return daily_counts.by_day(conn, "main", [name], since=NOON.date() - DAY)[name]


def test_outcomes_of_tries_are_counted_when_the_sender_claims_again(store: Store, edition_id: int) -> None:
    with open_ledger(store, "one") as ledger:
        rows = ledger.claim(edition_id, now=NOON, limit=5)
        ledger.settle([], [row.id for row in rows], at=NOON)
        outcomes = [Outcome.SENT, Outcome.SENT, Outcome.FAILED, Outcome.RETRY, Outcome.RETRY]
        results = [
            AttemptResult(delivery_id=row.id, outcome=outcome, attempts=1, next_try=NOON + DAY)
            for row, outcome in zip(rows, outcomes, strict=True)
        ]
        ledger.settle(results, [], at=NOON)
        assert counted(store) == {"failed": 1, "retry": 2}
        assert ledger.claim(edition_id, now=NOON, limit=5) == ()

    assert counted(store) == {"sent": 2, "failed": 1, "retry": 2}
    assert by_day(store, daily_counts.delivery(Outcome.SENT)) == {NOON.date(): 2}


def test_mails_of_a_dead_sender_are_counted_when_it_is_released(store: Store, edition_id: int) -> None:
    with open_ledger(store, "dead") as ledger:
        rows = ledger.claim(edition_id, now=NOON, limit=4)
        ledger.settle([], [rows[0].id, rows[1].id], at=NOON)
        ledger.settle([AttemptResult(delivery_id=rows[0].id, outcome=Outcome.SENT, attempts=1)], [], at=NOON)
    with store.begin() as conn:
        deliveries.release_sender(conn, "dead", now=NOON)
        deliveries.release_sender(conn, "dead", now=NOON)

    assert counted(store) == {"sent": 1, "unknown": 1}


def test_a_bounce_is_counted_once_and_the_mail_as_sent_before(store: Store, edition_id: int) -> None:
    with open_ledger(store, "one") as ledger:
        (row,) = ledger.claim(edition_id, now=NOON, limit=1)
        ledger.settle([AttemptResult(delivery_id=row.id, outcome=Outcome.SENT, attempts=1)], [], at=NOON)
        delivery = bounces.DeliveryRef(subscriber=row.subscriber, newsletter_id="main", edition_id=edition_id)
        with store.begin() as conn:
            assert bounces.record_bounce(conn, delivery, Outcome.BOUNCED, "550", at=NOON)
            assert not bounces.record_bounce(conn, delivery, Outcome.BOUNCED, "550", at=NOON)
        ledger.claim(edition_id, now=NOON, limit=1)

    assert counted(store) == {"sent": 1, "bounced": 1}


def test_senders_at_once_and_readers_who_leave_meanwhile_are_counted_once(shared_store: Store) -> None:
    edition_id = publish(shared_store, readers=260)
    refusing = FakeMailer(not_accepted={f"reader{number}@harbour.example": REFUSED for number in range(3)})

    def send() -> None:
        deliver_due(
            edition_id, shared_store, refusing, build_message=build_message, clock=lambda: NOON, stop=threading.Event()
        )

    def leave() -> None:
        for number in range(220, 240):
            with shared_store.begin() as conn:
                subscribers.unsubscribe(conn, f"reader{number}@harbour.example", "main", at=NOON)

    threads = [threading.Thread(target=target) for target in (send, send, leave)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with shared_store.read() as conn:
        ledger = {str(outcome): count for outcome, count in deliveries.counts(conn, edition_id).items()}

    assert sum(ledger.values()) == 260
    assert {name: count for name, count in counted(shared_store).items() if name != LEFT} == ledger
    assert counted(shared_store)[LEFT] == 20


def test_joining_leaving_and_suppressing_are_counted_with_the_mails_that_they_stop(
    store: Store, edition_id: int
) -> None:
    with store.begin() as conn:
        subscribers.unsubscribe(conn, READERS[0], "main", at=NOON)
        subscribers.unsubscribe(conn, READERS[0], "main", at=NOON)
        for _ in range(2):
            subscribers.suppress(conn, READERS[1], "it bounces", at=NOON + DAY)

    assert counted(store) == {LEFT: 1, SUPPRESSED: 1, "suppressed": 2}
    assert by_day(store, JOINED) == {NOON.date(): 5}
    assert by_day(store, SUPPRESSED) == {NOON.date() + DAY: 1}


def test_mails_to_suppressed_subscribers_are_counted_with_their_edition(store: Store) -> None:
    publish(store, readers=3)
    with store.begin() as conn:
        subscribers.suppress(conn, READERS[2], "it bounces", at=NOON)
    before = counted(store)["suppressed"]
    edition_id = publish(store, published=edition(slot=Slot(due=SLOT.due + DAY, key="2026-03-30")))
    with store.begin() as conn:
        subscribers.add(conn, [NewSubscriber(address="late@harbour.example")], "main", at=NOON)
        assert deliveries.create_for_edition(conn, edition_id, host="harbour.example", at=NOON) == 1

    assert counted(store)["suppressed"] == before + 1


def test_runs_are_counted_with_their_duration(store: Store) -> None:
    with store.begin() as conn:
        for outcome, seconds in (("done", 2), ("failed", 3)):
            run_id = runs.start(conn, "collect", at=NOON)
            runs.finish(conn, run_id, outcome, at=NOON + timedelta(seconds=seconds))

    assert counted(store, "collect") == {"runs done": 1, "runs failed": 1, "run milliseconds": 5000}


def test_deleting_old_days_changes_no_total(store: Store) -> None:
    with store.begin() as conn:
        for day in range(3):
            daily_counts.add(conn, {("main", LEFT): 1}, at=NOON - day * DAY)
        assert daily_counts.delete_days(conn, before=NOON - DAY) == 1
        days = daily_counts.by_day(conn, "main", [LEFT], since=date(2000, 1, 1))

    assert counted(store) == {LEFT: 3}
    assert sum(days[LEFT].values()) == 2
