"""A mail server that takes everything and does next to nothing, so that its clients are what is measured.

    python -m tests.bench.speed.sink          prints its port; at the end of its input, what it took

It offers what large servers offer; ``--without-chunking`` leaves out the latest of it. With ``--sum`` it also says
which bytes it took: the sum of all contents' hashes, in whatever order they came. With ``--far`` its answers take half
a millisecond, as over a local network.
"""

from __future__ import annotations

import hashlib
import json
import selectors
import socket
import sys
import time
from collections import deque
from contextlib import suppress
from dataclasses import dataclass, field

_HELLO = b"250-sink\r\n250-PIPELINING\r\n250-CHUNKING\r\n250 SIZE 100000000\r\n"
_WITHOUT_CHUNKING = _HELLO.replace(b"250-CHUNKING\r\n", b"")
_OK, _GO_ON, _BYE = b"250 ok\r\n", b"354 go on\r\n", b"221 bye\r\n"


@dataclass(slots=True)
class Taken:
    """What all connections took."""

    is_summed: bool
    hello: bytes
    #: Answers on their way: when they arrive, and where.
    far_s: float
    on_their_way: deque[tuple[float, socket.socket, bytes]] = field(default_factory=deque)
    mails: int = 0
    sum: int = 0

    def answer(self, sock: socket.socket, out: bytes) -> None:
        if self.far_s:
            self.on_their_way.append((time.monotonic() + self.far_s, sock, out))
        else:
            sock.sendall(out)

    def arrive(self) -> float | None:
        """Let arrive what has been on its way for long enough; how long the next still is."""
        while self.on_their_way:
            at, sock, out = self.on_their_way[0]
            if (left := at - time.monotonic()) > 0:
                return left
            self.on_their_way.popleft()
            with suppress(OSError):
                sock.sendall(out)
        return None

    def add(self, content: bytes) -> None:
        self.mails += 1
        if self.is_summed:
            self.sum = (self.sum + int.from_bytes(hashlib.sha256(content).digest())) % 2**256


@dataclass(slots=True)
class Client:
    """One connection."""

    sock: socket.socket
    taken: Taken
    pieces: list[bytes] = field(default_factory=list)
    length: int = 0
    #: As announced with the mail.
    size: int = 0
    in_data: bool = False

    def read(self) -> bool:
        """Answer what has come; False when there is no more."""
        data = self.sock.recv(1 << 20)
        if not data:
            return False
        self.pieces.append(data)
        self.length += len(data)
        if self.in_data and self.length < self.size:
            return True
        out, rest = self.answer(b"".join(self.pieces))
        self.pieces, self.length = ([rest] if rest else []), len(rest)
        if out:
            self.taken.answer(self.sock, out)
        return True

    def answer(self, data: bytes) -> tuple[bytes, bytes]:
        out = []
        while data:
            if self.in_data:
                # The announced size is that of the content before dots are doubled: the end comes no earlier.
                end = data.find(b"\r\n.\r\n", max(0, self.size - 2))
                if end < 0:
                    break
                self.taken.add(data[: end + 2])
                data = data[end + 5 :]
                self.in_data = False
                out.append(_OK)
                continue
            line, found, rest = data.partition(b"\r\n")
            if not found:
                break
            if line.startswith(b"BDAT"):
                self.size = int(line.split()[1])
                if len(rest) < self.size:
                    break
                self.taken.add(rest[: self.size])
                data = rest[self.size :]
                out.append(_OK)
                continue
            data = rest
            verb = line[:4].upper()
            if verb == b"MAIL":
                self.size = int(line.lower().rpartition(b" size=")[2])
            self.in_data = verb == b"DATA"
            out.append({b"EHLO": self.taken.hello, b"DATA": _GO_ON, b"QUIT": _BYE}.get(verb, _OK))
        return b"".join(out), data


def serve(listening: socket.socket, taken: Taken) -> None:
    """Until the input ends."""
    selector = selectors.DefaultSelector()
    selector.register(listening, selectors.EVENT_READ, None)
    selector.register(sys.stdin, selectors.EVENT_READ, sys.stdin)
    while True:
        for key, _ in selector.select(taken.arrive()):
            if key.data is None:
                sock, _ = listening.accept()
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                sock.sendall(b"220 sink\r\n")
                selector.register(sock, selectors.EVENT_READ, Client(sock, taken))
            elif isinstance(key.data, Client):
                try:
                    goes_on = key.data.read()
                except OSError:
                    goes_on = False
                if not goes_on:
                    selector.unregister(key.data.sock)
                    key.data.sock.close()
            else:
                return


def main() -> None:
    taken = Taken(
        is_summed="--sum" in sys.argv,
        hello=_WITHOUT_CHUNKING if "--without-chunking" in sys.argv else _HELLO,
        far_s=0.0005 if "--far" in sys.argv else 0.0,
    )
    with socket.create_server(("127.0.0.1", 0)) as listening:
        print(listening.getsockname()[1], flush=True)
        serve(listening, taken)
    print(json.dumps({"mails": taken.mails, "sum": f"{taken.sum:064x}"}), flush=True)


if __name__ == "__main__":
    main()
