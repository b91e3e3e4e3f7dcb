"""Mails in files: a folder that a person filled, and who is read of it."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import pytest

from digest.collect.files import read_path
from digest.model.errors import SourceError
from digest.model.newsletters import Source
from digest.model.protocols import Collected
from tests.support.newsletter_mails import newsletter_mail
from tests.support.values import NOON

TEXT = "On the note\n\nThe note of the council says that the ferry is back in the harbour.\n"


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    """Two mails without anybody's word on them, and a text."""
    (tmp_path / "1.eml").write_bytes(newsletter_mail(1, signed_by=""))
    (tmp_path / "2.EML").write_bytes(newsletter_mail(2, signed_by="", sender="x@other.example"))
    (tmp_path / "note.txt").write_text(TEXT)
    return tmp_path


def collected(path: Path, *senders: str, known: Collection[str] = (), max_bytes: int = 100_000) -> Collected:
    def known_guids(guids: Collection[str]) -> frozenset[str]:
        return frozenset(guids) & frozenset(known)

    source = Source(id="inbox", path=path, senders=senders)
    result = read_path(source, path=path, max_bytes=max_bytes, seen=NOON, known_guids=known_guids)
    assert isinstance(result, Collected)
    return result


def outlets(result: Collected) -> set[str]:
    return {entry.source for entry in result.entries}


def test_mails_are_read_beside_other_files_without_a_signature(inbox: Path) -> None:
    result = collected(inbox)

    assert (len(result.entries), result.problems) == (3, ())
    assert outlets(result) == {"Harbour Post", "other.example", inbox.name}


def test_senders_select_by_address_and_say_whom_they_leave_out(inbox: Path) -> None:
    result = collected(inbox, "news@harbour.example")

    assert outlets(result) == {"Harbour Post", inbox.name}
    assert result.problems == ("1 mail of others than in senders, skipped: x@other.example (1)",)


def test_mails_that_were_read_are_left_out_next_time(inbox: Path) -> None:
    first = collected(inbox)
    assert first.mail_run is not None
    places = [record.place for record in first.mail_run.records]
    (inbox / "note.txt").unlink()

    assert collected(inbox, known=places).entries == ()
    (inbox / "3.eml").write_bytes(newsletter_mail(3))
    assert len(collected(inbox, known=places).entries) == 1


@pytest.mark.parametrize(
    ("name", "data", "problem"),
    [
        ("a.eml", b"%PDF-1.7 no mail", "no mail"),
        ("a.eml", b"", "no mail"),
        ("a.eml", newsletter_mail(7, subject="Please confirm your subscription"), "asks for the confirmation"),
        ("a.eml", newsletter_mail(8, headers="X: " + "x" * 9_000), "larger than 5,000 bytes"),
    ],
)
def test_a_bad_mail_is_one_problem(inbox: Path, name: str, data: bytes, problem: str) -> None:
    (inbox / name).write_bytes(data)
    result = collected(inbox, max_bytes=5_000)

    assert len(result.entries) == 3
    assert len(result.problems) == 1
    assert problem in result.problems[0]


def test_a_single_mail_is_a_source(inbox: Path) -> None:
    (entry,) = collected(inbox / "1.eml").entries

    assert (entry.title, entry.source) == ("Ferry number 1 returns to the harbour", "Harbour Post")
    with pytest.raises(SourceError, match=r"from news@harbour\.example, who is not in senders"):
        collected(inbox / "1.eml", "x@other.example")


def test_attachments_in_binary_make_no_binary_file(inbox: Path) -> None:
    (inbox / "3.eml").write_bytes(newsletter_mail(3) + bytes(range(32)) * 200)

    assert len(collected(inbox).entries) == 4
