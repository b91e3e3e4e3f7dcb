"""Write a file whole or not at all: a reader of the path sees the old content or the new content, never a part.

That holds after a power cut, too: the content is synced to the disk before the file gets its name.
"""

from __future__ import annotations

import os
import stat
import sys
from contextlib import suppress
from pathlib import Path
from secrets import token_hex


def atomic_write(
    path: Path, content: str | bytes, *, overwrite: bool = True, mode: int = 0o666, sync_name: bool = True
) -> None:
    """Create or replace the file at ``path``. If that fails, ``OSError`` is raised and an old file stays as it was.

    When it returns, a power cut can't undo it; without ``sync_name``, only after ``sync_folder``.

    Symbolic links are followed; a device or a pipe (``/dev/stdout``) is written to directly. A file that is replaced
    keeps its permissions, a new one gets ``mode`` less the umask. Without ``overwrite``, a file or link that exists
    raises ``FileExistsError``.
    """
    data = content.encode() if isinstance(content, str) else content
    if overwrite and path.exists() and not path.is_file():
        path.write_bytes(data)
        return
    if overwrite:
        path = path.resolve()
        _replace(path, data, mode)
    else:
        # Not by a hard link to a temporary file: some file systems have none. Only a kill or power cut leaves a part.
        _create(path, data, mode)
    if sync_name:
        sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Sync the names of a folder's files to the disk, where its file system can do that."""
    if sys.platform == "win32":
        return  # a folder can't be opened there; NTFS keeps names in its journal
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        with suppress(OSError):  # some file systems refuse it for folders
            os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _replace(path: Path, data: bytes, mode: int) -> None:
    temporary = path.with_name(f".digest-{token_hex(8)}.part")
    _create(temporary, data, mode)
    try:
        if path.exists():
            temporary.chmod(stat.S_IMODE(path.stat().st_mode))
        temporary.replace(path)
    except BaseException:  # Ctrl-C too: no temporary file stays
        temporary.unlink(missing_ok=True)
        raise


def _create(path: Path, data: bytes, mode: int) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        path.unlink(missing_ok=True)
        raise
