"""``digest send``: deliveries, retries, test mails, dry runs, errors."""

from __future__ import annotations

import email
import email.policy
import json
import os
import resource
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from email.message import EmailMessage
from pathlib import Path

import pytest

from digest.cli import main
from digest.store import subscribers
from digest.store.subscribers import NewSubscriber
from tests.support.databases import open_persistent_store, persistent_store_content, sqlite_only
from tests.support.mail_server import RecordingMailServer, running_mail_server
from tests.support.values import NOON

SETTINGS = """\
[smtp]
{smtp}

[[sources]]
id = "own"
path = "articles"

[[newsletters]]
id = "main"
title = "Main"
from = "Main <main@example.org>"
schedule = "daily 00:00"
"""
FOLDER = 'folder = "mails"'
ADDRESSES = ["ann@example.org", "bo@example.org", "cy@example.org"]


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, persistent_url: str) -> Path:
    """Folder with settings that send into a folder, an article, and three subscribers."""
    monkeypatch.chdir(tmp_path)
    settings()
    Path("articles").mkdir()
    write("ferry", "The island ferry stayed in harbour for the third day because of strong wind. Bread came by air.")
    with open_persistent_store() as store, store.begin() as conn:
        subscribers.add(conn, [NewSubscriber(address=address) for address in ADDRESSES], "main", at=NOON)
    return tmp_path


def settings(smtp: str = FOLDER, extra: str = "") -> None:
    Path("digest.toml").write_text(SETTINGS.format(smtp=smtp) + extra)


def write(name: str, text: str) -> None:
    Path("articles", f"{name}.txt").write_text(f"On the {name}\n\n{text}\n")


def mails() -> list[EmailMessage]:
    messages = [
        email.message_from_bytes(path.read_bytes(), policy=email.policy.default) for path in Path().glob("mails/*")
    ]
    return sorted(messages, key=lambda mail: str(mail["To"]))


def test_each_subscriber_gets_one_mail(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["send"]) == 0

    assert [mail["To"] for mail in mails()] == ADDRESSES
    assert len({mail["Message-ID"] for mail in mails()}) == 3
    body = mails()[0].get_body(("plain",))
    assert body is not None
    assert "The island ferry stayed in harbour" in body.get_content()
    assert "3 sent" in capsys.readouterr().out


def test_a_secret_that_can_be_guessed_is_reported_and_mails_are_sent(capsys: pytest.CaptureFixture[str]) -> None:
    settings(extra='[web]\nsecret = "go!"\n')

    assert main(["send"]) == 0
    printed = capsys.readouterr()
    assert "[web] secret has fewer than 32 characters" in printed.err
    assert "go!" not in printed.out + printed.err
    assert len(mails()) == 3


@pytest.mark.parametrize(
    ("options", "count"),
    [
        pytest.param([], 3, id="by default"),
        pytest.param(["--no-collect"], 0, id="--no-collect"),
    ],
)
def test_sources_are_collected_before_sending_unless_switched_off(options: list[str], count: int) -> None:
    """A cron job with nothing but ``digest send`` mails what the sources have now."""
    main(["send", *options])

    assert len(mails()) == count


def test_a_second_run_sends_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["send"]) == 0
    for path in Path().glob("mails/*"):
        path.unlink()
    write("library", "The new library opened after two years of work. Three hundred readers queued.")

    assert main(["send", "--json"]) == 0
    assert mails() == []
    assert json.loads(capsys.readouterr().out.partition("\n")[2])["counts"] == {"sent": 3}


def test_again_publishes_a_new_revision(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["send"]) == 0
    write("library", "The new library opened after two years of work. Three hundred readers queued.")
    capsys.readouterr()

    assert main(["send", "--again"]) == 0
    assert len(mails()) == 6
    assert "edition 2" in capsys.readouterr().out


