"""Feeds by the thousand on this machine, each at an address of its own, from a process of its own.

    python -m tests.bench.speed.feedhouse FEEDS ENTRIES PARAGRAPHS LATENCY_S

It prints its port, and serves ``http://127.A.B.C:PORT/feed`` until its input ends. What a feed says is made up, by
numbers alone, so that it is the same on every machine; an unchanged one is answered with 304.
"""

from __future__ import annotations

import asyncio
import random
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache, partial

from tests.bench.speed.summaries import text

_SENTENCES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Feeds:
    """Feeds being served."""

    port: int
    count: int

    @property
    def hosts(self) -> list[str]:
        """``host:port`` of each."""
        return [f"{host(number)}:{self.port}" for number in range(self.count)]

    @property
    def urls(self) -> list[str]:
        return [f"http://{place}/feed" for place in self.hosts]


@contextmanager
def served(count: int, *, entries: int, paragraphs: int = 5, latency_s: float = 0.0) -> Iterator[Feeds]:
    """So many feeds, until the block ends."""
    command = [sys.executable, "-m", __name__, *map(str, (count, entries, paragraphs, latency_s))]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        try:
            yield Feeds(port=int(process.stdout.readline()), count=count)
        finally:
            process.terminate()


def host(number: int) -> str:
    """All of 127.0.0.0/8 is this machine."""
    return f"127.{1 + number // 62500}.{number // 250 % 250}.{1 + number % 250}"


def feed(number: int, *, entries: int, paragraphs: int) -> bytes:
    """An RSS feed; a paragraph has some 55 words."""
    items = "".join(_item(number, at, paragraphs) for at in range(entries))
    head = f"<title>Outlet {number}</title><link>http://{host(number)}/</link><language>en</language>"
    return f'<?xml version="1.0"?><rss version="2.0"><channel>{head}{items}</channel></rss>'.encode()


def _item(number: int, at: int, paragraphs: int) -> str:
    spoken = _spoken()
    dice = random.Random(number * 1000 + at)
    told = [dice.choices(spoken, k=_SENTENCES) for _ in range(paragraphs)]
    url = f"https://outlet-{number}.example/{at}"
    return (
        f"<item><title>{told[0][0][:60]} {at}</title><link>{url}</link><guid>{url}</guid>"
        f"<pubDate>Fri, 27 Mar 2026 {at % 24:02}:{number % 60:02}:00 GMT</pubDate>"
        f"<description><![CDATA[{_marked(told, url)}]]></description></item>"
    )


def _marked(told: list[list[str]], url: str) -> str:
    """As the usual publishing systems write it: a picture, and a link and an emphasis in each paragraph."""
    picture = f'<figure class="wp-block-image"><img src="{url}.jpg" alt="A view" width="800" height="450" /></figure>'
    paragraphs = (
        f'<p>{one[0]} <a href="{url}#{n}">{one[1][:-1]}</a>. <em>{one[2]}</em></p>\n' for n, one in enumerate(told)
    )
    return picture + "".join(paragraphs)


@lru_cache
def _spoken() -> list[str]:
    return text(2000)


class _Speaker(asyncio.Protocol):
    """As little of HTTP as it takes, so that the server isn't what is measured."""

    def __init__(self, body: Callable[[int], bytes], latency_s: float) -> None:
        self._body, self._latency_s, self._heard = body, latency_s, b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        parts = [int(part) for part in transport.get_extra_info("sockname")[0].split(".")]
        self._number = (parts[1] - 1) * 62500 + parts[2] * 250 + parts[3] - 1

    def data_received(self, data: bytes) -> None:
        self._heard += data
        while b"\r\n\r\n" in self._heard:
            request, _, self._heard = self._heard.partition(b"\r\n\r\n")
            asyncio.get_running_loop().call_later(self._latency_s, self._answer, request)

    def _answer(self, request: bytes) -> None:
        if b"GET /feed " not in request:
            self._transport.write(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
        elif b"if-none-match:" in request.lower():
            self._transport.write(b'HTTP/1.1 304 Not Modified\r\nETag: "1"\r\n\r\n')
        else:
            body = self._body(self._number)
            head = f'HTTP/1.1 200 OK\r\nContent-Type: application/rss+xml\r\nETag: "1"\r\nContent-Length: {len(body)}'
            self._transport.write(head.encode() + b"\r\n\r\n" + body)


async def _serve(count: int, entries: int, paragraphs: int, latency_s: float) -> None:
    loop = asyncio.get_running_loop()
    body = lru_cache(maxsize=512)(partial(feed, entries=entries, paragraphs=paragraphs))
    for number in range(min(count, 512)):
        body(number)
    server = await loop.create_server(lambda: _Speaker(body, latency_s), "0.0.0.0", 0, backlog=4096)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(_serve(*map(int, sys.argv[1:4]), float(sys.argv[4])))
