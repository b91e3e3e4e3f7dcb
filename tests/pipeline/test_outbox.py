"""Delivery over the ledger: each subscriber gets the edition once, whatever fails or runs twice."""

from __future__ import annotations

import threading
import time
from datetime import datetime, timedelta

import pytest

from digest.deliver.retry import UnknownPolicy
from digest.deliver.smtp.mailer import SmtpMailer
from digest.model.editions import Delivery, Outcome
from digest.model.errors import DigestError, MailError
from digest.model.protocols import Mailer, Outbox
from digest.pipeline.outbox import Tally, deliver_due, tally
from digest.store import Store, open_store, subscribers
from digest.store.ledger import open_ledger
from tests.support.editions import build_message, publish, rows, smtp_settings
from tests.support.smtp_server import NO_FAULT, Fault, SmtpServer, Stage, smtp_server
from tests.support.values import NOON

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
NOT_STOPPED = threading.Event()


def send(
    store: Store, edition_id: int, mailer: Mailer | SmtpServer, *, now: datetime = NOON, **options: object
) -> Tally:
    if isinstance(mailer, SmtpServer):
        mailer = SmtpMailer(smtp=smtp_settings(mailer.port))
    stop = options.pop("stop", NOT_STOPPED)
    return deliver_due(edition_id, store, mailer, build_message=build_message, clock=lambda: now, stop=stop, **options)  # type: ignore[arg-type]


def rejecting_server(rejected_stage: Stage, reply: str, *, recipient_part: str = "") -> SmtpServer:
    """A server with this reply at one stage, to some recipients or to all."""

    def fault_for(stage: Stage, recipient: str) -> Fault:
        return Fault(reply) if stage == rejected_stage and recipient_part in recipient else NO_FAULT

    return SmtpServer(
        fault_for=fault_for, extensions=("PIPELINING",) if rejected_stage == "DATA" else SmtpServer().extensions
    )


# --- once each ------------------------------------------------------------------------------------------------


def test_each_subscriber_gets_one_mail_and_a_further_run_sends_nothing(store: Store) -> None:
    id_ = publish(store, readers=450)
    with smtp_server() as server:
        first = send(store, id_, server)
        second = send(store, id_, server)

    assert first.counts == {Outcome.SENT: 450}
    assert first.is_final
    assert second == first
    assert server.accepted == {(row.message_id, address): 1 for address, row in rows(store, id_).items()}


def test_each_mail_has_one_recipient_and_the_editions_bytes(sqlite_store: Store) -> None:
    id_ = publish(sqlite_store, "office@harbour.example", "press@harbour.example")
    with smtp_server() as server:
        send(sqlite_store, id_, server)

    for row in rows(sqlite_store, id_).values():
        content = server.contents[row.message_id, row.subscriber.address]
        assert content == build_message(row).content
        assert f"To: {row.subscriber.address}\r\n".encode() in content
    assert "MAIL FROM:<bounces@harbour.example> SIZE=" in "\n".join(server.commands)


# --- rejections ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("stage", "reply", "outcome"),
    [
        ("RCPT", "550 5.1.1 no such user", Outcome.FAILED),
        ("RCPT", "450 4.2.1 greylisted", Outcome.RETRY),
        ("RCPT", "452 4.2.2 mailbox full", Outcome.RETRY),
        ("RCPT", "552 5.5.3 too many recipients", Outcome.RETRY),
        ("DATA", "554 5.7.1 no", Outcome.FAILED),
        ("DATA", "451 4.3.0 later", Outcome.RETRY),
        ("content", "552 5.3.4 too big", Outcome.FAILED),
        ("content", "554 5.6.0 spam", Outcome.FAILED),
        ("content", "452 4.3.1 no room", Outcome.RETRY),
    ],
)
def test_a_rejection_affects_one_address_alone(sqlite_store: Store, stage: Stage, reply: str, outcome: Outcome) -> None:
    id_ = publish(sqlite_store, "press@harbour.example", readers=20)
    with smtp_server(rejecting_server(stage, reply, recipient_part="press")) as server:
        final = send(sqlite_store, id_, server)

    press = rows(sqlite_store, id_)["press@harbour.example"]
    assert final.counts == {Outcome.SENT: 20, outcome: 1}
    assert (press.outcome, press.attempts, press.reply) == (outcome, 1, reply)
    assert final.is_final == (outcome is Outcome.FAILED)
    assert (press.next_try is None) == (outcome is Outcome.FAILED)


