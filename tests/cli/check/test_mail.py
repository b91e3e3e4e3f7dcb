"""``digest check``: mail server, unsubscribe links, postal addresses, newsletters without news."""

from __future__ import annotations

import json
import socket
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from digest.cli import main
from digest.model.newsletters import Source
from digest.model.slots import Slot
from digest.store import open_store, slots, sources, subscribers
from digest.store.slots import SlotStatus
from digest.store.subscribers import NewSubscriber
from tests.support.mail_server import running_mail_server

NEWSLETTER = '[[newsletters]]\nid = "main"\ntitle = "Main"\nfrom = "main@example.org"\n'


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def findings_on(capsys: pytest.CaptureFixture[str], text: str, topic: str, *argv: str) -> list[tuple[str, str]]:
    """Return the states and messages for a topic."""
    Path("digest.toml").write_text(text)
    main(["check", "--json", *argv])
    findings = json.loads(capsys.readouterr().out)
    return [
        (finding["state"], f"{finding['message']} → {finding['hint']}")
        for finding in findings
        if finding["topic"] == topic
    ]


def smtp(port: int, extra: str = "") -> str:
    return f'[smtp]\nhost = "127.0.0.1"\nport = {port}\nsecurity = "none"\n{extra}\n'


def test_a_mail_server_that_accepts_the_login_is_ok(capsys: pytest.CaptureFixture[str]) -> None:
    with running_mail_server() as mail_server:
        ((state, message),) = findings_on(capsys, smtp(mail_server.port) + NEWSLETTER, "mail server")

        assert state == "ok"
        assert f"127.0.0.1:{mail_server.port}" in message
        assert mail_server.envelopes == []


def test_a_port_without_a_mail_server_is_bad(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    ((state, message),) = findings_on(capsys, smtp(port) + NEWSLETTER, "mail server")

    assert state == "bad"
    assert f"127.0.0.1:{port}" in message
    assert not message.endswith("→ ")


def test_a_password_is_not_sent_without_encryption(capsys: pytest.CaptureFixture[str]) -> None:
    text = '[smtp]\nhost = "mail.example.org"\nsecurity = "none"\nusername = "a"\npassword = "b"\n'
    ((state, message),) = findings_on(capsys, text + NEWSLETTER, "mail server")

    assert state == "bad"
    assert "without encryption" in message


def test_a_folder_for_mails_is_ok(capsys: pytest.CaptureFixture[str]) -> None:
    ((state, message),) = findings_on(capsys, '[smtp]\nfolder = "mails"\n' + NEWSLETTER, "mail server")

    assert (state, "mails" in message) == ("ok", True)


def test_offline_connects_to_no_mail_server(capsys: pytest.CaptureFixture[str]) -> None:
    assert findings_on(capsys, '[smtp]\nhost = "mail.example.org"\n' + NEWSLETTER, "mail server", "--offline") == []


def test_a_footer_without_a_postal_address_is_noted(capsys: pytest.CaptureFixture[str]) -> None:
    folder = '[smtp]\nfolder = "mails"\n'
    without_address = findings_on(capsys, folder + NEWSLETTER, "newsletter main")
    with_address = findings_on(capsys, f'[brand]\naddress = "Pier 4"\n{folder}{NEWSLETTER}', "newsletter main")

    assert any("postal address" in message for _, message in without_address)
    assert not any("postal address" in message for _, message in with_address)


@pytest.mark.parametrize(
    ("keys", "states"),
    [
        ('secret = "go!"', ["bad"]),
        (f'secret = "{"x" * 31}"', ["bad"]),
        (f'secret = "{"x" * 32}"', []),
        (f'secret = "{"x" * 32}"\nprevious_secrets = ["go!", "{"y" * 32}"]', ["note"]),
        ("", []),
    ],
    ids=["short", "31 characters", "32 characters", "a short one before", "none"],
)
def test_a_secret_that_can_be_guessed_is_bad(keys: str, states: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    findings = findings_on(capsys, f"[web]\n{keys}\n{NEWSLETTER}", "web", "--offline")

    assert [state for state, _ in findings] == states
    assert all("fewer than 32 characters" in message and "go!" not in message for _, message in findings)
    assert main(["check", "--offline"]) == (1 if "bad" in states else 0)


def test_a_newsletter_without_news_is_bad(capsys: pytest.CaptureFixture[str]) -> None:
    now = datetime.now(UTC)
    with open_store("sqlite:///digest.db") as store, store.begin() as conn:
        for days in range(4):
            at = now - timedelta(days=days)
            slots.record_status(conn, "main", Slot(due=at, key=f"{at:%Y-%m-%d}"), SlotStatus.EMPTY, at=at)
    findings = findings_on(capsys, NEWSLETTER, "newsletter main")

    assert ("bad", True) in [(state, "nothing new for 4 editions in a row" in message) for state, message in findings]


def test_a_newsletter_whose_sources_all_fail_is_bad(capsys: pytest.CaptureFixture[str]) -> None:
    with open_store("sqlite:///digest.db") as store, store.begin() as conn:
        sources.record_failure(
            conn,
            Source(id="own", path=Path("articles")),
            "the folder is gone",
            at=datetime.now(UTC) - timedelta(hours=2),
        )
    findings = findings_on(capsys, NEWSLETTER + '[[sources]]\nid = "own"\npath = "gone"\n', "newsletter main")

    assert ("bad", True) in [(state, "its only source can't be read" in message) for state, message in findings]


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        pytest.param("", [], id="nothing set"),
        pytest.param('address = "subscribe@example.org"', [("note", "piped"), ("ok", "asked")], id="no mailbox"),
        pytest.param('authserv_id = "mx.example.org"', [("note", "piped"), ("ok", "mx.example.org")], id="a server"),
        pytest.param(
            'address = "subscribe@example.net"',
            [("note", "piped"), ("note", "no newsletter is sent from"), ("ok", "asked")],
            id="another domain",
        ),
    ],
)
def test_subscribing_by_mail_is_checked(
    keys: str, expected: list[tuple[str, str]], capsys: pytest.CaptureFixture[str]
) -> None:
    findings = findings_on(capsys, f"[inbound]\n{keys}\n{NEWSLETTER}", "inbound", "--offline")

    assert [state for state, _ in findings] == [state for state, _ in expected]
    assert all(words in message for (_, message), (_, words) in zip(findings, expected, strict=True))


def test_an_address_to_subscribe_has_the_name_that_mails_are_recognised_by(capsys: pytest.CaptureFixture[str]) -> None:
    Path("digest.toml").write_text('[inbound]\naddress = "news@example.org"\n' + NEWSLETTER)

    assert main(["check"]) == 2
    assert "subscribe@example.org" in capsys.readouterr().err


def test_a_rate_that_is_too_low_for_the_schedule_is_noted(capsys: pytest.CaptureFixture[str]) -> None:
    limits = 'rate_per_minute = 60\n[[recipient_domains]]\ndomains = ["gmail.com"]\nrate_per_minute = 1'
    text = f'{smtp(25, limits)}{NEWSLETTER}schedule = "* * * * *"\n'
    with open_store("sqlite:///digest.db") as store, store.begin() as conn:
        new = [NewSubscriber(address=f"reader{number}@gmail.com") for number in range(3)]
        subscribers.add(conn, new, "main", at=datetime.now(UTC))

    notes = [message for _, message in findings_on(capsys, text, "newsletter main", "--offline")]

    expected = "3 recipients at gmail.com take 3 minutes at 1 a minute, and the next edition is due after a minute"
    assert f"{expected} → raise rate_per_minute in [[recipient_domains]], or publish less often" in notes
