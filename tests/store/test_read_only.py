"""A store on a file system that is mounted read-only."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

_SETTINGS = '[[sources]]\nid = "own"\npath = "articles"\n'
#: Mounts the folder anew, read-only, in a namespace of its own.
_READ_ONLY = 'mount --bind "$1" "$1" && mount -o remount,bind,ro "$1" && cd "$1" && shift && "$@"'


@pytest.mark.slow
@pytest.mark.skipif(not shutil.which("unshare"), reason="needs Linux' unshare")
@pytest.mark.parametrize("existing", [False, True])
def test_a_read_only_file_system_is_called_that(tmp_path: Path, *, existing: bool) -> None:
    (tmp_path / "articles").mkdir()
    (tmp_path / "articles" / "ferry.txt").write_text("On the ferry\n\nThe ferry sails on Monday at nine.\n")
    (tmp_path / "digest.toml").write_text(_SETTINGS)
    digest = [sys.executable, "-m", "digest"]
    if existing:
        subprocess.run([*digest, "collect"], cwd=tmp_path, check=True, capture_output=True, timeout=60)
    unshare = ["unshare", "--map-root-user", "--mount", "sh", "-c", _READ_ONLY, "sh", str(tmp_path)]
    printed = subprocess.run([*unshare, *digest, "collect"], check=False, capture_output=True, text=True, timeout=60)

    assert printed.returncode == 1
    assert printed.stderr.splitlines() == [
        f"digest: {tmp_path}/digest.db can't be written: the file system of {tmp_path} is read-only",
        "  mount it for writing, or name a file elsewhere in [store] url",
    ]
