"""A folder on a server as a source: what is asked of the server, and that nothing changes there."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import date

import pytest

from digest.inbound.imap_client import RunLimits
from digest.inbound.imap_source import ImapSource, open_imap_source
from digest.model.errors import MailError
from digest.model.imap_address import ImapAccount, ImapAddress
from digest.model.mails import MailboxState
from digest.model.secret import Secret
from tests.support.imap_server import FakeMailbox, imap_server
from tests.support.newsletter_mails import newsletter_mail

SINCE = date(2026, 3, 1)


@pytest.fixture
def server() -> Iterator[FakeMailbox]:
    with imap_server(*(newsletter_mail(number) for number in range(3))) as box:
        yield box


def account(box: FakeMailbox, *, folder: str = "INBOX", password: str = 'pass "word"') -> ImapAccount:
    address = ImapAddress(username="news", host="127.0.0.1", port=box.port, security="none", folder=folder)
    return ImapAccount(address=address, password=Secret(password))


def places(folder: ImapSource) -> list[str]:
    """Read all that is new, and count it as handled."""
    found = []
    for batch in folder.list_mails():
        for mail in batch:
            found.append(mail.place)
            folder.handled(mail)
    return found


def test_mails_are_listed_newest_first_and_once(server: FakeMailbox) -> None:
    with open_imap_source(account(server), MailboxState(), since=SINCE) as folder:
        assert places(folder) == ["1:9", "1:8", "1:7"]
        state = MailboxState(uid_validity=folder.uid_validity, done=folder.done)
    server.mails = {**server.mails, 12: newsletter_mail(12)}
    server.commands.clear()
    with open_imap_source(account(server), state, since=SINCE) as folder:
        assert places(folder) == ["1:12"]

    assert "UID SEARCH UID 10:12 SINCE 1-Mar-2026" in server.commands
    assert server.seen == set()
    assert all("SELECT" not in command and "STORE" not in command for command in server.commands)


def test_another_uid_validity_lists_all_again(server: FakeMailbox) -> None:
    with open_imap_source(account(server), MailboxState(uid_validity=2, done=((1, 99),)), since=SINCE) as folder:
        assert len(places(folder)) == 3


def test_what_was_not_handled_is_listed_again(server: FakeMailbox) -> None:
    with open_imap_source(account(server), MailboxState(), since=SINCE) as folder:
        newest = next(folder.list_mails())[0]
        folder.handled(newest)
        state = MailboxState(uid_validity=1, done=folder.done)
    with open_imap_source(account(server), state, since=SINCE) as folder:
        assert places(folder) == ["1:8", "1:7"]


def test_old_mails_are_left_alone(server: FakeMailbox) -> None:
    server.arrived = {7: date(2025, 1, 1), 8: date(2026, 2, 28), 9: date(2026, 3, 1)}
    with open_imap_source(account(server), MailboxState(), since=SINCE) as folder:
        assert places(folder) == ["1:9"]
        assert folder.done == ((1, 9),)


def test_places_of_mails_that_waited_are_looked_up(server: FakeMailbox) -> None:
    with open_imap_source(account(server), MailboxState(), since=SINCE) as folder:
        found = [mail.place for batch in folder.rechecked(["1:8", "1:70", "2:7"]) for mail in batch]
        assert found == ["1:8"]


def test_a_missing_folder_is_told_with_those_that_there_are(server: FakeMailbox) -> None:
    with (
        pytest.raises(MailError, match="no folder 'Newsletters'") as caught,
        open_imap_source(account(server, folder="Newsletters"), MailboxState(), since=SINCE),
    ):
        pass

    assert caught.value.hint == "check the folder in mailbox; it has 'INBOX', 'Zpět'"


def test_a_wrong_password_is_told_without_it(server: FakeMailbox) -> None:
    with (
        pytest.raises(MailError, match="rejects the login as 'news'") as caught,
        open_imap_source(account(server, password="geheimnis"), MailboxState(), since=SINCE),
    ):
        pass

    assert "geheimnis" not in f"{caught.value} {caught.value.hint}"


def test_a_large_mail_does_not_fit_into_the_rest_of_a_run(server: FakeMailbox) -> None:
    limits = RunLimits(bytes=200_000)
    with open_imap_source(account(server), MailboxState(), since=SINCE, limits=limits) as folder:
        assert (folder.has_budget(1_000), folder.has_budget(180_000)) == (True, False)


def test_a_run_that_is_stopped_waits_for_no_answer(server: FakeMailbox) -> None:
    stop = threading.Event()
    stop.set()
    limits = RunLimits(stop=stop)

    with (
        pytest.raises(MailError, match="the run was stopped"),
        open_imap_source(account(server), MailboxState(), since=SINCE, limits=limits),
    ):
        pass
