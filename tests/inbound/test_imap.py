"""Reading unseen mails from an IMAP mailbox."""

from __future__ import annotations

from dataclasses import replace

import pytest

from digest.inbound import MAX_MAIL_BYTES
from digest.inbound.imap import probe, unseen_mails
from digest.model.errors import MailError
from digest.settings import BouncesSettings, Secret
from tests.support.imap_server import imap_server

MAILBOX = BouncesSettings(host="127.0.0.1", security="none", username="news", password=Secret('pass "word"'))


def test_unseen_mails_are_read_once_and_truncated() -> None:
    with imap_server(b"first", b"x" * 2 * MAX_MAIL_BYTES) as server:
        mailbox = replace(MAILBOX, port=server.port)

        assert [len(mail) for mail in unseen_mails(mailbox)] == [5, MAX_MAIL_BYTES]
        assert list(unseen_mails(mailbox)) == []
        assert server.seen == {7, 8}


def test_a_mail_stays_unseen_until_it_was_processed() -> None:
    with imap_server(b"first") as server:
        mailbox = replace(MAILBOX, port=server.port)
        mails = unseen_mails(mailbox)

        assert next(mails) == b"first"
        mails.close()  # type: ignore[attr-defined]
        assert server.seen == set()


def test_a_probe_counts_unseen_mails_and_changes_nothing() -> None:
    with imap_server(b"first", b"second") as server:
        assert "accepts the login; 2 unread in INBOX" in probe(replace(MAILBOX, port=server.port))
        assert server.seen == set()


def test_a_connection_that_closes_early_is_an_error_and_keeps_what_was_seen() -> None:
    with imap_server(b"first", b"second") as server:
        server.closes_at = "FETCH 8"

        with pytest.raises(MailError, match=r"127\.0\.0\.1"):
            list(unseen_mails(replace(MAILBOX, port=server.port)))
        assert server.seen == {7}
