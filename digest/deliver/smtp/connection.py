"""One of several concurrent connections: a non-blocking socket that feeds an ``SmtpProtocol``."""

from __future__ import annotations

import socket
import ssl
import sys
from contextlib import suppress

from digest.deliver.smtp.open_session import Session
from digest.deliver.smtp.outcomes import Stage
from digest.deliver.smtp.protocol import SmtpProtocol
from digest.deliver.smtp.replies import ProtocolError
from digest.deliver.smtp.timeouts import Timeouts

#: Replies are short.
_READ_SIZE = 8192
#: Operating systems accept up to 1,024 buffers in one sendmsg call.
_MAX_BUFFERS = 512
_WOULD_BLOCK = (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError)


class Connection:
    """Moves bytes between the socket and the protocol; closes when the server is silent for too long."""

    def __init__(self, session: Session, timeouts: Timeouts, *, now: float) -> None:
        self.sock = session.sock
        self.protocol = SmtpProtocol(session.capabilities)
        self.is_open = True
        #: Why the connection was closed; empty while it is open.
        self.close_reason = ""
        #: The socket did not take all bytes: wait until it is writable.
        self.wants_write = False
        self.sock.setblocking(False)
        self._tls = self.sock if isinstance(self.sock, ssl.SSLSocket) else None
        self._timeouts = timeouts
        self._unsent: list[bytes | memoryview] = []
        #: Writing failed; what was received before may still be read.
        self._is_write_closed = False
        self._last_progress = now

    def fileno(self) -> int:
        return self.sock.fileno()

    def read(self, now: float) -> None:
        """Receive what has arrived and pass it to the protocol."""
        try:
            data = self.sock.recv(_READ_SIZE)
            while self._tls and self._tls.pending():
                data += self.sock.recv(_READ_SIZE)
            if self.protocol.receive_data(data):
                self._last_progress = now
        except _WOULD_BLOCK:
            return
        except ProtocolError as error:
            self.close(str(error))
        except OSError as error:
            self.close(f"the connection broke: {error.strerror or error}")
        else:
            if not data or self.protocol.is_closed:
                self.close("the server closed the connection")

    def write(self, now: float) -> None:
        """Send as much of the protocol's output as the socket takes."""
        if self.protocol.bytes_queued == self.protocol.bytes_written or self._is_write_closed:
            return
        if chunks := self.protocol.data_to_send():
            self._last_progress = self._last_progress if self._unsent else now
            self._unsent += chunks
        try:
            self.protocol.bytes_written += self._send()
            self._last_progress = now
        except _WOULD_BLOCK as error:
            self.wants_write = not isinstance(error, ssl.SSLWantReadError)
        except OSError:
            # Replies that arrived before must still be read: the server may have accepted a message.
            self._is_write_closed = True
            self.wants_write = False
        else:
            self.wants_write = bool(self._unsent)

    def _send(self) -> int:
        """Send once; the number of bytes that the socket took."""
        if len(self._unsent) > 1 and (self._tls or len(self._unsent) > _MAX_BUFFERS):
            self._unsent = [b"".join(self._unsent)]
        sent = self._tls.send(self._unsent[0]) if self._tls else _send_buffers(self.sock, self._unsent)
        if self.protocol.bytes_written + sent == self.protocol.bytes_queued:
            self._unsent = []
        else:
            data = self._unsent[0] if len(self._unsent) == 1 else b"".join(self._unsent)
            self._unsent = [memoryview(data)[sent:]]
        return sent

    def check_timeout(self, now: float) -> None:
        """Close the connection if the reply that is awaited is overdue."""
        if self.protocol.is_idle and self.protocol.bytes_queued == self.protocol.bytes_written:
            return
        match self.protocol.stage:
            case None if self.protocol.is_quitting:
                limit = self._timeouts.quit
            case Stage.CONTENT:
                limit = self._timeouts.content
            case Stage.DATA:
                limit = self._timeouts.data
            case _:
                limit = self._timeouts.command
        if now - self._last_progress > limit:
            self.close(f"no reply within {limit:g} s")

    def close(self, reason: str) -> None:
        """End the conversation. The owner closes the socket, after it has removed it from its selector."""
        if self.is_open:
            self.is_open = False
            self.close_reason = reason
            self.protocol.connection_lost(reason)
            with suppress(OSError):
                self.sock.shutdown(socket.SHUT_RDWR)


def _send_buffers(sock: socket.socket, buffers: list[bytes | memoryview]) -> int:
    """Send once; the number of bytes that the socket took."""
    if sys.platform == "win32":
        return sock.send(buffers[0] if len(buffers) == 1 else b"".join(buffers))
    return sock.sendmsg(buffers)
