"""Reading a folder of mails in bounded runs: what becomes an entry, what waits, what is left for the next run."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field

import pytest

from digest.collect.mails import folder as folder_module
from digest.collect.mails.admission import SenderPolicy
from digest.collect.mails.content import MailContents, read_mail
from digest.collect.mails.folder import FolderReader
from digest.inbound.mail_folder import MailHead
from digest.model.errors import MailError, SourceError
from digest.model.mails import MailboxState
from digest.model.newsletters import Source
from digest.model.protocols import Collected
from tests.support.newsletter_mails import newsletter_mail
from tests.support.values import NOON

SOURCE = Source(id="inbox", senders=("news@harbour.example",), authserv_id="mx.example.org")
STRANGER = {"sender": "x@stranger.example", "signed_by": "stranger.example"}


@dataclass
class FakeFolder:
    """Mails in memory, two in a batch; it breaks off before a mail, and has room for so many."""

    mails: dict[str, bytes]
    breaks_at: str = ""
    room: int = 1_000
    uid_validity: int = 1
    done: tuple[tuple[int, int], ...] = ()
    handled_places: list[str] = field(default_factory=list)
    fetched: list[str] = field(default_factory=list)

    def list_mails(self) -> Iterator[Sequence[MailHead]]:
        places = [place for place in self.mails if place not in self.handled_places]
        for first in range(0, len(places), 2):
            yield self._headers(places[first : first + 2])

    def rechecked(self, places: Sequence[str]) -> Iterator[Sequence[MailHead]]:
        yield self._headers([place for place in places if place in self.mails])

    def handled(self, mail: MailHead) -> None:
        self.handled_places.append(mail.place)

    def fetch(self, mail: MailHead, max_bytes: int) -> bytes | None:
        if mail.place == self.breaks_at:
            raise MailError("no connection with mail.example.org:993", hint="check it", temporary=True)
        self.fetched.append(mail.place)
        return self.mails[mail.place][:max_bytes]

    def has_budget(self, size: int) -> bool:
        return len(self.fetched) < self.room

    def _headers(self, places: Sequence[str]) -> list[MailHead]:
        return [MailHead(place=place, size=len(self.mails[place]), header=self.mails[place]) for place in places]


def collected(
    folder: FakeFolder,
    *,
    known: Collection[str] = (),
    state: MailboxState | None = None,
    policy: SenderPolicy | None = None,
    max_bytes: int = 100_000,
) -> Collected:
    def read(raw: bytes) -> MailContents:
        if b"a bug" in raw:
            raise KeyError("a bug")
        return read_mail(raw, SOURCE, seen=NOON)

    reader = FolderReader(
        source=SOURCE,
        state=state or MailboxState(),
        folder=folder,
        policy=policy or SenderPolicy(senders=SOURCE.senders, authserv_id=SOURCE.authserv_id),
        known_keys=lambda keys: frozenset(keys) & frozenset(known),
        read=read,
        max_bytes=max_bytes,
    )
    return reader.collect()


def titles(result: Collected) -> list[str]:
    return [entry.title for entry in result.entries]


def test_mails_of_allowed_senders_become_entries_and_others_wait() -> None:
    result = collected(FakeFolder({"1:2": newsletter_mail(2), "1:1": newsletter_mail(1, **STRANGER)}))

    assert titles(result) == ["Ferry number 2 returns to the harbour"]
    assert result.mail_run is not None
    assert [(record.sender, record.is_read) for record in result.mail_run.records] == [
        ("news@harbour.example", True),
        ("x@stranger.example", False),
    ]
    assert result.problems == ("1 new sender waits for you: 'digest sources show inbox' lists them",)


def test_a_mail_that_waits_is_not_fetched() -> None:
    folder = FakeFolder({"1:1": newsletter_mail(1, **STRANGER)})
    collected(folder)

    assert (folder.fetched, folder.handled_places) == ([], ["1:1"])


def test_mails_that_waited_come_in_once_their_sender_is_allowed() -> None:
    folder = FakeFolder({"1:1": newsletter_mail(1, **STRANGER)}, handled_places=["1:1"])
    policy = SenderPolicy(decisions={"x@stranger.example": True}, authserv_id="mx.example.org")

    result = collected(folder, state=MailboxState(recheck=("1:1", "1:9")), policy=policy)

    assert len(result.entries) == 1
    assert result.mail_run is not None
    assert result.mail_run.gone == ("1:9",)


def test_a_mail_that_was_read_under_another_uid_is_not_read_again() -> None:
    first = collected(FakeFolder({"1:1": newsletter_mail(1)}))
    assert first.mail_run is not None
    moved = FakeFolder({"2:7": newsletter_mail(1), "2:8": newsletter_mail(2)})

    result = collected(moved, known=[record.key for record in first.mail_run.records])

    assert (moved.fetched, len(result.entries), moved.handled_places) == (["2:8"], 1, ["2:7", "2:8"])


def test_a_mail_that_came_twice_is_read_once() -> None:
    folder = FakeFolder({"1:2": newsletter_mail(1), "1:1": newsletter_mail(1)})

    assert len(collected(folder).entries) == 1
    assert folder.handled_places == ["1:2", "1:1"]


def test_a_run_without_room_goes_on_in_the_next_one() -> None:
    folder = FakeFolder({f"1:{uid}": newsletter_mail(uid) for uid in (5, 4, 3)}, room=2)
    result = collected(folder)

    assert (len(result.entries), folder.handled_places) == (2, ["1:5", "1:4"])
    assert result.problems == ("not read to its end: the next run goes on",)
    folder.room = 9
    assert len(collected(folder).entries) == 1


@pytest.mark.parametrize(("limit", "value"), [("_MAX_READ", 3), ("_MAX_LISTED", 3)])
def test_a_run_reads_no_more_mails_than_its_limit(limit: str, value: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folder_module, limit, value)
    folder = FakeFolder({f"1:{uid}": newsletter_mail(uid) for uid in range(9, 0, -1)})

    assert [len(collected(folder).entries) for _ in range(4)] == [3, 3, 3, 0]


def test_a_connection_that_breaks_keeps_what_was_read() -> None:
    folder = FakeFolder({f"1:{uid}": newsletter_mail(uid) for uid in (3, 2, 1)}, breaks_at="1:1")
    result = collected(folder)

    assert (len(result.entries), folder.handled_places) == (2, ["1:3", "1:2"])
    assert result.problems == ("read up to mail 2: no connection with mail.example.org:993: check it",)


def test_a_connection_that_breaks_at_once_fails_the_source() -> None:
    with pytest.raises(SourceError, match="no connection with") as caught:
        collected(FakeFolder({"1:1": newsletter_mail(1)}, breaks_at="1:1"))

    assert caught.value.temporary


def test_a_bad_mail_is_one_problem_and_the_others_go_on() -> None:
    mails = {
        "1:4": newsletter_mail(4, subject="large", headers="X-Padding: " + "x" * 9_000),
        "1:3": newsletter_mail(3, subject="a bug"),
        "1:2": newsletter_mail(2).replace(b"text/html", b"application/zip").replace(b"<h1>", b"PK\x03\x04"),
        "1:1": newsletter_mail(1),
    }
    result = collected(FakeFolder(mails), max_bytes=5_000)

    assert titles(result) == ["Ferry number 1 returns to the harbour"]
    assert [problem.partition(":")[0] for problem in result.problems] == [
        "large",
        "a bug",
        "Ferry number 2 returns to the harbour",
    ]
    assert result.mail_run is not None
    assert all(record.is_read for record in result.mail_run.records)
    assert [type(error) for error in result.exceptions] == [KeyError]


def test_mails_that_nothing_verifies_are_told_with_the_servers_name() -> None:
    result = collected(FakeFolder({"1:1": newsletter_mail(1)}), policy=SenderPolicy(senders=SOURCE.senders))

    (problem,) = result.problems
    assert result.entries == ()
    assert problem.startswith("1 mail of allowed senders left out: nothing verifies")
    assert 'set authserv_id = "mx.example.org" in [inbound]' in problem


def test_a_mail_that_asks_for_a_confirmation_is_told_and_not_read() -> None:
    folder = FakeFolder({"1:1": newsletter_mail(1, subject="Please confirm your subscription")})
    result = collected(folder)

    assert (folder.fetched, result.entries) == ([], ())
    assert result.problems == ("1 mail that asks for a confirmation: 'digest sources show inbox' lists them",)
