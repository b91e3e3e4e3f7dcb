"""Mails of sources: what was read, who waits, and how far a folder was read."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from sqlalchemy import Connection

from digest.model.imap_address import ImapAddress
from digest.model.mails import MailboxState, MailRecord, MailRun
from digest.model.newsletters import Source
from digest.store import Store, mails
from tests.support.values import NOON

ADDRESS = ImapAddress(username="me", host="mail.example.org")
SOURCE = Source(id="inbox", mailbox=ADDRESS, authserv_id="mx.example.org")
MAIL = MailRecord(
    key="k1",
    place="1:7",
    sender="x@harbour.example",
    subject="Ferry",
    sent=NOON,
    is_read=False,
    is_verified=True,
    judged_by="mx.example.org",
)
READ = replace(MAIL, key="k2", place="1:8", subject="Read", sent=NOON - timedelta(hours=1), is_read=True)


def record(conn: Connection, *records: MailRecord, source: Source = SOURCE, gone: tuple[str, ...] = ()) -> None:
    run = MailRun(uid_validity=1, done=((1, 9),), records=records, gone=gone)
    mails.record_run(conn, source, run, at=NOON)


def state(conn: Connection, source: Source = SOURCE) -> MailboxState:
    return mails.states(conn, [source])[source.id]


def test_a_folder_goes_on_where_it_was_left(store: Store) -> None:
    with store.begin() as conn:
        assert state(conn) == MailboxState()
        record(conn, MAIL)
        moved = replace(SOURCE, mailbox=replace(ADDRESS, folder="Other"))

        assert state(conn) == MailboxState(uid_validity=1, done=((1, 9),))
        assert state(conn, moved) == MailboxState()


def test_read_mails_are_known_by_key_and_all_by_their_place(store: Store) -> None:
    with store.begin() as conn:
        record(conn, MAIL, READ)

        assert mails.known(conn, "inbox", ["k1", "k2", "k3", "1:7", "1:9"]) == {"k2", "1:7"}
        assert mails.known(conn, "other", ["k2"]) == frozenset()


def test_mails_that_waited_are_looked_at_again_once_their_sender_is_allowed(store: Store) -> None:
    unverified = replace(MAIL, key="k3", place="1:9", is_verified=False)
    other = replace(MAIL, key="k4", place="1:10", sender="y@other.example")
    with store.begin() as conn:
        record(conn, MAIL, READ, unverified, other)
        mails.decide(conn, "inbox", "@harbour.example", is_allowed=True, at=NOON)

        assert state(conn).recheck == ("1:7",)
        assert set(state(conn, replace(SOURCE, authserv_id="new.example.org")).recheck) == {"1:7", "1:9", "1:10"}
        assert set(state(conn, replace(SOURCE, senders=("*",))).recheck) == {"1:7", "1:9", "1:10"}
        mails.decide(conn, "inbox", "x@harbour.example", is_allowed=False, at=NOON)
        assert state(conn).recheck == ()


def test_a_mail_that_was_read_stays_so_and_one_that_is_gone_is_forgotten(store: Store) -> None:
    with store.begin() as conn:
        record(conn, replace(MAIL, is_read=True))
        record(conn, MAIL, replace(MAIL, key="k5", place="1:11"), gone=("1:11",))

        assert mails.known(conn, "inbox", ["k1", "1:11"]) == {"k1"}


def test_senders_are_listed_with_their_newest_mail(store: Store) -> None:
    late = replace(MAIL, key="k6", sender="y@other.example", sent=NOON + timedelta(days=400), subject="Later")
    with store.begin() as conn:
        record(conn, READ, MAIL, late)
        found = mails.senders(conn, "inbox")

    assert [(mail.sender, mail.mails, mail.unread, mail.subject) for mail in found] == [
        ("x@harbour.example", 2, 1, "Ferry"),
        ("y@other.example", 1, 1, "Later"),
    ]
    assert found[1].sent == NOON


def test_confirmations_are_listed(store: Store) -> None:
    with store.begin() as conn:
        record(conn, MAIL, replace(MAIL, key="k7", subject="Confirm", asks_confirmation=True, is_read=True))

        assert [mail.subject for mail in mails.confirmations(conn, "inbox")] == ["Confirm"]


def test_retention_forgets_subjects_before_message_ids(store: Store) -> None:
    later = NOON + timedelta(days=1)
    with store.begin() as conn:
        record(conn, MAIL, READ)

        assert mails.delete_text(conn, before=NOON) == 0
        assert (mails.delete_text(conn, before=later), mails.delete_text(conn, before=later)) == (2, 0)
        assert mails.known(conn, "inbox", ["k1", "k2", "1:7"]) == {"k2"}
        assert [mail.subject for mail in mails.senders(conn, "inbox")] == [""]
        assert (mails.delete_old(conn, before=later), mails.delete_old(conn, before=later)) == (1, 0)
