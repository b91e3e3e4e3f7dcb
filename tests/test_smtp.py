"""The SMTP client against real servers: TLS, login, limits, and servers that misbehave. No ledger here."""

from __future__ import annotations

import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from digest.errors import DigestError, MailError, UsageError
from digest.mailers import open_mailer, probe
from digest.mailers.smtp import SmtpMailer
from digest.mailers.smtp_dial import Timeouts
from digest.ports import Letter, Report, Stage
from digest.settings import SmtpSettings
from digest.settings.types import Secret
from tests.posting import smtp
from tests.smtp_server import KIND, Asked, Fault, Server, smtp_server

QUICK = Timeouts(connect=0.4, greeting=0.4, command=0.4, data=0.4, content=0.4, goodbye=0.4)


@dataclass(slots=True)
class Box:
    """An outbox in memory."""

    letters: list[Letter]
    reports: list[Report] = field(default_factory=list)
    is_closing: bool = False

    def take(self) -> Letter | None:
        return self.letters.pop(0) if self.letters and not self.is_closing else None

    def settle(self, reports: Sequence[Report], starting: Sequence[Letter]) -> frozenset[int]:
        self.reports += reports
        return frozenset(letter.id for letter in starting)

    @property
    def codes(self) -> dict[str, int]:
        return {report.letter.recipient: report.code for report in self.reports}


def letter(id: int = 1, content: bytes = b"Subject: harbour\r\n\r\nShips return.\r\n", **more: str) -> Letter:
    message_id = f"<{id}@harbour.example>"
    values = {"sender": "news@harbour.example", "recipient": f"reader{id}@harbour.example", **more}
    return Letter(id=id, message_id=message_id, content=f"Message-ID: {message_id}\r\n".encode() + content, **values)


def carry(settings: SmtpSettings, *letters: Letter, timeouts: Timeouts | None = None) -> Box:
    box = Box([*letters])
    SmtpMailer(smtp=settings, timeouts=timeouts or Timeouts())(box)
    return box


EXTENSIONS = {
    "everything": ("PIPELINING", "CHUNKING", "8BITMIME", "SMTPUTF8", "SIZE"),
    "no chunks": ("PIPELINING", "8BITMIME", "SMTPUTF8", "SIZE"),
    "chunks, one by one": ("CHUNKING", "8BITMIME", "SMTPUTF8"),
    "one by one": ("8BITMIME", "SMTPUTF8"),
}


# --- what arrives ------------------------------------------------------------------------------------------------


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
    taken: list[tuple[list[str], bytes]] = []

    class Keep:
        async def handle_DATA(self, _server: object, _session: object, envelope: object) -> str:
            taken.append((envelope.rcpt_tos, envelope.original_content))  # type: ignore[attr-defined]  # untyped
            return "250 ok"

    controller = Controller(Keep(), hostname="127.0.0.1", port=0)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        controller.port = free.getsockname()[1]
    controller.start()
    try:
        letters = [letter(number) for number in range(30)]
        box = carry(smtp(controller.port), *letters)
    finally:
        controller.stop()

    assert sorted(taken) == sorted(([sent.recipient], sent.content) for sent in letters)
    assert set(box.codes.values()) == {250}


def test_an_old_server_that_knows_only_helo_is_spoken_to() -> None:
    with smtp_server(Server(mood=lambda asked, _: Fault("502 what?") if asked == "EHLO" else KIND)) as server:
        box = carry(smtp(server.port), letter())

    assert box.codes == {"reader1@harbour.example": 250}
    assert "MAIL FROM:<news@harbour.example>" in server.commands


def test_what_a_server_cannot_take_is_said_in_clear_words_and_stops_nothing() -> None:
    with smtp_server(Server(extensions=("SIZE 1000",))) as server:
        big, eight = letter(1, b"x" * 2000), letter(2, "Käpt'n\r\n".encode())
        foreign, fine = letter(3, recipient="käpt'n@harbour.example"), letter(4)
        broken = letter(5, recipient="a@b>\r\nRCPT TO:<c@d")
        box = carry(smtp(server.port), big, eight, foreign, broken, fine)

    said = {report.letter.id: (report.code, report.text) for report in box.reports}
    assert said[1] == (552, f"the mail has {len(big.content):,} bytes, and the mail server takes 1,000")
    assert said[2][0] == 554
    assert said[3][0] == 553
    assert said[5] == (553, r"this is no address: 'a@b>\r\nRCPT TO:<c@d'")
    assert said[4][0] == 250
    assert server.total == 1


# --- how it is sent ----------------------------------------------------------------------------------------------


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


def test_closing_ends_what_is_under_way_and_begins_nothing() -> None:
    box = Box([letter(number) for number in range(100)])

    def close(count: int) -> None:
        box.is_closing = count >= 10

    with smtp_server(Server(on_taken=close)) as server:
        open_mailer(smtp(server.port))(box)

    assert 10 <= server.total == len(box.reports) <= 20
    assert set(box.codes.values()) == {250}


# --- servers that misbehave --------------------------------------------------------------------------------------


