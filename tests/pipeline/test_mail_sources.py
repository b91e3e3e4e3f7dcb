"""Mailboxes and Maildirs are collected into the store: each mail once, whatever happens in between."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete

from digest.model.imap_address import ImapAddress
from digest.model.newsletters import Source
from digest.model.secret import Secret
from digest.pipeline.app import App, make_app
from digest.pipeline.collect import CollectResult, collect_sources
from digest.pipeline.mail_senders import decide_sender, read_source_mails
from digest.settings import Settings
from digest.store import Store, entries, open_store, sources
from digest.store.tables import leases
from tests.support.imap_server import FakeMailbox, imap_server
from tests.support.newsletter_mails import newsletter_mail
from tests.support.values import NOON

STRANGER = {"sender": "x@stranger.example", "signed_by": "stranger.example"}


@pytest.fixture
def server() -> Iterator[FakeMailbox]:
    """Two mails of an allowed sender, one of a stranger."""
    mails = newsletter_mail(1), newsletter_mail(2, **STRANGER), newsletter_mail(3)
    with imap_server(*mails) as box:
        yield box


@pytest.fixture
def app() -> Iterator[App]:
    with open_store("sqlite://") as store:
        yield make_app(Settings(), store=store)


def mailbox(server: FakeMailbox) -> Source:
    address = ImapAddress(username="news", host="127.0.0.1", port=server.port, security="none")
    return Source(
        id="inbox",
        mailbox=address,
        password=Secret('pass "word"'),
        senders=("news@harbour.example",),
        authserv_id="mx.example.org",
    )


def collected(app: App, source: Source, *, after: timedelta = timedelta()) -> CollectResult:
    return collect_sources([source], app, now=NOON + after)


def test_a_mailbox_is_read_once_and_unchanged(app: App, server: FakeMailbox) -> None:
    assert collected(app, mailbox(server)).new_articles == 2
    assert server.fetched == [9, 7]
    assert collected(app, mailbox(server), after=timedelta(hours=1)).new_articles == 0
    assert (server.fetched, server.seen) == ([9, 7], set())


def test_another_uid_validity_brings_no_mail_twice(app: App, server: FakeMailbox) -> None:
    collected(app, mailbox(server))
    server.uid_validity, server.mails = 2, {uid + 100: mail for uid, mail in server.mails.items()}
    server.mails[200] = newsletter_mail(4)

    assert collected(app, mailbox(server), after=timedelta(hours=1)).new_articles == 1
    assert server.fetched == [9, 7, 200]


def test_a_sender_that_is_allowed_brings_the_mails_that_waited(app: App, server: FakeMailbox) -> None:
    source = mailbox(server)
    (problem,) = collected(app, source).problems
    assert "1 new sender waits for you" in problem.error
    with app.store.begin() as conn:
        assert [sender.state for sender in read_source_mails(conn, source).senders] == ["waiting", "allowed"]
        assert decide_sender(conn, source, "x@stranger.example", is_allowed=True, at=NOON) == 1

    result = collected(app, source, after=timedelta(hours=1))

    assert (result.new_articles, result.problems) == (1, ())
    assert collected(app, source, after=timedelta(hours=2)).new_articles == 0
    assert server.fetched == [9, 7, 8]


def test_mails_come_in_once_the_server_that_verifies_them_is_named(app: App, server: FakeMailbox) -> None:
    source = replace(mailbox(server), authserv_id="")

    assert collected(app, source).new_articles == 0
    assert collected(app, mailbox(server), after=timedelta(hours=1)).new_articles == 2


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"password": Secret("geheimnis")}, "rejects the login as 'news'"),
        ({"password": Secret()}, "no password for 'news' at 127.0.0.1: set password_file, or DIGEST_SOURCES__INBOX__"),
        ({"mailbox": ImapAddress(username="news", host="127.0.0.1", port=1, security="none")}, "no connection with"),
    ],
)
def test_a_mailbox_that_cant_be_read_is_a_failed_source_that_backs_off(
    app: App, server: FakeMailbox, change: dict[str, object], error: str
) -> None:
    (failure,) = collected(app, replace(mailbox(server), **change)).failures  # type: ignore[arg-type]

    assert error in failure.error
    assert "geheimnis" not in failure.error
    with app.store.read() as conn:
        assert sources.not_due_ids(conn, now=NOON) == {"inbox"}


def test_a_connection_that_ends_in_between_loses_nothing(app: App, server: FakeMailbox) -> None:
    server.closes_at = "FETCH 7 "
    assert collected(app, mailbox(server)).new_articles == 1
    server.closes_at = ""

    assert collected(app, mailbox(server), after=timedelta(hours=1)).new_articles == 1
    assert server.fetched == [9, 7]


def test_a_mailbox_that_is_away_stops_no_other_source(app: App, server: FakeMailbox, tmp_path: Path) -> None:
    (tmp_path / "a.eml").write_bytes(newsletter_mail(9))
    server.closes_at = "EXAMINE"
    result = collect_sources([mailbox(server), Source(id="own", path=tmp_path)], app, now=NOON)

    assert ([failure.url for failure in result.failures], result.new_articles) == ([mailbox(server).address], 1)


def test_a_maildir_is_read_by_the_same_rules(app: App, tmp_path: Path) -> None:
    for folder in ("cur", "new", "tmp"):
        (tmp_path / folder).mkdir()
    name = f"{int(NOON.timestamp())}.M1.host"
    (tmp_path / "new" / name).write_bytes(newsletter_mail(1))
    (tmp_path / "new" / f"{name}2").write_bytes(newsletter_mail(2, **STRANGER))
    source = Source(id="inbox", path=tmp_path, senders=("news@harbour.example",), authserv_id="mx.example.org")

    assert collected(app, source).new_articles == 1
    (tmp_path / "new" / name).rename(tmp_path / "cur" / f"{name}:2,S")
    assert collected(app, source, after=timedelta(hours=1)).new_articles == 0
    with app.store.begin() as conn:
        decide_sender(conn, source, "@stranger.example", is_allowed=True, at=NOON)
    assert collected(app, source, after=timedelta(hours=2)).new_articles == 1
    assert sorted(path.name for path in tmp_path.rglob("*.M1.host*")) == [f"{name}2", f"{name}:2,S"]


_KILLED = """
import os, signal, sys
from datetime import timedelta
from digest.store import mails
from digest.pipeline.app import make_app
from digest.settings import Settings
from digest.store import open_store
from tests.pipeline.test_mail_sources import collected, mailbox
from tests.support.imap_server import FakeMailbox

