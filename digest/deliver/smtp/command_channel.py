"""Commands and replies over a blocking socket, in turn: used to set up a session."""

from __future__ import annotations

import socket
import ssl
from collections import deque

from digest.deliver.smtp.replies import ProtocolError, Reply, ReplyParser


class ConnectionClosed(OSError):
    """The server closed the connection while a reply was expected."""


class ReplyTimeout(OSError):
    """The server accepted the connection and does not reply."""


class CommandChannel:
    """Sends one command at a time and waits for its reply."""

    def __init__(self, sock: socket.socket) -> None:
        self.sock = sock
        self._parser = ReplyParser()
        self._replies: deque[Reply] = deque()

    def send(self, command: str) -> Reply:
        """Send the command and return its reply. Raises ``OSError`` and ``ProtocolError``."""
        if self._replies or not self._parser.is_empty:
            raise ProtocolError("a reply without a command")
        self.sock.sendall(command.encode() + b"\r\n")
        return self.read_reply()

    def read_reply(self) -> Reply:
        """Wait for the next reply. Raises ``OSError`` and ``ProtocolError``."""
        while not self._replies:
            try:
                data = self.sock.recv(4096)
            except TimeoutError as error:
                raise ReplyTimeout(f"no reply within {self.sock.gettimeout():g} s") from error
            if not data:
                raise ConnectionClosed("the server closed the connection")
            self._replies.extend(self._parser.feed(data))
        return self._replies.popleft()

    def start_tls(self, context: ssl.SSLContext, host: str) -> None:
        """Continue over TLS. Text received before it is refused: an attacker may have injected it (CVE-2011-0411)."""
        if self._replies or not self._parser.is_empty:
            raise ProtocolError("data between STARTTLS and TLS")
        self.sock = context.wrap_socket(self.sock, server_hostname=host)
