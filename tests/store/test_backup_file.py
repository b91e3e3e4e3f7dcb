"""Backups that can't be trusted."""

from __future__ import annotations

import gzip
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from digest.model.errors import StoreError
from digest.store import open_store, subscribers
from digest.store.backup import back_up
from digest.store.backup_file import verify
from digest.store.subscribers import NewSubscriber
from tests.support.values import NOON


@pytest.fixture(scope="module")
def backup_bytes(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A backup of a store with one subscriber."""
    folder = tmp_path_factory.mktemp("backup")
    url, file = f"sqlite:///{folder}/digest.db", folder / "a.backup"
    with open_store(url) as store, store.begin() as conn:
        subscribers.add(conn, [NewSubscriber(address="first@example.org")], "main", at=NOON)
    back_up(url, file, at=NOON, program="0.1.0", overwrite=False, progress=lambda _: None)
    return file.read_bytes()


@pytest.fixture
def backup(backup_bytes: bytes, tmp_path: Path) -> Path:
    file = tmp_path / "a.backup"
    file.write_bytes(backup_bytes)
    return file


def test_a_backup_is_read_without_a_trace(backup: Path) -> None:
    manifest = verify(backup)

    assert (manifest.made, manifest.program, manifest.database) == (NOON, "0.1.0", "sqlite")
    assert manifest.tables["subscribers"].rows == 1
    assert [*backup.parent.iterdir()] == [backup]


def _cut(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:40_960])


def _edit(statement: str) -> Callable[[Path], None]:
    def edit(file: Path) -> None:
        with closing(sqlite3.connect(file)) as connection:
            connection.execute(statement)
            connection.commit()

    return edit


def _flip(file: Path) -> None:
    file.write_bytes(file.read_bytes().replace(b"first@example.org", b"fjrst@example.org"))


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        pytest.param(Path.unlink, "can't be read: No such file", id="missing"),
        pytest.param(lambda file: file.write_text("notes"), "is no backup", id="a text"),
        pytest.param(lambda file: file.write_bytes(b""), "is no backup", id="empty"),
        pytest.param(lambda file: file.write_bytes(gzip.compress(b"x")), "is compressed", id="compressed"),
        pytest.param(_cut, "is damaged", id="cut"),
        pytest.param(_flip, "was changed since it was made", id="a changed byte"),
        pytest.param(_edit("DELETE FROM subscriptions"), "has 0 rows instead of 1", id="deleted rows"),
        pytest.param(_edit("CREATE TABLE more (x)"), "it has other tables", id="another table"),
        pytest.param(_edit("DROP TABLE digest_backup"), "is a store, and no backup", id="a store"),
        pytest.param(_edit("UPDATE digest_backup SET manifest = '{'"), "its manifest can't be read", id="no manifest"),
        pytest.param(
            _edit('UPDATE digest_backup SET manifest = replace(manifest, \'"schema": "0\', \'"schema": "9\')'),
            "made by digest 0.1.0; this program knows",
            id="of a newer program",
        ),
    ],
)
def test_it_is_refused(backup: Path, spoil: Callable[[Path], None], message: str) -> None:
    spoil(backup)

    with pytest.raises(StoreError, match=message):
        verify(backup)
