"""A disk that is nearly full is reported before the store can't grow."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

_SETTINGS = '[[sources]]\nid = "own"\npath = "articles"\n'
#: Mounts a file system of this size at the folder, in a namespace of its own.
_SMALL_DISK = 'mount -t tmpfs -o "size=$1" tmpfs "$2" && cd "$2" && mkdir articles && shift 2 && "$@"'


@pytest.mark.skipif(not shutil.which("unshare"), reason="needs Linux' unshare")
@pytest.mark.parametrize(("size", "is_reported"), [("40m", True), ("400m", False)])
def test_little_room_at_the_store_is_a_finding(tmp_path: Path, size: str, *, is_reported: bool) -> None:
    settings = tmp_path / "digest.toml"
    settings.write_text(_SETTINGS + f'[store]\nurl = "sqlite:///{tmp_path}/disk/digest.db"\n')
    disk = tmp_path / "disk"
    disk.mkdir()
    unshare = ["unshare", "--map-root-user", "--mount", "sh", "-c", _SMALL_DISK, "sh", size, str(disk)]
    check = [sys.executable, "-m", "digest", "check", "--offline", "--config", str(settings)]
    printed = subprocess.run([*unshare, *check], check=False, capture_output=True, text=True, timeout=60)

    assert "ok    settings" in printed.stdout
    assert ("MB are free at" in printed.stdout) == is_reported
