"""Group sync: commits that don't wait for the disk are synced together, a few hundredths of a second later.

A sync of the write-ahead log covers all commits before it. One in 50 ms costs little; one for each mail would limit
sending to what the disk can sync, often a few hundred mails a second.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

#: A power cut loses commits of at most this long; a disk that is slower makes the next commit wait.
WINDOW_S = 0.05

#: A sync starts this long after the oldest commit that it covers, so that it has the rest of the window.
_START_S = WINDOW_S * 0.4


class GroupSync:
    """Calls ``sync`` in a thread; see ``group_sync``."""

    def __init__(self, sync: Callable[[], None]) -> None:
        self._sync = sync
        self._condition = threading.Condition()
        #: Time of the oldest commit that no sync covers yet, and of the oldest that the running sync covers.
        self._waiting_since: float | None = None
        self._running_since: float | None = None
        self._error: Exception | None = None
        self._is_closing = False
        self._thread = threading.Thread(target=self._run, name="digest-sync", daemon=True)
        self._thread.start()

    def committed(self) -> None:
        """To be called after a commit: it will be synced. Waits if the oldest commit is older than the window.

        Raises the error of a sync that failed.
        """
        with self._condition:
            if self._waiting_since is None:
                self._waiting_since = time.monotonic()
                self._condition.notify_all()
            while self._error is None and self._is_late():
                self._condition.wait()
            self._raise_error()

    def flush(self) -> None:
        """Wait until all commits so far are synced. Raises the error of a sync that failed."""
        with self._condition:
            if self._waiting_since is not None:
                self._waiting_since -= WINDOW_S  # at once
                self._condition.notify_all()
            while self._error is None and (self._waiting_since is not None or self._running_since is not None):
                self._condition.wait()
            self._raise_error()

    def close(self) -> None:
        """Sync what is left and end the thread. Raises the error of a sync that failed."""
        with self._condition:
            self._is_closing = True
            self._condition.notify_all()
        self._thread.join()
        self._raise_error()

    def _is_late(self) -> bool:
        oldest = self._waiting_since if self._running_since is None else self._running_since
        return oldest is not None and time.monotonic() - oldest > WINDOW_S

    def _raise_error(self) -> None:
        if self._error is not None:
            raise self._error

    def _run(self) -> None:
        while self._start():
            try:
                self._sync()
            except Exception as error:  # noqa: BLE001  # raised in the thread that commits
                self._error = error
            with self._condition:
                self._running_since = None
                self._condition.notify_all()
            if self._error is not None:
                return

    def _start(self) -> bool:
        """Wait until a sync is due; False at the end."""
        with self._condition:
            while (delay := self._delay()) != 0:
                self._condition.wait(delay)
            self._running_since, self._waiting_since = self._waiting_since, None
            return self._running_since is not None

    def _delay(self) -> float | None:
        """Seconds until a sync is due, 0 also at the end; None while there is nothing to sync."""
        if self._is_closing:
            return 0
        if self._waiting_since is None:
            return None
        return max(0, self._waiting_since + _START_S - time.monotonic())


@contextmanager
def group_sync(sync: Callable[[], None] | None) -> Iterator[GroupSync | None]:
    """Run ``sync`` within the window after each commit until the block ends, and once more then if necessary.

    None where there is nothing to sync.
    """
    if sync is None:
        yield None
        return
    grouped = GroupSync(sync)
    try:
        yield grouped
    finally:
        grouped.close()
