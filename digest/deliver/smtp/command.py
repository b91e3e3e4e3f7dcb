"""Questions and answers over a socket, one after the other: to set a connection up, where nothing is in a hurry."""

from __future__ import annotations

import socket
import ssl
from collections import deque

from digest.deliver.smtp.replies import Garbled, Replies, Reply


class HungUp(OSError):
    """The server closed the connection in the middle."""


class Silent(OSError):
    """It took the connection, and says nothing."""


class Ask:
    """Says a command, waits for the reply."""

    def __init__(self, sock: socket.socket) -> None:
        self.sock = sock
        self._replies = Replies()
        self._heard: deque[Reply] = deque()

    def __call__(self, command: str) -> Reply:
        if self._heard or not self._replies.is_empty:
            raise Garbled("it answers what was not asked")
        self.sock.sendall(command.encode() + b"\r\n")
        return self.listen()

    def listen(self) -> Reply:
        """The next reply."""
        while not self._heard:
            try:
                data = self.sock.recv(4096)
            except TimeoutError as error:
                raise Silent(f"it said nothing for {self.sock.gettimeout():g} s") from error
            if not data:
                raise HungUp("it hung up")
            self._heard.extend(self._replies.feed(data))
        return self._heard.popleft()

    def secure(self, context: ssl.SSLContext, host: str) -> None:
        """Go on over TLS. What was said before in the clear could be anybody's (CVE-2011-0411)."""
        if self._heard or not self._replies.is_empty:
            raise Garbled("it said something between STARTTLS and TLS")
        self.sock = context.wrap_socket(self.sock, server_hostname=host)
