"""``digest db backup`` and ``restore``: on a file, and on PostgreSQL (slow)."""

from __future__ import annotations

import json
import sqlite3
import stat
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import func, select, update

from digest.cli import main
from digest.cli.db.restore import _lines
from digest.model.slots import Slot
from digest.pipeline.restore import RestoreReport
from digest.store import Store, drafts, editions, erasure, locks, open_store, stories, subscribers, tables
from digest.store.backup_file import Manifest
from digest.store.subscribers import NewSubscriber
from tests.support.databases import open_persistent_store, persistent_store_content, sqlite_only
from tests.support.generated_rows import add_rows
from tests.support.values import NOON, article, brief, edition

#: Tables that a restore changes beyond what is in the backup.
CHANGED = {"id_floors", "subscribers", "runs", "leases", "fleet", "rate_limits", "operator_sessions", "daily_counts"}


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")


def content(store: Store) -> dict[str, list[str]]:
    with store.read() as conn:
        rows = {table.name: map(str, conn.execute(select(table)).all()) for table in tables.metadata.sorted_tables}
    return {name: sorted(rows[name]) for name in rows.keys() - CHANGED}


def subscribe(*addresses: str) -> None:
    with open_persistent_store() as store, store.begin() as conn:
        subscribers.add(conn, [NewSubscriber(address=address) for address in addresses], "main", at=datetime.now(UTC))


def active_subscribers() -> list[str]:
    with open_persistent_store() as store, store.read() as conn:
        subscribed = subscribers.for_newsletter(conn, "main")
        reasons = subscribers.suppression_reasons(conn, [subscriber.address for subscriber in subscribed])
        return [one.address for one in subscribers.for_newsletter(conn, "main") if one.address not in reasons]


def test_a_restored_store_has_every_row_of_the_backup(persistent_url: str) -> None:
    with open_persistent_store() as store:
        with store.begin() as conn:
            add_rows(conn, 4)
        before = content(store)
    assert main(["db", "backup", "a.backup"]) == 0
    with open_persistent_store() as store, store.begin() as conn:
        conn.execute(tables.story_articles.delete())
        conn.execute(update(tables.editions).values(subject="changed"))

    assert main(["db", "restore", "--send-again", "a.backup"]) == 0

    with open_persistent_store() as store:
        assert content(store) == before


def test_the_store_of_before_can_be_had_back(persistent_url: str, capsys: pytest.CaptureFixture[str]) -> None:
    subscribe("first@example.org")
    assert main(["db", "backup", "a.backup"]) == 0
    subscribe("second@example.org")

    assert main(["db", "restore", "--json", "a.backup"]) == 0
    assert active_subscribers() == ["first@example.org"]
    before = json.loads(capsys.readouterr().out)["before"]
    if persistent_url.startswith("sqlite"):
        with open_store(f"sqlite:///{before}") as store, store.read() as conn:
            assert subscribers.find(conn, "second@example.org")
    else:
        assert main(["db", "restore", before]) == 0
        assert active_subscribers() == ["first@example.org", "second@example.org"]