@contextmanager
def talking(talk: Callable[[socket.socket], None]) -> Iterator[int]:
    """A server that says to each who comes what ``talk`` says; its port."""

    def serve() -> None:
        while True:
            try:
                sock, _ = listening.accept()
            except OSError:
                return
            with sock, suppress(OSError):
                talk(sock)

    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield listening.getsockname()[1]
        listening.shutdown(socket.SHUT_RDWR)
    thread.join(5)


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
    ],
)
def test_only_a_clear_yes_after_the_last_byte_is_one(after: bytes, code: int, words: str) -> None:
    """All else leaves the mail in doubt: stage CONTENT, code 0."""
    with talking(_says(after)) as port:
        box = carry(smtp(port), letter(), timeouts=QUICK)

    (report,) = box.reports
    assert (report.stage, report.code) == (Stage.CONTENT, code)
    assert words in report.text


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


@pytest.mark.parametrize(
    ("talk", "words"),
    [
        pytest.param(lambda sock: time.sleep(0.6), "does not answer", id="silence"),
        pytest.param(lambda sock: None, "no connection with", id="hangs up"),
        pytest.param(lambda sock: sock.sendall(b"SSH-2.0-x\r\n"), "is no mail server", id="another protocol"),
        pytest.param(lambda sock: sock.sendall(b"554 no\r\n"), "greets us with 554 no", id="refuses"),
        pytest.param(lambda sock: sock.sendall(b"x" * 1_000_000), "no mail server|no connection", id="babbles"),
    ],
)
def test_a_server_that_lets_nobody_in_is_named_with_what_it_does(
    talk: Callable[[socket.socket], None], words: str
) -> None:
    with talking(talk) as port, pytest.raises(MailError, match=words) as caught:
        carry(smtp(port), letter(), timeouts=QUICK)
    assert f"127.0.0.1:{port}" in str(caught.value)
    assert caught.value.hint


def test_a_host_that_is_not_known_is_named() -> None:
    with pytest.raises(MailError, match=r"no address is known for the mail server 'mail\.invalid'") as caught:
        probe(smtp(25, host="mail.invalid"))
    assert "[smtp] host" in caught.value.hint


def test_a_port_where_nobody_listens_is_named() -> None:
    with smtp_server() as server:
        pass
    with pytest.raises(MailError, match=rf"no mail server listens at 127\.0\.0\.1:{server.port}") as caught:
        probe(smtp(server.port))
    assert caught.value.temporary


def test_no_server_set_is_a_mistake_in_the_settings() -> None:
    with pytest.raises(UsageError, match="no mail server is set"):
        open_mailer(SmtpSettings())


# --- TLS ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Authority:
    """Signs certificates; clients are told to trust it."""

    folder: Path
    key: ec.EllipticCurvePrivateKey
    name: x509.Name

    def server(self, host: str = "localhost", *, days: int = 1) -> ssl.SSLContext:
        """A server's side, with a certificate for this name that lasts so many days from now."""
        key = ec.generate_private_key(ec.SECP256R1())
        now = datetime.now(UTC)
        certificate = (
            x509.CertificateBuilder()
            .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)]))
            .issuer_name(self.name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=30))
            .not_valid_after(now + timedelta(days=days))
            .add_extension(x509.SubjectAlternativeName([_name(host)]), critical=False)
            .sign(self.key, hashes.SHA256())
        )
        file = self.folder / f"{host}-{days}.pem"
        file.write_bytes(_pem(key) + certificate.public_bytes(serialization.Encoding.PEM))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(file)
        return context


def _name(host: str) -> x509.GeneralName:
    return x509.DNSName(host) if host[0].isalpha() else x509.IPAddress(ipaddress.ip_address(host))


def _pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    pem, pkcs8 = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    return key.private_bytes(pem, pkcs8, serialization.NoEncryption())


