"""``digest check`` and ``digest send`` report a mail server's problem alike; once it is fixed, all mails arrive."""

from __future__ import annotations

import json
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from digest.cli import main
from tests.support.certificates import server_context
from tests.support.mail_server import running_mail_server
from tests.support.smtp_server import SmtpServer, smtp_server

SUBSCRIBERS = ["ann@example.org", "bo@example.org"]
SETTINGS = """\
[smtp]
host = "127.0.0.1"
port = {port}
security = "{security}"
username = "{username}"
password = "word"

[[sources]]
id = "own"
path = "articles"

[[newsletters]]
id = "main"
title = "Main"
from = "Main <main@example.org>"
"""


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(tmp_path)
    Path("articles").mkdir()
    text = "The island ferry stayed in harbour because of strong wind. Bread and milk came by helicopter at noon."
    Path("articles/ferry.txt").write_text(f"On the ferry\n\n{text}\n")
    settings(9)
    assert main(["subscribers", "add", *SUBSCRIBERS]) == 0
    capsys.readouterr()


def settings(port: int, *, security: str = "none", username: str = "") -> None:
    text = SETTINGS.format(port=port, security=security, username=username)
    Path("digest.toml").write_text(text if username else text.replace('username = ""\npassword = "word"\n', ""))


@contextmanager
def closing_server() -> Iterator[int]:
    """Server that closes every connection at once; yields its port."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            while True:
                try:
                    listening.accept()[0].close()
                except OSError:
                    return

        threading.Thread(target=serve, daemon=True).start()
        yield listening.getsockname()[1]
        listening.shutdown(socket.SHUT_RDWR)


@pytest.fixture
def trusted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ssl.SSLContext:
    """Server certificate that this machine trusts."""
    context, file = server_context(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    return context


def reported_problem(capsys: pytest.CaptureFixture[str]) -> str:
    """Return the problem that ``digest check`` finds; ``digest send`` must fail with the same."""
    main(["check", "--json"])
    findings = json.loads(capsys.readouterr().out)
    (finding,) = (result for result in findings if result["topic"] == "mail server" and result["state"] == "bad")
    assert main(["send"]) == 1
    err = capsys.readouterr().err
    assert finding["message"] in err
    assert finding["hint"] in err
    assert finding["hint"], "there is a hint"
    assert "Traceback" not in err
    return f"{finding['message']} → {finding['hint']}"


def assert_recovers() -> None:
    with running_mail_server() as mail_server:
        settings(mail_server.port)
        assert main(["send"]) == 0
        assert mail_server.recipients == SUBSCRIBERS


def test_a_closed_port_is_reported(capsys: pytest.CaptureFixture[str]) -> None:
    assert "127.0.0.1:9" in reported_problem(capsys)
    assert_recovers()


def test_a_server_that_closes_the_connection_is_reported(capsys: pytest.CaptureFixture[str]) -> None:
    with closing_server() as port:
        settings(port)
        assert f"127.0.0.1:{port}" in reported_problem(capsys)
    assert_recovers()


def test_a_wrong_password_is_reported(capsys: pytest.CaptureFixture[str], trusted: ssl.SSLContext) -> None:
    with smtp_server(SmtpServer(tls=trusted, credentials=("news", "other"))) as server:
        settings(server.port, security="starttls", username="news")
        assert "[smtp] username and password" in reported_problem(capsys)
    assert_recovers()


@pytest.mark.parametrize(
    ("certificate", "message"),
    [({"days": -1}, "has expired"), ({"name": "mail.example.org"}, "is for another name")],
    ids=["expired", "another name"],
)
def test_a_wrong_certificate_is_reported(
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    certificate: dict[str, int | str],
    message: str,
) -> None:
    context, file = server_context(tmp_path, **certificate)  # type: ignore[arg-type]  # as the function declares them
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    with smtp_server(SmtpServer(tls=context)) as server:
        settings(server.port, security="starttls")
        assert message in reported_problem(capsys)
    assert_recovers()


def test_a_self_signed_certificate_is_reported(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    with smtp_server(SmtpServer(tls=server_context(tmp_path)[0])) as server:
        settings(server.port, security="starttls")
        assert "$SSL_CERT_FILE" in reported_problem(capsys)
    assert_recovers()


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_missing_tls_is_reported(capsys: pytest.CaptureFixture[str], security: str) -> None:
    with smtp_server() as server:
        settings(server.port, security=security)
        assert "security" in reported_problem(capsys)
    assert_recovers()
