"""Store errors: one clear message with what to do next, and no committed data lost."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import textwrap
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from digest.model.errors import StoreError
from digest.store import Store, entries, open_store, runs
from tests.support.values import NOON, entry

SECRET = "correct-horse"


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("digest.db", "can't be understood"),
        ("", "can't be understood"),
        (f"postgresql:/me:{SECRET}@host", "can't be understood"),
        ("mysql://host/name", "kind 'mysql'"),
        ("sqlite:////no/such/folder/digest.db", "no folder /no/such/folder"),
        ("sqlite:////tmp", "/tmp is a folder"),
        ("sqlite:////proc/digest.db", "/proc/digest.db can't be opened"),
        (f"postgresql://me:{SECRET}@127.0.0.1:1/digest?connect_timeout=2", "me:***@127.0.0.1:1/digest"),
        ("postgresql+psycopg://127.0.0.1:1/digest", "can't be used"),
    ],
    ids=["a path", "nothing", "a bad URL", "another kind", "no folder", "a folder", "no rights", "no server", "driver"],
)
def test_a_wrong_store_url_is_explained(url: str, message: str) -> None:
    with pytest.raises(StoreError) as raised:
        open_store(url)

    assert message in str(raised.value)
    assert raised.value.hint
    assert SECRET not in f"{raised.value} {raised.value.hint}"


def test_a_missing_driver_is_reported_with_what_to_install(tmp_path: Path) -> None:
    code = """
    import sys
    sys.modules["psycopg"] = None
    from digest.model.errors import StoreError
    from digest.store import open_store
    try:
        open_store("postgresql://host/name")
    except StoreError as error:
        print(error.hint)
    """
    process = subprocess.run([sys.executable, "-c", textwrap.dedent(code)], capture_output=True, text=True, check=True)

    assert process.stdout == "pip install 'psycopg[binary]'\n"


def overwrite(path: Path, data: bytes, at: int) -> None:
    with path.open("r+b") as file:
        file.seek(at)
        file.write(data)


@pytest.mark.parametrize("read_only", [False, True], ids=["to write", "to read"])
@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda path: path.write_bytes(b"Dear reader,\n" * 500), "is not a database"),
        (lambda path: path.write_bytes(b"\x89PNG\r\n\x1a\n"), "is not a database"),
        (lambda path: overwrite(path, b"\xff" * 4000, 100), "is damaged"),
    ],
    ids=["a text", "a picture", "a damaged one"],
)
def test_a_file_that_cannot_be_read_is_named(
    sqlite_url: str, tmp_path: Path, spoil: Callable[[Path], object], message: str, read_only: bool
) -> None:
    open_store(sqlite_url).close()
    path = tmp_path / "digest.db"
    spoil(path)
    before = path.read_bytes()

    with pytest.raises(StoreError, match=message) as raised:
        open_store(sqlite_url, read_only=read_only)
    assert str(path) in str(raised.value)
    assert path.read_bytes() == before


def test_waiting_for_another_writer_times_out(sqlite_url: str, tmp_path: Path) -> None:
    with (
        open_store(f"{sqlite_url}?timeout=0.2") as store,
        closing(sqlite3.connect(tmp_path / "digest.db")) as connection,
    ):
        connection.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreError, match="locked"), store.begin() as conn:
            runs.start(conn, "collect", at=NOON)
        connection.rollback()
        with store.begin() as conn:
            runs.start(conn, "collect", at=NOON)


def test_readers_do_not_wait_for_a_writer(sqlite_url: str, tmp_path: Path) -> None:
    with (
        open_store(f"{sqlite_url}?timeout=0.2") as store,
        closing(sqlite3.connect(tmp_path / "digest.db")) as connection,
    ):
        connection.execute("BEGIN IMMEDIATE")
        with store.read() as conn:
            assert runs.recent(conn) == ()


def test_a_full_disk_loses_no_committed_row(sqlite_store: Store) -> None:
    with sqlite_store.begin() as conn:
        entries.add(conn, [entry("kept")])
    with sqlite_store.read() as conn:
        pages = conn.exec_driver_sql("PRAGMA page_count").scalar_one()
        conn.exec_driver_sql(f"PRAGMA max_page_count = {pages + 2}")

    with pytest.raises(StoreError, match="no room") as raised, sqlite_store.begin() as conn:
        entries.add(conn, [entry("lost", body="x" * 100_000)])
    assert "make room" in raised.value.hint
    with sqlite_store.begin() as conn:
        assert [stored.guid for stored in entries.for_source(conn, "herald")] == ["kept"]
        entries.add(conn, [entry("small")])


def test_a_disk_error_is_reported_unlike_a_bug(sqlite_url: str) -> None:
    code = f"""
    import resource
    from digest.model.errors import StoreError
    from digest.store import entries, open_store
    from tests.support.values import entry
    with open_store({sqlite_url!r}) as store:
        with store.begin() as conn:
            entries.add(conn, [entry("kept")])
        resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, resource.RLIM_INFINITY))
        try:
            with store.begin() as conn:
                entries.add(conn, [entry(str(number), body="x" * 100_000) for number in range(20)])
        except StoreError as error:
            print(error, error.hint)
    """
    process = subprocess.run([sys.executable, "-c", textwrap.dedent(code)], capture_output=True, text=True)

    assert (process.returncode, process.stderr) == (0, "")
    assert "disk" in process.stdout
    with open_store(sqlite_url) as store, store.read() as conn:
        assert [stored.guid for stored in entries.for_source(conn, "herald")] == ["kept"]


def test_an_error_rolls_back_the_whole_transaction(store: Store) -> None:
    def half_done() -> None:
        with store.begin() as conn:
            entries.add(conn, [entry()])
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        half_done()
    with store.read() as conn:
        assert entries.for_source(conn, "herald") == ()


def test_the_name_of_a_store_contains_no_password(postgres_url: str) -> None:
    with open_store(postgres_url.replace("postgres:@", f"postgres:{SECRET}@")) as store:
        assert SECRET not in store.name


def test_a_server_that_goes_away_is_explained(postgres_url: str) -> None:
    with open_store(postgres_url) as store:
        with pytest.raises(StoreError, match="can't be used"), store.begin() as conn:
            conn.exec_driver_sql("SELECT pg_terminate_backend(pg_backend_pid())")
        with store.begin() as conn:
            assert runs.recent(conn) == (), "the next transaction finds a new connection"


def test_a_file_may_have_an_at_sign_in_its_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("news@example.org").mkdir()
    with open_store("sqlite:///news@example.org/digest.db"):
        assert Path("news@example.org/digest.db").is_file()
