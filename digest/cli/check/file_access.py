"""Whether other users of this machine can read a file."""

from __future__ import annotations

import sys
from pathlib import Path

_OTHERS = 0o077


def is_open_to_others(path: Path) -> bool:
    """Whether the file's mode lets other users do anything. Never on Windows, where modes tell nothing of that."""
    return sys.platform != "win32" and bool(path.stat().st_mode & _OTHERS)
