"""Read-only stores: reading leaves the store's file and its folder byte for byte unchanged."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from digest.model.protocols import FetchState
from digest.model.slots import Window
from digest.store import Store, articles, editions, entries, open_store, slots, sources, stories
from tests.store.test_collected import ALWAYS, visit
from tests.support.values import NOON, SLOT, article, brief, edition, entry

Picture = dict[str, tuple[bytes, int, int]]


def picture(folder: Path) -> Picture:
    """The content, size and modification time of each file in the folder, and the folder's modification time."""
    files = {path.name: (path.read_bytes(), path.stat().st_size, path.stat().st_mtime_ns) for path in folder.iterdir()}
    return files | {".": (b"", 0, folder.stat().st_mtime_ns)}


def guids(url: str) -> list[str]:
    with open_store(url, read_only=True) as store, store.read() as conn:
        return [stored.guid for stored in entries.for_source(conn, "herald")]


@contextmanager
def another_process(url: str, code: str) -> Iterator[subprocess.Popen[str]]:
    """A process that has run this code on the open store; it waits for a line, and is killed at the end."""
    script = f"""
    import sys
    from digest.store import open_store, entries
    from tests.support.values import entry
    store = open_store({url!r})
    def add(*guids):
        with store.begin() as conn:
            entries.add(conn, [entry(guid) for guid in guids])
    {code}
    print("ready", flush=True)
    for line in sys.stdin:
        add(line.strip())
        print("ready", flush=True)
    """
    arguments = [sys.executable, "-c", textwrap.dedent(script)]
    with subprocess.Popen(arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        try:
            yield process
        finally:
            process.kill()


def test_reading_a_closed_store_changes_no_file(sqlite_url: str, tmp_path: Path) -> None:
    with open_store(sqlite_url) as store, store.begin() as conn:
        entries.add(conn, [entry("1")])
    before = picture(tmp_path)

    assert guids(sqlite_url) == ["1"]
    assert picture(tmp_path) == before


def test_reading_a_store_open_elsewhere_changes_no_file(sqlite_url: str, tmp_path: Path) -> None:
    with another_process(sqlite_url, "add('1')"):
        before = picture(tmp_path)
        assert "digest.db-wal" in before

        assert guids(sqlite_url) == ["1"]
        assert picture(tmp_path) == before


def test_a_reader_sees_what_another_process_commits_meanwhile(sqlite_url: str, tmp_path: Path) -> None:
    with another_process(sqlite_url, "add('1')") as writer, open_store(sqlite_url, read_only=True) as store:
        with store.read() as conn:
            assert len(entries.for_source(conn, "herald")) == 1
            assert writer.stdin is not None
            assert writer.stdout is not None
            writer.stdin.write("2\n")
            writer.stdin.flush()
            writer.stdout.readline()
            before = picture(tmp_path)
            assert len(entries.for_source(conn, "herald")) == 1, "one transaction sees one moment"
        with store.read() as conn:
            assert len(entries.for_source(conn, "herald")) == 2
        assert picture(tmp_path) == before


@pytest.mark.parametrize("lost", ["nothing", "digest.db-shm"], ids=["as it died", "without its index"])
def test_commits_of_a_killed_process_are_read_and_no_file_changes(sqlite_url: str, tmp_path: Path, lost: str) -> None:
    with another_process(sqlite_url, "add('1', '2')"):
        pass
    (tmp_path / lost).unlink(missing_ok=True)
    before = picture(tmp_path)
    assert "digest.db-wal" in before

    assert guids(sqlite_url) == ["1", "2"]
    assert picture(tmp_path) == before


@pytest.mark.parametrize("open_elsewhere", [False, True], ids=["closed", "open elsewhere"])
def test_a_store_in_a_read_only_folder_is_read(open_elsewhere: bool) -> None:
    folder = Path(tempfile.mkdtemp())
    url = f"sqlite:///{folder / 'digest.db'}"
    read = f"""
    import os
    from digest.store import open_store, entries
    open_store("sqlite://").close()  # all is imported that a person without rights may not read
    if os.geteuid() == 0:
        os.seteuid(65534)
    with open_store({url!r}, read_only=True) as store, store.read() as conn:
        print(len(entries.for_source(conn, "herald")))
    """
    try:
        with another_process(url, "add('1')" if open_elsewhere else "add('1'); store.close()"):
            for path in folder.iterdir():
                path.chmod(0o444)
            folder.chmod(0o555)
            before = picture(folder)
            reader = subprocess.run([sys.executable, "-c", textwrap.dedent(read)], capture_output=True, text=True)
            assert (reader.stdout, reader.stderr) == ("1\n", "")
            assert picture(folder) == before
    finally:
        folder.chmod(0o755)
        shutil.rmtree(folder)


def test_a_store_that_is_opened_and_closed_all_the_time_is_read_consistently(sqlite_url: str) -> None:
    """The file is copied while it is written and the -wal comes and goes: readers see whole transactions in order."""
    writer = f"""
    from digest.store import open_store, entries
    from tests.support.values import entry
    for number in range(60):
        with open_store({sqlite_url!r}) as store, store.begin() as conn:
            entries.add(conn, [entry(f"{{number:03}} {{part}}", body="x" * 50_000) for part in range(3)])
    """
    open_store(sqlite_url).close()
    with subprocess.Popen([sys.executable, "-c", textwrap.dedent(writer)]) as process:
        seen = []
        while process.poll() is None:
            seen.append(len(guids(sqlite_url)))
    assert process.returncode == 0

    assert seen == sorted(seen)
    assert all(number % 3 == 0 for number in seen)
    assert len(guids(sqlite_url)) == 180


@pytest.mark.parametrize("path", ["digest.db", "no/such/folder/digest.db"], ids=["file", "folder"])
def test_a_missing_store_is_read_as_empty_and_not_created(tmp_path: Path, path: str) -> None:
    assert guids(f"sqlite:///{tmp_path / path}") == []
    assert list(tmp_path.iterdir()) == []


def test_an_empty_file_is_read_as_an_empty_store(tmp_path: Path) -> None:
    (tmp_path / "digest.db").touch()
    before = picture(tmp_path)

    assert guids(f"sqlite:///{tmp_path / 'digest.db'}") == []
    assert picture(tmp_path) == before


@pytest.mark.parametrize("kind", ["sqlite_url", "postgres_url"], ids=["sqlite", "postgresql"])
def test_a_read_only_store_refuses_writes(kind: str, request: pytest.FixtureRequest) -> None:
    url = request.getfixturevalue(kind)
    open_store(url).close()

    with (
        open_store(url, read_only=True) as reader,
        pytest.raises(Exception, match=r"read-only|can't be written"),
        reader.begin() as conn,
    ):
        entries.add(conn, [entry()])


def test_the_temporary_copy_is_deleted(sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    open_store(sqlite_url).close()
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(elsewhere))
    guids(sqlite_url)

    assert list(elsewhere.iterdir()) == []


# --- snapshots ---------------------------------------------------------------------------------------------------


def test_a_snapshot_has_the_windows_articles_and_the_published_ones(store: Store) -> None:
    old = article("old", published=NOON - timedelta(days=9))
    with store.begin() as conn:
        entries.add(conn, [entry("1"), entry("2"), entry("3", source_id="gazette")])
        articles.add(conn, [(entry("1"), article("a")), (entry("2"), old)])
        sources.record_success(conn, visit("herald", fetch_state=FetchState(etag='"1"')), at=NOON)
        sources.record_success(conn, visit("gazette"), at=NOON)
        id_, _ = editions.add(conn, edition(), at=NOON)
        stories.add(conn, id_, [brief(article("a"))])
        slots.record_status(conn, "main", SLOT, slots.SlotStatus.PUBLISHED, at=NOON)
    window = Window(start=NOON - timedelta(days=1), end=NOON + timedelta(days=1))

    with store.snapshot(["herald"], window) as tried, tried.begin() as conn:
        assert [stored.id for stored in articles.in_window(conn, ["herald"], ALWAYS)] == ["a"]
        assert stories.published_articles(conn, "main").keys() == {"a"}
        assert [health.id for health in sources.health(conn)] == ["herald"]
        assert slots.statuses(conn, "main") == {SLOT: slots.SlotStatus.PUBLISHED}
        assert entries.add(conn, [entry("1"), entry("2"), entry("4")]) == (entry("4"),), "old ones are known"


def test_writes_to_a_snapshot_do_not_reach_the_store(store: Store) -> None:
    with store.snapshot(["herald"], ALWAYS) as tried, tried.begin() as conn:
        entries.add(conn, [entry()])
    with store.read() as conn:
        assert entries.for_source(conn, "herald") == ()


def test_a_snapshot_can_be_taken_of_a_read_only_store(sqlite_url: str, tmp_path: Path) -> None:
    with open_store(sqlite_url) as store, store.begin() as conn:
        entries.add(conn, [entry()])
    before = picture(tmp_path)
    with (
        open_store(sqlite_url, read_only=True) as reader,
        reader.snapshot(["herald"], ALWAYS) as tried,
        tried.begin() as conn,
    ):
        assert entries.add(conn, [entry("2")]) == (entry("2"),)
    assert picture(tmp_path) == before
