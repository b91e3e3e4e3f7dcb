"""Whole commands with the program's code for Windows, as far as this machine can run it."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.test_run import mail_server  # noqa: F401  # a fixture
from tests.cli.test_serve import port, status_of  # noqa: F401  # a fixture
from tests.support.databases import sqlite_only
from tests.support.mail_server import RecordingMailServer
from tests.support.run_process import until

pytestmark = [pytest.mark.slow, sqlite_only]
COMMAND = [sys.executable, "-m", "tests.support.windows"]
ROOT = Path(__file__).resolve().parents[2]
#: What a signal does on Windows: Ctrl-Break, Ctrl-C. (The fakes give Ctrl-Break this number.)
CTRL_BREAK, CTRL_C = signal.SIGUSR1, signal.SIGINT


def started(*argv: str) -> subprocess.Popen[str]:
    environ = {"PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT), "APPDATA": str(Path.cwd())}
    return subprocess.Popen([*COMMAND, *argv], stdout=-1, stderr=-1, text=True, env=environ)


def completed(*argv: str) -> tuple[int, str]:
    """The command's exit code, and all that it printed."""
    with started(*argv) as process:
        out, err = process.communicate(timeout=60)
    return process.returncode, out + err


@pytest.mark.parametrize(
    "argv",
    [["preview"], ["collect"], ["status"], ["sources", "list"], ["editions", "list"], ["db", "upgrade"]],
    ids=" ".join,
)
def test_commands_need_nothing_that_windows_lacks(mail_server: RecordingMailServer, argv: list[str]) -> None:  # noqa: F811  # the fixture
    code, printed = completed(*argv)

    assert (code, "error" in printed) == (0, False), printed


def test_send_locks_and_delivers(mail_server: RecordingMailServer) -> None:  # noqa: F811  # the fixture
    code, printed = completed("send")

    assert code == 0, printed
    assert len(mail_server.recipients) == 2
    assert not list(Path().glob("*.alive"))


@pytest.mark.parametrize(("number", "code"), [(CTRL_BREAK, 0), (CTRL_C, 130)])
def test_run_and_its_pages_end_with_a_signal(port: int, number: int, code: int) -> None:  # noqa: F811  # the fixture
    with started("run", "--json") as running:
        until(lambda: status_of(port) == 200)
        running.send_signal(number)
        out, err = running.communicate(timeout=30)

    assert running.returncode == code, err
    assert '"event": "stopped"' in out
    assert status_of(port) == 0
