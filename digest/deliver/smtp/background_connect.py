"""Opens SMTP sessions in background threads, while the open ones keep sending."""

from __future__ import annotations

import socket
import threading
from collections import deque
from queue import SimpleQueue

from digest.deliver.smtp.open_session import Session, open_session, tls_context
from digest.deliver.smtp.timeouts import Timeouts
from digest.model.errors import MailError
from digest.settings import SmtpSettings


class BackgroundConnector:
    """Runs ``open_session`` in threads. A selector can wait for it: it is readable when a result is ready."""

    def __init__(self, smtp: SmtpSettings, timeouts: Timeouts) -> None:
        self._smtp = smtp
        self._timeouts = timeouts
        self._context = tls_context(smtp)
        self._results: deque[Session | MailError | BaseException] = deque()
        self._is_closed = False
        self._lock = threading.Lock()
        self._wake_reader, self._wake_writer = socket.socketpair()
        self._wake_reader.setblocking(False)
        #: True for a session to open, False to end one thread.
        self._requests: SimpleQueue[bool] = SimpleQueue()
        self._threads = 0
        #: Sessions that were requested, and whose result was not taken yet.
        self.pending = 0

    def fileno(self) -> int:
        return self._wake_reader.fileno()

    def start(self) -> None:
        """Begin to open one more session."""
        self.pending += 1
        self._requests.put(True)
        if self.pending > self._threads:
            self._threads += 1
            # A daemon: a thread that hangs in a dead network must not keep the program from ending.
            threading.Thread(target=self._work, name="digest-smtp-connect", daemon=True).start()

    def next_result(self) -> Session | MailError | None:
        """One finished attempt: its session, or the error; None if none is ready."""
        with self._lock:
            if not self._results:
                return None
            result = self._results.popleft()
            self._wake_reader.recv(1)
        self.pending -= 1
        if isinstance(result, Session | MailError):
            return result
        raise result  # a bug in this program

    def close(self) -> None:
        """End the threads; sessions that are still being opened will be closed by them."""
        with self._lock:
            self._is_closed = True
            for _ in range(self._threads):
                self._requests.put(False)
            for result in self._results:
                if isinstance(result, Session):
                    result.sock.close()
            self._wake_reader.close()
            self._wake_writer.close()

    def _work(self) -> None:
        while self._requests.get():
            self._connect()

    def _connect(self) -> None:
        result: Session | BaseException
        try:
            result = open_session(self._smtp, self._timeouts, self._context)
        except BaseException as error:  # noqa: BLE001  # next_result raises it in the thread of the sender
            result = error
        with self._lock:
            if not self._is_closed:
                self._results.append(result)
                self._wake_writer.send(b"\0")
            elif isinstance(result, Session):
                result.sock.close()
