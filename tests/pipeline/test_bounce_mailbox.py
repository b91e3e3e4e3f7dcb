"""Processing of the mailbox for bounces, in bounded runs."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial

from digest.inbound import MAX_MAIL_BYTES
from digest.inbound.imap_client import RunLimits
from digest.pipeline.bounce_mailbox import process_mailbox
from digest.settings import BouncesSettings, Secret, Settings
from digest.store import Store, unread_mails
from tests.support.bounce_mails import plain_mail
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
