"""Reading new mails from a Maildir."""

from __future__ import annotations

from pathlib import Path

import pytest

from digest.inbound import MAX_MAIL_BYTES
from digest.inbound.maildir import new_mails
from digest.model.errors import UsageError


@pytest.fixture
def maildir(tmp_path: Path) -> Path:
    for name in ("new", "cur", "tmp"):
        (tmp_path / name).mkdir()
    return tmp_path


def test_new_mails_are_read_oldest_first_and_marked_as_seen(maildir: Path) -> None:
    (maildir / "new" / "2.mx").write_bytes(b"second")
    (maildir / "new" / "1.mx").write_bytes(b"first")
    (maildir / "new" / ".hidden").write_bytes(b"no mail")

    assert list(new_mails(maildir)) == [b"first", b"second"]
    assert list(new_mails(maildir)) == []
    assert sorted(file.name for file in (maildir / "cur").iterdir()) == ["1.mx:2,S", "2.mx:2,S"]


def test_a_mail_stays_new_until_it_was_processed(maildir: Path) -> None:
    (maildir / "new" / "1.mx").write_bytes(b"first")

    next(new_mails(maildir))

    assert list(new_mails(maildir)) == [b"first"]


def test_a_large_mail_is_truncated(maildir: Path) -> None:
    (maildir / "new" / "1.mx").write_bytes(b"x" * 2 * MAX_MAIL_BYTES)

    assert [len(mail) for mail in new_mails(maildir)] == [MAX_MAIL_BYTES]


def test_a_mail_that_another_program_moved_is_skipped(maildir: Path) -> None:
    for name in ("1.mx", "2.mx", "3.mx"):
        (maildir / "new" / name).write_bytes(name.encode())
    mails = new_mails(maildir)

    assert next(mails) == b"1.mx"
    (maildir / "new" / "2.mx").unlink()
    assert list(mails) == [b"3.mx"]


def test_a_folder_that_is_no_maildir_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="is no Maildir"):
        next(new_mails(tmp_path))