@pytest.mark.slow
def test_a_backup_moves_a_store_to_the_other_database(
    sqlite_url: str, postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number, (source, target) in enumerate([(sqlite_url, postgres_url), (postgres_url, f"{sqlite_url}2")]):
        monkeypatch.setenv("DIGEST_STORE__URL", source)
        subscribe(f"{number}@example.org")
        assert main(["db", "backup", f"{number}.backup"]) == 0
        monkeypatch.setenv("DIGEST_STORE__URL", target)
        assert main(["db", "restore", f"{number}.backup"]) == 0

    assert active_subscribers() == ["0@example.org", "1@example.org"]
    assert main(["db", "check"]) == 0


def test_people_who_refused_mail_since_the_backup_get_none(
    persistent_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    subscribe("stays@example.org", "leaves@example.org", "bounces@example.org", "erased@example.org")
    assert main(["db", "backup", "a.backup"]) == 0
    now = datetime.now(UTC)
    with open_persistent_store() as store, store.begin() as conn:
        subscribers.unsubscribe(conn, "leaves@example.org", "main", at=now)
        subscribers.suppress(conn, "bounces@example.org", "hard bounce", at=now)
        erasure.erase(conn, "erased@example.org", at=now)

    assert main(["db", "restore", "a.backup"]) == 0

    assert "taken over from the store of before: 1 unsubscribed, 1 suppressed, 1 erased" in capsys.readouterr().err
    assert active_subscribers() == ["stays@example.org"]
    with open_persistent_store() as store, store.read() as conn:
        assert subscribers.find(conn, "erased@example.org") is None
    subscribe("leaves@example.org", "erased@example.org")
    assert active_subscribers() == ["stays@example.org"]


@sqlite_only
@pytest.mark.parametrize("damage", ["gone", "no database", "a broken page"])
def test_what_a_store_that_cannot_be_read_knew_is_called_lost(
    persistent_url: str, damage: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = Path(persistent_url.removeprefix("sqlite:///"))
    subscribe("first@example.org")
    assert main(["db", "backup", "a.backup"]) == 0
    match damage:
        case "gone":
            path.unlink()
        case "no database":
            path.write_text("This was a database once. " * 99)
        case _:
            with closing(sqlite3.connect(path)) as connection:
                query = "SELECT rootpage FROM sqlite_master WHERE name = 'unsubscribes'"
                end = connection.execute(query).fetchone()[0] * 4096
            path.write_bytes(path.read_bytes()[: end - 4096] + b"\xff" * 4096 + path.read_bytes()[end:])

    assert main(["db", "restore", "a.backup"]) == 0

    assert "LOST: who unsubscribed, complained or was erased since" in capsys.readouterr().err
    assert active_subscribers() == ["first@example.org"]
    assert len([*path.parent.glob("digest.db.before-*")]) == (damage != "gone")


def test_links_in_mails_since_the_backup_never_fit_new_subscribers(persistent_url: str) -> None:
    subscribe("first@example.org")
    assert main(["db", "backup", "a.backup"]) == 0
    if persistent_url.startswith("sqlite"):
        Path(persistent_url.removeprefix("sqlite:///")).unlink()

    assert main(["db", "restore", "a.backup"]) == 0
    subscribe("second@example.org")

    with open_persistent_store() as store, store.read() as conn:
        second = subscribers.find(conn, "second@example.org")
    assert second
    assert second.id > 1_000_000


def publish(day: int) -> tuple[int, int, int]:
    """The ids of an edition, of its story, and of a draft."""
    slot = Slot(due=NOON, key=f"2026-03-{day}")
    with open_persistent_store() as store, store.begin() as conn:
        edition_id, _ = editions.add(conn, edition(slot=slot), at=NOON)
        stories.add(conn, edition_id, [brief(article(f"a{day}"))])
        draft_id = drafts.add(conn, "main", slot, {}, composed=NOON, until=NOON)
        story_id = conn.execute(select(func.max(tables.stories.c.id))).scalar_one()
    assert draft_id
    return edition_id, story_id, draft_id


@pytest.mark.slow
def test_an_edition_after_a_restore_has_no_id_of_one_that_is_lost(persistent_url: str) -> None:
    """Links in mails that were sent since the backup name the lost ones."""
    publish(1)
    assert main(["db", "backup", "a.backup"]) == 0
    lost = [publish(day) for day in (2, 3, 4)]

    for day in (2, 3):  # what was published since the first restore is lost with the second
        assert main(["db", "restore", "a.backup"]) == 0
        lost.append(publish(day))

    assert lost == [(number, number, number) for number in range(2, 7)]
    if persistent_url.startswith("sqlite"):  # nobody knows any more which ids were given
        Path(persistent_url.removeprefix("sqlite:///")).unlink()
        assert main(["db", "restore", "a.backup"]) == 0
        assert publish(2) == (1_000_002, 1_000_002, 1_000_002)
        assert publish(3) == (1_000_003, 1_000_003, 1_000_003)


@pytest.mark.parametrize(
    ("days", "line"),
    [
        (2, "missed: main 2026-03-01, main 2026-03-02, other 2026-03-09, due since"),
        (5, "missed: main 2026-03-01 to 2026-03-05 (5 slots), other 2026-03-09, due since"),
    ],
)
def test_many_missed_slots_are_one_short_line(days: int, line: str) -> None:
    manifest = Manifest(made=NOON, program="0.1.0", schema="0001", database="sqlite", tables={})
    slots = [*(("main", f"2026-03-0{day}") for day in range(1, days + 1)), ("other", "2026-03-09")]
    lines = _lines(Path("a.backup"), manifest, None, RestoreReport(missed_slots=tuple(slots)))

    assert line in "\n".join(lines)


def test_a_store_in_use_is_not_replaced(persistent_url: str, capsys: pytest.CaptureFixture[str]) -> None:
    subscribe("first@example.org")
    assert main(["db", "backup", "a.backup"]) == 0
    subscribe("second@example.org")

    with open_persistent_store() as store, store.read():
        assert main(["db", "restore", "a.backup"]) == 1

    assert "in use" in capsys.readouterr().err
    assert active_subscribers() == ["first@example.org", "second@example.org"]


@sqlite_only
def test_a_bad_backup_is_refused_and_the_store_stays(persistent_url: str, capsys: pytest.CaptureFixture[str]) -> None:
    subscribe("first@example.org")
    Path("a.backup").write_text("notes")
    before = persistent_store_content()

    assert main(["db", "restore", "a.backup"]) == 1

    assert "a.backup is no backup" in capsys.readouterr().err
    assert persistent_store_content() == before


@sqlite_only
def test_a_backup_is_private_and_replaces_nothing_but_an_earlier_one(persistent_url: str) -> None:
    subscribe("first@example.org")
    assert main(["db", "backup", "a.backup"]) == 0
    assert stat.S_IMODE(Path("a.backup").stat().st_mode) == 0o600
    Path("notes.txt").write_text("mine")
    store = persistent_url.removeprefix("sqlite:///")

    for refused in (["a.backup"], ["--force", "notes.txt"], ["--force", store], ["--force", f"{store}-wal"], ["."]):
        assert main(["db", "backup", *refused]) == 2
    assert main(["db", "backup", "no/such/folder"]) == 1
    subscribe("second@example.org")
    assert main(["db", "backup", "--force", "a.backup"]) == 0
    assert main(["db", "restore", "--verify", "a.backup"]) == 0

    assert Path("notes.txt").read_text() == "mine"
    assert sorted(path.name for path in Path().iterdir()) == ["a.backup", "notes.txt"]


@sqlite_only
def test_a_second_backup_into_the_same_file_is_refused(persistent_url: str, capsys: pytest.CaptureFixture[str]) -> None:
    subscribe("first@example.org")
    with locks.file_lock(Path(".a.backup.lock").absolute()) as is_mine:
        assert is_mine
        assert main(["db", "backup", "a.backup"]) == 1

    assert "another process makes a backup in" in capsys.readouterr().err
    assert main(["db", "backup", "a.backup"]) == 0


@sqlite_only
def test_a_backup_of_a_damaged_store_is_refused(persistent_url: str, capsys: pytest.CaptureFixture[str]) -> None:
    subscribe("first@example.org")
    with closing(sqlite3.connect(persistent_url.removeprefix("sqlite:///"))) as connection:
        connection.execute("PRAGMA foreign_keys = OFF")
        connection.execute("INSERT INTO subscriptions VALUES ('main', 99, '2026-03-28')")
        connection.commit()

    assert main(["db", "backup", "a.backup"]) == 1
    assert "the store is damaged, and no backup was made" in capsys.readouterr().err
    assert not [*Path().iterdir()]


@sqlite_only
def test_an_interrupted_restore_is_recognised(persistent_url: str, capsys: pytest.CaptureFixture[str]) -> None:
    path = Path(persistent_url.removeprefix("sqlite:///"))
    subscribe("first@example.org")
    assert main(["db", "backup", "a.backup"]) == 0
    part = path.with_name("digest.db.restoring")
    part.write_bytes(path.read_bytes()[:10_000])

    assert main(["db", "check"]) == 0
    assert "a restore was interrupted" in capsys.readouterr().out
    path.unlink()
    assert main(["collect"]) == 1
    assert "the restore of" in capsys.readouterr().err
    assert main(["db", "restore", "a.backup"]) == 0
    assert active_subscribers() == ["first@example.org"]
    assert not part.exists()
