"""The ledger: no subscriber is missed or gets a mail twice. On each kind of database."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from digest.model.delivery_token import DeliveryToken
from digest.model.editions import Delivery, Outcome
from digest.store import Store, deliveries, editions, keys, open_store, queue, subscribers
from digest.store.ledger import AttemptResult, open_ledger
from digest.store.subscribers import NewSubscriber
from tests.support.values import NOON, edition

HOUR = timedelta(hours=1)


@pytest.fixture
def edition_id(store: Store) -> int:
    """An edition with five subscribers in the ledger."""
    with store.begin() as conn:
        people = [NewSubscriber(address=f"reader{number}@harbour.example") for number in range(5)]
        subscribers.add(conn, people, "main", at=NOON)
        id_, _ = editions.add(conn, edition(), at=NOON)
        deliveries.create_for_edition(conn, id_, host="harbour.example", at=NOON)
    return id_


def claim(store: Store, edition_id: int, sender: str = "one", **options: object) -> tuple[Delivery, ...]:
    with open_ledger(store, sender) as ledger:
        return ledger.claim(edition_id, **{"now": NOON, "limit": 200, **options})  # type: ignore[arg-type]


def settle(store: Store, results: list[AttemptResult], starting: list[int], *, sender: str = "one") -> frozenset[int]:
    with open_ledger(store, sender) as ledger:
        return ledger.settle(results, starting, at=NOON)


def record(store: Store, delivery: Delivery, outcome: Outcome, *, sender: str = "one", **fields: Any) -> None:
    result = AttemptResult(delivery_id=delivery.id, outcome=outcome, attempts=delivery.attempts + 1, **fields)
    settle(store, [result], [], sender=sender)


def start(store: Store, delivery: Delivery, sender: str = "one") -> bool:
    return settle(store, [], [delivery.id], sender=sender) == {delivery.id}


def test_each_subscriber_has_one_ledger_row(store: Store, edition_id: int) -> None:
    with store.begin() as conn:
        assert deliveries.create_for_edition(conn, edition_id, host="harbour.example", at=NOON) == 0
        assert deliveries.counts(conn, edition_id) == {Outcome.PENDING: 5}


def test_a_subscriber_gets_one_mail_for_a_slot_whatever_the_audience(store: Store, edition_id: int) -> None:
    with store.begin() as conn:
        weekly_id, _ = editions.add(conn, edition(audience="Europe/Berlin"), at=NOON)
        assert deliveries.create_for_edition(conn, weekly_id, host="harbour.example", at=NOON) == 0


def test_a_second_revision_goes_to_all_subscribers_again(store: Store, edition_id: int) -> None:
    with store.begin() as conn:
        second, _ = editions.add(conn, edition(revision=2), at=NOON)
        assert deliveries.create_for_edition(conn, second, host="harbour.example", at=NOON) == 5


def test_each_mail_has_its_own_message_id(store: Store, edition_id: int) -> None:
    with store.begin() as conn:
        rows = list(deliveries.for_edition(conn, edition_id))
        assert len({row.message_id for row in rows}) == 5
        assert all(row.message_id.startswith("<") and row.message_id.endswith("@harbour.example>") for row in rows)


def test_message_ids_are_signed_by_the_key_or_the_store_s_own(store: Store, edition_id: int) -> None:
    with store.begin() as conn:
        second, _ = editions.add(conn, edition(revision=2), at=NOON)
        deliveries.create_for_edition(conn, second, host="harbour.example", at=NOON, key="secret")
        for id_, key in ((edition_id, keys.store_key(conn)), (second, "secret")):
            tokens = [DeliveryToken.from_message_id(row.message_id) for row in deliveries.for_edition(conn, id_)]

            assert all(token.is_signed_with(key) for token in tokens)


def test_the_same_edition_has_another_token_in_each_store(store: Store) -> None:
    tokens = set()
    for each in (store, open_store("sqlite://")):
        with each.begin() as conn:
            subscribers.add(conn, [NewSubscriber(address="reader@harbour.example")], "main", at=NOON)
            id_, _ = editions.add(conn, edition(), at=NOON)
            deliveries.create_for_edition(conn, id_, host="harbour.example", at=NOON)
            tokens |= {row.message_id[1:25] for row in deliveries.for_edition(conn, id_)}
    each.close()

    assert len(tokens) == 2


def test_two_senders_never_claim_the_same_row(store: Store, edition_id: int) -> None:
    first = claim(store, edition_id, "one", limit=3)
    second = claim(store, edition_id, "two", limit=3)

    assert len(first) == 3
    assert len(second) == 2
    assert not {row.id for row in first} & {row.id for row in second}
    assert claim(store, edition_id, "three") == ()


def test_a_sent_row_is_final(store: Store, edition_id: int) -> None:
    row, *_ = claim(store, edition_id)
    start(store, row)
    record(store, row, Outcome.SENT, reply="250 ok")
    with store.read() as conn:
        (sent,) = deliveries.for_edition(conn, edition_id, Outcome.SENT)

    assert (sent.id, sent.attempts, sent.reply, sent.next_try) == (row.id, 1, "250 ok", None)
    assert sent.message_id == row.message_id


def test_a_retry_waits_for_its_time_unless_it_is_made_due_now(store: Store, edition_id: int) -> None:
    row, *remaining = claim(store, edition_id)
    for delivery in remaining:
        record(store, delivery, Outcome.SENT)
    record(store, row, Outcome.RETRY, reply="451 later", next_try=NOON + HOUR)

    assert claim(store, edition_id, now=NOON + HOUR / 2) == ()
    with store.begin() as conn:
        assert deliveries.next_try(conn, edition_id) == NOON + HOUR
        assert deliveries.make_due_now(conn, edition_id, now=NOON + HOUR / 2) == 1
    (early,) = claim(store, edition_id, now=NOON + HOUR / 2)
    assert (early.id, early.outcome, early.reply) == (row.id, Outcome.RETRY, "451 later")
    record(store, row, Outcome.RETRY, next_try=NOON + HOUR)
    assert [due.id for due in claim(store, edition_id, now=NOON + HOUR)] == [row.id]


def test_rows_written_by_a_wrong_clock_do_not_wait(store: Store, edition_id: int) -> None:
    """The clock was a day ahead when the rows were written; a backoff of an hour is legitimate and stays."""
    first, second, *remaining = claim(store, edition_id)
    record(store, first, Outcome.RETRY, next_try=NOON - 23 * HOUR)
    record(store, second, Outcome.RETRY, next_try=NOON)
    with store.begin() as conn:
        deliveries.release_sender(conn, "one", now=NOON)
        yesterday = NOON - 24 * HOUR
        assert deliveries.make_due_now(conn, edition_id, now=yesterday, beyond=yesterday + 4 * HOUR) == 4
    assert {row.id for row in claim(store, edition_id, now=yesterday)} == {second.id, *(row.id for row in remaining)}


def test_a_mail_is_recorded_as_sent_even_if_its_row_was_released(store: Store, edition_id: int) -> None:
    row, delivery, *_ = claim(store, edition_id, "one")
    start(store, row, "one")
    start(store, delivery, "one")
    with store.begin() as conn:
        deliveries.release_sender(conn, "one", now=NOON)
    claim(store, edition_id, "two")
    record(store, row, Outcome.SENT, sender="one")
    record(store, delivery, Outcome.FAILED, sender="one")

    with store.read() as conn:
        assert deliveries.counts(conn, edition_id) == {Outcome.SENT: 1, Outcome.UNKNOWN: 1, Outcome.PENDING: 3}
    assert not start(store, row, "two")


def test_a_dead_senders_rows_are_released_and_only_mails_in_flight_are_unknown(store: Store, edition_id: int) -> None:
    in_flight, *waiting = claim(store, edition_id, "dead")
    start(store, in_flight, "dead")
    with store.begin() as conn:
        assert deliveries.senders(conn) == {"dead"}
        assert deliveries.release_sender(conn, "dead", now=NOON) == len(waiting)
        assert deliveries.senders(conn) == frozenset()
        assert deliveries.counts(conn, edition_id) == {Outcome.PENDING: 4, Outcome.UNKNOWN: 1}
    assert len(claim(store, edition_id, "new")) == 5


@pytest.mark.parametrize("then", ["claims again", "dies"])
def test_a_sent_row_is_not_claimed(store: Store, edition_id: int, then: str) -> None:
    """Its sender's name stays in the row for a while, but is no claim."""
    for row in claim(store, edition_id):
        start(store, row)
        record(store, row, Outcome.SENT, reply="250 ok")
    with store.read() as conn:
        assert queue.editions_due(conn, now=NOON, beyond=NOON + HOUR) == ()
        assert queue.state(conn).claimed == 0
    if then == "dies":
        with store.begin() as conn:
            assert deliveries.release_sender(conn, "one", now=NOON) == 0
    assert claim(store, edition_id) == ()

    with store.read() as conn:
        assert deliveries.senders(conn) == frozenset()
        assert deliveries.counts(conn, edition_id) == {Outcome.SENT: 5}


