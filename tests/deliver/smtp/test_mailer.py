"""What arrives, whatever the server offers; and how far a letter counts as having come when a server misbehaves."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from contextlib import suppress

import pytest

from digest.deliver.smtp.mailer import SmtpMailer
from digest.model.errors import MailError
from digest.model.protocols import SendOutcome
from tests.support.editions import smtp_settings
from tests.support.mail_server import post_office
from tests.support.smtp_delivery import SHORT_TIMEOUTS, MemoryOutbox, message, scripted_server, send_all
from tests.support.smtp_server import KIND, Fault, Server, smtp_server

EXTENSIONS = {
    "everything": ("PIPELINING", "CHUNKING", "8BITMIME", "SMTPUTF8", "SIZE"),
    "no chunks": ("PIPELINING", "8BITMIME", "SMTPUTF8", "SIZE"),
    "chunks, one by one": ("CHUNKING", "8BITMIME", "SMTPUTF8"),
    "one by one": ("8BITMIME", "SMTPUTF8"),
}


@pytest.mark.parametrize("extensions", EXTENSIONS.values(), ids=EXTENSIONS)
@pytest.mark.parametrize(
    ("content", "arrives"),
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
def test_the_content_arrives_as_it_is(extensions: tuple[str, ...], content: bytes, arrives: bytes) -> None:
    with smtp_server(Server(extensions=extensions)) as server:
        outbox = send_all(smtp_settings(server.port), message(1, content), message(2, content))

    head = len(b"Message-ID: <1@harbour.example>\r\n")
    assert outbox.codes == {"reader1@harbour.example": 250, "reader2@harbour.example": 250}
    assert {found[head:] for found in server.contents.values()} == {arrives}


def test_a_server_that_others_wrote_takes_it_too() -> None:
    letters = [message(number) for number in range(30)]
    with post_office() as office:
        outbox = send_all(smtp_settings(office.port), *letters)

    taken = [(envelope.rcpt_tos, envelope.original_content) for envelope in office.envelopes]
    assert sorted(taken) == sorted(([sent.recipient], sent.content) for sent in letters)
    assert set(outbox.codes.values()) == {250}


def test_an_old_server_that_knows_only_helo_is_spoken_to() -> None:
    with smtp_server(Server(mood=lambda asked, _: Fault("502 what?") if asked == "EHLO" else KIND)) as server:
        outbox = send_all(smtp_settings(server.port), message())

    assert outbox.codes == {"reader1@harbour.example": 250}
    assert "MAIL FROM:<news@harbour.example>" in server.commands


def test_what_a_server_cannot_take_is_said_in_clear_words_and_stops_nothing() -> None:
    with smtp_server(Server(extensions=("SIZE 1000",))) as server:
        big, eight = message(1, b"x" * 2000), message(2, "\r\nKäpt'n\r\n".encode())
        foreign, fine = message(3, recipient="käpt'n@harbour.example"), message(4)
        broken = message(5, recipient="a@b>\r\nRCPT TO:<c@d")
        captain = message(6, "From: käpt'n@harbour.example\r\n\r\nHello\r\n".encode())
        outbox = send_all(smtp_settings(server.port), big, eight, foreign, broken, captain, fine)

    replies = {result.message.id: (result.code, result.reply) for result in outbox.results}
    assert replies[1] == (552, f"the mail has {len(big.content):,} bytes, and the mail server takes 1,000")
    assert replies[2][0] == 554
    assert replies[3][0] == 553
    assert replies[6][0] == 553, "nor an international sender, whom only the header names"
    assert replies[5] == (553, r"not an email address: 'a@b>\r\nRCPT TO:<c@d'")
    assert replies[4][0] == 250
    assert server.total == 1


# --- servers that misbehave -------------------------------------------------------------------------------------------


def _until_data(sock: socket.socket) -> None:
    sock.sendall(b"220 hi\r\n")
    for answer in (b"250 hi\r\n", b"250 ok\r\n", b"250 ok\r\n", b"354 go\r\n"):
        sock.recv(4096)
        sock.sendall(answer)


def _says(after: bytes) -> Callable[[socket.socket], None]:
    def talk(sock: socket.socket) -> None:
        _until_data(sock)
        sock.recv(65536)
        sock.sendall(after)
        time.sleep(0.6)

    return talk


@pytest.mark.parametrize(
    ("after", "code", "words"),
    [
        pytest.param(b"250 ok\r\n", 250, "250 ok", id="as it should be"),
        pytest.param(b"250-o\r\n250 k\r\n", 250, "250 o k", id="in two lines"),
        pytest.param(b"250\r\n", 250, "250", id="without words"),
        pytest.param(b"250 ok\r\nnonsense\r\n", 250, "250 ok", id="nonsense after the answer"),
        pytest.param(b"", None, "no reply within 0.4 s", id="silence"),
        pytest.param(b"HTTP/1.1 200 OK\r\n", None, "not an SMTP reply", id="another protocol"),
        pytest.param(b"354 go on\r\n", None, "not a reply to the command", id="the wrong yes"),
        pytest.param(b"2500 ok\r\n", None, "not an SMTP reply", id="four digits"),
        pytest.param(b"250-" + b"x" * 100_000, None, "", id="a line without end"),
        pytest.param(b"250-x\r\n" * 1000, None, "a reply without end", id="a reply without end"),
        pytest.param(b"250-ok\r\n550 no\r\n", None, "250 and 550", id="of two minds"),
        pytest.param(b"250 " + b"x" * 4000 + b"\r\n", 250, "xxx…", id="more words than anybody reads"),
        pytest.param(b"250 \xff\0\r\n", 250, "250 \ufffd", id="bytes that are no text"),
    ],
)
def test_only_a_clear_yes_after_the_last_byte_is_one(after: bytes, code: int | None, words: str) -> None:
    """After anything else it is unknown whether the mail arrived."""
    with scripted_server(_says(after)) as port:
        outbox = send_all(smtp_settings(port), message(), timeouts=SHORT_TIMEOUTS)

    (result,) = outbox.results
    assert result.outcome is (SendOutcome.ACCEPTED if code else SendOutcome.UNKNOWN)
    assert result.code == code
    assert words in result.reply


@pytest.mark.parametrize(
    ("early", "outcome", "words"),
    [
        pytest.param(b"250 taken\r\n", SendOutcome.INTERRUPTED, "accepted before it was complete", id="yes"),
        pytest.param(b"552 too big\r\n", SendOutcome.REJECTED, "too big", id="no"),
    ],
)
def test_an_answer_before_the_last_byte_is_no_yes(early: bytes, outcome: SendOutcome, words: str) -> None:
    """Nor is the line used again: what the server makes of the rest of the content, nobody knows."""

    def talk(sock: socket.socket) -> None:
        _until_data(sock)
        sock.recv(1000)
        sock.sendall(early)
        time.sleep(0.3)

    outbox = MemoryOutbox([message(number, b"x" * 8_000_000) for number in range(9)])
    with scripted_server(talk) as port, suppress(MailError):
        SmtpMailer(smtp=smtp_settings(port, connections=1), timeouts=SHORT_TIMEOUTS)(outbox)

    first = outbox.results[0]
    assert first.outcome is outcome
    assert words in first.reply
    assert SendOutcome.ACCEPTED not in outbox.outcomes


def test_a_server_that_answers_a_byte_at_a_time_without_end_is_not_waited_for() -> None:
    def talk(sock: socket.socket) -> None:
        _until_data(sock)
        sock.recv(65536)
        for byte in b"250-" + b"x" * 100:
            sock.sendall(bytes([byte]))
            time.sleep(0.1)

    with scripted_server(talk) as port:
        outbox = send_all(smtp_settings(port), message(), timeouts=SHORT_TIMEOUTS)

    (result,) = outbox.results
    assert result.outcome is SendOutcome.UNKNOWN
    assert "no reply within" in result.reply


def test_a_line_cut_in_the_middle_of_the_content_leaves_no_doubt() -> None:
    """The final dot never left: that mail can't have been taken."""

    def talk(sock: socket.socket) -> None:
        _until_data(sock)
        sock.recv(1000)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")

    outbox = MemoryOutbox([message(number, b"x" * 8_000_000) for number in range(9)])
    with scripted_server(talk) as port, pytest.raises(MailError, match="closes each connection"):
        SmtpMailer(smtp=smtp_settings(port, connections=1), timeouts=SHORT_TIMEOUTS)(outbox)

    assert set(outbox.outcomes) <= {SendOutcome.INTERRUPTED}
