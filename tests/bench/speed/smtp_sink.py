"""SMTP server that accepts everything and does as little as possible, so that benchmarks measure the client.

    python -m tests.bench.speed.smtp_sink       prints its port; when its input ends, its statistics as JSON

It offers the extensions of large servers; ``--without-chunking`` leaves out CHUNKING. The statistics are the number of
mails and bytes and its processor time; with ``--sum`` also the sum of all contents' hashes, which does not depend on
their order. With ``--latency`` its replies take half a millisecond, as over a local network.
"""

from __future__ import annotations

import hashlib
import json
import re
import selectors
import socket
import sys
import time
from collections import deque
from contextlib import suppress
from dataclasses import dataclass, field

_HELLO = b"250-sink\r\n250-PIPELINING\r\n250-CHUNKING\r\n250 SIZE 100000000\r\n"
_WITHOUT_CHUNKING = _HELLO.replace(b"250-CHUNKING\r\n", b"")
_OK, _START_INPUT, _BYE = b"250 ok\r\n", b"354 go on\r\n", b"221 bye\r\n"

#: Differs between two stores: edition, subscriber, signature.
_DELIVERY_TOKEN = re.compile(rb"[0-9a-f]{24}\.\d+(?:\.[\w-]+)?")


@dataclass(slots=True)
class Statistics:
    """Statistics of all connections, and their delayed replies."""

    is_summed: bool
    hello: bytes
    latency_s: float
    #: Delayed replies: when to send them, and to which socket.
    delayed: deque[tuple[float, socket.socket, bytes]] = field(default_factory=deque)
    mails: int = 0
    bytes: int = 0
    sum: int = 0

    def reply(self, sock: socket.socket, out: bytes) -> None:
        if self.latency_s:
            self.delayed.append((time.monotonic() + self.latency_s, sock, out))
        else:
            sock.sendall(out)

    def send_due(self) -> float | None:
        """Send the delayed replies that are due; seconds until the next one, None if there is none."""
        while self.delayed:
            at, sock, out = self.delayed[0]
            if (remaining := at - time.monotonic()) > 0:
                return remaining
            self.delayed.popleft()
            with suppress(OSError):
                sock.sendall(out)
        return None

    def add(self, content: bytes) -> None:
        self.mails += 1
        if self.is_summed:
            common = _DELIVERY_TOKEN.sub(b"", content)
            self.sum = (self.sum + int.from_bytes(hashlib.sha256(common).digest())) % 2**256


@dataclass(slots=True)
class Client:
    """A connection. Contents are skipped by their announced size: none of their lines begins with a dot."""

    sock: socket.socket
    statistics: Statistics
    #: An incomplete line.
    buffer: bytes = b""
    size: int = 0
    #: Remaining bytes of the content, and of the final dot after it.
    content_bytes: int = 0
    dot_bytes: int = 0
    content: list[bytes] = field(default_factory=list)

    def read(self) -> bool:
        """Reply to the received commands; False at the end of the connection."""
        data = self.sock.recv(1 << 16)
        if not data:
            return False
        out: list[bytes] = []
        at = 0
        while at < len(data):
            at = (
                self.skip_content(data, at, out)
                if self.content_bytes or self.dot_bytes
                else self.run_command(data, at, out)
            )
        if out:
            self.statistics.reply(self.sock, b"".join(out))
        return True

    def skip_content(self, data: bytes, at: int, out: list[bytes]) -> int:
        step = min(self.content_bytes, len(data) - at)
        self.statistics.bytes += step
        if self.statistics.is_summed:
            self.content.append(data[at : at + step])
        self.content_bytes -= step
        dots = min(self.dot_bytes, len(data) - at - step)
        self.dot_bytes -= dots
        if not self.content_bytes and not self.dot_bytes:
            self.statistics.add(b"".join(self.content))
            self.content.clear()
            out.append(_OK)
        return at + step + dots

    def run_command(self, data: bytes, at: int, out: list[bytes]) -> int:
        end = data.find(b"\n", at) + 1
        if not end:
            self.buffer += data[at:]
            return len(data)
        line = self.buffer + data[at:end]
        self.buffer = b""
        verb = line[:4].upper()
        if verb == b"BDAT":
            self.content_bytes = int(line.split()[1])
            return end
        if verb == b"MAIL":
            self.size = int(line.lower().rpartition(b" size=")[2])
        elif verb == b"DATA":
            self.content_bytes, self.dot_bytes = self.size, len(b".\r\n")
        out.append({b"EHLO": self.statistics.hello, b"DATA": _START_INPUT, b"QUIT": _BYE}.get(verb, _OK))
        return end


def serve(listening: socket.socket, statistics: Statistics) -> None:
    """Serve until standard input ends."""
    selector = selectors.DefaultSelector()
    selector.register(listening, selectors.EVENT_READ, None)
    selector.register(sys.stdin, selectors.EVENT_READ, sys.stdin)
    while True:
        for key, _ in selector.select(statistics.send_due()):
            if key.data is None:
                sock, _ = listening.accept()
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                sock.sendall(b"220 sink\r\n")
                selector.register(sock, selectors.EVENT_READ, Client(sock, statistics))
            elif isinstance(key.data, Client):
                try:
                    is_open = key.data.read()
                except OSError:
                    is_open = False
                if not is_open:
                    selector.unregister(key.data.sock)
                    key.data.sock.close()
            else:
                return


def main() -> None:
    statistics = Statistics(
        is_summed="--sum" in sys.argv,
        hello=_WITHOUT_CHUNKING if "--without-chunking" in sys.argv else _HELLO,
        latency_s=0.0005 if "--latency" in sys.argv else 0.0,
    )
    with socket.create_server(("127.0.0.1", 0)) as listening:
        print(listening.getsockname()[1], flush=True)
        began = time.process_time()
        serve(listening, statistics)
        busy_s = time.process_time() - began
    totals = {"mails": statistics.mails, "bytes": statistics.bytes, "sum": f"{statistics.sum:064x}"}
    print(json.dumps({**totals, "busy_s": busy_s}), flush=True)


if __name__ == "__main__":
    main()
