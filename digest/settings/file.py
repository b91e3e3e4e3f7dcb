"""Which settings file is used, and its text."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from digest.model.errors import UsageError

NAME = "digest.toml"
_MOST_BYTES = 4_000_000


def find(path: Path | None, environ: Mapping[str, str]) -> Path | None:
    """The file asked for, else ``$DIGEST_CONFIG``, ``./digest.toml``, the user's configuration folder; None if none.

    Never the example that ships with the project.
    """
    if path is not None:
        return path
    if environ.get("DIGEST_CONFIG"):
        return Path(environ["DIGEST_CONFIG"])
    # A broken link counts as there: it was meant to be read.
    return next((place for place in _places(environ) if os.path.lexists(place)), None)


def _places(environ: Mapping[str, str]) -> tuple[Path, ...]:
    """Where settings are looked for when nobody names a file, the first first."""
    home = environ.get("XDG_CONFIG_HOME") or (f"{environ['HOME']}/.config" if environ.get("HOME") else "")
    return (Path(NAME), *((Path(home, "digest", NAME),) if home else ()))


def text_of(path: Path) -> str:
    """The settings file's text; raises ``UsageError`` with one clear line if it has none."""
    raw = _bytes(path)
    if len(raw) > _MOST_BYTES:
        raise UsageError(f"{path}: too big for a settings file (over {_MOST_BYTES // 1_000_000} MB)")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise UsageError(f"{path}:{line}: not UTF-8 text", hint="save the file as UTF-8") from error


def _bytes(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(_MOST_BYTES + 1)
    except FileNotFoundError as error:
        raise UsageError(f"{path}: no such settings file", hint="'digest init' writes one to start from") from error
    except IsADirectoryError as error:
        raise UsageError(f"{path}: a folder, not a settings file", hint=f"name the file: {path / NAME}") from error
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise UsageError(f"{path}: can't be read: {reason}") from error