def test_a_greylisted_mail_is_retried_later_with_the_same_message_id(store: Store) -> None:
    id_ = publish(store, readers=3)
    with smtp_server(rejecting_server("RCPT", "450 4.2.1 greylisted")) as server:
        first = send(store, id_, server)
        server.fault_for = lambda stage, recipient: NO_FAULT
        soon = send(store, id_, server, now=NOON + MINUTE)
        assert server.total == 0
        later = send(store, id_, server, now=NOON + 7 * MINUTE)

    assert first.counts == soon.counts == {Outcome.RETRY: 3}
    assert first.next_try is not None
    assert NOON + 5 * MINUTE <= first.next_try <= NOON + 6.25 * MINUTE
    assert later.counts == {Outcome.SENT: 3}
    assert {row.attempts for row in rows(store, id_).values()} == {2}
    assert set(server.accepted.values()) == {1}


def test_even_if_waiting_retries_at_once(sqlite_store: Store) -> None:
    id_ = publish(sqlite_store, readers=3)
    with smtp_server(rejecting_server("RCPT", "450 4.2.1 greylisted")) as server:
        send(sqlite_store, id_, server)
        second = send(sqlite_store, id_, server, even_if_waiting=True)
        server.fault_for = lambda stage, recipient: NO_FAULT
        final = send(sqlite_store, id_, server, even_if_waiting=True)

    assert second.counts == {Outcome.RETRY: 3}
    assert final.counts == {Outcome.SENT: 3}
    assert {row.attempts for row in rows(sqlite_store, id_).values()} == {3}


def test_after_421_the_mails_are_sent_on_another_connection(sqlite_store: Store) -> None:
    id_ = publish(sqlite_store, readers=40)
    count = 0

    def fault_for(stage: Stage, recipient: str) -> Fault:
        nonlocal count
        count += 1
        return Fault("421 4.3.2 enough for now", drop="after") if count % 23 == 0 else NO_FAULT

    with smtp_server(SmtpServer(fault_for=fault_for)) as server:
        final = send(sqlite_store, id_, server)

    assert final.counts == {Outcome.SENT: 40}
    assert set(server.accepted.values()) == {1}


def test_a_rejected_sender_fails_no_delivery(sqlite_store: Store) -> None:
    """Wrong settings must not fail a whole list."""
    id_ = publish(sqlite_store, readers=300)
    with (
        smtp_server(rejecting_server("MAIL", "550 5.7.1 not you")) as server,
        pytest.raises(MailError, match=r"rejects the sender bounces@harbour\.example: 550 5\.7\.1 not you"),
    ):
        send(sqlite_store, id_, server)

    counts = tally(id_, sqlite_store).counts
    assert set(counts) == {Outcome.PENDING, Outcome.RETRY}
    assert counts[Outcome.RETRY] < 50


def test_a_lost_final_reply_is_unknown_and_held_by_policy(sqlite_store: Store) -> None:
    id_ = publish(sqlite_store, "press@harbour.example", "office@harbour.example")

    def fault_for(stage: Stage, recipient: str) -> Fault:
        return Fault(drop="before") if stage == "content" and "press" in recipient else NO_FAULT

    with smtp_server(SmtpServer(fault_for=fault_for)) as server:
        final = send(sqlite_store, id_, server, unknown_policy="hold")
        assert final.counts == {Outcome.SENT: 1, Outcome.UNKNOWN: 1}
        assert final.next_try is None
        held = send(sqlite_store, id_, server, unknown_policy="hold", even_if_waiting=True)
        assert held == final
    assert server.total == 2
    assert not final.is_final


def test_an_unknown_mail_is_retried_by_policy(sqlite_store: Store) -> None:
    id_ = publish(sqlite_store, "press@harbour.example")
    with smtp_server(
        SmtpServer(fault_for=lambda stage, _: Fault(drop="before") if stage == "content" else NO_FAULT)
    ) as server:
        final = send(sqlite_store, id_, server)
        server.fault_for = lambda stage, recipient: NO_FAULT
        retried = send(sqlite_store, id_, server, now=NOON + 7 * MINUTE)

    assert final.counts == {Outcome.UNKNOWN: 1}
    assert final.next_try
    assert retried.counts == {Outcome.SENT: 1}
    assert [*server.accepted.values()] == [2], "one lost reply, one more copy with the same Message-ID"


