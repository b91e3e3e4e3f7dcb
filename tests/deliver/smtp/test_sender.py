"""Messages over several connections: their number, rate and end. Without a ledger."""

from __future__ import annotations

import time
from dataclasses import dataclass

import pytest

from digest.deliver.mailers import open_mailer
from digest.deliver.smtp.timeouts import Timeouts
from digest.model.errors import MailError
from digest.model.protocols import Message
from tests.support.editions import smtp_settings
from tests.support.smtp_delivery import MemoryOutbox, message, send_all
from tests.support.smtp_server import NO_FAULT, Fault, SmtpServer, Stage, smtp_server


def test_the_next_envelope_is_pipelined() -> None:
    """The server has the next mail's envelope before it replies to the content before it."""
    stages: list[str] = []

    def fault_for(stage: Stage, recipient: str) -> Fault:
        stages.append(stage)
        return Fault(delay_s=0.05) if stage == "content" else NO_FAULT

    with smtp_server(SmtpServer(fault_for=fault_for, extensions=("PIPELINING",))) as server:
        send_all(smtp_settings(server.port, connections=1), message(1), message(2), message(3))
    transaction = ["MAIL", "RCPT", "DATA", "content"]
    assert stages == ["connect", "EHLO", *transaction * 3]


def test_connections_are_limited_by_the_settings_and_the_number_of_mails() -> None:
    with smtp_server() as server:
        send_all(smtp_settings(server.port, connections=3), *[message(number) for number in range(200)])
        assert server.max_open_connections == 3
    with smtp_server() as server:
        send_all(smtp_settings(server.port, connections=50), message(1), message(2))
        assert server.connections <= 2


def test_a_connection_sends_at_most_messages_per_connection() -> None:
    with smtp_server() as server:
        outbox = send_all(
            smtp_settings(server.port, connections=1, messages_per_connection=10), *[message(n) for n in range(35)]
        )

    assert server.connections == 4
    assert server.commands.count("QUIT") == 4
    assert len(outbox.results) == 35


def test_messages_that_wait_for_their_turn_are_sent_when_it_comes() -> None:
    """The outbox says when to ask again; until then the sender neither ends nor asks."""
    outbox = PacedOutbox([message(number) for number in range(4)], interval_s=0.1)
    with smtp_server() as server:
        open_mailer(smtp_settings(server.port, connections=2))(outbox)

    assert len(outbox.results) == 4
    assert outbox.fruitless <= 8


@dataclass(slots=True)
class PacedOutbox(MemoryOutbox):
    """An outbox that has a message now and then."""

    interval_s: float = 0.0
    #: How often it was asked too early.
    fruitless: int = 0
    _next_at: float = 0.0

    def next_message(self) -> Message | None:
        if time.monotonic() < self._next_at:
            self.fruitless += 1
            return None
        self._next_at = time.monotonic() + self.interval_s
        return self.messages.pop(0) if self.messages else None

    @property
    def wait_s(self) -> float | None:
        return max(self._next_at - time.monotonic(), 0.001) if self.messages else None


@pytest.mark.parametrize("connections", [1, 4])
def test_nothing_waits_for_the_poll_interval(connections: int) -> None:
    """Not even after the last mail."""
    began = time.monotonic()
    with smtp_server() as server:
        send_all(
            smtp_settings(server.port, connections=connections),
            *[message(n) for n in range(9)],
            timeouts=Timeouts(poll=60),
        )

    assert time.monotonic() - began < 30


def test_closing_finishes_mails_under_way_and_starts_none() -> None:
    outbox = MemoryOutbox([message(number) for number in range(100)])

    def close(count: int) -> None:
        outbox.is_closing = count >= 10

    with smtp_server(SmtpServer(on_accepted=close)) as server:
        open_mailer(smtp_settings(server.port))(outbox)

    assert 10 <= server.total == len(outbox.results) <= 20
    assert set(outbox.codes.values()) == {250}


def test_the_user_is_told_once_that_a_server_asks_for_fewer_mails() -> None:
    senders: list[str] = []

    def fault_for(stage: Stage, recipient: str) -> Fault:
        if stage == "MAIL":
            senders.append(recipient)
        is_throttled = stage == "MAIL" and len(senders) <= 2
        return Fault("454 4.7.0 Throttling failure: Maximum sending rate exceeded") if is_throttled else NO_FAULT

    with smtp_server(SmtpServer(fault_for=fault_for)) as server:
        outbox = send_all(smtp_settings(server.port, connections=2), *[message(number) for number in range(8)])

    assert len(outbox.results) == 8
    (notice,) = [notice for notice in outbox.notices if "rate_per_minute" in notice]
    assert "Throttling failure" in notice


def test_a_server_that_throttles_everything_is_named_with_the_setting() -> None:
    reply = Fault("454 4.7.0 Throttling failure: Daily message quota exceeded")
    with (
        smtp_server(SmtpServer(fault_for=lambda stage, recipient: reply if stage == "MAIL" else NO_FAULT)) as server,
        pytest.raises(MailError, match=r"takes no more mails now: 454 4\.7\.0 Throttling") as caught,
    ):
        send_all(smtp_settings(server.port, connections=25), *[message(number) for number in range(30)])

    assert "rate_per_minute" in caught.value.hint
