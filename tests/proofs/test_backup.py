"""Backups and restores that are killed, that find no room, and that may not write."""

from __future__ import annotations

import random
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from digest.store import open_store, subscribers
from digest.store.backup_file import verify
from digest.store.subscribers import NewSubscriber
from tests.support.run_process import until
from tests.support.values import NOON

pytestmark = pytest.mark.slow

KILLS = 4
READERS = 10_000
_DIGEST = [sys.executable, "-m", "digest", "db"]
#: Mounts a folder of one megabyte, or mounts a folder read-only, in a namespace of its own.
_SMALL = 'mount -t tmpfs -o size=1M none "$1" && cd "$2" && shift 2 && "$@"'
_READ_ONLY = 'mount --bind "$1" "$1" && mount -o remount,bind,ro "$1" && cd "$2" && shift 2 && "$@"'
#: Mounts a folder of so many megabytes with a store and a backup, runs a command that its disk fills under, and copies
#: what is left.
_FULL = (
    'mount -t tmpfs -o size="$1" none disk && cp digest.db digest.toml a.backup disk && cd disk && shift'
    ' && "$@"; status=$?; rm filler; cp -a . ../left; exit $status'
)
_FILL = """
import pathlib, signal, subprocess, sys, time
process = subprocess.Popen(sys.argv[2:])
while process.poll() is None and not pathlib.Path(sys.argv[1]).exists():
    time.sleep(0.0005)
process.send_signal(signal.SIGSTOP)
with open("filler", "wb", buffering=0) as filler:
    try:
        while filler.write(bytes(65536)):
            pass
    except OSError:
        pass
process.send_signal(signal.SIGCONT)
sys.exit(process.wait())
"""
needs_unshare = pytest.mark.skipif(not shutil.which("unshare"), reason="needs Linux' unshare")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a store of some megabytes."""
    (tmp_path / "digest.toml").write_text('[store]\nurl = "sqlite:///digest.db"\n')
    add_readers(tmp_path, "old", READERS)
    return tmp_path


def add_readers(folder: Path, name: str, count: int) -> None:
    with open_store(f"sqlite:///{folder}/digest.db") as store, store.begin() as conn:
        new = [NewSubscriber(address=f"{name}{number}@harbour.example") for number in range(count)]
        subscribers.add(conn, new, "main", at=NOON)


def has_reader(folder: Path, address: str) -> bool:
    with open_store(f"sqlite:///{folder}/digest.db", read_only=True) as store, store.read() as conn:
        return subscribers.find(conn, address) is not None


def run(folder: Path, *args: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*_DIGEST, *args], cwd=folder, check=False, capture_output=True, text=True, timeout=120)


def kill_during(folder: Path, part: str, chance: random.Random, *args: str) -> None:
    """Start the command, and kill it some time after it has begun its file."""
    process = subprocess.Popen([*_DIGEST, *args], cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 60
    while process.poll() is None and not (folder / part).exists() and time.monotonic() < deadline:
        time.sleep(0.001)
    time.sleep(chance.uniform(0, 0.4))
    process.send_signal(signal.SIGKILL)
    process.wait()


def test_a_killed_backup_leaves_the_earlier_one_or_a_whole_one(folder: Path) -> None:
    assert run(folder, "backup", "a.backup").returncode == 0
    chance = random.Random(1)
    for _ in range(KILLS):
        kill_during(folder, ".a.backup.part", chance, "backup", "--force", "a.backup")
        assert verify(folder / "a.backup").tables["subscribers"].rows == READERS

    assert run(folder, "backup", "--force", "a.backup").returncode == 0
    assert sorted(path.name for path in folder.iterdir()) == ["a.backup", "digest.db", "digest.toml"]


def test_a_killed_restore_leaves_the_store_before_or_the_restored_one(folder: Path) -> None:
    assert run(folder, "backup", "a.backup").returncode == 0
    chance = random.Random(2)
    for number in range(KILLS):
        add_readers(folder, f"new{number}-", 1)
        kill_during(folder, "digest.db.restoring", chance, "restore", "a.backup")
        assert has_reader(folder, "old1@harbour.example")

    assert run(folder, "check").returncode == 0
    add_readers(folder, "last", 1)
    assert run(folder, "restore", "a.backup").returncode == 0
    assert not has_reader(folder, "last0@harbour.example")
    assert not (folder / "digest.db.restoring").exists()


@needs_unshare
def test_no_room_is_told_before_anything_is_written(folder: Path) -> None:
    disk = folder / "disk"
    disk.mkdir()
    unshare = ["unshare", "--map-root-user", "--mount", "sh", "-c", _SMALL, "sh", str(disk), str(folder)]
    command = [*unshare, *_DIGEST, "backup", "disk/a.backup"]
    printed = subprocess.run(command, check=False, capture_output=True, text=True, timeout=60)

    assert printed.returncode == 1
    assert f"no room in {disk}: the backup needs" in printed.stderr


@needs_unshare
@pytest.mark.parametrize(
    ("part", "args"),
    [
        pytest.param(".a.backup.part", ["backup", "--force", "a.backup"], id="backup"),
        pytest.param("digest.db.restoring", ["restore", "a.backup"], id="restore"),
    ],
)
def test_a_disk_that_fills_in_the_middle_costs_neither_store_nor_backup(
    folder: Path, part: str, args: list[str]
) -> None:
    assert run(folder, "backup", "a.backup").returncode == 0
    (folder / "disk").mkdir()
    add_readers(folder, "new", 1)
    size = 3 * (folder / "digest.db").stat().st_size + 1_000_000
    filling = [sys.executable, "-c", _FILL, part, *_DIGEST, *args]
    command = ["unshare", "--map-root-user", "--mount", "sh", "-c", _FULL, "sh", str(size), *filling]
    printed = subprocess.run(command, cwd=folder, check=False, capture_output=True, text=True, timeout=60)
    left = folder / "left"
    files = {path.name for path in left.iterdir()}

    assert printed.returncode == 1
    ours = {"a.backup", "digest.db", "digest.toml", "digest.db.restore.lock"}
    assert files - ours <= {"digest.db-wal", "digest.db-shm"}  # SQLite's, if it has no room to write the log back
    assert re.search("no room|No space left|how much room", printed.stderr)
    assert "Traceback" not in printed.stderr
    assert len(printed.stderr.strip().splitlines()) == 2  # the problem, and what to do
    assert has_reader(left, "new0@harbour.example")
    assert verify(left / "a.backup").tables["subscribers"].rows == READERS


def test_a_killed_restore_of_a_postgresql_database_leaves_all_rows_of_before_or_of_the_backup(
    postgres_url: str, tmp_path: Path
) -> None:
    (tmp_path / "digest.toml").write_text(f'[store]\nurl = "{postgres_url}"\n')
    chance = random.Random(3)
    with open_store(postgres_url) as store, store.begin() as conn:
        subscribers.add(conn, [NewSubscriber(address=f"old{n}@harbour.example") for n in range(3_000)], "main", at=NOON)
    assert run(tmp_path, "backup", "a.backup").returncode == 0
    counts: list[int] = []
    for number in range(3):
        with open_store(postgres_url) as store, store.begin() as conn:
            subscribers.add(conn, [NewSubscriber(address=f"new{number}@harbour.example")], "main", at=NOON)
            before = len([*subscribers.for_newsletter(conn, "main")])
        process = subprocess.Popen([*_DIGEST, "restore", "a.backup"], cwd=tmp_path, stderr=subprocess.DEVNULL)
        until(lambda: [*tmp_path.glob("before-*")], within_s=60)
        time.sleep(chance.uniform(0, 0.5))  # it writes rows now
        process.kill()
        process.wait()
        for backup in tmp_path.glob("before-*"):
            backup.unlink()
        with open_store(postgres_url) as store, store.read() as conn:
            counts.append(len([*subscribers.for_newsletter(conn, "main")]))
        assert counts[-1] in (3_000, before)

    assert run(tmp_path, "check").returncode == 0
    until(lambda: run(tmp_path, "restore", "a.backup").returncode == 0, within_s=60)
    with open_store(postgres_url) as store, store.read() as conn:
        assert len([*subscribers.for_newsletter(conn, "main")]) == 3_000


@needs_unshare
@pytest.mark.parametrize("read_only", ["the backups", "the store"])
def test_a_folder_that_cannot_be_written(folder: Path, read_only: str) -> None:
    """A store there can be backed up elsewhere; a backup can't be written there."""
    backups, store = folder.with_name(f"{folder.name}-backups"), folder
    backups.mkdir()
    mounted = backups if read_only == "the backups" else store
    unshare = ["unshare", "--map-root-user", "--mount", "sh", "-c", _READ_ONLY, "sh", str(mounted), str(folder)]
    command = [*unshare, *_DIGEST, "backup", str(backups / "a.backup")]
    printed = subprocess.run(command, check=False, capture_output=True, text=True, timeout=60)

    if read_only == "the store":
        assert (printed.returncode, verify(backups / "a.backup").tables["subscribers"].rows) == (0, READERS)
    else:
        assert printed.returncode == 1
        assert f"the folder {backups} can't be written" in printed.stderr