record_run = mails.record_run
def killed(*arguments, **options):
    record_run(*arguments, **options)
    os.kill(os.getpid(), signal.SIGKILL)
mails.record_run = killed
with open_store(sys.argv[1]) as store:
    collected(make_app(Settings(), store=store), mailbox(FakeMailbox(mails={}, port=int(sys.argv[2]))))
"""


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "fork"), reason="no SIGKILL here")
def test_a_process_that_is_killed_before_it_has_stored_what_it_read_loses_nothing(
    server: FakeMailbox, tmp_path: Path
) -> None:
    url = f"sqlite:///{tmp_path / 'digest.db'}"
    with open_store(url):
        pass
    result = subprocess.run(  # its last act is within the transaction
        [sys.executable, "-c", _KILLED, url, str(server.port)], cwd=Path(__file__).parents[2], check=False
    )
    assert result.returncode == -signal.SIGKILL
    assert server.fetched == [9, 7]

    with open_store(url) as store:
        assert _stored(store) == 0
        with store.begin() as conn:
            conn.execute(delete(leases))  # of the process that was killed; they would expire
        later = collected(make_app(Settings(), store=store), mailbox(server), after=timedelta(hours=1))
        assert (later.new_articles, _stored(store)) == (2, 2)


def _stored(store: Store) -> int:
    with store.read() as conn:
        return len(entries.for_source(conn, "inbox"))
