"""Processing of the mailbox for bounces, in bounded runs."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial

from digest.inbound import MAX_MAIL_BYTES
from digest.inbound.imap_client import RunLimits
from digest.pipeline.bounce_mailbox import process_mailbox
from digest.settings import BouncesSettings, Secret, Settings, WebSettings
from digest.store import Store, unread_mails
from tests.support.bounce_ledger import SECRET, Ledger
from tests.support.bounce_mails import EDITION_TOKEN, dsn, plain_mail
from tests.support.imap_server import imap_server


def test_mails_beyond_the_limit_wait_for_the_next_run(store: Store) -> None:
    mails = [plain_mail("x" * MAX_MAIL_BYTES, From=f"r{number}@shop.example") for number in range(3)]
    with imap_server(*mails) as server:
        mailbox = BouncesSettings(
            host="127.0.0.1",
            port=server.port,
            security="none",
            username="news",
            password=Secret('pass "word"'),
        )
        run = partial(
            process_mailbox,
            store,
            Settings(bounces=mailbox),
            clock=partial(datetime.now, UTC),
            limits=RunLimits(bytes=2 * MAX_MAIL_BYTES),
        )
        notices: list[str] = []

        fetched = [[mail.sender for mail in run(notify=notices.append)] for _ in range(4)]

    assert fetched == [["r0@shop.example"], ["r1@shop.example"], ["r2@shop.example"], []]
    assert notices == [
        "the mailbox is not read to its end; mails that wait for the next run: 2",
        "the mailbox is not read to its end; mails that wait for the next run: 1",
    ]
    with store.read() as conn:
        assert unread_mails.count(conn) == 3
        assert [mail.uid for mail in unread_mails.recent(conn, limit=2)] == [9, 8]


def test_a_mail_that_meets_a_bug_stays_unread_and_the_others_are_processed(store: Store) -> None:
    token = Ledger(store).send()
    soft = dsn("4.2.2").replace(f"{EDITION_TOKEN}.1".encode(), str(token).encode())
    with imap_server(soft, plain_mail("hello", From="r1@shop.example")) as server:
        mailbox = BouncesSettings(
            host="127.0.0.1",
            port=server.port,
            security="none",
            username="news",
            password=Secret('pass "word"'),
            soft_days=10**10,  # so many days that computing the window of soft bounces overflows
        )
        settings = Settings(bounces=mailbox, web=WebSettings(secret=Secret(SECRET)))
        clock = partial(datetime.now, UTC)

        first, second = process_mailbox(store, settings, clock=clock)
        again = [*process_mailbox(store, settings, clock=clock)]

    assert isinstance(first.exception, OverflowError)
    assert (second.sender, second.exception) == ("r1@shop.example", None)
    assert (server.seen, again) == (set(), [])
    with store.read() as conn:
        details = [mail.detail for mail in unread_mails.recent(conn, limit=2)]
    assert any(detail.startswith("not processed: unexpected error: OverflowError") for detail in details)
