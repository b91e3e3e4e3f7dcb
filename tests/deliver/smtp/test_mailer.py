"""Sending by SMTP: content over all extensions, unsupported messages, and outcomes with misbehaving servers."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from contextlib import suppress

import pytest

from digest.deliver.smtp.mailer import SmtpMailer
from digest.deliver.smtp.timeouts import Timeouts
from digest.model.errors import MailError
from digest.model.protocols import SendOutcome
from tests.support.editions import smtp_settings
from tests.support.mail_server import running_mail_server
from tests.support.smtp_delivery import SHORT_TIMEOUTS, MemoryOutbox, message, scripted_server, send_all
from tests.support.smtp_server import NO_FAULT, Fault, SmtpServer, smtp_server

EXTENSIONS = {
    "everything": ("PIPELINING", "CHUNKING", "8BITMIME", "SMTPUTF8", "SIZE"),
    "no chunks": ("PIPELINING", "8BITMIME", "SMTPUTF8", "SIZE"),
    "chunks, one by one": ("CHUNKING", "8BITMIME", "SMTPUTF8"),
    "one by one": ("8BITMIME", "SMTPUTF8"),
}


@pytest.mark.parametrize("extensions", EXTENSIONS.values(), ids=EXTENSIONS)
@pytest.mark.parametrize(
    ("content", "expected"),
    [
        pytest.param(b"a\r\n\r\n.\r\n..\r\n.b\r\n", b"a\r\n\r\n.\r\n..\r\n.b\r\n", id="dots"),
        pytest.param(b".a\r\n", b".a\r\n", id="a dot first"),
        pytest.param(b"a\r\n\r\nno end", b"a\r\n\r\nno end\r\n", id="no line end"),
        pytest.param(b"a\n.\nMAIL FROM:<x@y>\n", b"a\r\n.\r\nMAIL FROM:<x@y>\r\n", id="smuggled by LF"),
        pytest.param(b"a\r.\rb\n.\r\nc\r\n", b"a\r\n.\r\nb\r\n.\r\nc\r\n", id="smuggled by CR"),
        pytest.param("Käpt'n\r\n".encode(), "Käpt'n\r\n".encode(), id="8 bit"),
        pytest.param(b"x" * 3_000_000 + b"\r\n", b"x" * 3_000_000 + b"\r\n", id="three megabytes"),
    ],
)
def test_the_content_arrives_unchanged(extensions: tuple[str, ...], content: bytes, expected: bytes) -> None:
    with smtp_server(SmtpServer(extensions=extensions)) as server:
        outbox = send_all(smtp_settings(server.port), message(1, content), message(2, content))

    header_length = len(b"Message-ID: <1@harbour.example>\r\n")
    assert outbox.codes == {"reader1@harbour.example": 250, "reader2@harbour.example": 250}
    assert {content[header_length:] for content in server.contents.values()} == {expected}


def test_aiosmtpd_accepts_the_mails() -> None:
    messages = [message(number) for number in range(30)]
    with running_mail_server() as mail_server:
        outbox = send_all(smtp_settings(mail_server.port), *messages)

    received = [(envelope.rcpt_tos, envelope.original_content) for envelope in mail_server.envelopes]
    assert sorted(received) == sorted(([sent.recipient], sent.content) for sent in messages)
    assert set(outbox.codes.values()) == {250}


def test_helo_is_the_fallback_for_ehlo() -> None:
    with smtp_server(
        SmtpServer(fault_for=lambda stage, _: Fault("502 what?") if stage == "EHLO" else NO_FAULT)
    ) as server:
        outbox = send_all(smtp_settings(server.port), message())

    assert outbox.codes == {"reader1@harbour.example": 250}
    assert "MAIL FROM:<news@harbour.example>" in server.commands


def test_unsupported_messages_are_rejected_with_the_reason_and_stop_nothing() -> None:
    with smtp_server(SmtpServer(extensions=("SIZE 1000",))) as server:
        big, eight = message(1, b"x" * 2000), message(2, "\r\nKäpt'n\r\n".encode())
        foreign, fine = message(3, recipient="käpt'n@harbour.example"), message(4)
        broken = message(5, recipient="a@b>\r\nRCPT TO:<c@d")
        captain = message(6, "From: käpt'n@harbour.example\r\n\r\nHello\r\n".encode())
        outbox = send_all(smtp_settings(server.port), big, eight, foreign, broken, captain, fine)

    replies = {result.message.id: (result.code, result.reply) for result in outbox.results}
    assert replies[1] == (552, f"the mail has {len(big.content):,} bytes, and the mail server takes 1,000")
    assert replies[2][0] == 554
    assert replies[3][0] == 553
    assert replies[6][0] == 553, "an international sender in the header alone"
    assert replies[5] == (553, r"not an email address: 'a@b>\r\nRCPT TO:<c@d'")
    assert replies[4][0] == 250
    assert server.total == 1


# --- misbehaving servers ----------------------------------------------------------------------------------------------


def _serve_until_data(sock: socket.socket) -> None:
    sock.sendall(b"220 hi\r\n")
    for answer in (b"250 hi\r\n", b"250 ok\r\n", b"250 ok\r\n", b"354 go\r\n"):
        sock.recv(4096)
        sock.sendall(answer)


def _final_reply(reply: bytes) -> Callable[[socket.socket], None]:
    def script(sock: socket.socket) -> None:
        _serve_until_data(sock)
        sock.recv(65536)
        sock.sendall(reply)
        time.sleep(0.6)

    return script


@pytest.mark.parametrize(
    ("reply", "code", "text"),
    [
        pytest.param(b"250 ok\r\n", 250, "250 ok", id="one line"),
        pytest.param(b"250-o\r\n250 k\r\n", 250, "250 o k", id="in two lines"),
        pytest.param(b"250\r\n", 250, "250", id="without text"),
        pytest.param(b"250 ok\r\nnonsense\r\n", 250, "250 ok", id="nonsense after the answer"),
        pytest.param(b"", None, "no reply within 0.4 s", id="silence"),
        pytest.param(b"HTTP/1.1 200 OK\r\n", None, "not an SMTP reply", id="another protocol"),
        pytest.param(b"354 go on\r\n", None, "not a reply to the command", id="the wrong positive reply"),
        pytest.param(b"2500 ok\r\n", None, "not an SMTP reply", id="four digits"),
        pytest.param(b"250-" + b"x" * 100_000, None, "", id="a line without end"),
        pytest.param(b"250-x\r\n" * 1000, None, "a reply without end", id="a reply without end"),
        pytest.param(b"250-ok\r\n550 no\r\n", None, "250 and 550", id="contradictory codes"),
        pytest.param(b"250 " + b"x" * 4000 + b"\r\n", 250, "xxx…", id="a long text"),
        pytest.param(b"250 \xff\0\r\n", 250, "250 \ufffd", id="bytes that are no text"),
    ],
)
def test_only_a_well_formed_positive_reply_accepts_the_mail(reply: bytes, code: int | None, text: str) -> None:
    """After anything else it is unknown whether the mail arrived."""
    with scripted_server(_final_reply(reply)) as port:
        outbox = send_all(smtp_settings(port), message(), timeouts=SHORT_TIMEOUTS)

    (result,) = outbox.results
    assert result.outcome is (SendOutcome.ACCEPTED if code else SendOutcome.UNKNOWN)
    assert result.code == code
    assert text in result.reply


@pytest.mark.parametrize(
    ("premature", "outcome", "text"),
    [
        pytest.param(b"250 taken\r\n", SendOutcome.INTERRUPTED, "accepted before it was complete", id="yes"),
        pytest.param(b"552 too big\r\n", SendOutcome.REJECTED, "too big", id="no"),
    ],
)
def test_a_reply_before_the_last_byte_does_not_accept_the_mail(
    premature: bytes, outcome: SendOutcome, text: str
) -> None:
    """Nor is the connection used again: the server may read the remaining content as commands."""

    def script(sock: socket.socket) -> None:
        _serve_until_data(sock)
        sock.recv(1000)
        sock.sendall(premature)
        time.sleep(0.3)

    outbox = MemoryOutbox([message(number, b"x" * 8_000_000) for number in range(3)])
    with scripted_server(script) as port, suppress(MailError):
        SmtpMailer(smtp=smtp_settings(port, connections=1), timeouts=Timeouts(poll=0.1))(outbox)

    first = outbox.results[0]
    assert first.outcome is outcome
    assert text in first.reply
    assert SendOutcome.ACCEPTED not in outbox.outcomes


def test_a_reply_that_trickles_without_end_times_out() -> None:
    def script(sock: socket.socket) -> None:
        _serve_until_data(sock)
        sock.recv(65536)
        for byte in b"250-" + b"x" * 100:
            sock.sendall(bytes([byte]))
            time.sleep(0.1)

    with scripted_server(script) as port:
        outbox = send_all(smtp_settings(port), message(), timeouts=SHORT_TIMEOUTS)

    (result,) = outbox.results
    assert result.outcome is SendOutcome.UNKNOWN
    assert "no reply within" in result.reply


@pytest.mark.slow  # it waits for the pauses between further connections
def test_a_connection_cut_within_the_content_is_interrupted_and_not_unknown() -> None:
    """The final dot was not sent, so that the mail can't have been accepted."""

    def script(sock: socket.socket) -> None:
        _serve_until_data(sock)
        sock.recv(1000)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")

    outbox = MemoryOutbox([message(number, b"x" * 8_000_000) for number in range(9)])
    with scripted_server(script) as port, pytest.raises(MailError, match="closes each connection"):
        SmtpMailer(smtp=smtp_settings(port, connections=1), timeouts=SHORT_TIMEOUTS)(outbox)

    assert set(outbox.outcomes) <= {SendOutcome.INTERRUPTED}
