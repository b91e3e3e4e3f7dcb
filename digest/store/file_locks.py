"""Exclusive locks on open files. They end with the process that holds them, however it ends.

``flock`` where there is one: unlike ``lockf`` it works between threads, and closing another handle keeps it. On Windows
the first byte of the file is locked, which has both properties too.
"""

from __future__ import annotations

import os
import sys
import time
from contextlib import suppress
from pathlib import Path

if sys.platform == "win32":
    import msvcrt

    #: Windows' own call gives up after ten seconds.
    _POLL_S = 0.05

    def lock(handle: int) -> None:
        """Lock the file; waits while another handle has the lock."""
        while not try_lock(handle):
            time.sleep(_POLL_S)

    def try_lock(handle: int) -> bool:
        """Lock the file, unless another handle has the lock; return whether it is locked now."""
        os.lseek(handle, 0, os.SEEK_SET)
        try:
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

    def delete_locked(handle: int, path: Path) -> None:
        """Delete the locked file, which ends the lock."""
        os.lseek(handle, 0, os.SEEK_SET)
        msvcrt.locking(handle, msvcrt.LK_UNLCK, 1)
        os.close(handle)
        with suppress(OSError):  # an open file can't be deleted: whoever has it open deletes it next time
            path.unlink()

else:
    import fcntl

    def lock(handle: int) -> None:
        """Lock the file; waits while another handle has the lock."""
        fcntl.flock(handle, fcntl.LOCK_EX)

    def try_lock(handle: int) -> bool:
        """Lock the file, unless another handle has the lock; return whether it is locked now."""
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def delete_locked(handle: int, path: Path) -> None:
        """Delete the locked file, which ends the lock."""
        try:
            with suppress(OSError):
                path.unlink()
        finally:
            os.close(handle)
