"""A simulated power cut: of a folder's files, only what was synced to the disk survives.

    disk = SimulatedDisk(folder)                programs started with its ``environment`` run on it
    ...                                         the program is killed
    disk.restore(elsewhere)                     the folder as it is after the cut

A library in C (``power_cut.c``, by ``LD_PRELOAD``) keeps a copy of each file, and a list of each folder, at each of
their syncs. Whatever was written, created, renamed or deleted since is lost; or, with a random generator, some blocks
of the files are there and some are not, as a disk may have written them in any order.
"""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

_SOURCE = Path(__file__).with_suffix(".c")
_BLOCK = 4096
#: A sync takes this long.
_SYNC_US = 3000
_SYNC_ALL = """
import os, sys
for path in sys.argv[1:]:
    descriptor = os.open(path, os.O_RDONLY)
    os.fsync(descriptor)
    os.close(descriptor)
"""


@dataclass(slots=True)
class SimulatedDisk:
    """A folder whose files survive a cut as far as they were synced. What is in it now is synced."""

    folder: Path
    #: A disk that loses the syncs of files whose paths match this pattern.
    ignored: str = ""
    #: The user of the programs that run on it, if it isn't this process's.
    user: str | None = None
    _images: Path = field(init=False)

    def __post_init__(self) -> None:
        self.folder = self.folder.resolve()
        self._images = Path(tempfile.mkdtemp(prefix=f"{self.folder.name}-synced-", dir=self.folder.parent))
        paths = [str(path) for path in (self.folder, *self.folder.rglob("*"))]
        at_once = self.environment | {"POWER_CUT_SYNC_US": "0", "POWER_CUT_IGNORED": ""}
        subprocess.run([sys.executable, "-S", "-c", _SYNC_ALL, *paths], check=True, env=at_once)
        if self.user:
            for path in (self._images, *self._images.iterdir()):
                shutil.chown(path, self.user)

    @property
    def environment(self) -> dict[str, str]:
        """The environment of a program that runs on this disk."""
        return os.environ | {
            "LD_PRELOAD": str(_library()),
            "POWER_CUT_ROOT": str(self.folder),
            "POWER_CUT_IMAGE": str(self._images),
            "POWER_CUT_IGNORED": self.ignored,
            "POWER_CUT_SYNC_US": str(_SYNC_US),
        }

    def restore(self, target: Path, chance: random.Random | None = None) -> None:
        """Write the surviving files; with ``chance``, some of the blocks that weren't synced are among them."""
        self._restore_folder("root", self.folder, target, chance)
        if self.user:
            for path in (target, *target.rglob("*")):
                shutil.chown(path, self.user)

    def _restore_folder(self, key: str, current: Path, target: Path, chance: random.Random | None) -> None:
        target.mkdir()
        listing = self._images / key
        for line in listing.read_text().splitlines() if listing.exists() else ():
            kind, entry_key, name = line.split(" ", 2)
            if kind == "d":
                self._restore_folder(entry_key, current / name, target / name, chance)
                continue
            image = self._images / entry_key
            content = image.read_bytes() if image.exists() else b""
            if chance and _is_same_file(current / name, entry_key):
                content = _partly_written(content, (current / name).read_bytes(), chance)
            (target / name).write_bytes(content)


def _is_same_file(path: Path, key: str) -> bool:
    return path.exists() and str(path.stat().st_ino) == key.partition(".")[0]


def _partly_written(synced: bytes, written: bytes, chance: random.Random) -> bytes:
    """Each block is the written one or the synced one."""
    share = chance.random()
    length = chance.choice([len(synced), len(written)])
    blocks = []
    for start in range(0, length, _BLOCK):
        source = written if chance.random() < share else synced
        end = min(start + _BLOCK, length)
        blocks.append(source[start:end].ljust(end - start, b"\0"))
    return b"".join(blocks)


@cache
def _library() -> Path:
    """The compiled library."""
    library = Path(tempfile.mkdtemp(prefix="digest-power-cut-")) / "power_cut.so"
    library.parent.chmod(0o755)  # for programs of another user
    subprocess.run(["cc", "-shared", "-fPIC", "-O2", "-Wall", "-Werror", "-o", library, _SOURCE], check=True)
    return library