def test_an_invalid_address_fails_alone(sqlite_store: Store) -> None:
    id_ = publish(sqlite_store, "no address", "press@harbour.example")
    with smtp_server() as server:
        final = send(sqlite_store, id_, server)

    assert final.counts == {Outcome.SENT: 1, Outcome.FAILED: 1}
    assert "it has no @" in rows(sqlite_store, id_)["no address"].reply


def test_an_international_address_fails_without_smtputf8(sqlite_store: Store) -> None:
    id_ = publish(sqlite_store, "käpt'n@harbour.example", "press@hafen-süd.example")
    with smtp_server(SmtpServer(extensions=("PIPELINING",))) as server:
        final = send(sqlite_store, id_, server)
        reply = rows(sqlite_store, id_)["käpt'n@harbour.example"].reply

    assert final.counts == {Outcome.FAILED: 1, Outcome.SENT: 1}, "a domain needs no SMTPUTF8"
    assert reply == "the mail server supports no international addresses (SMTPUTF8): käpt'n@harbour.example"


# --- unreachable servers -----------------------------------------------------------------------------------------


def test_an_unreachable_server_loses_nothing(store: Store) -> None:
    id_ = publish(store, readers=5)
    with smtp_server() as server:
        pass
    for hour in range(24):
        with pytest.raises(MailError, match="no mail server listens at 127"):
            send(store, id_, server, now=NOON + hour * timedelta(hours=1))
    assert tally(id_, store).counts == {Outcome.PENDING: 5}
    with smtp_server(SmtpServer(port=server.port)) as restarted:
        final = send(store, id_, restarted, now=NOON + DAY)

    assert final.counts == {Outcome.SENT: 5}
    assert {row.attempts for row in rows(store, id_).values()} == {1}


@pytest.mark.parametrize(
    ("failing_stage", "extensions"),
    [
        ("MAIL", ("PIPELINING", "CHUNKING")),
        ("RCPT", ("PIPELINING", "CHUNKING")),
        ("MAIL", ("PIPELINING",)),
        ("RCPT", ("PIPELINING",)),
        ("DATA", ("PIPELINING",)),
        ("MAIL", ()),
        ("RCPT", ()),
        ("DATA", ()),
    ],
)
def test_a_server_that_closes_before_the_content_loses_and_duplicates_nothing(
    sqlite_store: Store, failing_stage: Stage, extensions: tuple[str, ...]
) -> None:
    id_ = publish(sqlite_store, readers=30)
    server = SmtpServer(extensions=extensions)

    def fault_for(stage: Stage, recipient: str) -> Fault:
        return Fault(drop="before") if stage == failing_stage and server.total >= 10 else NO_FAULT

    server.fault_for = fault_for
    with smtp_server(server), pytest.raises(MailError, match="closes each connection"):
        send(sqlite_store, id_, server)
    counts = tally(id_, sqlite_store).counts
    assert counts[Outcome.SENT] == server.total
    server.fault_for = lambda now, recipient: NO_FAULT
    server.port = 0
    with smtp_server(server):
        final = send(sqlite_store, id_, server, now=NOON + DAY)

    assert final.counts == {Outcome.SENT: 30}
    assert set(server.accepted.values()) == {1}


def test_a_connection_that_opens_too_late_is_not_waited_for(sqlite_store: Store) -> None:
    id_ = publish(sqlite_store, readers=4)
    server = SmtpServer()
    server.fault_for = lambda stage, _: (
        Fault(delay_s=0.3) if stage == "connect" and server.connections > 1 else NO_FAULT
    )
    began = time.monotonic()
    with smtp_server(server):
        final = send(sqlite_store, id_, server)

    assert final.counts == {Outcome.SENT: 4}
    assert time.monotonic() - began < 10


# --- stopping, and dead senders ----------------------------------------------------------------------------------


def test_a_stop_finishes_mails_under_way_and_sends_no_more(store: Store) -> None:
    id_ = publish(store, readers=300)
    stop = threading.Event()
    with smtp_server(SmtpServer(on_accepted=lambda count: stop.set() if count == 50 else None)) as server:
        stopped = send(store, id_, server, stop=stop)
        assert 50 <= stopped.counts[Outcome.SENT] == server.total < 100
        assert stopped.counts[Outcome.PENDING] == 300 - server.total
        assert set(stopped.counts) == {Outcome.SENT, Outcome.PENDING}
        final = send(store, id_, server)

    assert final.counts == {Outcome.SENT: 300}
    assert set(server.accepted.values()) == {1}


