"""``digest check`` of sending: whether the mail server lets us in, and which newsletters have fallen silent."""

from __future__ import annotations

import json
import socket
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from digest.cli import main
from digest.model.newsletters import Source
from digest.model.slots import Slot
from digest.store import open_store, slots, sources
from digest.store.slots import SlotStatus
from tests.support.mail_server import running_mail_server

NEWSLETTER = '[[newsletters]]\nid = "main"\ntitle = "Main"\nfrom = "main@example.org"\n'


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def found(capsys: pytest.CaptureFixture[str], text: str, topic: str, *argv: str) -> list[tuple[str, str]]:
    """The states and words on a topic."""
    Path("digest.toml").write_text(text)
    main(["check", "--json", *argv])
    told = json.loads(capsys.readouterr().out)
    return [(one["state"], f"{one['message']} → {one['hint']}") for one in told if one["topic"] == topic]


def smtp(port: int, more: str = "") -> str:
    return f'[smtp]\nhost = "127.0.0.1"\nport = {port}\nsecurity = "none"\n{more}\n'


def test_a_mail_server_that_lets_us_in_is_well(capsys: pytest.CaptureFixture[str]) -> None:
    with running_mail_server() as mail_server:
        ((state, words),) = found(capsys, smtp(mail_server.port) + NEWSLETTER, "mail server")

        assert state == "ok"
        assert f"127.0.0.1:{mail_server.port}" in words
        assert mail_server.envelopes == []


def test_a_port_without_a_mail_server_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    ((state, words),) = found(capsys, smtp(port) + NEWSLETTER, "mail server")

    assert state == "bad"
    assert f"127.0.0.1:{port}" in words
    assert not words.endswith("→ ")


def test_a_password_that_would_travel_unprotected_is_not_tried(capsys: pytest.CaptureFixture[str]) -> None:
    text = '[smtp]\nhost = "mail.example.org"\nsecurity = "none"\nusername = "a"\npassword = "b"\n'
    ((state, words),) = found(capsys, text + NEWSLETTER, "mail server")

    assert state == "bad"
    assert "without encryption" in words


def test_a_folder_for_mails_is_well(capsys: pytest.CaptureFixture[str]) -> None:
    ((state, words),) = found(capsys, '[smtp]\nfolder = "mails"\n' + NEWSLETTER, "mail server")

    assert (state, "mails" in words) == ("ok", True)


def test_offline_asks_no_other_machine(capsys: pytest.CaptureFixture[str]) -> None:
    assert found(capsys, '[smtp]\nhost = "mail.example.org"\n' + NEWSLETTER, "mail server", "--offline") == []


def test_a_footer_without_a_postal_address_is_noted(capsys: pytest.CaptureFixture[str]) -> None:
    folder = '[smtp]\nfolder = "mails"\n'
    without = found(capsys, folder + NEWSLETTER, "newsletter main")
    with_one = found(capsys, f'[brand]\naddress = "Pier 4"\n{folder}{NEWSLETTER}', "newsletter main")

    assert any("postal address" in words for _, words in without)
    assert not any("postal address" in words for _, words in with_one)


@pytest.mark.parametrize(("url", "notes"), [("https://news.example.org", 0), ("http://news.example.org", 1)])
def test_pages_that_nobody_serves_are_told(url: str, notes: int, capsys: pytest.CaptureFixture[str]) -> None:
    told = found(capsys, f'[web]\nurl = "{url}"\n{NEWSLETTER}', "web", "--offline")

    assert told[0][0] == "bad"
    assert f"mails link to pages below {url}, which this version does not serve" in told[0][1]
    assert len(told) == 1 + notes


def test_a_newsletter_that_fell_silent_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    now = datetime.now(UTC)
    with open_store("sqlite:///digest.db") as store, store.begin() as conn:
        for days in range(4):
            at = now - timedelta(days=days)
            slots.record_status(conn, "main", Slot(due=at, key=f"{at:%Y-%m-%d}"), SlotStatus.EMPTY, at=at)
    told = found(capsys, NEWSLETTER, "newsletter main")

    assert ("bad", True) in [(state, "nothing new for 4 editions in a row" in words) for state, words in told]


def test_a_newsletter_whose_sources_are_all_broken_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    with open_store("sqlite:///digest.db") as store, store.begin() as conn:
        sources.record_failure(
            conn,
            Source(id="own", path=Path("articles")),
            "the folder is gone",
            at=datetime.now(UTC) - timedelta(hours=2),
        )
    told = found(capsys, NEWSLETTER + '[[sources]]\nid = "own"\npath = "gone"\n', "newsletter main")

    assert ("bad", True) in [(state, "its only source can't be read" in words) for state, words in told]