@pytest.fixture
def authority(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Authority:
    """An authority that this machine trusts, for the test."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Harbour Authority")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=40))
        .not_valid_after(now + timedelta(days=40))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = tmp_path / "authority.pem"
    file.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    return Authority(tmp_path, key, name)


@pytest.mark.parametrize("implicit", [False, True], ids=["starttls", "tls"])
def test_mail_goes_over_tls(authority: Authority, implicit: bool) -> None:
    with smtp_server(Server(tls=authority.server(), implicit_tls=implicit, extensions=("PIPELINING",))) as server:
        settings = smtp(server.port, host="localhost", connections=1, security="tls" if implicit else "starttls")
        box = carry(settings, *[letter(number, b"x" * 100_000) for number in range(20)])

    assert set(box.codes.values()) == {250}
    assert server.total == 20
    if not implicit:
        assert server.commands[:3] == [server.commands[0], "STARTTLS", server.commands[0]], "EHLO again"


@pytest.mark.parametrize(
    ("host", "days", "words"),
    [
        pytest.param("localhost", -1, "has expired", id="expired"),
        pytest.param("mail.harbour.example", 1, "is for another name", id="another name"),
    ],
)
@pytest.mark.parametrize("implicit", [False, True], ids=["starttls", "tls"])
def test_a_bad_certificate_is_named(authority: Authority, host: str, days: int, words: str, implicit: bool) -> None:
    with (
        smtp_server(Server(tls=authority.server(host, days=days), implicit_tls=implicit)) as server,
        pytest.raises(MailError, match=f"the certificate of localhost:{server.port} {words}") as caught,
    ):
        probe(smtp(server.port, host="localhost", security="tls" if implicit else "starttls"))
    assert caught.value.hint
    assert not caught.value.temporary


def test_a_certificate_that_nobody_trusts_is_named(authority: Authority, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    with (
        smtp_server(Server(tls=authority.server())) as server,
        pytest.raises(MailError, match="is signed by nobody whom this machine trusts"),
    ):
        probe(smtp(server.port, host="localhost", security="starttls"))


def test_a_server_without_tls_is_not_spoken_to_in_the_clear(authority: Authority) -> None:
    with smtp_server() as server:
        with pytest.raises(MailError, match="offers no TLS"):
            carry(smtp(server.port, security="starttls", username="press", password=Secret("secret")), letter())
        with pytest.raises(MailError, match="no TLS with"):
            carry(smtp(server.port, security="tls"), letter())
    assert not any("AUTH" in command or "MAIL" in command for command in server.commands)


def test_what_is_said_before_tls_counts_for_nothing(authority: Authority) -> None:
    """An answer slipped in behind that to STARTTLS would be taken for one that came over TLS."""

    def talk(sock: socket.socket) -> None:
        sock.sendall(b"220 hi\r\n")
        sock.recv(4096)
        sock.sendall(b"250-hi\r\n250 STARTTLS\r\n")
        sock.recv(4096)
        sock.sendall(b"220 go\r\n250 slipped in\r\n")
        time.sleep(0.2)

    with talking(talk) as port, pytest.raises(MailError, match="between STARTTLS and TLS"):
        probe(smtp(port, security="starttls"))


# --- login -------------------------------------------------------------------------------------------------------


def login(port: int, **more: object) -> SmtpSettings:
    return smtp(port, username="press", password=Secret("pa$$wörd"), **more)


@pytest.mark.parametrize("ways", ["PLAIN", "LOGIN", "CRAM-MD5", "XOAUTH2 LOGIN PLAIN"])
def test_it_logs_in_by_each_way(ways: str) -> None:
    with smtp_server(Server(credentials=("press", "pa$$wörd"), ways=ways)) as server:
        box = carry(login(server.port), letter())

    assert box.codes == {"reader1@harbour.example": 250}


def test_a_wrong_password_is_named_and_not_shown(authority: Authority) -> None:
    with (
        smtp_server(Server(credentials=("press", "another"), tls=authority.server())) as server,
        pytest.raises(MailError, match="does not accept the name 'press' with its password: 535") as caught,
    ):
        probe(login(server.port, host="localhost", security="starttls"))
    assert "pa$$" not in str(caught.value) + caught.value.hint
    assert not caught.value.temporary


def test_a_server_that_wants_no_login_says_so() -> None:
    with smtp_server() as server, pytest.raises(MailError, match="no way to log in that we know"):
        probe(login(server.port))


def test_a_server_that_wants_a_login_is_reported_after_a_few_mails() -> None:
    letters = [letter(number) for number in range(500)]
    with (
        smtp_server(Server(credentials=("press", "secret"))) as server,
        pytest.raises(MailError, match=r"refuses the sender news@harbour\.example: 530 5\.7\.0 log in first"),
    ):
        carry(smtp(server.port), *letters)


def test_a_probe_says_what_the_server_is_like(authority: Authority) -> None:
    with smtp_server(Server(credentials=("press", "pa$$wörd"), tls=authority.server())) as server:
        said = probe(login(server.port, host="localhost", security="starttls"))

    assert said.startswith(f"localhost:{server.port} lets us in over TLS (STARTTLS), as press")
    assert "up to 10,000,000 bytes" in said
    assert server.total == 0


# --- a folder ----------------------------------------------------------------------------------------------------


def test_a_folder_gets_a_file_for_each_mail_and_one_for_a_mail_tried_twice(tmp_path: Path) -> None:
    settings = SmtpSettings(folder=tmp_path / "out" / "box")
    for _ in range(2):
        box = Box([letter(1), letter(2), replace(letter(3), message_id="<../../3 @x>")])
        open_mailer(settings)(box)

    files = {file.name: file.read_bytes() for file in (tmp_path / "out" / "box").iterdir()}
    assert sorted(files) == ["-..-3-@x.eml", "1@harbour.example.eml", "2@harbour.example.eml"]
    assert files["1@harbour.example.eml"] == letter(1).content
    assert set(box.codes.values()) == {250}
    assert str(tmp_path) in probe(settings)


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(DigestError, match=r"the folder for mails .* can't be made"):
        open_mailer(SmtpSettings(folder=tmp_path / "file"))(Box([letter()]))
