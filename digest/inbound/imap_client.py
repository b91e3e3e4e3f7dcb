"""IMAP client (RFC 3501) with bounds on time and bytes for all of a connection; logs in with any password."""

from __future__ import annotations

import imaplib
import re
import socket
import ssl
import threading
import time
from base64 import b64decode, b64encode
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from digest.model.imap_address import ImapAddress

_MAX_LINE = 1_000_000
#: Seconds between two looks whether the run is to stop.
_LOOK_S = 0.5
_CHUNK = 65_536
_SHIFTED = re.compile(r"&([A-Za-z0-9+,]*)-")
_NON_ASCII = re.compile(r"([^\x20-\x7e]+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class RunLimits:
    """Limits of all commands of a connection together; the next run reads what is left."""

    seconds: float = 300.0
    bytes: int = 50_000_000
    #: For one read of the socket.
    read_seconds: float = 60.0
    #: Once it is set, by another thread, reading ends.
    stop: threading.Event | None = None


class BoundedClient(imaplib.IMAP4):
    """Stops reading at a deadline, even if the server sends a byte now and then, and after a total size."""

    def __init__(self, host: str, port: int, limits: RunLimits, **options: ssl.SSLContext) -> None:
        self._limits = limits
        self._deadline = time.monotonic() + limits.seconds
        self._bytes_left = limits.bytes
        self._buffer = bytearray()
        self._buffered_socket: socket.socket | None = None
        super().__init__(host, port, timeout=min(limits.read_seconds, limits.seconds), **options)

    def has_budget(self, size: int) -> bool:
        """Enough bytes are left for a mail of that size, and some time."""
        return self._bytes_left > size + _CHUNK and time.monotonic() < self._deadline

    def read(self, size: int) -> bytes:
        if size - len(self._buffer) > self._bytes_left:
            raise self.error(f"it sends more than {self._limits.bytes:,} bytes")
        while len(self._buffer) < size and self._receive():
            pass
        return self._take(size)

    def readline(self) -> bytes:
        end = -1
        while (end := self._buffer.find(b"\n")) < 0 and len(self._buffer) <= _MAX_LINE and self._receive():
            pass
        return self._take(end + 1 if end >= 0 else len(self._buffer))

    def _take(self, size: int) -> bytes:
        data = bytes(self._buffer[:size])
        del self._buffer[:size]
        return data

    def _receive(self) -> bool:
        """Receive some bytes; False at the end of the connection."""
        if self._buffered_socket is not self.sock:  # after STARTTLS: what came before it must not count
            self._buffer.clear()
            self._buffered_socket = self.sock
        time_left = self._deadline - time.monotonic()
        if time_left <= 0:
            raise TimeoutError(f"reading takes longer than {self._limits.seconds:.0f} seconds")
        data = self._read_socket(min(self._limits.read_seconds, time_left))
        self._bytes_left -= len(data)
        if self._bytes_left < 0:
            raise self.error(f"it sends more than {self._limits.bytes:,} bytes")
        self._buffer += data
        return bool(data)

    def _read_socket(self, timeout_s: float) -> bytes:
        """Some bytes. Raises ``TimeoutError``, also when the run is to stop."""
        stop, deadline = self._limits.stop, time.monotonic() + timeout_s
        while stop and not stop.is_set() and (left := deadline - time.monotonic()) > _LOOK_S:
            self.sock.settimeout(min(left, _LOOK_S))
            with suppress(TimeoutError):
                return self.sock.recv(_CHUNK)
        if stop and stop.is_set():
            raise TimeoutError("the run was stopped")
        self.sock.settimeout(max(deadline - time.monotonic(), 0.001))
        return self.sock.recv(_CHUNK)


class _BoundedTlsClient(BoundedClient, imaplib.IMAP4_SSL):
    """As ``BoundedClient``, with TLS from the first byte."""


def connect(address: ImapAddress, limits: RunLimits) -> BoundedClient:
    if address.security == "tls":
        return _BoundedTlsClient(address.host, address.port, limits, ssl_context=ssl.create_default_context())
    return BoundedClient(address.host, address.port, limits)


def log_in(client: BoundedClient, username: str, password: str) -> None:
    """Log in; a name or password that is not ASCII is sent as UTF-8. Raises ``imaplib.IMAP4.error``."""
    if username.isascii() and password.isascii():
        client.login(quoted(username), password)  # imaplib quotes only the password
    elif "AUTH=PLAIN" in client.capabilities:
        credentials = f"\0{username}\0{password}".encode()  # RFC 4616
        client.authenticate("PLAIN", lambda _: credentials)
    else:
        # A literal may have any bytes; a quoted string may not. The stub has another type.
        literal: Any = password.encode()
        client.literal = literal
        status, response = client.xatom("LOGIN", quoted(username))
        if status != "OK":
            raise client.error(response[-1])
        client.state = "AUTH"


def folder_name(name: str) -> str:
    """A folder's name as the protocol has it: not ASCII, in modified UTF-7 (RFC 3501, section 5.1.3)."""
    if name.isascii():
        return quoted(name)
    runs = _NON_ASCII.split(name)
    encoded = [_modified_base64(run) if index % 2 else run.replace("&", "&-") for index, run in enumerate(runs)]
    return quoted("".join(encoded))


def decoded_folder_name(name: str) -> str:
    """A folder's name for people, from the protocol's form; as it is, if it is malformed."""
    try:
        return _SHIFTED.sub(lambda run: _from_modified_base64(run[1]), name)
    except ValueError:
        return name


def _from_modified_base64(text: str) -> str:
    padded = text.replace(",", "/") + "=" * (-len(text) % 4)
    return b64decode(padded, validate=True).decode("utf-16-be") if text else "&"


def _modified_base64(text: str) -> str:
    return "&" + b64encode(text.encode("utf-16-be")).decode().rstrip("=").replace("/", ",") + "-"


def quoted(text: str) -> str:
    return '"' + text.replace("\\", r"\\").replace('"', r"\"") + '"'
