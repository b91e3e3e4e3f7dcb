"""One connection of many: a socket that never waits, and the conversation over it."""

from __future__ import annotations

import socket
import ssl
from contextlib import suppress

from digest.deliver.smtp.connect import Line, Timeouts
from digest.deliver.smtp.protocol import Talk
from digest.deliver.smtp.replies import Garbled
from digest.model.protocols import Stage

#: Replies are short.
_ENOUGH = 8192
#: Systems take 1,024 at once.
_MOST_PIECES = 512
_LATER = (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError)


class Connection:
    """Reads what has come and writes what fits; ``talk`` knows what it means."""

    def __init__(self, line: Line, timeouts: Timeouts, *, now: float) -> None:
        self.line = line
        self.talk = Talk(line.offers)
        self.is_open = True
        #: Why it isn't, if so.
        self.why = ""
        #: Bytes are left over that the socket didn't take.
        self.is_full = False
        self._sock = line.sock
        self._sock.setblocking(False)
        self._tls = self._sock if isinstance(self._sock, ssl.SSLSocket) else None
        self._timeouts = timeouts
        self._pending: list[bytes | memoryview] = []
        #: It takes nothing any more.
        self._is_cut = False
        self._since = now

    def fileno(self) -> int:
        return self._sock.fileno()

    def read(self, now: float) -> None:
        """Hear what has come."""
        try:
            data = self._sock.recv(_ENOUGH)
            while self._tls and self._tls.pending():
                data += self._sock.recv(_ENOUGH)
            if self.talk.hear(data):
                self._since = now
        except _LATER:
            return
        except Garbled as error:
            self.end(str(error))
        except OSError as error:
            self.end(f"the line broke: {error.strerror or error}")
        else:
            if not data or self.talk.is_over:
                self.end("the server hung up")

    def write(self, now: float) -> None:
        """Say what there is to be said, or as much of it as fits."""
        if self.talk.queued == self.talk.written or self._is_cut:
            return
        if more := self.talk.output():
            self._since = self._since if self._pending else now
            self._pending += more
        try:
            self.talk.written += self._send()
            self._since = now
        except _LATER as error:
            self.is_full = not isinstance(error, ssl.SSLWantReadError)
        except OSError:
            # What the server said before is still to be read: it may be that it took a mail.
            self._is_cut = True
            self.is_full = False
        else:
            self.is_full = bool(self._pending)

    def _send(self) -> int:
        """How many bytes left; the rest is pending."""
        if len(self._pending) > 1 and (self._tls or len(self._pending) > _MOST_PIECES):
            self._pending = [b"".join(self._pending)]
        sent = self._tls.send(self._pending[0]) if self._tls else self._sock.sendmsg(self._pending)
        if self.talk.written + sent == self.talk.queued:
            self._pending = []
        else:
            rest = self._pending[0] if len(self._pending) == 1 else b"".join(self._pending)
            self._pending = [memoryview(rest)[sent:]]
        return sent

    def hurry(self, now: float) -> None:
        """End it if the server has kept us waiting for too long."""
        if self.talk.is_idle and self.talk.queued == self.talk.written:
            return
        match self.talk.stage:
            case None if self.talk.is_leaving:
                limit = self._timeouts.goodbye
            case Stage.CONTENT:
                limit = self._timeouts.content
            case Stage.DATA:
                limit = self._timeouts.data
            case _:
                limit = self._timeouts.command
        if now - self._since > limit:
            self.end(f"no answer within {limit:g} s")

    def end(self, why: str) -> None:
        """Nothing more will be heard. The socket stays, for its owner to close: a closed one's number is given away."""
        if self.is_open:
            self.is_open = False
            self.why = why
            self.talk.lose(why)
            with suppress(OSError):
                self._sock.shutdown(socket.SHUT_RDWR)
