"""``digest sources`` for mailboxes: add one, see who writes to it, decide about senders."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from digest.cli import main
from tests.support.imap_server import imap_server
from tests.support.newsletter_mails import newsletter_mail

SETTINGS = '[inbound]\nauthserv_id = "mx.example.org"\n\n[[newsletters]]\nid = "main"\ntitle = "Main"  # here\n'
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run commands in a folder with settings and a password."""
    monkeypatch.chdir(tmp_path)
    Path("digest.toml").write_text(SETTINGS)
    Path("password").write_text('pass "word"\n')

    def run(*argv: str) -> tuple[int, str, str]:
        code = main(argv)
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return run


@pytest.mark.slow
def test_a_mailbox_is_added_shown_and_its_senders_are_decided(run: Run) -> None:
    stranger = newsletter_mail(2, sender="x@stranger.example", signed_by="stranger.example")
    with imap_server(newsletter_mail(1), stranger) as box:
        address = f"imap://news@127.0.0.1:{box.port}/INBOX"
        added = run(
            "sources", "add", address, "--password-file", "password", "--id", "inbox", "--sender", "@harbour.example"
        )
        again = run("sources", "add", address, "--password-file", "password")
        mails = json.loads(run("sources", "show", "inbox", "--json")[1])
        refused = run("sources", "refuse", "inbox", "x@harbour.example")
        allowed = run("sources", "allow", "inbox", "<X@Stranger.example>")
        missing = run("sources", "discover", address.replace("INBOX", "Gone"), "--password-file", "password")

    assert (added[0], added[1]) == (0, "inbox\n")
    assert f"found a mailbox at {address}: 2 mails" in added[2]
    assert Path("digest.toml").read_text() == (
        f'{SETTINGS}\n[[sources]]\nid = "inbox"\nmailbox = "{address}"\npassword_file = "password"\n'
        'senders = ["@harbour.example"]\n'
    )
    assert (again[0], "is there already, as 'inbox'" in again[2]) == (2, True)
    assert [sender["sender"] for sender in mails["senders"]] == ["@harbour.example"]
    assert (refused[0], "allowed by the settings" in refused[2]) == (2, True)
    assert (allowed[0], allowed[2]) == (0, "allowed x@stranger.example: no mail waits\n")
    assert (missing[0], "has no folder 'Gone'" in missing[2]) == (1, True)


@pytest.mark.parametrize(
    ("command", "message"),
    [
        (["sources", "add", "imaps://me@mail.example.org/News"], "a mailbox needs a password"),
        (["sources", "add", "imaps://me:geheimnis@mail.example.org/"], "doesn't belong into the address"),
        (["sources", "add", "imaps://me@mail.example.org/", "--password-file", "gone"], "gone: can't be read"),
        (["preview", "imaps://me@mail.example.org/"], "a mailbox needs a password"),
        (["sources", "add", "https://example.org", "--sender", "a@example.org"], "--sender is for mails"),
        (["sources", "add", "notes", "--sender", "Ann"], "expected a sender like"),
    ],
)
def test_what_is_wrong_is_said_without_passwords(run: Run, command: list[str], message: str) -> None:
    Path("notes").mkdir()
    code, _, err = run(*command)

    assert (code, message in err) == (2, True)
    assert "geheimnis" not in err
