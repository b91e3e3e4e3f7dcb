"""``digest run`` in its own process, on this machine's clock or one that a test sets."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

import pytest


class RunProcess:
    """A process of ``digest run`` in the current folder, and its output."""

    def __init__(self, *options: str, log: str = "", **environment: str) -> None:
        self.log = Path(log or f"log-{time.monotonic_ns()}")
        command = [sys.executable, "-m", "digest", "run", "--verbose", *options]
        with self.log.open("w") as file:
            self.process = subprocess.Popen(command, stdout=file, stderr=file, env=os.environ | environment)

    def wait_for(self, *words: str) -> str:
        return until(lambda: next((line for line in self.lines if all(word in line for word in words)), ""))

    @property
    def lines(self) -> list[str]:
        return self.log.read_text().splitlines()

    @property
    def events(self) -> list[str]:
        return [line.split()[1] for line in self.lines]

    def end(self, number: int = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        return self.process.wait(20)


T = TypeVar("T")
Run = Callable[..., RunProcess]


@pytest.fixture
def run() -> Iterator[Run]:
    """Start processes; all are ended with the test."""
    started: list[RunProcess] = []

    def start(*options: str, log: str = "", **environment: str) -> RunProcess:
        started.append(RunProcess(*options, log=log, **environment))
        return started[-1]

    yield start
    for running in started:
        if running.process.poll() is None:
            running.process.kill()
            running.process.wait()


def until(value_of: Callable[[], T], *, within_s: float = 90.0) -> T:
    """Wait until the function returns a true value, and return that."""
    end = time.monotonic() + within_s
    while not (value := value_of()):
        assert time.monotonic() < end, "it never came to be"
        time.sleep(0.02)
    return value


class WallClock:
    """The wall clock of processes started with its ``environment``; a test may set it while they run."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "wall-clock"

    def set(self, at: datetime) -> None:
        new = self._file.with_suffix(".new")
        new.write_text(f"@{at.astimezone(UTC):%Y-%m-%d %H:%M:%S}\n")
        new.rename(self._file)

    @property
    def environment(self) -> dict[str, str]:
        library = next(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"), None)
        assert library, "Debian's package faketime is needed: apt-get install faketime"
        return {
            "LD_PRELOAD": str(library),
            "FAKETIME_TIMESTAMP_FILE": str(self._file),
            "FAKETIME_CACHE_DURATION": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",  # only the clock on the wall can be set, as in life
            "NO_FAKE_STAT": "1",
            "TZ": "UTC",
        }
