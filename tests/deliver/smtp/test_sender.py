"""Letters over several connections: how many, how fast, and when to stop. No ledger here."""

from __future__ import annotations

import time

import pytest

from digest.deliver.mailers import open_mailer
from digest.deliver.smtp.timeouts import Timeouts
from tests.support.editions import smtp_settings
from tests.support.smtp_delivery import MemoryOutbox, message, send_all
from tests.support.smtp_server import KIND, Asked, Fault, Server, smtp_server


def test_what_may_travel_together_does() -> None:
    """The next mail's envelope is in the server's hands before it has answered the one before."""
    seen: list[str] = []

    def mood(asked: Asked, recipient: str) -> Fault:
        seen.append(asked)
        return Fault(delay_s=0.05) if asked == "content" else KIND

    with smtp_server(Server(mood=mood, extensions=("PIPELINING",))) as server:
        send_all(smtp_settings(server.port, connections=1), message(1), message(2), message(3))
    whole = ["MAIL", "RCPT", "DATA", "content"]
    assert seen == ["connect", "EHLO", *whole * 3]


def test_no_more_connections_than_set_and_no_more_than_there_are_mails() -> None:
    with smtp_server() as server:
        send_all(smtp_settings(server.port, connections=3), *[message(number) for number in range(200)])
        assert server.most_open == 3
    with smtp_server() as server:
        send_all(smtp_settings(server.port, connections=50), message(1), message(2))
        assert server.connections <= 2


def test_a_connection_carries_so_many_and_no_more() -> None:
    with smtp_server() as server:
        outbox = send_all(
            smtp_settings(server.port, connections=1, messages_per_connection=10), *[message(n) for n in range(35)]
        )

    assert server.connections == 4
    assert server.commands.count("QUIT") == 4
    assert len(outbox.results) == 35


def test_the_rate_is_kept_over_all_connections() -> None:
    times: list[float] = []
    with smtp_server(Server(on_taken=lambda count: times.append(time.monotonic()))) as server:
        send_all(
            smtp_settings(server.port, connections=4, rate_per_minute=1200), *[message(number) for number in range(21)]
        )

    assert 0.9 <= times[-1] - times[0] <= 3


@pytest.mark.parametrize("connections", [1, 4])
def test_nothing_is_waited_for_but_the_server(connections: int) -> None:
    """Least of all when the last mail is through."""
    began = time.monotonic()
    with smtp_server() as server:
        send_all(
            smtp_settings(server.port, connections=connections),
            *[message(n) for n in range(9)],
            timeouts=Timeouts(poll=60),
        )

    assert time.monotonic() - began < 30


def test_closing_ends_what_is_under_way_and_begins_nothing() -> None:
    outbox = MemoryOutbox([message(number) for number in range(100)])

    def close(count: int) -> None:
        outbox.is_closing = count >= 10

    with smtp_server(Server(on_taken=close)) as server:
        open_mailer(smtp_settings(server.port))(outbox)

    assert 10 <= server.total == len(outbox.results) <= 20
    assert set(outbox.codes.values()) == {250}
