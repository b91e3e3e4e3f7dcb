"""Delivery: everyone gets the edition once, whoever refuses, hangs up or runs it twice."""

from __future__ import annotations

import threading
import time
from datetime import datetime, timedelta

import pytest

from digest.deliver.retry import UnknownPolicy
from digest.deliver.smtp.mailer import SmtpMailer
from digest.model import Delivery, Outcome
from digest.model.errors import DigestError, MailError
from digest.model.protocols import Mailer, Outbox
from digest.pipeline.outbox import Tally, deliver_due, tally
from digest.store import Store, open_store, subscribers
from digest.store.ledger import open_ledger
from tests.support.editions import build_message, publish, rows, smtp_settings
from tests.support.smtp_server import KIND, Asked, Fault, Server, smtp_server
from tests.support.values import NOON

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
RUNNING = threading.Event()


def send(store: Store, edition_id: int, mailer: Mailer | Server, *, now: datetime = NOON, **more: object) -> Tally:
    if isinstance(mailer, Server):
        mailer = SmtpMailer(smtp=smtp_settings(mailer.port))
    stop = more.pop("stop", RUNNING)
    return deliver_due(edition_id, store, mailer, build_message=build_message, clock=lambda: now, stop=stop, **more)  # type: ignore[arg-type]


def grumpy(asked: Asked, reply: str, *, about: str = "") -> Server:
    """A server that answers so at this point, to one recipient or to all."""

    def mood(now: Asked, recipient: str) -> Fault:
        return Fault(reply) if now == asked and about in recipient else KIND

    return Server(mood=mood, extensions=("PIPELINING",) if asked == "DATA" else Server().extensions)


# --- everyone, once ----------------------------------------------------------------------------------------------


def test_everyone_gets_one_mail_and_a_further_run_sends_nothing(store: Store) -> None:
    id_ = publish(store, readers=450)
    with smtp_server() as server:
        done = send(store, id_, server)
        again = send(store, id_, server)

    assert done.counts == {Outcome.SENT: 450}
    assert done.is_final
    assert again == done
    assert server.taken == {(row.message_id, address): 1 for address, row in rows(store, id_).items()}


def test_each_mail_has_one_recipient_and_the_editions_bytes(sqlite_store: Store) -> None:
    id_ = publish(sqlite_store, "office@harbour.example", "press@harbour.example")
    with smtp_server() as server:
        send(sqlite_store, id_, server)

    for row in rows(sqlite_store, id_).values():
        content = server.contents[row.message_id, row.subscriber.address]
        assert content == build_message(row).content
        assert f"To: {row.subscriber.address}\r\n".encode() in content
    assert "MAIL FROM:<bounces@harbour.example> SIZE=" in "\n".join(server.commands)


# --- refusals ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "reply", "outcome"),
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
def test_a_refusal_is_about_one_address_alone(sqlite_store: Store, asked: Asked, reply: str, outcome: Outcome) -> None:
    id_ = publish(sqlite_store, "press@harbour.example", readers=20)
    with smtp_server(grumpy(asked, reply, about="press")) as server:
        done = send(sqlite_store, id_, server)

    press = rows(sqlite_store, id_)["press@harbour.example"]
    assert done.counts == {Outcome.SENT: 20, outcome: 1}
    assert (press.outcome, press.attempts, press.reply) == (outcome, 1, reply)
    assert done.is_final == (outcome is Outcome.FAILED)
    assert (press.next_try is None) == (outcome is Outcome.FAILED)


