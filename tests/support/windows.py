"""The program's code for Windows, run on this machine: its branches are taken, and a fake ``msvcrt`` locks files.

    python -m tests.support.windows COMMAND ...     runs ``digest COMMAND ...`` so, in a process of its own

It can't show what Windows itself does. It shows that no module needs what Windows lacks, and that the branches work.
"""

from __future__ import annotations

import errno
import fcntl
import importlib.abc
import importlib.machinery
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path
from types import ModuleType

import pytest

_PLATFORM_CHECK = 'sys.platform == "win32"'
#: Modules that Windows has not, and names that it lacks in others.
_MISSING = ("fcntl", "resource", "pwd", "grp", "termios")
_MISSING_NAMES = {signal: ("SIGHUP", "setitimer"), os: ("fork", "fdatasync")}


class _Loader(importlib.machinery.SourceFileLoader):
    """Takes the branches for Windows in our own modules; other libraries see the real platform."""

    def get_code(self, fullname: str) -> object:  # type: ignore[override]  # never the cached code
        source = Path(self.path).read_text("utf-8").replace(_PLATFORM_CHECK, "True")
        return compile(source.replace('sys.platform != "win32"', "False"), self.path, "exec", dont_inherit=True)


class _Finder(importlib.abc.MetaPathFinder):
    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if fullname.partition(".")[0] != "digest":
            return None
        spec = importlib.machinery.PathFinder.find_spec(fullname, path)
        if spec and isinstance(spec.loader, importlib.machinery.SourceFileLoader):
            spec.loader = _Loader(fullname, spec.loader.path)
        return spec


def load_for_windows(name: str, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """A module of ours as it is on Windows, beside the one that is imported. The fakes stay as long as the test."""
    monkeypatch.setitem(sys.modules, "msvcrt", _msvcrt())
    monkeypatch.setattr(signal, "SIGBREAK", signal.SIGUSR1, raising=False)
    spec = importlib.util.find_spec(name)
    assert spec
    assert spec.origin
    loader = _Loader(name, spec.origin)
    fresh = spec_from_loader(name, loader)
    assert fresh
    module = module_from_spec(fresh)
    loader.exec_module(module)
    return module


def _msvcrt() -> ModuleType:
    """``msvcrt.locking``, as documented: by handle, on the file's bytes, and an error if another handle has them."""
    module = ModuleType("msvcrt")

    def locking(handle: int, mode: int, size: int) -> None:
        assert size == 1
        assert os.lseek(handle, 0, os.SEEK_CUR) == 0, "another byte than the first would be locked"
        if mode == module.LK_UNLCK:  # type: ignore[attr-defined]  # set below
            fcntl.flock(handle, fcntl.LOCK_UN)
            return
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise PermissionError(errno.EACCES, "Permission denied") from None

    module.__dict__.update(locking=locking, LK_UNLCK=0, LK_LOCK=1, LK_NBLCK=2)
    return module


def _keep_open_files() -> None:
    """Let no file that this process has open be deleted, as on Windows."""
    unlink = os.unlink

    def unlink_closed(path: str | Path, *, dir_fd: int | None = None) -> None:
        real = os.path.realpath(path)
        for descriptor in Path("/proc/self/fd").iterdir():
            if os.path.realpath(descriptor) == real:
                raise PermissionError(errno.EACCES, "the file is in use", str(path))
        unlink(path, dir_fd=dir_fd)

    os.unlink = unlink_closed  # type: ignore[assignment]


def main() -> int:
    """Run ``digest`` as on Windows."""
    import asyncio.unix_events
    import ssl  # noqa: F401
    import tempfile  # noqa: F401

    sys.modules["msvcrt"] = _msvcrt()
    signal.SIGBREAK = signal.SIGUSR1  # type: ignore[attr-defined]
    subprocess.CREATE_NEW_PROCESS_GROUP = 0  # type: ignore[attr-defined]
    for module, names in _MISSING_NAMES.items():
        for name in names:
            delattr(module, name)
    for name in ("add_signal_handler", "add_reader"):
        setattr(asyncio.unix_events._UnixSelectorEventLoop, name, _not_implemented)
    sys.modules.update(dict.fromkeys(_MISSING))  # type: ignore[arg-type]  # None: importing it fails
    sys.meta_path.insert(0, _Finder())
    _keep_open_files()
    from digest.__main__ import main as run_digest

    return run_digest()


def _not_implemented(*_: object) -> None:
    raise NotImplementedError


if __name__ == "__main__":
    sys.exit(main())
