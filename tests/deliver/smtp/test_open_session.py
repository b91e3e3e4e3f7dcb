"""Opening sessions: connection errors, TLS, and login; each error says what failed and what to do."""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from digest.deliver.mailers import open_mailer, probe
from digest.deliver.smtp.mailer import SmtpMailer
from digest.deliver.smtp.timeouts import Timeouts, timeouts_up_to
from digest.model.errors import MailError, UsageError
from digest.model.secret import Secret
from digest.settings import SmtpSettings
from tests.support.certificates import server_context
from tests.support.editions import smtp_settings
from tests.support.smtp_delivery import SHORT_TIMEOUTS, MemoryOutbox, message, scripted_server, send_all
from tests.support.smtp_server import SmtpServer, smtp_server


@pytest.mark.parametrize(
    ("script", "text"),
    [
        pytest.param(lambda sock: time.sleep(0.6), "accepts connections, but: no reply within 0.4 s", id="silence"),
        pytest.param(lambda sock: None, "no connection with", id="closes"),
        pytest.param(lambda sock: sock.sendall(b"SSH-2.0-x\r\n"), "does not speak SMTP", id="another protocol"),
        pytest.param(lambda sock: sock.sendall(b"554 no\r\n"), "rejects the connection: 554 no", id="rejects"),
        pytest.param(
            lambda sock: sock.sendall(b"x" * 1_000_000), "does not speak SMTP|no connection", id="endless line"
        ),
    ],
)
def test_a_server_that_accepts_no_session_is_reported_with_address_and_hint(
    script: Callable[[socket.socket], None], text: str
) -> None:
    with scripted_server(script) as port, pytest.raises(MailError, match=text) as caught:
        send_all(smtp_settings(port), message(), timeouts=SHORT_TIMEOUTS)
    assert f"127.0.0.1:{port}" in str(caught.value)
    assert caught.value.hint


def test_the_user_is_notified_once_that_the_server_does_not_answer_yet() -> None:
    notices: list[str] = []

    def slow_greeting(sock: socket.socket) -> None:
        time.sleep(0.3)
        sock.sendall(b"554 no\r\n")

    with scripted_server(slow_greeting) as port, pytest.raises(MailError, match="554 no"):
        SmtpMailer(smtp=smtp_settings(port), timeouts=SHORT_TIMEOUTS, notify=notices.append)(MemoryOutbox([message()]))

    assert notices == [f"waiting up to 0.4 s for the mail server 127.0.0.1:{port} to answer ([smtp] timeout_s)"]


def test_no_notice_if_the_server_answers_at_once() -> None:
    with smtp_server() as server:
        assert send_all(smtp_settings(server.port), message()).notices == []


def test_timeout_s_caps_the_timeouts() -> None:
    """Except that of the final reply."""
    assert timeouts_up_to(20) == Timeouts(connect=20, greeting=20, command=20, data=20)
    assert timeouts_up_to(300) == Timeouts()


def test_an_unknown_host_is_reported() -> None:
    with pytest.raises(MailError, match=r"no address found for the mail server 'mail\.invalid'") as caught:
        probe(smtp_settings(25, host="mail.invalid"))
    assert "[smtp] host" in caught.value.hint


def test_a_closed_port_is_reported() -> None:
    with smtp_server() as server:
        pass
    with pytest.raises(MailError, match=rf"no mail server listens at 127\.0\.0\.1:{server.port}") as caught:
        probe(smtp_settings(server.port))
    assert caught.value.temporary


def test_a_missing_host_is_a_settings_error() -> None:
    with pytest.raises(UsageError, match="no mail server is set"):
        open_mailer(SmtpSettings())


# --- TLS --------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Authority:
    """Makes certificates that clients trust."""

    folder: Path
    monkeypatch: pytest.MonkeyPatch

    def server(self, host: str = "localhost", *, days: int = 1) -> ssl.SSLContext:
        """Server context, with a certificate for this name that expires in ``days``."""
        context, file = server_context(self.folder, days=days, name=host)
        self.monkeypatch.setenv("SSL_CERT_FILE", str(file))
        return context


