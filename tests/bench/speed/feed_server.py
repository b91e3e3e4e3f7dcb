"""HTTP server with thousands of generated feeds, each on an IP address of its own, in a separate process.

    python -m tests.bench.speed.feed_server FEEDS ENTRIES PARAGRAPHS LATENCY_S

It prints its port, and serves ``http://127.A.B.C:PORT/feed`` until its input ends. A feed is generated from its
number, so that it is the same on every machine; an unchanged one is answered with 304.
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
from itertools import accumulate

from tests.bench.speed.summaries import text

#: The most frequent English words, by rank.
_FUNCTION_WORDS = """the of and to in a is that for it was on with as his be at by he this had not are but from or have
    an they which one were all their there we her has been would when who will no more if out so up said what about
    its"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Feeds:
    """Address of the running server, and the number of its feeds."""

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
def serve_feeds(count: int, *, entries: int, paragraphs: int = 5, latency_s: float = 0.0) -> Iterator[Feeds]:
    """Serve ``count`` feeds until the block ends."""
    command = [sys.executable, "-m", __name__, *map(str, (count, entries, paragraphs, latency_s))]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        try:
            yield Feeds(port=int(process.stdout.readline()), count=count)
        finally:
            process.terminate()


def host(number: int) -> str:
    """The feed's address in 127.0.0.0/8, the loopback network."""
    return f"127.{1 + number // 62500}.{number // 250 % 250}.{1 + number % 250}"


def feed(number: int, *, entries: int, paragraphs: int) -> bytes:
    """An RSS feed as WordPress writes it: teasers of one paragraph, with more paragraphs full text beside them."""
    items = "".join(_item(number, at, paragraphs) for at in range(entries))
    home = f"https://outlet-{number}.example"
    return f"""<?xml version="1.0" encoding="UTF-8"?><rss version="2.0"
    xmlns:content="http://purl.org/rss/1.0/modules/content/"
    xmlns:dc="http://purl.org/dc/elements/1.1/"
    xmlns:atom="http://www.w3.org/2005/Atom"
    xmlns:sy="http://purl.org/rss/1.0/modules/syndication/"
    xmlns:slash="http://purl.org/rss/1.0/modules/slash/">
<channel>
    <title>Outlet {number}</title>
    <atom:link href="{home}/feed/" rel="self" type="application/rss+xml" />
    <link>{home}/</link>
    <description>News of outlet {number}</description>
    <lastBuildDate>Fri, 27 Mar 2026 23:59:59 +0000</lastBuildDate>
    <language>en-US</language>
    <sy:updatePeriod>hourly</sy:updatePeriod>
    <sy:updateFrequency>1</sy:updateFrequency>
{items}</channel>
</rss>""".encode()


def _item(number: int, at: int, paragraphs: int) -> str:
    generator = random.Random(number * 1000 + at)
    bodies = [[_sentence(generator) for _ in range(generator.randint(1, 4))] for _ in range(paragraphs)]
    home = f"https://outlet-{number}.example"
    title = f"{bodies[0][0][:60].rstrip('.')} {at}"
    link = f"{home}/2026/03/27/story-{at}/"
    footer = f'<p>The post <a href="{link}">{title}</a> appeared first on <a href="{home}">Outlet {number}</a>.</p>\n'
    excerpt = f"<p>{' '.join(bodies[0])}</p>\n{footer}"
    points = [_sentence(generator) for _ in range(3)]
    full_text = f"<content:encoded><![CDATA[{_content(bodies, points, link)}{footer}]]></content:encoded>"
    categories = "".join(f"<category><![CDATA[Topic {generator.randint(1, 40)}]]></category>" for _ in range(3))
    return (
        f"<item><title>{title}</title><link>{link}</link><dc:creator><![CDATA[Desk {at % 5}]]></dc:creator>"
        f"<pubDate>Fri, 27 Mar 2026 {at % 24:02}:{number % 60:02}:00 +0000</pubDate>{categories}"
        f'<guid isPermaLink="false">{home}/?p={at}</guid><description><![CDATA[{excerpt}]]></description>'
        f"{full_text if paragraphs > 1 else ''}<slash:comments>{at}</slash:comments></item>\n"
    )


