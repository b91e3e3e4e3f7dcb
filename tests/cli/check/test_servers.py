"""``digest check`` says what is wrong with a mail server or a mailbox, and what to do about it."""

from __future__ import annotations

import json
import ssl
from collections.abc import Callable
from pathlib import Path

import pytest

from digest.cli import main
from tests.support.certificates import server_context
from tests.support.imap_server import imap_server
from tests.support.smtp_server import SmtpServer, smtp_server

NEWSLETTER = '[[newsletters]]\nid = "main"\ntitle = "Main"\nfrom = "main@example.org"\n'
LOGIN = 'username = "news"\npassword = "word"\n'
Check = Callable[..., tuple[str, str]]


@pytest.fixture
def check(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Check:
    """What ``digest check`` finds last on a topic: its state, and its words."""
    monkeypatch.chdir(tmp_path)

    def check(text: str, topic: str = "mail server") -> tuple[str, str]:
        Path("digest.toml").write_text(text)
        main(["check", "--json"])
        told = json.loads(capsys.readouterr().out)
        *_, found = (one for one in told if one["topic"] == topic)
        return found["state"], f"{found['message']} → {found['hint']}"

    return check


def smtp(server: SmtpServer, security: str, more: str = "") -> str:
    return f'[smtp]\nhost = "127.0.0.1"\nport = {server.port}\nsecurity = "{security}"\n{more}\n{NEWSLETTER}'


def trusted(monkeypatch: pytest.MonkeyPatch, folder: Path, **certificate: int | str) -> ssl.SSLContext:
    """A server's certificate that this machine trusts."""
    context, file = server_context(folder, **certificate)  # type: ignore[arg-type]  # as the function declares them
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    return context


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_server_with_tls_and_a_login_is_well(
    check: Check, security: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tls = trusted(monkeypatch, tmp_path)
    with smtp_server(SmtpServer(tls=tls, implicit_tls=security == "tls", credentials=("news", "word"))) as server:
        assert check(smtp(server, security, LOGIN))[0] == "ok"


def test_a_wrong_password_is_told(check: Check, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tls = trusted(monkeypatch, tmp_path)
    with smtp_server(SmtpServer(tls=tls, credentials=("news", "other"))) as server:
        state, words = check(smtp(server, "starttls", LOGIN))

    assert state == "bad"
    assert "[smtp] username and password" in words


@pytest.mark.parametrize(
    ("certificate", "said"),
    [({"days": -1}, "has expired → renew it"), ({"name": "mail.example.org"}, "is for another name → set [smtp] host")],
    ids=["expired", "another name"],
)
def test_a_certificate_that_is_wrong_is_told(
    check: Check, certificate: dict[str, int | str], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with smtp_server(SmtpServer(tls=trusted(monkeypatch, tmp_path, **certificate))) as server:
        state, words = check(smtp(server, "starttls"))

    assert state == "bad"
    assert said in words


def test_a_certificate_that_nobody_signed_is_told(check: Check, tmp_path: Path) -> None:
    with smtp_server(SmtpServer(tls=server_context(tmp_path)[0])) as server:
        state, words = check(smtp(server, "starttls"))

    assert state == "bad"
    assert "$SSL_CERT_FILE" in words


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_tls_where_there_is_none_is_told(check: Check, security: str) -> None:
    with smtp_server() as server:
        state, words = check(smtp(server, security))

    assert state == "bad"
    assert "security" in words


def test_a_newsletter_without_a_sender_can_not_be_sent(check: Check) -> None:
    with smtp_server() as server:
        state, words = check(smtp(server, "none").replace('from = "main@example.org"\n', ""), "newsletter main")

    assert state == "bad"
    assert "set from = " in words


# --- what comes back ---------------------------------------------------------------------------------------------


def mailbox(port: int, more: str = "") -> str:
    login = 'username = "news"\npassword = \'pass "word"\'\n'
    return f'[bounces]\nhost = "127.0.0.1"\nport = {port}\nsecurity = "none"\n{more or login}\n{NEWSLETTER}'


def test_a_mailbox_that_can_be_read_is_well_and_stays_unread(check: Check) -> None:
    with imap_server(b"one", b"two") as box:
        state, words = check(mailbox(box.port), "bounces")

        assert (state, box.seen) == ("ok", set())
    assert "2 unread in INBOX" in words


def test_a_mailbox_that_can_not_be_read_is_told(check: Check) -> None:
    with imap_server() as box:
        state, words = check(mailbox(box.port, LOGIN), "bounces")

    assert state == "bad"
    assert "[bounces] username and password" in words


@pytest.mark.parametrize(
    ("days", "state", "said"),
    [(1, "ok", "accepts the login"), (-1, "bad", "certificate has expired → renew it")],
    ids=["sound", "expired"],
)
def test_a_mailboxs_certificate_is_looked_at(
    check: Check, days: int, state: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with imap_server() as box:
        box.tls = trusted(monkeypatch, tmp_path, days=days)
        found, words = check(mailbox(box.port).replace('"none"', '"tls"'), "bounces")

    assert found == state
    assert said in words
