"""What arrives, whatever the server offers; and how far a letter counts as having come when a server misbehaves."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from contextlib import suppress

import pytest

from digest.deliver.smtp.mailer import SmtpMailer
from digest.model.errors import MailError
from digest.model.protocols import Stage
from tests.support.editions import smtp
from tests.support.mail_server import post_office
from tests.support.smtp_delivery import QUICK, Box, carry, letter, talking
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
        box = carry(smtp(server.port), letter(1, content), letter(2, content))

    head = len(b"Message-ID: <1@harbour.example>\r\n")
    assert box.codes == {"reader1@harbour.example": 250, "reader2@harbour.example": 250}
    assert {found[head:] for found in server.contents.values()} == {arrives}


def test_a_server_that_others_wrote_takes_it_too() -> None:
    letters = [letter(number) for number in range(30)]
    with post_office() as office:
        box = carry(smtp(office.port), *letters)

    taken = [(envelope.rcpt_tos, envelope.original_content) for envelope in office.envelopes]
    assert sorted(taken) == sorted(([sent.recipient], sent.content) for sent in letters)
    assert set(box.codes.values()) == {250}


def test_an_old_server_that_knows_only_helo_is_spoken_to() -> None:
    with smtp_server(Server(mood=lambda asked, _: Fault("502 what?") if asked == "EHLO" else KIND)) as server:
        box = carry(smtp(server.port), letter())

    assert box.codes == {"reader1@harbour.example": 250}
    assert "MAIL FROM:<news@harbour.example>" in server.commands


def test_what_a_server_cannot_take_is_said_in_clear_words_and_stops_nothing() -> None:
    with smtp_server(Server(extensions=("SIZE 1000",))) as server:
        big, eight = letter(1, b"x" * 2000), letter(2, "\r\nKäpt'n\r\n".encode())
        foreign, fine = letter(3, recipient="käpt'n@harbour.example"), letter(4)
        broken = letter(5, recipient="a@b>\r\nRCPT TO:<c@d")
        captain = letter(6, "From: käpt'n@harbour.example\r\n\r\nHello\r\n".encode())
        box = carry(smtp(server.port), big, eight, foreign, broken, captain, fine)

    said = {report.message.id: (report.code, report.text) for report in box.reports}
    assert said[1] == (552, f"the mail has {len(big.content):,} bytes, and the mail server takes 1,000")
    assert said[2][0] == 554
    assert said[3][0] == 553
    assert said[6][0] == 553, "nor an international sender, whom only the header names"
    assert said[5] == (553, r"this is no address: 'a@b>\r\nRCPT TO:<c@d'")
    assert said[4][0] == 250
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
        pytest.param(b"", 0, "no answer within 0.4 s", id="silence"),
        pytest.param(b"HTTP/1.1 200 OK\r\n", 0, "this is no reply", id="another protocol"),
        pytest.param(b"354 go on\r\n", 0, "no answer to what was said", id="the wrong yes"),
        pytest.param(b"2500 ok\r\n", 0, "this is no reply", id="four digits"),
        pytest.param(b"250-" + b"x" * 100_000, 0, "", id="a line without end"),
        pytest.param(b"250-x\r\n" * 1000, 0, "a reply without end", id="a reply without end"),
        pytest.param(b"250-ok\r\n550 no\r\n", 0, "it says both 250 and 550", id="of two minds"),
        pytest.param(b"250 " + b"x" * 4000 + b"\r\n", 250, "xxx…", id="more words than anybody reads"),
        pytest.param(b"250 \xff\0\r\n", 250, "250 \ufffd", id="bytes that are no text"),
    ],
)
def test_only_a_clear_yes_after_the_last_byte_is_one(after: bytes, code: int, words: str) -> None:
    """All else leaves the mail in doubt: stage CONTENT, code 0."""
    with talking(_says(after)) as port:
        box = carry(smtp(port), letter(), timeouts=QUICK)

    (report,) = box.reports
    assert (report.stage, report.code) == (Stage.CONTENT, code)
    assert words in report.text


@pytest.mark.parametrize(
    ("early", "stage", "code", "words"),
    [
        pytest.param(b"250 taken\r\n", Stage.DATA, 0, "a mail that it does not have yet", id="yes"),
        pytest.param(b"552 too big\r\n", Stage.CONTENT, 552, "too big", id="no"),
    ],
)
def test_an_answer_before_the_last_byte_is_no_yes(early: bytes, stage: Stage, code: int, words: str) -> None:
    """Nor is the line used again: what the server makes of the rest of the content, nobody knows."""

    def talk(sock: socket.socket) -> None:
        _until_data(sock)
        sock.recv(1000)
        sock.sendall(early)
        time.sleep(0.3)

    box = Box([letter(number, b"x" * 8_000_000) for number in range(9)])
    with talking(talk) as port, suppress(MailError):
        SmtpMailer(smtp=smtp(port, connections=1), timeouts=QUICK)(box)

    first = box.reports[0]
    assert (first.stage, first.code) == (stage, code)
    assert words in first.text
    assert not [report for report in box.reports if 200 <= report.code < 300]


def test_a_server_that_answers_a_byte_at_a_time_without_end_is_not_waited_for() -> None:
    def talk(sock: socket.socket) -> None:
        _until_data(sock)
        sock.recv(65536)
        for byte in b"250-" + b"x" * 100:
            sock.sendall(bytes([byte]))
            time.sleep(0.1)

    with talking(talk) as port:
        box = carry(smtp(port), letter(), timeouts=QUICK)

    (report,) = box.reports
    assert (report.stage, report.code) == (Stage.CONTENT, 0)
    assert "no answer within" in report.text


def test_a_line_cut_in_the_middle_of_the_content_leaves_no_doubt() -> None:
    """The final dot never left: that mail can't have been taken."""

    def talk(sock: socket.socket) -> None:
        _until_data(sock)
        sock.recv(1000)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")

    box = Box([letter(number, b"x" * 8_000_000) for number in range(9)])
    with talking(talk) as port, pytest.raises(MailError, match="ends each connection"):
        SmtpMailer(smtp=smtp(port, connections=1), timeouts=QUICK)(box)

    assert {(report.stage, report.code) for report in box.reports} <= {(Stage.DATA, 0)}