def _sentence(generator: random.Random) -> str:
    """Generated words between English function words, as frequent as in English."""
    words = generator.choices(_words(), cum_weights=_cum_weights(), k=generator.randint(12, 28))
    return f"{' '.join(words).capitalize()}."


def _content(paragraphs: list[list[str]], points: list[str], link: str) -> str:
    """Paragraphs with links and emphasis, an image, a heading, a list, a quotation and share buttons."""
    picture = (
        f'<figure class="wp-block-image size-large"><img loading="lazy" decoding="async" width="1024" height="576"'
        f' src="{link}view-1024x576.jpg" alt="A view" class="wp-image-7" srcset="{link}view-1024x576.jpg 1024w,'
        f' {link}view-300x169.jpg 300w" sizes="(max-width: 1024px) 100vw, 1024px" />'
        f'<figcaption class="wp-element-caption">A view of it</figcaption></figure>\n'
    )
    items = "".join(f"<li>{point}</li>\n" for point in points)
    blocks = [_paragraph(at, sentences, link) for at, sentences in enumerate(paragraphs)]
    blocks.insert(3, f'<h2 class="wp-block-heading">What follows</h2>\n<ul class="wp-block-list">\n{items}</ul>\n')
    share = f'<div class="sharedaddy"><a class="share-twitter" href="{link}?share=x">Share on X</a></div>\n'
    return picture + "".join(blocks) + share


def _paragraph(at: int, sentences: list[str], link: str) -> str:
    first, *following = sentences
    words = first.split()
    match at % 4:
        case 0:
            linked = f'<a href="{link}#{at}" target="_blank" rel="noopener">{" ".join(words[4:7])}</a>'
            first = f"{' '.join(words[:4])} {linked} {' '.join(words[7:])}"
        case 1:
            first = f"&#8220;{first[:-1]},&#8221; it <em>said</em>: it wasn&#8217;t all."
        case 2:
            first = f"The café’s <strong>own</strong> count &#8212; {first[0].lower()}{first[1:]}"
        case _:
            return f'<blockquote class="wp-block-quote"><p>{" ".join(sentences)}</p></blockquote>\n'
    return f"<p>{' '.join((first, *following))}</p>\n"


@lru_cache
def _words() -> list[str]:
    return [
        *_FUNCTION_WORDS.split(),
        *dict.fromkeys(word.strip(".").lower() for sentence in text(2000) for word in sentence.split()),
    ]


@lru_cache
def _cum_weights() -> list[float]:
    """Cumulative Zipf weights by rank."""
    return list(accumulate(1 / (rank + 3) for rank in range(len(_words()))))


class _HttpProtocol(asyncio.Protocol):
    """Minimal HTTP, so that the benchmark does not measure the server."""

    def __init__(self, body: Callable[[int], bytes], latency_s: float) -> None:
        self._body, self._latency_s, self._buffer = body, latency_s, b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        parts = [int(part) for part in transport.get_extra_info("sockname")[0].split(".")]
        self._number = (parts[1] - 1) * 62500 + parts[2] * 250 + parts[3] - 1

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        while b"\r\n\r\n" in self._buffer:
            request, _, self._buffer = self._buffer.partition(b"\r\n\r\n")
            asyncio.get_running_loop().call_later(self._latency_s, self._respond, request)

    def _respond(self, request: bytes) -> None:
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
    server = await loop.create_server(lambda: _HttpProtocol(body, latency_s), "0.0.0.0", 0, backlog=4096)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(_serve(*map(int, sys.argv[1:4]), float(sys.argv[4])))
