"""Reading unseen mails from an IMAP folder."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest

from digest.inbound import MAX_MAIL_BYTES
from digest.inbound.imap import open_folder, probe
from digest.inbound.imap_client import RunLimits, folder_name
from digest.model.errors import MailError
from digest.settings import BouncesSettings, Secret
from tests.support.imap_server import imap_server

MAILBOX = BouncesSettings(host="127.0.0.1", security="none", username="news", password=Secret('pass "word"'))


def test_unseen_mails_are_fetched_truncated_and_stay_unseen() -> None:
    with imap_server(b"first", b"x" * 2 * MAX_MAIL_BYTES) as server:
        with open_folder(replace(MAILBOX, port=server.port).account) as folder:
            assert (folder.unseen(), folder.uid_validity) == ((7, 8), 1)
            assert [len(folder.fetch(uid) or b"") for uid in folder.unseen()] == [5, MAX_MAIL_BYTES]
        assert server.seen == set()


def test_a_mail_is_marked_as_seen() -> None:
    with imap_server(b"first", b"second") as server, open_folder(replace(MAILBOX, port=server.port).account) as folder:
        folder.mark_seen(7)

        assert folder.unseen() == (8,)


def test_a_probe_counts_unseen_mails_and_changes_nothing() -> None:
    with imap_server(b"first", b"second") as server:
        assert "accepts the login; 2 unread in INBOX" in probe(replace(MAILBOX, port=server.port).account)
        assert server.seen == set()


def test_a_connection_that_closes_early_is_an_error() -> None:
    with imap_server(b"first", b"second") as server:
        server.closes_at = "FETCH 8"

        with open_folder(replace(MAILBOX, port=server.port).account) as folder:
            assert folder.fetch(7) == b"first"
            with pytest.raises(MailError, match=r"127\.0\.0\.1"):
                folder.fetch(8)


def test_a_server_that_sends_a_byte_now_and_then_is_left_at_the_deadline() -> None:
    with imap_server() as server:
        server.pause_s, server.banner = 0.05, b"* OK " + b"." * 400 + b"\r\n"
        started = time.monotonic()

        with (
            pytest.raises(MailError) as caught,
            open_folder(replace(MAILBOX, port=server.port).account, RunLimits(seconds=0.3)),
        ):
            pass

    assert time.monotonic() - started < 5
    assert caught.value.temporary


def test_a_connection_reads_no_more_than_its_limit() -> None:
    with (
        imap_server(b"x" * 1_000, b"x" * 3_000) as server,
        open_folder(replace(MAILBOX, port=server.port).account, RunLimits(bytes=2_000)) as folder,
    ):
        assert not folder.has_budget()
        assert len(folder.fetch(7) or b"") == 1_000
        with pytest.raises(MailError, match="sends more than 2,000 bytes"):
            folder.fetch(8)


@pytest.mark.parametrize(
    ("name", "encoded"),
    [("INBOX", '"INBOX"'), ("a & b", '"a & b"'), ("Zpět", '"Zp&ARs-t"'), ("台北 & x", '"&U,BTFw- &- x"')],
)
def test_a_folder_name_is_encoded(name: str, encoded: str) -> None:
    assert folder_name(name) == encoded