def test_a_sent_mail_can_be_requeued_while_its_sender_is_alive(store: Store, edition_id: int) -> None:
    row, *_ = claim(store, edition_id)
    start(store, row)
    record(store, row, Outcome.SENT)
    with store.begin() as conn:
        assert queue.requeue(conn, edition_id, [row.subscriber.address], at=NOON) == 1

    assert [delivery.id for delivery in claim(store, edition_id, "two")] == [row.id]
    assert not start(store, row, "one")
    assert start(store, row, "two")


def test_unknown_mails_can_be_held(store: Store, edition_id: int) -> None:
    in_flight, *waiting = claim(store, edition_id, "dead")
    start(store, in_flight, "dead")
    with store.begin() as conn:
        deliveries.release_sender(conn, "dead", now=NOON, hold=True)

    assert {row.id for row in claim(store, edition_id, "new")} == {row.id for row in waiting}


def test_a_released_sender_may_not_start_its_rows(store: Store, edition_id: int) -> None:
    row, *_ = claim(store, edition_id, "one")
    with store.begin() as conn:
        deliveries.release_sender(conn, "one", now=NOON)

    assert not start(store, row, "one")
    claim(store, edition_id, "two")
    assert not start(store, row, "one")
    assert start(store, row, "two")


def test_an_edition_is_unfinished_until_every_row_is_final(store: Store, edition_id: int) -> None:
    def unfinished() -> tuple[int, ...]:
        with store.read() as conn:
            return queue.editions_due(conn, now=NOON, beyond=NOON + HOUR)

    assert unfinished() == (edition_id,)
    rows = claim(store, edition_id)
    assert unfinished() == (edition_id,)
    for row in rows:
        record(store, row, Outcome.FAILED, reply="550 no such user")
    assert unfinished() == ()


