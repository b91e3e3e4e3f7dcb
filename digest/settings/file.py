"""Finds the settings file and reads its text."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path

from digest.model.errors import UsageError

NAME = "digest.toml"
_MAX_BYTES = 4_000_000


def find(path: Path | None, environ: Mapping[str, str]) -> Path | None:
    """``path``, else ``$DIGEST_CONFIG``, ``./digest.toml``, or the file in the user's configuration folder; or None.

    Never the example that ships with the project.
    """
    if path is not None:
        return path
    if environ.get("DIGEST_CONFIG"):
        return Path(environ["DIGEST_CONFIG"])
    # lexists: a broken link is reported, not skipped.
    return next((candidate for candidate in _default_paths(environ) if os.path.lexists(candidate)), None)


def _default_paths(environ: Mapping[str, str]) -> tuple[Path, ...]:
    """In the order in which they are tried."""
    folder = environ.get("XDG_CONFIG_HOME") or (f"{environ['HOME']}/.config" if environ.get("HOME") else "")
    if sys.platform == "win32":
        folder = folder or environ.get("APPDATA", "")
    return (Path(NAME), *((Path(folder, "digest", NAME),) if folder else ()))


def read_text(path: Path) -> str:
    """Raises ``UsageError`` with a one-line message if the file can't be read."""
    data = _read_bytes(path)
    if len(data) > _MAX_BYTES:
        raise UsageError(f"{path}: too big for a settings file (over {_MAX_BYTES // 1_000_000} MB)")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise UsageError(f"{path}:{line}: not UTF-8 text", hint="save the file as UTF-8") from error


def _read_bytes(path: Path) -> bytes:
    try:
        if path.is_fifo() or path.is_socket():  # reading could block for ever
            raise UsageError(f"{path}: a pipe or a socket, not a settings file")
        with path.open("rb") as file:
            return file.read(_MAX_BYTES + 1)
    except FileNotFoundError as error:
        raise UsageError(f"{path}: no such settings file", hint="'digest init' writes one to start from") from error
    except IsADirectoryError as error:
        raise UsageError(f"{path}: a folder, not a settings file", hint=f"name the file: {path / NAME}") from error
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise UsageError(f"{path}: can't be read: {reason}") from error
