"""A mail server that can't be used: ``digest check`` and ``digest send`` say alike what it is and what to do. Mended,
everyone gets the mail."""

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

READERS = ["ann@example.org", "bo@example.org"]
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
    assert main(["subscribers", "add", *READERS]) == 0
    capsys.readouterr()


def settings(port: int, *, security: str = "none", username: str = "") -> None:
    text = SETTINGS.format(port=port, security=security, username=username)
    Path("digest.toml").write_text(text if username else text.replace('username = ""\npassword = "word"\n', ""))


@contextmanager
def hangs_up() -> Iterator[int]:
    """Whoever connects is cut off at once."""
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
def sound(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ssl.SSLContext:
    """A certificate that this machine trusts."""
    context, file = server_context(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    return context


def said(capsys: pytest.CaptureFixture[str]) -> str:
    """``digest send`` fails with what ``digest check`` found."""
    main(["check", "--json"])
    findings = json.loads(capsys.readouterr().out)
    (found,) = (one for one in findings if one["topic"] == "mail server" and one["state"] == "bad")
    assert main(["send"]) == 1
    err = capsys.readouterr().err
    assert found["message"] in err
    assert found["hint"] in err
    assert found["hint"], "it says what to do"
    assert "Traceback" not in err
    return f"{found['message']} → {found['hint']}"


def recovers() -> None:
    with running_mail_server() as mail_server:
        settings(mail_server.port)
        assert main(["send"]) == 0
        assert mail_server.recipients == READERS


def test_a_port_that_nobody_listens_at(capsys: pytest.CaptureFixture[str]) -> None:
    assert "127.0.0.1:9" in said(capsys)
    recovers()


def test_a_server_that_hangs_up(capsys: pytest.CaptureFixture[str]) -> None:
    with hangs_up() as port:
        settings(port)
        assert f"127.0.0.1:{port}" in said(capsys)
    recovers()


def test_a_wrong_password(capsys: pytest.CaptureFixture[str], sound: ssl.SSLContext) -> None:
    with smtp_server(SmtpServer(tls=sound, credentials=("news", "other"))) as server:
        settings(server.port, security="starttls", username="news")
        assert "[smtp] username and password" in said(capsys)
    recovers()


@pytest.mark.parametrize(
    ("certificate", "words"),
    [({"days": -1}, "has expired"), ({"name": "mail.example.org"}, "is for another name")],
    ids=["expired", "another name"],
)
def test_a_wrong_certificate(
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    certificate: dict[str, int | str],
    words: str,
) -> None:
    context, file = server_context(tmp_path, **certificate)  # type: ignore[arg-type]  # as the function declares them
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    with smtp_server(SmtpServer(tls=context)) as server:
        settings(server.port, security="starttls")
        assert words in said(capsys)
    recovers()


def test_a_certificate_that_nobody_signed(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    with smtp_server(SmtpServer(tls=server_context(tmp_path)[0])) as server:
        settings(server.port, security="starttls")
        assert "$SSL_CERT_FILE" in said(capsys)
    recovers()


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_no_tls_where_it_is_asked_for(capsys: pytest.CaptureFixture[str], security: str) -> None:
    with smtp_server() as server:
        settings(server.port, security=security)
        assert "security" in said(capsys)
    recovers()