def test_who_is_greylisted_is_tried_again_later_with_the_same_message_id(store: Store) -> None:
    id_ = publish(store, readers=3)
    with smtp_server(grumpy("RCPT", "450 4.2.1 greylisted")) as server:
        first = send(store, id_, server)
        server.mood = lambda asked, recipient: KIND
        soon = send(store, id_, server, now=NOON + MINUTE)
        assert server.total == 0
        later = send(store, id_, server, now=NOON + 7 * MINUTE)

    assert first.counts == soon.counts == {Outcome.RETRY: 3}
    assert first.next_try is not None
    assert NOON + 5 * MINUTE <= first.next_try <= NOON + 6.25 * MINUTE
    assert later.counts == {Outcome.SENT: 3}
    assert {row.attempts for row in rows(store, id_).values()} == {2}
    assert set(server.taken.values()) == {1}


def test_a_person_need_not_wait(sqlite_store: Store) -> None:
    id_ = publish(sqlite_store, readers=3)
    with smtp_server(grumpy("RCPT", "450 4.2.1 greylisted")) as server:
        send(sqlite_store, id_, server)
        still = send(sqlite_store, id_, server, even_if_waiting=True)
        server.mood = lambda asked, recipient: KIND
        done = send(sqlite_store, id_, server, even_if_waiting=True)

    assert still.counts == {Outcome.RETRY: 3}
    assert done.counts == {Outcome.SENT: 3}
    assert {row.attempts for row in rows(sqlite_store, id_).values()} == {3}


def test_a_421_closes_the_connection_and_harms_nobody(sqlite_store: Store) -> None:
    id_ = publish(sqlite_store, readers=40)
    count = 0

    def mood(asked: Asked, recipient: str) -> Fault:
        nonlocal count
        count += 1
        return Fault("421 4.3.2 enough for now", drop="after") if count % 23 == 0 else KIND

    with smtp_server(Server(mood=mood)) as server:
        done = send(sqlite_store, id_, server)

    assert done.counts == {Outcome.SENT: 40}
    assert set(server.taken.values()) == {1}


def test_nobody_is_failed_because_the_sender_is_refused(sqlite_store: Store) -> None:
    """Wrong settings must not use up a whole list."""
    id_ = publish(sqlite_store, readers=300)
    with (
        smtp_server(grumpy("MAIL", "550 5.7.1 not you")) as server,
        pytest.raises(MailError, match=r"rejects the sender bounces@harbour\.example: 550 5\.7\.1 not you"),
    ):
        send(sqlite_store, id_, server)

    counts = tally(id_, sqlite_store).counts
    assert set(counts) == {Outcome.PENDING, Outcome.RETRY}
    assert counts[Outcome.RETRY] < 50


def test_a_lost_final_reply_leaves_its_mail_in_doubt_and_the_policy_decides(sqlite_store: Store) -> None:
    id_ = publish(sqlite_store, "press@harbour.example", "office@harbour.example")

    def mood(asked: Asked, recipient: str) -> Fault:
        return Fault(drop="before") if asked == "content" and "press" in recipient else KIND

    with smtp_server(Server(mood=mood)) as server:
        done = send(sqlite_store, id_, server, unknown_policy="hold")
        assert done.counts == {Outcome.SENT: 1, Outcome.UNKNOWN: 1}
        assert done.next_try is None
        held = send(sqlite_store, id_, server, unknown_policy="hold", even_if_waiting=True)
        assert held == done
    assert server.total == 2
    assert not done.is_final


def test_in_doubt_means_again_where_the_policy_says_so(sqlite_store: Store) -> None:
    id_ = publish(sqlite_store, "press@harbour.example")
    with smtp_server(Server(mood=lambda asked, _: Fault(drop="before") if asked == "content" else KIND)) as server:
        done = send(sqlite_store, id_, server)
        server.mood = lambda asked, recipient: KIND
        again = send(sqlite_store, id_, server, now=NOON + 7 * MINUTE)

    assert done.counts == {Outcome.UNKNOWN: 1}
    assert done.next_try
    assert again.counts == {Outcome.SENT: 1}
    assert [*server.taken.values()] == [2], "one lost reply, one copy more, under one Message-ID"


