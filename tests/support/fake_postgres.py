"""A server that greets like PostgreSQL of some version, and answers nothing else."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

_SSL_REQUEST, _GSS_REQUEST = 80877103, 80877104


@contextmanager
def fake_postgres(version: str) -> Iterator[str]:
    """The URL of a database on a server that says it is of this version.

    https://www.postgresql.org/docs/current/protocol-flow.html
    """
    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=_serve, args=(listener, version), daemon=True).start()
        yield f"postgresql://me:secret@127.0.0.1:{listener.getsockname()[1]}/d"
        with suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)


def _serve(listener: socket.socket, version: str) -> None:
    with suppress(OSError):
        while True:
            connection, _ = listener.accept()
            threading.Thread(target=_greet, args=(connection, version), daemon=True).start()


def _greet(connection: socket.socket, version: str) -> None:
    with connection, suppress(OSError):
        while True:
            length, code = struct.unpack("!ii", _read(connection, 8))
            if code not in {_SSL_REQUEST, _GSS_REQUEST}:
                break
            connection.sendall(b"N")
        _read(connection, length - 8)
        parameters = {"server_version": version, "server_encoding": "UTF8", "client_encoding": "UTF8"}
        statuses = [_message(b"S", f"{name}\0{value}\0".encode()) for name, value in parameters.items()]
        accepted, ready = _message(b"R", struct.pack("!i", 0)), _message(b"Z", b"I")
        key = _message(b"K", struct.pack("!ii", 1, 1))
        connection.sendall(b"".join([accepted, *statuses, key, ready]))
        connection.recv(1)  # until the client has left


def _message(kind: bytes, body: bytes) -> bytes:
    return kind + struct.pack("!i", len(body) + 4) + body


def _read(connection: socket.socket, length: int) -> bytes:
    data = b""
    while len(data) < length:
        if not (chunk := connection.recv(length - len(data))):
            raise ConnectionError
        data += chunk
    return data
