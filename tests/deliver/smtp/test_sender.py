"""Letters over several connections: how many, how fast, and when to stop. No ledger here."""

from __future__ import annotations

import time

import pytest

from digest.deliver.mailers import open_mailer
from digest.deliver.smtp.connect import Timeouts
from tests.support.editions import smtp
from tests.support.smtp_delivery import Box, carry, letter
from tests.support.smtp_server import KIND, Asked, Fault, Server, smtp_server


def test_what_may_travel_together_does() -> None:
    """The next mail's envelope is in the server's hands before it has answered the one before."""
    seen: list[str] = []

    def mood(asked: Asked, recipient: str) -> Fault:
        seen.append(asked)
        return Fault(delay_s=0.05) if asked == "content" else KIND

    with smtp_server(Server(mood=mood, extensions=("PIPELINING",))) as server:
        carry(smtp(server.port, connections=1), letter(1), letter(2), letter(3))
    whole = ["MAIL", "RCPT", "DATA", "content"]
    assert seen == ["connect", "EHLO", *whole * 3]


def test_no_more_connections_than_set_and_no_more_than_there_are_mails() -> None:
    with smtp_server() as server:
        carry(smtp(server.port, connections=3), *[letter(number) for number in range(200)])
        assert server.most_open == 3
    with smtp_server() as server:
        carry(smtp(server.port, connections=50), letter(1), letter(2))
        assert server.connections <= 2


def test_a_connection_carries_so_many_and_no_more() -> None:
    with smtp_server() as server:
        box = carry(smtp(server.port, connections=1, messages_per_connection=10), *[letter(n) for n in range(35)])

    assert server.connections == 4
    assert server.commands.count("QUIT") == 4
    assert len(box.reports) == 35


def test_the_rate_is_kept_over_all_connections() -> None:
    times: list[float] = []
    with smtp_server(Server(on_taken=lambda count: times.append(time.monotonic()))) as server:
        carry(smtp(server.port, connections=4, rate_per_minute=1200), *[letter(number) for number in range(21)])

    assert 0.9 <= times[-1] - times[0] <= 3


@pytest.mark.parametrize("connections", [1, 4])
def test_nothing_is_waited_for_but_the_server(connections: int) -> None:
    """Least of all when the last mail is through."""
    began = time.monotonic()
    with smtp_server() as server:
        carry(smtp(server.port, connections=connections), *[letter(n) for n in range(9)], timeouts=Timeouts(turn=60))

    assert time.monotonic() - began < 30


def test_closing_ends_what_is_under_way_and_begins_nothing() -> None:
    box = Box([letter(number) for number in range(100)])

    def close(count: int) -> None:
        box.is_closing = count >= 10

    with smtp_server(Server(on_taken=close)) as server:
        open_mailer(smtp(server.port))(box)

    assert 10 <= server.total == len(box.reports) <= 20
    assert set(box.codes.values()) == {250}
