"""A Maildir as a source: its mails stay where they are."""

from __future__ import annotations

import os
from collections.abc import Collection
from datetime import date
from pathlib import Path

import pytest

from digest.inbound.maildir_source import MaildirSource, is_maildir

MARCH = 1_772_323_200  # 2026-03-01 00:00 UTC


@pytest.fixture
def maildir(tmp_path: Path) -> Path:
    for folder in ("cur", "new", "tmp"):
        (tmp_path / folder).mkdir()
    (tmp_path / "new" / f"{MARCH + 60}.M1.host").write_bytes(b"Subject: new\n\nbody")
    (tmp_path / "cur" / f"{MARCH + 30}.M2.host:2,S").write_bytes(b"Subject: read\n\nbody")
    (tmp_path / "cur" / f"{MARCH - 60}.M3.host:2,S").write_bytes(b"Subject: old\n\nbody")
    (tmp_path / "tmp" / f"{MARCH + 90}.M4.host").write_bytes(b"Subject: half\n\nbo")
    return tmp_path


def source(path: Path, *known: str) -> MaildirSource:
    def known_names(names: Collection[str]) -> frozenset[str]:
        return frozenset(names) & frozenset(known)

    return MaildirSource(path=path, since=date(2026, 3, 1), known_names=known_names)


def places(folder: MaildirSource) -> list[str]:
    return [mail.place for batch in folder.list_mails() for mail in batch]


def test_recent_mails_are_listed_newest_first_without_their_flags(maildir: Path) -> None:
    assert is_maildir(maildir)
    assert places(source(maildir)) == [f"{MARCH + 60}.M1.host", f"{MARCH + 30}.M2.host"]


def test_known_mails_are_not_listed_and_all_stay_where_they_are(maildir: Path) -> None:
    before = sorted(maildir.rglob("*"))

    assert places(source(maildir, f"{MARCH + 30}.M2.host")) == [f"{MARCH + 60}.M1.host"]
    assert sorted(maildir.rglob("*")) == before


def test_a_mail_that_is_moved_meanwhile_is_found(maildir: Path) -> None:
    folder = source(maildir)
    mail = next(folder.list_mails())[0]
    (maildir / "new" / mail.place).rename(maildir / "cur" / f"{mail.place}:2,S")

    assert folder.fetch(mail, 1_000) == b"Subject: new\n\nbody"
    (maildir / "cur" / f"{mail.place}:2,S").unlink()
    assert folder.fetch(mail, 1_000) is None


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes here")
def test_links_and_pipes_are_no_mails(maildir: Path, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("Subject: secret\n\nbody")
    (maildir / "new" / f"{MARCH + 100}.link").symlink_to(secret)
    os.mkfifo(maildir / "new" / f"{MARCH + 101}.pipe")

    assert places(source(maildir)) == [f"{MARCH + 60}.M1.host", f"{MARCH + 30}.M2.host"]