def test_two_concurrent_senders_share_the_rows(sqlite_url: str, sqlite_store: Store) -> None:
    id_ = publish(sqlite_store, readers=600)
    tallies: list[Tally] = []

    def run() -> None:
        with open_store(sqlite_url) as second_store:
            tallies.append(send(second_store, id_, server))

    with smtp_server() as server:
        threads = [threading.Thread(target=run) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    assert tally(id_, sqlite_store).counts == {Outcome.SENT: 600}
    assert len(tallies) == 2
    assert set(server.accepted.values()) == {1}


@pytest.mark.parametrize("policy", ["retry", "hold"])
def test_a_dead_senders_rows_are_released_at_once(store: Store, policy: UnknownPolicy) -> None:
    id_ = publish(store, readers=5)
    in_flight, *_ = _die_sending(store, id_)
    with smtp_server() as server:
        final = send(store, id_, server, unknown_policy=policy)

    if policy == "retry":
        assert final.counts == {Outcome.SENT: 5}
        assert rows(store, id_)[in_flight.subscriber.address].attempts == 2
    else:
        assert final.counts == {Outcome.SENT: 4, Outcome.UNKNOWN: 1}
        assert rows(store, id_)[in_flight.subscriber.address].outcome is Outcome.UNKNOWN


def test_a_living_senders_rows_are_not_touched(store: Store) -> None:
    id_ = publish(store, readers=5)
    with smtp_server() as server, store.liveness_lock("sender-other"):
        _die_sending(store, id_)
        final = send(store, id_, server)
        assert server.total == 0
        assert final.counts == {Outcome.PENDING: 4, Outcome.SENDING: 1}
        assert not final.is_final


def _die_sending(store: Store, edition_id: int) -> tuple[Delivery, ...]:
    """A second sender claims all rows, and starts the first."""
    with open_ledger(store, "sender-other") as ledger:
        claimed = ledger.claim(edition_id, now=NOON, limit=200)
        ledger.settle([], [claimed[0].id], at=NOON)
    return claimed


def test_a_subscriber_who_leaves_during_delivery_gets_no_mail(sqlite_store: Store) -> None:
    id_ = publish(sqlite_store, readers=100)

    def leave(stage: Stage, recipient: str) -> Fault:
        if stage == "RCPT" and recipient == "reader50@harbour.example":
            with sqlite_store.begin() as conn:
                subscribers.unsubscribe(conn, recipient, at=NOON)
        return NO_FAULT

    with smtp_server(SmtpServer(fault_for=leave)) as server:
        final = send(sqlite_store, id_, server)

    assert final.counts == {Outcome.SENT: 99, Outcome.SUPPRESSED: 1}
    assert server.total == 99


def test_a_bug_in_the_mailer_leaves_no_row_claimed(store: Store) -> None:
    id_ = publish(store, readers=5)

    def broken(outbox: Outbox) -> None:
        message = outbox.next_message()
        assert message
        outbox.commit([], [message])
        raise RuntimeError("a bug")

    with pytest.raises(RuntimeError, match="a bug"):
        send(store, id_, broken)
    assert tally(id_, store).counts == {Outcome.PENDING: 4, Outcome.UNKNOWN: 1}
    with smtp_server() as server:
        assert send(store, id_, server).counts == {Outcome.SENT: 5}


def test_a_missing_edition_is_an_error(store: Store) -> None:
    with pytest.raises(DigestError, match="there is no edition 7"):
        send(store, 7, lambda outbox: None)


# --- clocks ------------------------------------------------------------------------------------------------------


def test_a_clock_that_is_set_back_delays_no_mail(sqlite_store: Store) -> None:
    id_ = publish(sqlite_store, readers=5)
    with smtp_server() as server:
        final = send(sqlite_store, id_, server, now=NOON - 300 * DAY)

    assert final.counts == {Outcome.SENT: 5}


def test_a_backoff_from_a_clock_years_ahead_is_ignored(sqlite_store: Store) -> None:
    id_ = publish(sqlite_store, readers=5)
    with smtp_server(rejecting_server("RCPT", "450 4.2.1 greylisted")) as server:
        send(sqlite_store, id_, server, now=NOON + 5000 * DAY)
        server.fault_for = lambda stage, recipient: NO_FAULT
        final = send(sqlite_store, id_, server, now=NOON + MINUTE)

    assert final.counts == {Outcome.SENT: 5}
