"""``digest check`` against SMTP and IMAP servers: login, certificates, TLS."""

from __future__ import annotations

import json
import ssl
from collections.abc import Callable
from pathlib import Path

import pytest

from digest.cli import main
from tests.support.certificates import server_context
from tests.support.imap_server import imap_server
from tests.support.smtp_server import NO_FAULT, Fault, SmtpServer, smtp_server

NEWSLETTER = '[[newsletters]]\nid = "main"\ntitle = "Main"\nfrom = "main@example.org"\n'
LOGIN = 'username = "news"\npassword = "word"\n'
Check = Callable[..., tuple[str, str]]


@pytest.fixture
def check(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Check:
    """Return the last state and message of ``digest check`` for a topic."""
    monkeypatch.chdir(tmp_path)

    def check(text: str, topic: str = "mail server") -> tuple[str, str]:
        Path("digest.toml").write_text(text)
        main(["check", "--json"])
        findings = json.loads(capsys.readouterr().out)
        *_, finding = (result for result in findings if result["topic"] == topic)
        return finding["state"], f"{finding['message']} → {finding['hint']}"

    return check


def smtp(server: SmtpServer, security: str, extra: str = "") -> str:
    return f'[smtp]\nhost = "127.0.0.1"\nport = {server.port}\nsecurity = "{security}"\n{extra}\n{NEWSLETTER}'


def trusted(monkeypatch: pytest.MonkeyPatch, folder: Path, **certificate: int | str) -> ssl.SSLContext:
    """Make a server certificate that this machine trusts."""
    context, file = server_context(folder, **certificate)  # type: ignore[arg-type]  # as the function declares them
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    return context


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_server_with_tls_and_a_login_is_ok(
    check: Check, security: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tls = trusted(monkeypatch, tmp_path)
    with smtp_server(SmtpServer(tls=tls, implicit_tls=security == "tls", credentials=("news", "word"))) as server:
        assert check(smtp(server, security, LOGIN))[0] == "ok"


def test_a_wrong_password_is_bad(check: Check, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tls = trusted(monkeypatch, tmp_path)
    with smtp_server(SmtpServer(tls=tls, credentials=("news", "other"))) as server:
        state, message = check(smtp(server, "starttls", LOGIN))

    assert state == "bad"
    assert "[smtp] username and password" in message


@pytest.mark.parametrize(
    ("certificate", "hint"),
    [({"days": -1}, "has expired → renew it"), ({"name": "mail.example.org"}, "is for another name → set [smtp] host")],
    ids=["expired", "another name"],
)
def test_a_wrong_certificate_is_bad(
    check: Check, certificate: dict[str, int | str], hint: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with smtp_server(SmtpServer(tls=trusted(monkeypatch, tmp_path, **certificate))) as server:
        state, message = check(smtp(server, "starttls"))

    assert state == "bad"
    assert hint in message


def test_a_self_signed_certificate_is_bad(check: Check, tmp_path: Path) -> None:
    with smtp_server(SmtpServer(tls=server_context(tmp_path)[0])) as server:
        state, message = check(smtp(server, "starttls"))

    assert state == "bad"
    assert "$SSL_CERT_FILE" in message


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_server_without_the_expected_tls_is_bad(check: Check, security: str) -> None:
    with smtp_server() as server:
        state, message = check(smtp(server, security))

    assert state == "bad"
    assert "security" in message


def test_a_newsletter_without_a_sender_is_bad(check: Check) -> None:
    with smtp_server() as server:
        state, message = check(smtp(server, "none").replace('from = "main@example.org"\n', ""), "newsletter main")

    assert state == "bad"
    assert "set from = " in message


# --- what comes back ---------------------------------------------------------------------------------------------


def mailbox(port: int, extra: str = "") -> str:
    login = 'username = "news"\npassword = \'pass "word"\'\n'
    return f'[bounces]\nhost = "127.0.0.1"\nport = {port}\nsecurity = "none"\n{extra or login}\n{NEWSLETTER}'


def test_a_readable_mailbox_is_ok_and_stays_unread(check: Check) -> None:
    with imap_server(b"one", b"two") as box:
        state, message = check(mailbox(box.port), "bounces")

        assert (state, box.seen) == ("ok", set())
    assert "2 unread in INBOX" in message


def test_an_unreadable_mailbox_is_bad(check: Check) -> None:
    with imap_server() as box:
        state, message = check(mailbox(box.port, LOGIN), "bounces")

    assert state == "bad"
    assert "[bounces] username and password" in message


@pytest.mark.parametrize("capabilities", ["IMAP4rev1", "IMAP4rev1 AUTH=PLAIN"])
def test_a_password_of_a_mailbox_that_is_not_ascii_is_checked(check: Check, capabilities: str) -> None:
    with imap_server() as box:
        box.capabilities, wrong = capabilities, 'username = "news"\npassword = "žluť"\n'
        state, message = check(mailbox(box.port, wrong), "bounces")
        box.password = "žluť"

        assert (state, "[AUTHENTICATIONFAILED] that is all" in message) == ("bad", True)
        assert check(mailbox(box.port, wrong), "bounces")[0] == "ok"
        assert check(mailbox(box.port, wrong), "newsletter main")[0] == "ok"


@pytest.mark.parametrize(
    ("days", "state", "hint"),
    [(1, "ok", "accepts the login"), (-1, "bad", "certificate has expired → renew it")],
    ids=["sound", "expired"],
)
def test_the_certificate_of_a_mailbox_is_checked(
    check: Check, days: int, state: str, hint: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with imap_server() as box:
        box.tls = trusted(monkeypatch, tmp_path, days=days)
        found_state, message = check(mailbox(box.port).replace('"none"', '"tls"'), "bounces")

    assert found_state == state
    assert hint in message


# --- envelopes ----------------------------------------------------------------------------------------------------

OPERATOR = '[operator]\naddress = "operator@harbour.example"\n'
NO_ACCESS = "554 5.7.1 <{recipient}>: Recipient address rejected: Access denied"
NOT_YOUR_ADDRESS = "550 5.7.60 Client does not have permissions to send as this sender"
UNKNOWN = "550 5.1.1 <{recipient}>: User unknown"


def refusing(stage: str, reply: str) -> SmtpServer:
    def fault_for(at: str, recipient: str) -> Fault:
        return Fault(reply.format(recipient=recipient)) if at == stage else NO_FAULT

    return SmtpServer(fault_for=fault_for)


@pytest.mark.parametrize(
    ("stage", "reply", "extra", "state", "hint"),
    [
        pytest.param("RCPT", NO_ACCESS, OPERATOR, "bad", "set [smtp] username", id="no access, to the operator"),
        pytest.param("RCPT", NO_ACCESS, "", "bad", "set [smtp] username", id="no access, to the sender"),
        pytest.param("MAIL", NOT_YOUR_ADDRESS, OPERATOR, "bad", "set [smtp] username", id="not with this sender"),
        pytest.param("RCPT", UNKNOWN, OPERATOR, "bad", "set [smtp] username", id="the operator is unknown"),
        pytest.param("RCPT", UNKNOWN, "", "note", "[operator]", id="the sender has no mailbox"),
        pytest.param("RCPT", "450 4.2.0 greylisted", OPERATOR, "note", "later", id="greylisted"),
    ],
)
def test_a_refused_envelope_is_reported_with_the_servers_words(
    check: Check, stage: str, reply: str, extra: str, state: str, hint: str
) -> None:
    with smtp_server(refusing(stage, reply)) as server:
        found, message = check(smtp(server, "none") + extra)

    recipient = "operator@harbour.example" if extra else "main@example.org"
    assert found == state
    assert f"refuses mail from main@example.org to {recipient}: {reply.format(recipient=recipient)}" in message
    assert hint in message
    assert server.total == 0


def test_an_accepted_envelope_is_reset_and_nothing_is_sent(check: Check) -> None:
    with smtp_server() as server:
        assert check(smtp(server, "none") + OPERATOR)[0] == "ok"

    assert [command.split(":")[0] for command in server.commands[1:]] == ["MAIL FROM", "RCPT TO", "RSET", "QUIT"]
    assert server.total == 0


def test_each_return_address_is_tried_once(check: Check) -> None:
    other = NEWSLETTER.replace('"main"', '"other"').replace("main@", "other@")
    same = NEWSLETTER.replace('"main"', '"same"')
    with smtp_server() as server:
        check(smtp(server, "none") + other + same)

    assert sum(command.startswith("MAIL") for command in server.commands) == 2


@pytest.mark.parametrize(
    "host", ["a..b", ".example.invalid", "x" * 64 + ".invalid", "ümläut..invalid", "\\uffff.invalid"]
)
def test_a_host_that_is_none_is_bad_and_the_other_checks_run(check: Check, host: str) -> None:
    text = f'[smtp]\nhost = "{host}"\nsecurity = "none"\n[bounces]\nhost = "{host}"\n{LOGIN}\n{NEWSLETTER}'

    for topic in ("mail server", "bounces"):
        state, message = check(text, topic)
        assert state == "bad"
        assert "is no host's name" in message


def test_a_host_with_letters_that_are_not_ascii_is_asked_for(check: Check) -> None:
    text = f'[smtp]\nhost = "ümläut.invalid"\n[bounces]\nhost = "ümläut.invalid"\n{LOGIN}\n{NEWSLETTER}'

    assert "no address found" in check(text)[1]
    assert "no address found" in check(text, "bounces")[1]
