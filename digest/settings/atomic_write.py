"""Write a file whole or not at all: a reader of the path sees the old content or the new content, never a part."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from secrets import token_hex


def atomic_write(path: Path, content: str | bytes, *, overwrite: bool = True, mode: int = 0o666) -> None:
    """Create or replace the file at ``path``. If that fails, ``OSError`` is raised and an old file stays as it was.

    Symbolic links are followed; a device or a pipe (``/dev/stdout``) is written to directly. A file that is replaced
    keeps its permissions, a new one gets ``mode`` less the umask. Without ``overwrite``, a file or link that exists
    raises ``FileExistsError``.
    """
    data = content.encode() if isinstance(content, str) else content
    if not overwrite:
        # Not by a hard link to a temporary file: some file systems have none. Only a kill leaves a part.
        _create(path, data, mode)
    elif path.exists() and not path.is_file():
        path.write_bytes(data)
    else:
        _replace(path.resolve(), data, mode)


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
    except BaseException:
        path.unlink(missing_ok=True)
        raise
