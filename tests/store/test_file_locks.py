"""Locks on files, with the system's own calls and as on Windows."""

from __future__ import annotations

import os
from pathlib import Path
from types import ModuleType

import pytest

from digest.store import file_locks
from tests.support.windows import load_for_windows


@pytest.fixture(params=["this system", "Windows"])
def locks(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The module that is tested."""
    return load_for_windows(file_locks.__name__, monkeypatch) if request.param == "Windows" else file_locks


def opened(path: Path) -> int:
    return os.open(path, os.O_CREAT | os.O_RDWR)


def test_a_lock_is_had_by_one_handle_until_it_is_closed(locks: ModuleType, tmp_path: Path) -> None:
    first, second = opened(tmp_path / "lock"), opened(tmp_path / "lock")
    locks.lock(first)

    assert not locks.try_lock(second)

    os.close(first)

    assert locks.try_lock(second)
    os.close(second)


def test_closing_another_handle_keeps_the_lock(locks: ModuleType, tmp_path: Path) -> None:
    first, second = opened(tmp_path / "lock"), opened(tmp_path / "lock")
    locks.lock(first)
    os.close(opened(tmp_path / "lock"))

    assert not locks.try_lock(second)
    os.close(first)
    os.close(second)


def test_a_deleted_file_is_unlocked_and_gone(locks: ModuleType, tmp_path: Path) -> None:
    first, second = opened(tmp_path / "lock"), opened(tmp_path / "lock")
    locks.lock(first)
    locks.delete_locked(first, tmp_path / "lock")

    assert not (tmp_path / "lock").exists()
    assert locks.try_lock(second)
    os.close(second)


def test_a_file_that_cannot_be_deleted_is_unlocked(locks: ModuleType, tmp_path: Path) -> None:
    first, second = opened(tmp_path / "lock"), opened(tmp_path / "lock")
    locks.lock(first)
    locks.delete_locked(first, tmp_path / "another folder" / "lock")

    assert locks.try_lock(second)
    os.close(second)
