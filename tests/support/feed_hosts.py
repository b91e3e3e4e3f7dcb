"""A feed server under several addresses of this machine, which records each visit and has news every minute."""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise

from tests.support.daily_feed import feed

_ITEMS = 3


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: FeedHosts

    def do_GET(self) -> None:
        if not self.path.startswith("/feed"):
            self.send_error(404)
            return
        self.server.visits[self.headers["Host"] + self.path].append(time.monotonic())
        minute = int(time.time() // 60)
        body = feed([(minute - back, _start_of(minute - back)) for back in range(_ITEMS)])
        self.send_response(200)
        self.send_header("Content-Type", "application/rss+xml")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Discard the message."""


class FeedHosts(ThreadingHTTPServer):
    """Answers ``/feed…`` at every address of 127.0.0.0/8, each of which is another host to a client."""

    daemon_threads = True
    request_queue_size = 100

    def __init__(self, hosts: Sequence[str]) -> None:
        super().__init__(("", 0), _Handler)
        self.addresses = [f"{host}:{self.server_port}" for host in hosts]
        #: Times (monotonic) of the visits, by host and path.
        self.visits: dict[str, list[float]] = defaultdict(list)

    @property
    def shortest_interval_s(self) -> float:
        """The shortest time between two visits of one feed."""
        gaps = [later - earlier for times in self.visits.values() for earlier, later in pairwise(times)]
        return min(gaps, default=float("inf"))

    def handle_error(self, request: object, client_address: object) -> None:
        """Ignore clients that are killed."""


@contextmanager
def feed_hosts(count: int) -> Iterator[FeedHosts]:
    """A running server with so many hosts."""
    with FeedHosts([f"127.0.0.{number}" for number in range(1, count + 1)]) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


def _start_of(minute: int) -> datetime:
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(minutes=minute)
