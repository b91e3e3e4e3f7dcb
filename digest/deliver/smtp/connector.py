"""Dialing in the background: setting a connection up has many waits in it, and the others go on meanwhile."""

from __future__ import annotations

import socket
import threading
from collections import deque
from queue import SimpleQueue

from digest.deliver.smtp.connect import Line, Timeouts, dial, trusted
from digest.model.errors import MailError
from digest.settings import SmtpSettings


class Dialing:
    """Connections on their way; a selector may wait for it, and ``done`` says what became of them."""

    def __init__(self, smtp: SmtpSettings, timeouts: Timeouts) -> None:
        self._smtp = smtp
        self._timeouts = timeouts
        self._context = trusted(smtp)
        self._done: deque[Line | MailError | BaseException] = deque()
        self._is_closed = False
        self._lock = threading.Lock()
        self._bell, self._ringer = socket.socketpair()
        self._bell.setblocking(False)
        self._asked: SimpleQueue[bool] = SimpleQueue()
        self._threads = 0
        #: How many are on their way.
        self.count = 0

    def fileno(self) -> int:
        return self._bell.fileno()

    def begin(self) -> None:
        """One more."""
        self.count += 1
        self._asked.put(True)
        if self.count > self._threads:
            self._threads += 1
            # A daemon: one that hangs in a dead network must not keep the program from ending.
            threading.Thread(target=self._work, name="digest-smtp-dial", daemon=True).start()

    def done(self) -> Line | MailError | None:
        """One that is through, or what kept it from it; None if none is."""
        with self._lock:
            if not self._done:
                return None
            outcome = self._done.popleft()
            self._bell.recv(1)
        self.count -= 1
        if isinstance(outcome, Line | MailError):
            return outcome
        raise outcome  # a bug of ours, and none of the server's

    def close(self) -> None:
        """Those still on their way find nobody to come back to."""
        with self._lock:
            self._is_closed = True
            for _ in range(self._threads):
                self._asked.put(False)
            for outcome in self._done:
                if isinstance(outcome, Line):
                    outcome.sock.close()
            self._bell.close()
            self._ringer.close()

    def _work(self) -> None:
        while self._asked.get():
            self._dial()

    def _dial(self) -> None:
        outcome: Line | BaseException
        try:
            outcome = dial(self._smtp, self._timeouts, self._context)
        except BaseException as error:  # noqa: BLE001  # it is raised again in the thread that waits for it
            outcome = error
        with self._lock:
            if not self._is_closed:
                self._done.append(outcome)
                self._ringer.send(b"\0")
            elif isinstance(outcome, Line):
                outcome.sock.close()
