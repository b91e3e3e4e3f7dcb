"""Refusals, bounces and complaints that come in mass suppress nobody, on both databases and from several senders."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from digest.deliver.bounces.classify import MailKind
from digest.deliver.smtp.mailer import SmtpMailer
from digest.model.editions import Outcome, SuppressionState
from digest.model.slots import Slot
from digest.pipeline.outbox import deliver_due
from digest.pipeline.suppression import judge_refusals, suppress_or_hold
from digest.pipeline.suppression_review import confirm, find_suppressions_to_review, readmit
from digest.store import Store, bounces, deliveries, editions, open_store, subscribers, subscription_list, suppressions
from digest.store.bounces import DeliveryRef
from digest.store.suppressions import Suppression
from tests.support.bounce_ledger import OTHER, Ledger
from tests.support.bounce_mails import dsn
from tests.support.databases import open_persistent_store
from tests.support.editions import build_message, publish, rows, smtp_settings
from tests.support.smtp_server import NO_FAULT, Fault, SmtpServer, Stage, smtp_server
from tests.support.values import NOON, edition

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
UNKNOWN = "550 5.1.1 User unknown"
NO_ACCESS = "554 5.7.1 Recipient address rejected: Access denied"


def delivery(store: Store, edition_id: int, address: str) -> DeliveryRef:
    return DeliveryRef(
        subscriber=rows(store, edition_id)[address].subscriber, newsletter_id="main", edition_id=edition_id
    )


def bounce(
    store: Store, edition_id: int, number: int, *, at: datetime = NOON, reason: str = "bounced: 550 no"
) -> SuppressionState | None:
    """Suppress the reader of that number for a bounce, or hold it back."""
    bounced = delivery(store, edition_id, f"reader{number}@harbour.example")
    with store.begin() as conn:
        return suppress_or_hold(conn, bounced, reason, now=at)


def suppressed(store: Store) -> list[str]:
    with store.read() as conn:
        return [
            subscription.subscriber.address
            for subscription in subscription_list.list_subscriptions(conn, "main")
            if subscription.suppressed
        ]


def is_suspected(store: Store, edition_id: int) -> bool:
    with store.read() as conn:
        return suppressions.is_suspected(conn, edition_id)


def to_review(store: Store) -> tuple[Suppression, ...]:
    with store.read() as conn:
        return find_suppressions_to_review(conn, ["main"])


def fail(store: Store, edition_id: int, reply: str, *numbers: int) -> None:
    """Record that the server refused the mails to these readers."""
    for number in numbers:
        ref = delivery(store, edition_id, f"reader{number}@harbour.example")
        with store.begin() as conn:
            bounces.record_bounce(conn, ref, Outcome.FAILED, reply, at=NOON)


# --- bounces and complaints ---------------------------------------------------------------------------------------


def test_bounces_up_to_the_limit_suppress_and_one_more_lifts_them_all(store: Store) -> None:
    id_ = publish(store, readers=30)
    for number in range(6):
        assert bounce(store, id_, number) is SuppressionState.WRITTEN
    assert len(suppressed(store)) == 6

    assert bounce(store, id_, 6) is SuppressionState.HELD

    assert suppressed(store) == []
    assert is_suspected(store, id_)
    assert len(to_review(store)) == 7


def test_complaints_and_bounces_count_together(store: Store) -> None:
    id_ = publish(store, readers=10)
    assert bounce(store, id_, 0, reason="complained: abuse") is SuppressionState.WRITTEN

    assert bounce(store, id_, 1) is SuppressionState.HELD

    assert [entry.reason for entry in to_review(store)] == ["complained: abuse", "bounced: 550 no"]


def test_bounces_of_another_day_are_another_matter(store: Store) -> None:
    id_ = publish(store, readers=10)
    bounce(store, id_, 0)

    assert bounce(store, id_, 1, at=NOON + DAY + HOUR) is SuppressionState.WRITTEN
    assert len(suppressed(store)) == 2


def test_what_is_held_back_stays_so_and_is_held_once(store: Store) -> None:
    id_ = publish(store, readers=10)
    bounce(store, id_, 0)
    bounce(store, id_, 1)

    assert bounce(store, id_, 1) is None
    assert bounce(store, id_, 2, at=NOON + 3 * DAY) is SuppressionState.HELD
    assert len(to_review(store)) == 3


def test_a_second_bounce_of_a_suppressed_reader_does_not_count(store: Store) -> None:
    id_ = publish(store, readers=10)
    bounce(store, id_, 0)

    assert bounce(store, id_, 0) is None
    assert len(suppressed(store)) == 1


def test_mails_that_a_lifted_suppression_stopped_wait_again(store: Store) -> None:
    id_ = publish(store, readers=10)
    bounce(store, id_, 0)
    assert rows(store, id_)["reader0@harbour.example"].outcome is Outcome.SUPPRESSED

    bounce(store, id_, 1)

    row = rows(store, id_)["reader0@harbour.example"]
    assert (row.outcome, row.next_try, row.reply) == (Outcome.PENDING, NOON, "")


def test_forged_complaints_from_several_processes_suppress_nobody(persistent_url: str) -> None:
    with open_persistent_store() as store:
        id_ = publish(store, readers=10)

    def complain(number: int) -> None:
        with open_store(persistent_url) as own:
            bounce(own, id_, number, reason="complained: abuse")

    with ThreadPoolExecutor(5) as pool:
        list(pool.map(complain, range(10)))

    with open_persistent_store() as store:
        assert suppressed(store) == []
        assert len(to_review(store)) == 10


# --- refusals -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("reply", [UNKNOWN, NO_ACCESS])
def test_refusals_that_a_killed_process_left_are_judged_by_the_next(store: Store, reply: str) -> None:
    id_ = publish(store, readers=10)
    fail(store, id_, reply, 0, 1, 2)
    with smtp_server() as server:
        deliver_due(
            id_,
            store,
            SmtpMailer(smtp=smtp_settings(server.port)),
            build_message=build_message,
            clock=lambda: NOON,
            stop=threading.Event(),
        )
        with store.begin() as conn:
            assert judge_refusals(id_, conn, now=NOON) is SuppressionState.HELD

    assert server.total == 0
    assert suppressed(store) == []
    assert is_suspected(store, id_)


def test_a_refusal_is_judged_once(store: Store) -> None:
    id_ = publish(store, readers=10)
    fail(store, id_, UNKNOWN, 0)
    with store.begin() as conn:
        assert judge_refusals(id_, conn, now=NOON) is SuppressionState.WRITTEN
        subscribers.unsuppress(conn, "reader0@harbour.example")
        assert judge_refusals(id_, conn, now=NOON) is None

    assert suppressed(store) == []


def test_a_full_mailbox_and_a_rejected_message_suppress_nobody(store: Store) -> None:
    id_ = publish(store, readers=10)
    fail(store, id_, "550 5.2.2 mailbox full", 0, 1, 2, 3)
    fail(store, id_, "550 5.7.1 spam", 4)
    with store.begin() as conn:
        assert judge_refusals(id_, conn, now=NOON) is None

    assert not is_suspected(store, id_)


def test_two_senders_of_one_edition_suppress_nobody_and_stop(persistent_url: str) -> None:
    with open_persistent_store() as store:
        id_ = publish(store, readers=600)

    def refuse(stage: Stage, _: str) -> Fault:
        return Fault(UNKNOWN) if stage == "RCPT" else NO_FAULT

    def send() -> None:
        with open_store(persistent_url) as own, smtp_server(SmtpServer(fault_for=refuse)) as server:
            mailer = SmtpMailer(smtp=smtp_settings(server.port, connections=2))
            deliver_due(id_, own, mailer, build_message=build_message, clock=lambda: NOON, stop=threading.Event())
            with own.begin() as conn:
                judge_refusals(id_, conn, now=NOON)

    with ThreadPoolExecutor(2) as pool:
        for sender in [pool.submit(send) for _ in range(2)]:
            sender.result()

    with open_persistent_store() as store, store.read() as conn:
        counts = dict(deliveries.counts(conn, id_))
        assert suppressed(store) == []
        assert is_suspected(store, id_)
    assert counts[Outcome.FAILED] + counts[Outcome.PENDING] == 600
    assert 120 < counts[Outcome.FAILED] < 300


# --- the review ---------------------------------------------------------------------------------------------------


def test_readmitting_sends_failed_mails_again_and_bounced_ones_not(store: Store) -> None:
    id_ = publish(store, readers=10)
    fail(store, id_, UNKNOWN, 0, 1)
    bounced = delivery(store, id_, "reader2@harbour.example")
    with store.begin() as conn:
        judge_refusals(id_, conn, now=NOON)
        bounces.record_bounce(conn, bounced, Outcome.BOUNCED, "550 no", at=NOON)
    bounce(store, id_, 2)
    assert len(to_review(store)) == 3

    with store.begin() as conn:
        assert readmit(conn, find_suppressions_to_review(conn, ["main"]), now=NOON + HOUR) == 2

    after = rows(store, id_)
    assert after["reader0@harbour.example"].outcome is Outcome.PENDING
    assert after["reader0@harbour.example"].next_try == NOON + HOUR
    assert after["reader2@harbour.example"].outcome is Outcome.BOUNCED
    assert to_review(store) == ()
    assert not is_suspected(store, id_)


def test_confirming_suppresses_what_is_gone(store: Store) -> None:
    id_ = publish(store, readers=10)
    fail(store, id_, UNKNOWN, 0, 1)
    with store.begin() as conn:
        judge_refusals(id_, conn, now=NOON)
        assert confirm(conn, find_suppressions_to_review(conn, ["main"]), now=NOON) == 2

    assert len(suppressed(store)) == 2
    assert to_review(store) == ()
    assert bounce(store, id_, 2) is SuppressionState.WRITTEN  # confirmed ones don't count any more


def test_a_review_is_of_the_newsletters_that_are_asked_for(store: Store) -> None:
    id_ = publish(store, readers=10)
    bounce(store, id_, 0)
    bounce(store, id_, 1)
    with store.read() as conn:
        assert find_suppressions_to_review(conn, ["other"]) == ()


@pytest.mark.parametrize(("readers", "gone", "listed"), [(4, 4, 4), (10, 1, 0), (50, 10, 0), (50, 11, 11)])
def test_mass_suppressions_of_the_version_before_are_reviewed(
    store: Store, readers: int, gone: int, listed: int
) -> None:
    """That version suppressed without a record of the edition."""
    id_ = publish(store, readers=readers)
    fail(store, id_, UNKNOWN, *range(gone))
    with store.begin() as conn:
        for number in range(gone):
            subscribers.suppress(conn, f"reader{number}@harbour.example", f"refused: {UNKNOWN}", at=NOON)
        deliveries.make_due_now(conn, id_, now=NOON)

    assert len(to_review(store)) == listed
    with store.begin() as conn:
        readmit(conn, find_suppressions_to_review(conn, ["main"]), now=NOON)

    assert len(suppressed(store)) == gone - listed
    failed = [row for row in rows(store, id_).values() if row.outcome is Outcome.FAILED]
    assert len(failed) == gone - listed


def test_an_old_edition_is_not_sent_again_to_those_whom_the_version_before_suppressed(store: Store) -> None:
    old = publish(store, readers=4)
    fail(store, old, UNKNOWN, 0, 1, 2, 3)
    with store.begin() as conn:
        for number in range(4):
            subscribers.suppress(conn, f"reader{number}@harbour.example", f"refused: {UNKNOWN}", at=NOON)
        slot = Slot(due=NOON + DAY, key="2026-06-02")
        newest, _ = editions.add(conn, replace(edition(), slot=slot), at=NOON + DAY)
        deliveries.create_for_edition(conn, newest, host="harbour.example", at=NOON + DAY, key="x" * 32)
    assert {row.outcome for row in rows(store, newest).values()} == {Outcome.SUPPRESSED}

    with store.begin() as conn:
        readmit(conn, find_suppressions_to_review(conn, ["main"]), now=NOON + DAY)

    assert suppressed(store) == []
    assert {row.outcome for row in rows(store, old).values()} == {Outcome.FAILED}
    assert {row.outcome for row in rows(store, newest).values()} == {Outcome.PENDING}


# --- mails that arrive --------------------------------------------------------------------------------------------


def test_an_action_says_that_a_bounce_was_held_back(store: Store) -> None:
    ledger = Ledger(store)
    token = ledger.send()
    other = delivery(store, ledger.editions[-1], OTHER)
    with store.begin() as conn:
        suppress_or_hold(conn, other, "bounced: 550 no", now=NOON)

    processed = ledger.process(dsn("5.1.1"), token)

    assert processed.kind is MailKind.HARD_BOUNCE
    assert processed.action.startswith("held back, since it comes with many others")
    assert processed.has_changed
    assert ledger.suppressed() == {}
    assert "already recorded" in ledger.process(dsn("5.1.1"), token).action
