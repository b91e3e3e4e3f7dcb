"""End of a process with its parent, however that ends: by a pipe whose writing end only the parent has.

On Windows there is none: a process that runs a call goes on until that ends.
"""

from __future__ import annotations

import os
import select
import signal
import sys
from threading import Thread

if sys.platform != "win32":
    import fcntl


def end_with_parent(lifeline: int) -> None:
    """Let the system kill this process and its children as soon as the parent has ended.

    ``lifeline`` is the reading end, inherited. The process must lead a group of its own.
    """
    if sys.platform == "win32":
        return
    os.set_inheritable(lifeline, False)  # the process's own children don't hold it
    if sys.platform == "linux":
        # No thread: it would take 64 MB of the memory limit, and could not run during a long call of C code.
        fcntl.fcntl(lifeline, fcntl.F_SETOWN, -os.getpgrp())
        fcntl.fcntl(lifeline, fcntl.F_SETSIG, signal.SIGKILL)
        fcntl.fcntl(lifeline, fcntl.F_SETFL, fcntl.fcntl(lifeline, fcntl.F_GETFL) | os.O_ASYNC)
        ended = select.poll()
        ended.register(lifeline, select.POLLIN)
        if ended.poll(0):  # before the line above
            _end_group()
    else:
        Thread(target=_wait_for_end, args=(lifeline,), daemon=True).start()


def _wait_for_end(lifeline: int) -> None:
    os.read(lifeline, 1)
    _end_group()


def _end_group() -> None:
    if sys.platform != "win32":
        os.killpg(0, signal.SIGKILL)
