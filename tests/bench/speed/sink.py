"""A mail server that takes everything and does next to nothing, so that its clients are what is measured.

    python -m tests.bench.speed.sink          prints its port; at the end of its input, what it took

It offers what large servers offer; ``--without-chunking`` leaves out the latest of it. It says how many mails and bytes
it took, and how long its processor was busy with them; with ``--sum`` also which bytes they were: the sum of all
contents' hashes, in whatever order they came. With ``--far`` its answers take half
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
    bytes: int = 0
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
    """One connection. Contents are passed over by the size announced with them: no line in them begins with a dot."""

    sock: socket.socket
    taken: Taken
    #: An unfinished line.
    rest: bytes = b""
    size: int = 0
    #: Bytes of content still to come, and the final dot's after them.
    left: int = 0
    dot: int = 0
    content: list[bytes] = field(default_factory=list)

    def read(self) -> bool:
        """Answer what has come; False when there is no more."""
        data = self.sock.recv(1 << 16)
        if not data:
            return False
        out: list[bytes] = []
        at = 0
        while at < len(data):
            at = self.pass_over(data, at, out) if self.left or self.dot else self.obey(data, at, out)
        if out:
            self.taken.answer(self.sock, b"".join(out))
        return True

    def pass_over(self, data: bytes, at: int, out: list[bytes]) -> int:
        step = min(self.left, len(data) - at)
        self.taken.bytes += step
        if self.taken.is_summed:
            self.content.append(data[at : at + step])
        self.left -= step
        dots = min(self.dot, len(data) - at - step)
        self.dot -= dots
        if not self.left and not self.dot:
            self.taken.add(b"".join(self.content))
            self.content.clear()
            out.append(_OK)
        return at + step + dots

    def obey(self, data: bytes, at: int, out: list[bytes]) -> int:
        end = data.find(b"\n", at) + 1
        if not end:
            self.rest += data[at:]
            return len(data)
        line = self.rest + data[at:end]
        self.rest = b""
        verb = line[:4].upper()
        if verb == b"BDAT":
            self.left = int(line.split()[1])
            return end
        if verb == b"MAIL":
            self.size = int(line.lower().rpartition(b" size=")[2])
        elif verb == b"DATA":
            self.left, self.dot = self.size, len(b".\r\n")
        out.append({b"EHLO": self.taken.hello, b"DATA": _GO_ON, b"QUIT": _BYE}.get(verb, _OK))
        return end


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
        began = time.process_time()
        serve(listening, taken)
        busy_s = time.process_time() - began
    said = {"mails": taken.mails, "bytes": taken.bytes, "sum": f"{taken.sum:064x}", "busy_s": busy_s}
    print(json.dumps(said), flush=True)


if __name__ == "__main__":
    main()
