"""``digest check`` of mailboxes and Maildirs that are sources."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path

import pytest

from digest import settings as settings_module
from digest.cli.check.mail_sources import check_mail_sources
from tests.support.imap_server import FakeMailbox, imap_server
from tests.support.newsletter_mails import newsletter_mail

TODAY = format_datetime(datetime.now(UTC))
Check = Callable[[str], list[str]]


@pytest.fixture
def check(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Check:
    """Return the findings about the source: state, message and hint."""
    monkeypatch.chdir(tmp_path)

    def check(text: str) -> list[str]:
        Path("digest.toml").write_text(text)
        findings = check_mail_sources(settings_module.load(Path("digest.toml"), {}), offline=False)
        return [f"{finding.state}: {finding.message} → {finding.hint}" for finding in findings]

    return check


def settings(box: FakeMailbox, extra: str = "", *, folder: str = "INBOX", inbound: str = "") -> str:
    password = r"pass \"word\""
    return (
        f'{inbound}[[sources]]\nid = "inbox"\nmailbox = "imap://news@127.0.0.1:{box.port}/{folder}"\n'
        f'password = "{password}"\n{extra}'
    )


INBOUND = '[inbound]\nauthserv_id = "mx.example.org"\n'
SENDERS = 'senders = ["news@harbour.example"]\n'


def test_a_mailbox_is_described_with_its_senders(check: Check) -> None:
    with imap_server(
        newsletter_mail(1, sent=TODAY), newsletter_mail(2, sent=TODAY, sender="x@stranger.example")
    ) as box:
        accepted, waiting = check(settings(box, SENDERS, inbound=INBOUND))

        assert accepted.startswith(f"ok: imap://news@127.0.0.1:{box.port}/INBOX: 2 mails; they are from 2 senders")
        assert waiting.startswith("note: 1 sender neither allowed nor refused → 'digest sources show inbox'")
        assert (box.fetched, box.seen) == ([], set())


def test_without_a_server_that_verifies_the_likely_one_is_suggested(check: Check) -> None:
    with imap_server(newsletter_mail(1, sent=TODAY)) as box:
        _, unverified = check(settings(box, SENDERS))
        _, other = check(settings(box, SENDERS, inbound=INBOUND.replace("mx.", "mail.")))

    assert unverified.startswith("bad: nothing verifies who sent a mail, so that none is read →")
    assert 'set [inbound] authserv_id = "mx.example.org"' in unverified
    assert "mail.example.org verified none" in other
    assert "carry the word of 'mx.example.org'" in other


def test_a_mailbox_without_recent_mails_is_noted(check: Check) -> None:
    with imap_server(newsletter_mail(1)) as box:
        _, old = check(settings(box, SENDERS, inbound=INBOUND))

    assert old.startswith("note: no mail is from the last 30 days; earlier ones are not read")


def test_a_mailbox_that_cant_be_opened_is_bad(check: Check) -> None:
    with imap_server() as box:
        (missing,) = check(settings(box, folder="News", inbound=INBOUND))
        (rejected,) = check(settings(box, inbound=INBOUND).replace(r"pass \"word\"", "geheimnis"))

    assert "has no folder 'News'" in missing
    assert "it has 'INBOX', 'Zpět'" in missing
    assert "rejects the login as 'news'" in rejected
    assert "geheimnis" not in rejected


def test_a_maildir_is_described_as_well(check: Check) -> None:
    for folder in ("cur", "new", "tmp"):
        Path("Maildir", folder).mkdir(parents=True)
    Path("Maildir/new/1.M1.host").write_bytes(newsletter_mail(1, sent=TODAY))
    found = check(f'{INBOUND}[[sources]]\nid = "inbox"\npath = "Maildir"\nsenders = ["*"]\n')

    assert "1 mail; they are from 1 sender" in found[0]
    assert found[1].startswith("note: mails of anybody are read, signed or not")
