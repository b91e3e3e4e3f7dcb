"""A feed server under several addresses of this machine, which records each visit and has news every other minute."""

from __future__ import annotations

import random
import threading
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise

_ITEMS = 3
_SYLLABLES = ("ba", "den", "fi", "gor", "hul", "ka", "lem", "mi", "nor", "pu", "ras", "sel", "ti", "vo", "wen", "zu")


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: FeedHosts

    def do_GET(self) -> None:
        if not self.path.startswith("/feed"):
            self.send_error(404)
            return
        self.server.visits[self.headers["Host"] + self.path].append(time.monotonic())
        minute = int(time.time() // 120) * 2
        body = _feed([minute - back for back in range(0, 2 * _ITEMS, 2)])
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


def _feed(minutes: Sequence[int]) -> bytes:
    """An article for each of the minutes, about something that no other is about."""
    items = "".join(
        f"<item><guid>n{minute}</guid><title>{_words(minute, 3).title()}</title>"
        f"<link>http://news.example/{minute}</link><pubDate>{format_datetime(_start_of(minute))}</pubDate>"
        f"<description>The {_words(minute, 6)} came back to the harbour. Nobody had seen the {_words(-minute, 7)}."
        "</description></item>"
        for minute in minutes
    )
    return f"<rss version='2.0'><channel><title>News</title>{items}</channel></rss>".encode()


def _words(seed: int, number: int) -> str:
    """Words that are made up, the same for the same seed."""
    chance = random.Random(seed)
    return " ".join("".join(chance.choices(_SYLLABLES, k=3)) for _ in range(number))


def _start_of(minute: int) -> datetime:
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(minutes=minute)
