"""A command on a terminal of its own: a pseudo-terminal of a given width, with a person's answers."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import struct
import sys
import termios
import time
from collections.abc import Mapping, Sequence
from pathlib import Path


class PtyProcess:
    """``digest`` with these arguments, on a terminal; ``screen`` is all that it has printed."""

    def __init__(
        self, arguments: Sequence[str], *, folder: Path, environment: Mapping[str, str], columns: int = 80
    ) -> None:
        command = [sys.executable, "-m", "digest", *arguments]
        self.pid, self._descriptor = pty.fork()
        if self.pid == 0:  # the child
            os.chdir(folder)
            os.execve(command[0], command, dict(environment))
        fcntl.ioctl(self._descriptor, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
        self.screen = ""
        self._read_up_to = 0

    def expect(self, text: str, *, within_s: float = 60.0) -> None:
        """Wait until the text is printed, after what was expected before."""
        end = time.monotonic() + within_s
        while (at := self.screen.find(text, self._read_up_to)) < 0:
            assert time.monotonic() < end, f"no {text!r} in:\n{self.screen}"
            assert self._read(0.1), f"it ended before {text!r}:\n{self.screen}"
        self._read_up_to = at + len(text)

    def answer(self, question: str, line: str) -> None:
        """Wait for the question, and type a line."""
        self.expect(question)
        self.type(f"{line}\n")

    def type(self, characters: str) -> None:
        """Type; ``\\x03`` is Ctrl-C, ``\\x04`` the end of input."""
        os.write(self._descriptor, characters.encode())

    def wait(self, *, within_s: float = 60.0) -> int:
        """Read to the end, and return the exit code."""
        end = time.monotonic() + within_s
        while self._read(0.1):
            assert time.monotonic() < end, f"it did not end:\n{self.screen}"
        os.close(self._descriptor)
        return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])

    def _read(self, timeout_s: float) -> bool:
        """Read what there is; False once the process has closed its terminal."""
        if not select.select([self._descriptor], [], [], timeout_s)[0]:
            return True
        try:
            data = os.read(self._descriptor, 65_536)
        except OSError:  # Linux: the other end is closed
            return False
        self.screen += data.decode("utf-8", "replace").replace("\r\n", "\n")
        return bool(data)
