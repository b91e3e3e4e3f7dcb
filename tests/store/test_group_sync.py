"""Commits are synced in groups, within a short time."""

from __future__ import annotations

import sys
import threading
from dataclasses import dataclass, field

import pytest

from digest.model.errors import StoreError
from digest.store import open_store
from digest.store.group_sync import group_sync


@dataclass(slots=True)
class Disk:
    """Counts syncs, of which each lasts until ``is_working`` is set."""

    syncs: int = 0
    error: Exception | None = None
    is_working: threading.Event = field(default_factory=threading.Event)
    began: threading.Event = field(default_factory=threading.Event)
    #: Set when a commit went on.
    went_on: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self.is_working.set()

    def sync(self) -> None:
        self.syncs += 1
        self.began.set()
        assert self.is_working.wait(10)
        if self.error:
            raise self.error


def test_one_sync_covers_the_commits_of_a_moment() -> None:
    disk = Disk()
    with group_sync(disk.sync) as group:
        assert group
        for _ in range(1000):
            group.committed()

    assert 1 <= disk.syncs < 20


def test_a_commit_is_synced_though_no_other_follows() -> None:
    disk = Disk()
    with group_sync(disk.sync) as group:
        assert group
        group.committed()
        assert disk.began.wait(10)

    assert disk.syncs == 1


def test_nothing_is_synced_without_a_commit() -> None:
    disk = Disk()
    with group_sync(disk.sync) as group:
        assert group
        group.flush()

    assert disk.syncs == 0


def test_a_commit_waits_for_a_slow_disk() -> None:
    disk = Disk()
    disk.is_working.clear()
    with group_sync(disk.sync) as group:
        assert group
        group.committed()
        assert disk.began.wait(10)
        threading.Event().wait(0.06)  # longer than the window
        committer = threading.Thread(target=lambda: (group.committed(), disk.went_on.set()))
        committer.start()
        has_waited = not disk.went_on.wait(0.03)
        disk.is_working.set()
        committer.join()

    assert has_waited
    assert disk.went_on.is_set()
    assert disk.syncs == 2


def test_a_flush_returns_when_all_commits_are_synced() -> None:
    disk = Disk()
    with group_sync(disk.sync) as group:
        assert group
        group.committed()
        group.flush()

        assert disk.syncs == 1


def test_a_failed_sync_stops_the_next_commit() -> None:
    disk = Disk(error=StoreError("the disk is gone"))

    with pytest.raises(StoreError, match="the disk is gone"):
        _commit(disk, times=sys.maxsize)
    assert disk.syncs == 1


def test_a_failed_sync_at_the_end_is_an_error() -> None:
    with pytest.raises(StoreError, match="the disk is gone"):
        _commit(Disk(error=StoreError("the disk is gone")), times=1)


def test_a_store_in_memory_has_nothing_to_sync() -> None:
    with open_store("sqlite://") as store, store.driver(), store.group_sync() as group:
        assert group is None


def _commit(disk: Disk, *, times: int) -> None:
    with group_sync(disk.sync) as group:
        assert group
        for _ in range(times):
            group.committed()
