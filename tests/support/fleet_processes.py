"""Clocks and workers as processes that a proof kills, pauses and lets wake; those that end are started anew."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

#: Runs this version without one kind of job, as an older version that hasn't got it yet.
OLDER_VERSION = """
import sys
from digest.jobs import procrastinate_engine
from digest.__main__ import main
procrastinate_engine.JOB_TYPES = {
    kind: job_type for kind, job_type in procrastinate_engine.JOB_TYPES.items() if kind != sys.argv[1]
}
del sys.argv[1]
sys.exit(main())
"""
_CURRENT = ("-m", "digest")


@dataclass(slots=True, eq=False)
class FleetProcess:
    """One process of ``digest run`` or ``digest worker``."""

    arguments: tuple[str, ...]
    environment: Mapping[str, str]
    log: Path
    #: Python's arguments that name the program.
    program: tuple[str, ...] = _CURRENT
    process: subprocess.Popen[bytes] = field(init=False)
    is_paused: bool = False

    def __post_init__(self) -> None:
        command = [sys.executable, *self.program, *self.arguments]
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                command, cwd=self.log.parent, stdout=log, stderr=log, env=os.environ | self.environment
            )

    @property
    def is_clock(self) -> bool:
        return self.arguments[0] == "run"

    @property
    def pid(self) -> int:
        return self.process.pid

    def pause(self) -> None:
        """Stop the process as a machine that hangs."""
        self.is_paused = True
        self.process.send_signal(signal.SIGSTOP)

    def wake(self) -> None:
        self.process.send_signal(signal.SIGCONT)
        self.is_paused = False

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()


@dataclass(slots=True)
class Fleet:
    """Processes in one folder, with its settings."""

    folder: Path
    processes: list[FleetProcess] = field(default_factory=list)
    #: Processes that ended by themselves: their arguments and exit codes.
    ended: list[tuple[tuple[str, ...], int]] = field(default_factory=list)

    def start(
        self, *arguments: str, environment: Mapping[str, str] | None = None, program: tuple[str, ...] = _CURRENT
    ) -> FleetProcess:
        log = self.folder / f"log-{len([*self.folder.glob('log-*')])}-{arguments[0]}"
        started = FleetProcess(arguments, environment or {}, log, program)
        self.processes.append(started)
        return started

    def replace(self, old: FleetProcess) -> FleetProcess:
        """Start another process like one that has ended, as systemd does."""
        self.processes.remove(old)
        return self.start(*old.arguments, environment=old.environment, program=old.program)

    def restart_ended(self) -> None:
        """Start anew what ended by itself."""
        for process in [*self.processes]:
            if (code := process.process.poll()) is not None:
                self.ended.append((process.arguments, code))
                self.replace(process)

    def clock(self, pid: int) -> FleetProcess | None:
        return next((process for process in self.processes if process.is_clock and process.pid == pid), None)

    @property
    def workers(self) -> list[FleetProcess]:
        return [process for process in self.processes if not process.is_clock]

    @property
    def clocks(self) -> list[FleetProcess]:
        return [process for process in self.processes if process.is_clock]

    def signal(self, number: int) -> None:
        for process in self.processes:
            process.process.send_signal(number)

    def end(self, *, within_s: float = 60) -> tuple[list[int], float]:
        """Ask all to stop; return their exit codes, and the seconds until the last has left."""
        began = time.monotonic()
        self.signal(signal.SIGTERM)
        return [process.process.wait(within_s) for process in self.processes], time.monotonic() - began

    def log_lines(self, *words: str) -> list[str]:
        """Lines of all logs that have each of these words."""
        lines = (line for log in sorted(self.folder.glob("log-*")) for line in log.read_text().splitlines())
        return [line for line in lines if all(word in line for word in words)]


@contextmanager
def fleet_in(folder: Path) -> Iterator[Fleet]:
    """A fleet without processes; whatever still runs is killed with the block's end."""
    fleet = Fleet(folder)
    try:
        yield fleet
    finally:
        for process in fleet.processes:
            if process.process.poll() is None:
                process.kill()