@pytest.fixture
def authority(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Authority:
    return Authority(tmp_path, monkeypatch)


@pytest.mark.parametrize("implicit", [False, True], ids=["starttls", "tls"])
def test_mail_goes_over_tls(authority: Authority, implicit: bool) -> None:
    with smtp_server(SmtpServer(tls=authority.server(), implicit_tls=implicit, extensions=("PIPELINING",))) as server:
        settings = smtp_settings(
            server.port, host="localhost", connections=1, security="tls" if implicit else "starttls"
        )
        outbox = send_all(settings, *[message(number, b"x" * 100_000) for number in range(20)])

    assert set(outbox.codes.values()) == {250}
    assert server.total == 20
    if not implicit:
        assert server.commands[:3] == [server.commands[0], "STARTTLS", server.commands[0]], "EHLO again"


@pytest.mark.parametrize(
    ("host", "days", "text"),
    [
        pytest.param("localhost", -1, "has expired", id="expired"),
        pytest.param("mail.harbour.example", 1, "is for another name", id="another name"),
    ],
)
@pytest.mark.parametrize("implicit", [False, True], ids=["starttls", "tls"])
def test_an_invalid_certificate_is_reported(
    authority: Authority, host: str, days: int, text: str, implicit: bool
) -> None:
    with (
        smtp_server(SmtpServer(tls=authority.server(host, days=days), implicit_tls=implicit)) as server,
        pytest.raises(MailError, match=f"the certificate of localhost:{server.port} {text}") as caught,
    ):
        probe(smtp_settings(server.port, host="localhost", security="tls" if implicit else "starttls"))
    assert caught.value.hint
    assert not caught.value.temporary


def test_an_untrusted_certificate_is_reported(authority: Authority, monkeypatch: pytest.MonkeyPatch) -> None:
    context = authority.server()
    monkeypatch.delenv("SSL_CERT_FILE")
    with (
        smtp_server(SmtpServer(tls=context)) as server,
        pytest.raises(MailError, match="is signed by no authority that this machine trusts"),
    ):
        probe(smtp_settings(server.port, host="localhost", security="starttls"))


def test_a_server_without_tls_gets_no_password_and_no_mail(authority: Authority) -> None:
    with smtp_server() as server:
        with pytest.raises(MailError, match="offers no TLS"):
            send_all(
                smtp_settings(server.port, security="starttls", username="press", password=Secret("secret")), message()
            )
        with pytest.raises(MailError, match="no TLS with"):
            send_all(smtp_settings(server.port, security="tls"), message())
    assert not any("AUTH" in command or "MAIL" in command for command in server.commands)


def test_data_before_tls_is_refused(authority: Authority) -> None:
    """A reply injected after that to STARTTLS would count as sent over TLS."""

    def script(sock: socket.socket) -> None:
        sock.sendall(b"220 hi\r\n")
        sock.recv(4096)
        sock.sendall(b"250-hi\r\n250 STARTTLS\r\n")
        sock.recv(4096)
        sock.sendall(b"220 go\r\n250 slipped in\r\n")
        time.sleep(0.2)

    with scripted_server(script) as port, pytest.raises(MailError, match="between STARTTLS and TLS"):
        probe(smtp_settings(port, security="starttls"))


# --- login ------------------------------------------------------------------------------------------------------------


def login(port: int, **options: object) -> SmtpSettings:
    return smtp_settings(port, username="press", password=Secret("pa$$wörd"), **options)


@pytest.mark.parametrize("mechanisms", ["PLAIN", "LOGIN", "CRAM-MD5", "XOAUTH2 LOGIN PLAIN"])
def test_each_mechanism_logs_in(mechanisms: str) -> None:
    with smtp_server(SmtpServer(credentials=("press", "pa$$wörd"), mechanisms=mechanisms)) as server:
        outbox = send_all(login(server.port), message())

    assert outbox.codes == {"reader1@harbour.example": 250}


def _login_replies(*replies: bytes, offered: bytes = b"PLAIN CRAM-MD5") -> Callable[[socket.socket], None]:
    """A script that greets, offers these mechanisms, and sends the replies in turn."""

    def script(sock: socket.socket) -> None:
        sock.sendall(b"220 hi\r\n")
        for reply in (b"250-hi\r\n250 AUTH %b\r\n" % offered, *replies):
            sock.recv(4096)
            sock.sendall(reply)
        time.sleep(0.1)

    return script


def test_a_server_that_ignores_the_initial_response_gets_it_again() -> None:
    with scripted_server(_login_replies(b"334 \r\n", b"235 welcome\r\n", b"221 bye\r\n")) as port:
        assert "as press" in probe(login(port)).description


@pytest.mark.parametrize("challenge", [b"334 x\r\n", b"334 \xff\xfe=\r\n", b"334 a===\r\n"])
def test_an_invalid_challenge_is_reported(challenge: bytes) -> None:
    settings = replace(login(0), password=Secret("secret"))
    with (
        scripted_server(_login_replies(challenge, b"535 no\r\n", offered=b"CRAM-MD5")) as port,
        pytest.raises(MailError, match="does not speak SMTP: not a CRAM-MD5 challenge: '334"),
    ):
        probe(replace(settings, port=port))


def test_a_wrong_password_is_reported_without_it(authority: Authority) -> None:
    with (
        smtp_server(SmtpServer(credentials=("press", "another"), tls=authority.server())) as server,
        pytest.raises(MailError, match="rejects the login as 'press': 535") as caught,
    ):
        probe(login(server.port, host="localhost", security="starttls"))
    assert "pa$$" not in str(caught.value) + caught.value.hint
    assert not caught.value.temporary


def test_a_server_without_login_is_reported() -> None:
    with smtp_server() as server, pytest.raises(MailError, match="no supported login mechanism"):
        probe(login(server.port))


def test_a_missing_login_is_reported_after_a_few_mails() -> None:
    messages = [message(number) for number in range(500)]
    with (
        smtp_server(SmtpServer(credentials=("press", "secret"))) as server,
        pytest.raises(MailError, match=r"rejects the sender news@harbour\.example: 530 5\.7\.0 log in first"),
    ):
        send_all(smtp_settings(server.port), *messages)


def test_a_probe_describes_the_server(authority: Authority) -> None:
    with smtp_server(SmtpServer(credentials=("press", "pa$$wörd"), tls=authority.server())) as server:
        description = probe(login(server.port, host="localhost", security="starttls")).description

    assert description.startswith(f"localhost:{server.port} accepts connections over TLS (STARTTLS), as press")
    assert "up to 10,000,000 bytes" in description
    assert server.total == 0