def test_several_results_are_recorded_at_once(store: Store, edition_id: int) -> None:
    rows = claim(store, edition_id)
    outcomes = [Outcome.SENT, Outcome.FAILED, Outcome.SENT, Outcome.RETRY, Outcome.UNKNOWN]
    results = [
        AttemptResult(delivery_id=row.id, outcome=outcome, attempts=1)
        for row, outcome in zip(rows, outcomes, strict=True)
    ]
    assert settle(store, results, []) == frozenset()
    with store.read() as conn:
        counted = deliveries.counts(conn, edition_id)

    assert counted == {Outcome.SENT: 2, Outcome.FAILED: 1, Outcome.RETRY: 1, Outcome.UNKNOWN: 1}
    assert all(isinstance(outcome, Outcome) for outcome in counted)


def test_a_sender_is_alive_until_it_ends(store: Store) -> None:
    with store.liveness_lock("sender-1"):
        assert store.is_alive("sender-1")
        assert store.is_alive("sender-1"), "asking changes nothing"
        assert not store.is_alive("sender-2")
    assert not store.is_alive("sender-1")


def test_the_lock_file_of_a_killed_sender_is_deleted(sqlite_store: Store, tmp_path: Path) -> None:
    killed = tmp_path / "digest.db-sender-1.alive"
    killed.touch()
    with sqlite_store.liveness_lock("sender-2"), sqlite_store.liveness_lock("sender-3"):
        assert not killed.exists()
        assert sqlite_store.is_alive("sender-2")
    assert sorted(file.name for file in tmp_path.iterdir()) == ["digest.db", "digest.db-shm", "digest.db-wal"]
