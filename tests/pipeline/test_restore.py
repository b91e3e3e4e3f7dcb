"""What was due since a backup counts as sent, unless it is to be sent again."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from digest.model.editions import Outcome
from digest.model.newsletters import Newsletter
from digest.model.slots import Slot
from digest.pipeline import calendar
from digest.pipeline.restore import RestoreReport, complete_restore
from digest.settings.schedule import parse_schedule
from digest.store import Store, consistency, deliveries, operator_sessions, queue, slots, tables
from digest.store.ledger import AttemptResult, open_ledger
from digest.store.slots import SlotStatus
from tests.support.editions import publish
from tests.support.values import NOON

MAIN = Newsletter(id="main", title="Main", schedule=parse_schedule("daily 07:00"), timezone=ZoneInfo("UTC"))
LATER = NOON + timedelta(days=2)


def complete(store: Store, *, send_again: bool = False) -> RestoreReport:
    with store.begin() as conn:
        return complete_restore(conn, None, (MAIN,), at=LATER, send_again=send_again)


def test_slots_that_were_due_since_are_missed_once(store: Store) -> None:
    with store.begin() as conn:
        calendar.register(conn, MAIN, now=NOON)

    assert complete(store).missed_slots == (("main", "2026-03-29"), ("main", "2026-03-30"))
    with store.read() as conn:
        due = calendar.due_slots(conn, MAIN, now=LATER)
        tomorrow = calendar.due_slots(conn, MAIN, now=LATER + timedelta(days=1))
        window = calendar.window(conn, MAIN, Slot(due=LATER, key="2026-03-31"), now=LATER)
        statuses = {slot.key: status for slot, status in slots.statuses(conn, "main").items()}
    assert due
    assert (due.slot, due.missed) == (None, ())
    assert tomorrow
    assert tomorrow.slot
    assert tomorrow.slot.key == "2026-03-31"
    assert window.start < NOON + timedelta(days=1)
    assert statuses["2026-03-30"] is SlotStatus.MISSED


def test_a_newsletter_that_was_never_registered_misses_nothing(store: Store) -> None:
    assert complete(store).missed_slots == ()


def test_mails_that_waited_are_held_until_a_person_asks_for_them(store: Store) -> None:
    edition_id = publish(store, readers=6)
    with open_ledger(store, "sender") as ledger:
        first, second, third, *_ = ledger.claim(edition_id, now=NOON, limit=4)
        ledger.settle([], [first.id, second.id, third.id], at=NOON)
        sent = AttemptResult(delivery_id=first.id, outcome=Outcome.SENT, attempts=1)
        retry = AttemptResult(delivery_id=second.id, outcome=Outcome.RETRY, attempts=1, next_try=NOON)
        ledger.settle([sent, retry], [], at=NOON)

    assert complete(store).held_mails == 5

    with store.begin() as conn:
        assert deliveries.counts(conn, edition_id) == {Outcome.SENT: 1, Outcome.UNKNOWN: 5}
        assert queue.editions_due(conn, now=LATER + timedelta(days=9), beyond=LATER + timedelta(days=99)) == ()
        assert not any(problem.is_bad for problem in consistency.find_problems(conn))
        assert queue.requeue(conn, edition_id, at=LATER) == 5
        assert queue.editions_due(conn, now=LATER, beyond=LATER + timedelta(days=99)) == (edition_id,)


def test_with_send_again_all_stays_due(store: Store) -> None:
    edition_id = publish(store, readers=2)
    with store.begin() as conn:
        calendar.register(conn, MAIN, now=NOON)

    assert complete(store, send_again=True) == RestoreReport()
    with store.read() as conn:
        due = calendar.due_slots(conn, MAIN, now=NOON + timedelta(days=1))
        assert deliveries.counts(conn, edition_id) == {Outcome.PENDING: 2}
    assert due
    assert due.slot


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
def test_operators_have_to_log_in_again(store: Store) -> None:
    with store.begin() as conn:
        operator_sessions.add(conn, password_id="p", network="192.0.2.0/24", at=NOON)

    complete(store)
    with store.read() as conn:
        assert conn.execute(select(tables.operator_sessions)).all() == []