def test_an_address_that_cannot_be_is_failed_alone(sqlite_store: Store) -> None:
    id_ = publish(sqlite_store, "no address", "press@harbour.example")
    with smtp_server() as server:
        done = send(sqlite_store, id_, server)

    assert done.counts == {Outcome.SENT: 1, Outcome.FAILED: 1}
    assert "it has no @" in rows(sqlite_store, id_)["no address"].reply


def test_an_international_address_needs_a_server_that_takes_it(sqlite_store: Store) -> None:
    id_ = publish(sqlite_store, "käpt'n@harbour.example", "press@hafen-süd.example")
    with smtp_server(Server(extensions=("PIPELINING",))) as server:
        done = send(sqlite_store, id_, server)
        reply = rows(sqlite_store, id_)["käpt'n@harbour.example"].reply

    assert done.counts == {Outcome.FAILED: 1, Outcome.SENT: 1}, "a domain needs no SMTPUTF8"
    assert reply == "the mail server supports no international addresses (SMTPUTF8): käpt'n@harbour.example"


# --- servers that are not there ----------------------------------------------------------------------------------


def test_a_server_that_is_not_there_loses_nothing(store: Store) -> None:
    id_ = publish(store, readers=5)
    with smtp_server() as server:
        pass
    for hour in range(24):
        with pytest.raises(MailError, match="no mail server listens at 127"):
            send(store, id_, server, now=NOON + hour * timedelta(hours=1))
    assert tally(id_, store).counts == {Outcome.PENDING: 5}
    with smtp_server(Server(port=server.port)) as back:
        done = send(store, id_, back, now=NOON + DAY)

    assert done.counts == {Outcome.SENT: 5}
    assert {row.attempts for row in rows(store, id_).values()} == {1}


