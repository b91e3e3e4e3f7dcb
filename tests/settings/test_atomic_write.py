"""Files are written whole or not at all."""

from __future__ import annotations

import os
import resource
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from digest.settings.atomic_write import atomic_write


@contextmanager
def no_room() -> Iterator[None]:
    """No file may grow beyond 10 bytes, as on a full disk."""
    limits, handler = resource.getrlimit(resource.RLIMIT_FSIZE), signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10, limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, handler)


@pytest.fixture(autouse=True)
def umask() -> Iterator[None]:
    before = os.umask(0o027)
    yield
    os.umask(before)


def permissions(file: Path) -> int:
    return file.stat().st_mode & 0o777


@pytest.mark.parametrize("content", ["Fähre", "Fähre".encode()], ids=["text", "bytes"])
def test_a_new_file_gets_the_permissions_of_the_umask(content: str | bytes, tmp_path: Path) -> None:
    atomic_write(tmp_path / "new", content)

    assert (tmp_path / "new").read_text("utf-8") == "Fähre"
    assert permissions(tmp_path / "new") == 0o640


def test_a_replaced_file_keeps_its_permissions(tmp_path: Path) -> None:
    file = tmp_path / "settings"
    file.write_text("old")
    file.chmod(0o604)

    atomic_write(file, "new")

    assert (file.read_text(), permissions(file)) == ("new", 0o604)
    assert [*tmp_path.iterdir()] == [file]


def test_a_private_file_is_private_from_the_start(tmp_path: Path) -> None:
    atomic_write(tmp_path / "key", b"secret", overwrite=False, mode=0o600)

    assert permissions(tmp_path / "key") == 0o600


def test_a_symbolic_link_stays_a_link(tmp_path: Path) -> None:
    target, link = tmp_path / "target", tmp_path / "link"
    target.write_text("old")
    link.symlink_to(target)

    atomic_write(link, "new")

    assert (link.is_symlink(), target.read_text()) == (True, "new")


@pytest.mark.parametrize("is_link", [False, True], ids=["file", "dangling link"])
def test_nothing_is_overwritten_without_leave(is_link: bool, tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.symlink_to(tmp_path / "nowhere") if is_link else file.write_text("old")

    with pytest.raises(FileExistsError):
        atomic_write(file, "new", overwrite=False)

    assert [*tmp_path.iterdir()] == [file]


@pytest.mark.parametrize("overwrite", [True, False])
def test_a_new_file_is_whole_or_absent(overwrite: bool, tmp_path: Path) -> None:
    with no_room(), pytest.raises(OSError, match="File too large"):
        atomic_write(tmp_path / "file", "much more than ten bytes", overwrite=overwrite)

    assert [*tmp_path.iterdir()] == []


def test_an_old_file_stays_when_the_new_one_has_no_room(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("old")

    with no_room(), pytest.raises(OSError, match="File too large"):
        atomic_write(file, "much more than ten bytes")

    assert file.read_text() == "old"
    assert [*tmp_path.iterdir()] == [file]


def test_a_missing_folder_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        atomic_write(tmp_path / "missing" / "file", "text")


def test_a_pipe_is_written_to_directly(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    received: list[str] = []
    reader = threading.Thread(target=lambda: received.append(pipe.read_text()))
    reader.start()

    atomic_write(pipe, "through the pipe")
    reader.join(timeout=10)

    assert received == ["through the pipe"]
    assert pipe.is_fifo()