@pytest.mark.parametrize("before", [pytest.param([], id="not out yet"), pytest.param(["send"], id="out already")])
def test_a_test_mail_changes_nothing_in_the_store(before: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    if before:
        main(before)
        write("library", "The new library opened after two years of work. Three hundred readers queued.")
    for path in Path().glob("mails/*"):
        path.unlink()
    before_send = persistent_store_content()

    assert main(["send", "--to", "Me <me@example.org>"]) == 0
    assert [str(mail["To"]) for mail in mails()] == ["Me <me@example.org>"]
    capsys.readouterr()
    assert main(["send", "--to", "me@example.org", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["to"] == "me@example.org"
    assert persistent_store_content() == before_send


def test_a_dry_run_lists_the_recipients_and_changes_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    before_send = persistent_store_content()

    assert main(["send", "--dry-run"]) == 0
    out = capsys.readouterr().out
    assert "ferry" in out
    assert [line.strip() for line in out.splitlines()[1:]] == [*ADDRESSES, "3 would get it"]
    assert main(["send", "--dry-run", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["recipients"] == ADDRESSES
    assert persistent_store_content() == before_send
    assert not Path("mails").exists()


def test_a_dry_run_leaves_out_who_left_and_who_is_suppressed(capsys: pytest.CaptureFixture[str]) -> None:
    with open_persistent_store() as store, store.begin() as conn:
        subscribers.unsubscribe(conn, ADDRESSES[0], at=NOON)
        subscribers.suppress(conn, ADDRESSES[1], "no such user", at=NOON)

    assert main(["send", "--dry-run", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["recipients"] == ADDRESSES[2:]


def test_a_dry_run_after_delivery_lists_nobody(capsys: pytest.CaptureFixture[str]) -> None:
    main(["send"])
    capsys.readouterr()

    assert main(["send", "--dry-run"]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "nobody would get it"


def test_with_nothing_new_nothing_is_sent(capsys: pytest.CaptureFixture[str]) -> None:
    os.utime("articles/ferry.txt", (0, 0))

    assert main(["send"]) == 0
    assert "nothing new" in capsys.readouterr().err
    assert mails() == []
    write("library", "The new library opened after two years of work. Three hundred readers queued.")
    assert main(["send"]) == 0
    assert len(mails()) == 3


@pytest.mark.parametrize(
    ("smtp", "argv", "message"),
    [
        pytest.param("", [], "set [smtp] host", id="no mail server"),
        pytest.param(FOLDER, ["-n", "mian"], "did you mean 'main'?", id="another newsletter's name"),
        pytest.param(FOLDER, ["--to", "nobody"], "no @", id="no address"),
        pytest.param(FOLDER, ["--to", "a@b.example", "--dry-run"], "not allowed with", id="two ways at once"),
    ],
)
def test_wrong_usage_is_one_line_with_a_hint(
    capsys: pytest.CaptureFixture[str], smtp: str, argv: list[str], message: str
) -> None:
    settings(smtp)

    assert main(["send", *argv]) != 0
    err = capsys.readouterr().err
    assert message in err
    assert "Traceback" not in err
    assert mails() == []


def test_without_settings_the_hint_names_digest_init(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("digest.toml").unlink()
    monkeypatch.setenv("XDG_CONFIG_HOME", "/nowhere")

    assert main(["send"]) == 2
    assert "digest init" in capsys.readouterr().err


def test_without_subscribers_nothing_is_published(capsys: pytest.CaptureFixture[str]) -> None:
    settings(extra='[[newsletters]]\nid = "other"\ntitle = "Other"\nfrom = "o@example.org"\n')

    assert main(["send", "-n", "other"]) == 2
    assert "digest subscribers add" in capsys.readouterr().err


def test_an_unwritable_mail_folder_is_reported_and_nothing_is_lost(capsys: pytest.CaptureFixture[str]) -> None:
    Path("mails").write_text("in the way")

    assert main(["send"]) == 1
    assert "mails" in capsys.readouterr().err
    Path("mails").unlink()
    assert main(["send"]) == 0
    assert len(mails()) == 3


@sqlite_only
def test_a_locked_store_is_reported_and_nothing_is_lost(
    persistent_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DIGEST_STORE__URL", f"{persistent_url}?timeout=0.2")
    with closing(sqlite3.connect("digest.db", isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        assert main(["send"]) == 1
        connection.execute("ROLLBACK")
    assert len(capsys.readouterr().err.strip().splitlines()) <= 3
    assert main(["send"]) == 0

    assert [mail["To"] for mail in mails()] == ADDRESSES


@sqlite_only
@pytest.mark.parametrize("room", [10_000, 40_000, 80_000, 110_000, 130_000])
def test_a_full_disk_is_reported_and_nothing_is_lost(room: int) -> None:
    """The store's journal reaches the limit while collecting, publishing or delivering."""

    def small_disk() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (room, resource.RLIM_INFINITY))

    command = [sys.executable, "-m", "digest", "send"]
    first = subprocess.run(command, capture_output=True, text=True, check=False, preexec_fn=small_disk)
    assert (first.returncode, "how much room" in first.stderr) == (1, True)
    assert "Traceback" not in first.stderr
    assert main(["send"]) == 0

    assert [mail["To"] for mail in mails()] == ADDRESSES


# --- over SMTP ---------------------------------------------------------------------------------------------------


@pytest.fixture
def server() -> Iterator[RecordingMailServer]:
    """Mail server on this machine, and settings for it."""
    with running_mail_server() as server:
        settings(f'host = "127.0.0.1"\nport = {server.port}\nsecurity = "none"')
        yield server


def test_recipients_never_see_each_other(server: RecordingMailServer) -> None:
    assert main(["send"]) == 0

    assert server.recipients == ADDRESSES
    for envelope in server.envelopes:
        assert isinstance(envelope.content, bytes)
        (recipient,) = envelope.rcpt_tos
        assert [address for address in ADDRESSES if address.encode() in envelope.content] == [recipient]


def test_send_retries_waiting_mails_at_once(server: RecordingMailServer, capsys: pytest.CaptureFixture[str]) -> None:
    server.refused = {"bo@example.org": "450 come back later", "cy@example.org": "550 nobody here"}

    assert main(["send"]) == 1
    printed = capsys.readouterr()
    assert "1 failed, 1 retry, 1 sent" in printed.out
    assert "bo@example.org: retry" in printed.err
    assert "cy@example.org: failed: 550 nobody here" in printed.err
    server.refused = {}
    assert main(["send"]) == 0
    assert server.recipients == ["ann@example.org", "bo@example.org"]


def test_an_unreachable_mail_server_is_reported(capsys: pytest.CaptureFixture[str]) -> None:
    settings('host = "127.0.0.1"\nport = 9\nsecurity = "none"')

    assert main(["send"]) == 1
    err = capsys.readouterr().err
    assert "127.0.0.1:9" in err
    assert len(err.strip().splitlines()) <= 3