@pytest.mark.parametrize(
    ("asked", "extensions"),
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
def test_a_server_that_vanishes_before_the_content_loses_and_doubles_nothing(
    sqlite_store: Store, asked: Asked, extensions: tuple[str, ...]
) -> None:
    id_ = publish(sqlite_store, readers=30)
    server = Server(extensions=extensions)

    def vanish(now: Asked, recipient: str) -> Fault:
        return Fault(drop="before") if now == asked and server.total >= 10 else KIND

    server.mood = vanish
    with smtp_server(server), pytest.raises(MailError, match="closes each connection"):
        send(sqlite_store, id_, server)
    counts = tally(id_, sqlite_store).counts
    assert counts[Outcome.SENT] == server.total
    server.mood = lambda now, recipient: KIND
    server.port = 0
    with smtp_server(server):
        done = send(sqlite_store, id_, server, now=NOON + DAY)

    assert done.counts == {Outcome.SENT: 30}
    assert set(server.taken.values()) == {1}


def test_a_connection_that_comes_through_too_late_keeps_nobody_waiting(sqlite_store: Store) -> None:
    id_ = publish(sqlite_store, readers=4)
    server = Server()
    server.mood = lambda asked, _: Fault(delay_s=0.3) if asked == "connect" and server.connections > 1 else KIND
    began = time.monotonic()
    with smtp_server(server):
        done = send(sqlite_store, id_, server)

    assert done.counts == {Outcome.SENT: 4}
    assert time.monotonic() - began < 10


# --- who stops, and who takes over -------------------------------------------------------------------------------


def test_a_stop_finishes_what_is_under_way_and_leaves_the_rest(store: Store) -> None:
    id_ = publish(store, readers=300)
    stop = threading.Event()
    with smtp_server(Server(on_taken=lambda count: stop.set() if count == 50 else None)) as server:
        stopped = send(store, id_, server, stop=stop)
        assert 50 <= stopped.counts[Outcome.SENT] == server.total < 100
        assert stopped.counts[Outcome.PENDING] == 300 - server.total
        assert set(stopped.counts) == {Outcome.SENT, Outcome.PENDING}
        done = send(store, id_, server)

    assert done.counts == {Outcome.SENT: 300}
    assert set(server.taken.values()) == {1}


def test_two_that_run_at_once_share_the_work(sqlite_url: str, sqlite_store: Store) -> None:
    id_ = publish(sqlite_store, readers=600)
    tallies: list[Tally] = []

    def run() -> None:
        with open_store(sqlite_url) as own:
            tallies.append(send(own, id_, server))

    with smtp_server() as server:
        threads = [threading.Thread(target=run) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    assert tally(id_, sqlite_store).counts == {Outcome.SENT: 600}
    assert len(tallies) == 2
    assert set(server.taken.values()) == {1}


@pytest.mark.parametrize("policy", ["retry", "hold"])
def test_a_dead_senders_rows_are_taken_over_at_once(store: Store, policy: UnknownPolicy) -> None:
    id_ = publish(store, readers=5)
    in_flight, *_ = _die_sending(store, id_)
    with smtp_server() as server:
        done = send(store, id_, server, unknown_policy=policy)

    if policy == "retry":
        assert done.counts == {Outcome.SENT: 5}
        assert rows(store, id_)[in_flight.subscriber.address].attempts == 2
    else:
        assert done.counts == {Outcome.SENT: 4, Outcome.UNKNOWN: 1}
        assert rows(store, id_)[in_flight.subscriber.address].outcome is Outcome.UNKNOWN


def test_a_living_senders_rows_are_left_alone(store: Store) -> None:
    id_ = publish(store, readers=5)
    with smtp_server() as server, store.liveness_lock("sender-other"):
        _die_sending(store, id_)
        done = send(store, id_, server)
        assert server.total == 0
        assert done.counts == {Outcome.PENDING: 4, Outcome.SENDING: 1}
        assert not done.is_final


def _die_sending(store: Store, edition_id: int) -> tuple[Delivery, ...]:
    """Another sender claims all rows, and starts the first."""
    with open_ledger(store, "sender-other") as ledger:
        claimed = ledger.claim(edition_id, now=NOON, limit=200)
        ledger.settle([], [claimed[0].id], at=NOON)
    return claimed


def test_who_leaves_while_mails_go_out_gets_none(sqlite_store: Store) -> None:
    id_ = publish(sqlite_store, readers=100)

    def leave(asked: Asked, recipient: str) -> Fault:
        if asked == "RCPT" and recipient == "reader50@harbour.example":
            with sqlite_store.begin() as conn:
                subscribers.unsubscribe(conn, recipient, at=NOON)
        return KIND

    with smtp_server(Server(mood=leave)) as server:
        done = send(sqlite_store, id_, server)

    assert done.counts == {Outcome.SENT: 99, Outcome.SUPPRESSED: 1}
    assert server.total == 99


def test_a_bug_in_the_mailer_leaves_no_row_behind(store: Store) -> None:
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


def test_an_edition_that_is_not_there_is_named(store: Store) -> None:
    with pytest.raises(DigestError, match="there is no edition 7"):
        send(store, 7, lambda outbox: None)


# --- clocks ------------------------------------------------------------------------------------------------------


def test_a_clock_that_jumps_back_delays_nobody(sqlite_store: Store) -> None:
    id_ = publish(sqlite_store, readers=5)
    with smtp_server() as server:
        done = send(sqlite_store, id_, server, now=NOON - 300 * DAY)

    assert done.counts == {Outcome.SENT: 5}


def test_a_back_off_written_by_a_clock_years_ahead_is_not_waited_for(sqlite_store: Store) -> None:
    id_ = publish(sqlite_store, readers=5)
    with smtp_server(grumpy("RCPT", "450 4.2.1 greylisted")) as server:
        send(sqlite_store, id_, server, now=NOON + 5000 * DAY)
        server.mood = lambda asked, recipient: KIND
        done = send(sqlite_store, id_, server, now=NOON + MINUTE)

    assert done.counts == {Outcome.SENT: 5}
