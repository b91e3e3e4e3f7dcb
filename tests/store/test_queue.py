"""The ledger as a queue: due editions, its size, and requeueing."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, func, select, update

from digest.model.editions import Outcome
from digest.model.slots import Slot
from digest.store import Store, deliveries, editions, queue, slots, subscribers
from digest.store.queue import Queue
from digest.store.slots import SlotStatus
from digest.store.subscribers import NewSubscriber
from digest.store.tables import deliveries as table
from tests.support.editions import set_outcome
from tests.support.values import NOON, SLOT, edition

HOUR = timedelta(hours=1)
BEYOND = NOON + 8 * HOUR


def published(conn: Connection) -> int:
    people = [NewSubscriber(address="ann@example.org"), NewSubscriber(address="bo@example.org")]
    subscribers.add(conn, people, "main", at=NOON)
    id_, _ = editions.add(conn, edition(), at=NOON)
    deliveries.create_for_edition(conn, id_, host="example.org", at=NOON)
    return id_


def set_rows(conn: Connection, *, outcome: Outcome, next_try: datetime | None = None, sender: str = "") -> None:
    set_outcome(conn, outcome, next_try=next_try)
    if sender:
        conn.execute(update(table).values(sender=sender))


def test_a_new_edition_is_due(store: Store) -> None:
    with store.begin() as conn:
        id_ = published(conn)
        assert queue.editions_due(conn, now=NOON, beyond=BEYOND) == (id_,)
        assert queue.state(conn) == Queue(waiting=2, claimed=0, next_try=NOON)


@pytest.mark.parametrize(
    ("values", "is_due"),
    [
        pytest.param({"outcome": Outcome.SENT}, False, id="all is sent"),
        pytest.param({"outcome": Outcome.UNKNOWN}, False, id="it waits for a person"),
        pytest.param({"outcome": Outcome.RETRY, "next_try": NOON + HOUR}, False, id="its time has not come"),
        pytest.param({"outcome": Outcome.RETRY, "next_try": NOON}, True, id="its time has come"),
        pytest.param({"outcome": Outcome.SENDING, "sender": "one"}, True, id="claimed by a sender, dead or alive"),
        pytest.param({"outcome": Outcome.PENDING, "next_try": NOON + HOUR}, True, id="never tried, by a wrong clock"),
        pytest.param({"outcome": Outcome.RETRY, "next_try": NOON + 9 * HOUR}, True, id="too far off, by a wrong clock"),
    ],
)
def test_an_edition_is_due_while_it_has_something_to_send(store: Store, values: dict[str, Any], is_due: bool) -> None:
    with store.begin() as conn:
        id_ = published(conn)
        set_rows(conn, **values)
        assert queue.editions_due(conn, now=NOON, beyond=BEYOND) == ((id_,) if is_due else ())


@pytest.mark.parametrize(
    ("addresses", "outcome", "count"),
    [
        pytest.param([], Outcome.FAILED, 2, id="what failed"),
        pytest.param([], Outcome.UNKNOWN, 2, id="what is in doubt"),
        pytest.param([], Outcome.SENT, 0, id="not what was sent"),
        pytest.param(["ANN@example.org"], Outcome.SENT, 1, id="unless its reader asks"),
        pytest.param(["cy@example.org"], Outcome.FAILED, 0, id="nobody else's"),
    ],
)
def test_requeue_resets_the_requested_rows(store: Store, addresses: list[str], outcome: Outcome, count: int) -> None:
    with store.begin() as conn:
        id_ = published(conn)
        set_rows(conn, outcome=outcome)
        assert queue.requeue(conn, id_, addresses, at=NOON) == count
        assert queue.state(conn).waiting == count


def test_suppressed_and_claimed_rows_are_not_requeued(store: Store) -> None:
    with store.begin() as conn:
        id_ = published(conn)
        set_rows(conn, outcome=Outcome.FAILED)
        subscribers.suppress(conn, "ann@example.org", "complained", at=NOON)
        conn.execute(update(table).where(table.c.outcome == Outcome.FAILED).values(sender="one"))
        assert queue.requeue(conn, id_, ["ann@example.org", "bo@example.org"], at=NOON) == 0


def test_published_replaces_any_other_status(store: Store) -> None:
    with store.begin() as conn:
        for fate in (SlotStatus.EMPTY, SlotStatus.MISSED, SlotStatus.BEFORE):
            slot = Slot(due=SLOT.due, key=str(fate))
            assert slots.record_status(conn, "main", slot, fate, at=NOON)
            assert slots.record_status(conn, "main", slot, SlotStatus.PUBLISHED, at=NOON)
            assert not slots.record_status(conn, "main", slot, SlotStatus.PUBLISHED, at=NOON)
            assert not slots.record_status(conn, "main", slot, SlotStatus.MISSED, at=NOON)
        assert set(slots.statuses(conn, "main").values()) == {SlotStatus.PUBLISHED}


def test_a_status_recorded_by_a_clock_ahead_does_not_count_before_its_time(store: Store) -> None:
    with store.begin() as conn:
        slots.record_status(conn, "main", SLOT, SlotStatus.MISSED, at=NOON + HOUR)
        assert slots.statuses(conn, "main", as_of=NOON) == {}
        assert slots.statuses(conn, "main", as_of=NOON + HOUR) == {SLOT: SlotStatus.MISSED}


@pytest.mark.parametrize(
    ("outcome", "include_sent", "count"),
    [(Outcome.FAILED, False, 2), (Outcome.SENT, False, 0), (Outcome.SENT, True, 2), (Outcome.PENDING, True, 0)],
)
def test_mails_that_may_be_sent_again_are_counted(
    outcome: Outcome, include_sent: bool, count: int, store: Store
) -> None:
    with store.begin() as conn:
        id_ = published(conn)
        set_rows(conn, outcome=outcome)

        assert queue.count_requeueable(conn, id_, include_sent=include_sent) == count
        assert queue.count_requeueable(conn, id_ + 1, include_sent=include_sent) == 0
        subscribers.unsubscribe(conn, "bo@example.org", "main", at=NOON)
        listed = list(queue.requeueable(conn, id_, include_sent=include_sent))
        assert queue.count_requeueable(conn, id_, include_sent=include_sent) == len(listed)


def test_mails_that_can_be_sent_again_are_counted(store: Store) -> None:
    with store.begin() as conn:
        id_ = published(conn)
        assert queue.count_requeueable(conn, id_) == 0

        set_outcome(conn, Outcome.FAILED, table.c.id == select(func.min(table.c.id)).scalar_subquery(), next_try=None)
        assert queue.count_requeueable(conn, id_) == 1

        is_other = table.c.outcome == Outcome.PENDING
        set_outcome(conn, Outcome.UNKNOWN, is_other, next_try=NOON)
        assert queue.count_requeueable(conn, id_) == 2
        assert queue.state(conn) == Queue(waiting=1, claimed=0, next_try=NOON)

        subscribers.unsubscribe(conn, "ann@example.org", "main", at=NOON)
        assert queue.count_requeueable(conn, id_) == 1
