"""The demo's mail server: it takes mails as they are, and bad clients harm nobody."""

from __future__ import annotations

import asyncio
import smtplib
from collections.abc import Callable

import pytest

from digest.cli.demo.smtp_receiver import mail_server

Received = list[tuple[tuple[str, ...], bytes]]


def _serve(client: Callable[[int], object]) -> Received:
    """Run a client in a thread, beside the server."""
    received: Received = []

    async def main() -> None:
        async with mail_server(lambda *mail: received.append(mail), host="127.0.0.1", port=0) as port:
            await asyncio.to_thread(client, port)

    asyncio.run(main())
    return received


def test_mails_arrive_as_they_were_sent() -> None:
    content = b"Subject: x\r\n\r\n.a dot\r\n..two\r\n\xe2\x82\xac\r\n"

    def client(port: int) -> None:
        with smtplib.SMTP("127.0.0.1", port) as smtp:
            smtp.sendmail("", ["a@demo.example", "b@demo.example"], content)
            smtp.noop()
            smtp.sendmail("c@demo.example", ["d@demo.example"], content)

    assert _serve(client) == [(("a@demo.example", "b@demo.example"), content), (("d@demo.example",), content)]


@pytest.mark.parametrize(
    ("command", "code"),
    [
        ("RCPT TO:<a@demo.example>", 503),
        ("DATA", 503),
        ("MAIL FROM:a@demo.example", 501),
        ("MAIL TO:<a@demo.example>", 501),
        ("VRFY a", 502),
        ("", 502),
        ("HELO x", 250),
    ],
)
def test_commands_out_of_place_are_refused(command: str, code: int) -> None:
    replies: list[tuple[int, bytes]] = []

    def client(port: int) -> None:
        with smtplib.SMTP("127.0.0.1", port) as smtp:
            replies.append(smtp.docmd(command))

    assert _serve(client) == []
    assert replies[0][0] == code


@pytest.mark.parametrize(
    "data", [b"A" * 100_000 + b"\r\n", b"MAIL FROM:<>\r\nRCPT TO:<a@b>\r\nDATA\r\nhalf", b"\xff\x00"]
)
def test_a_client_that_breaks_off_or_talks_nonsense_leaves_no_mail(data: bytes) -> None:
    def client(port: int) -> None:
        import socket

        with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
            connection.sendall(data)
            connection.shutdown(socket.SHUT_WR)
            while connection.recv(1000):
                pass

    assert _serve(client) == []
