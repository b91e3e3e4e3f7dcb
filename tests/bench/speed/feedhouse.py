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
from itertools import accumulate

from tests.bench.speed.summaries import text

#: English's commonest words, in their order.
_GLUE = """the of and to in a is that for it was on with as his be at by he this had not are but from or have an they
    which one were all their there we her has been would when who will no more if out so up said what about its"""


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
    """An RSS feed as the usual publishing system writes it: teasers of one paragraph, or whole articles beside them."""
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
    <description>What outlet {number} tells</description>
    <lastBuildDate>Fri, 27 Mar 2026 23:59:59 +0000</lastBuildDate>
    <language>en-US</language>
    <sy:updatePeriod>hourly</sy:updatePeriod>
    <sy:updateFrequency>1</sy:updateFrequency>
{items}</channel>
</rss>""".encode()


def _item(number: int, at: int, paragraphs: int) -> str:
    dice = random.Random(number * 1000 + at)
    told = [[_sentence(dice) for _ in range(dice.randint(1, 4))] for _ in range(paragraphs)]
    home = f"https://outlet-{number}.example"
    title = f"{told[0][0][:60].rstrip('.')} {at}"
    link = f"{home}/2026/03/27/story-{at}/"
    footer = f'<p>The post <a href="{link}">{title}</a> appeared first on <a href="{home}">Outlet {number}</a>.</p>\n'
    excerpt = f"<p>{' '.join(told[0])}</p>\n{footer}"
    points = [_sentence(dice) for _ in range(3)]
    whole = f"<content:encoded><![CDATA[{_marked(told, points, link)}{footer}]]></content:encoded>"
    categories = "".join(f"<category><![CDATA[Topic {dice.randint(1, 40)}]]></category>" for _ in range(3))
    return (
        f"<item><title>{title}</title><link>{link}</link><dc:creator><![CDATA[Desk {at % 5}]]></dc:creator>"
        f"<pubDate>Fri, 27 Mar 2026 {at % 24:02}:{number % 60:02}:00 +0000</pubDate>{categories}"
        f'<guid isPermaLink="false">{home}/?p={at}</guid><description><![CDATA[{excerpt}]]></description>'
        f"{whole if paragraphs > 1 else ''}<slash:comments>{at}</slash:comments></item>\n"
    )


def _sentence(dice: random.Random) -> str:
    """As many words of English glue as English has, and made-up ones between them."""
    words = dice.choices(_words(), cum_weights=_spread(), k=dice.randint(12, 28))
    return f"{' '.join(words).capitalize()}."


def _marked(told: list[list[str]], points: list[str], link: str) -> str:
    """Paragraphs with links and emphasis, among them a picture, a heading, a list, a quotation and buttons to share."""
    picture = (
        f'<figure class="wp-block-image size-large"><img loading="lazy" decoding="async" width="1024" height="576"'
        f' src="{link}view-1024x576.jpg" alt="A view" class="wp-image-7" srcset="{link}view-1024x576.jpg 1024w,'
        f' {link}view-300x169.jpg 300w" sizes="(max-width: 1024px) 100vw, 1024px" />'
        f'<figcaption class="wp-element-caption">A view of it</figcaption></figure>\n'
    )
    items = "".join(f"<li>{point}</li>\n" for point in points)
    paragraphs = [_paragraph(at, sentences, link) for at, sentences in enumerate(told)]
    paragraphs.insert(3, f'<h2 class="wp-block-heading">What follows</h2>\n<ul class="wp-block-list">\n{items}</ul>\n')
    share = f'<div class="sharedaddy"><a class="share-twitter" href="{link}?share=x">Share on X</a></div>\n'
    return picture + "".join(paragraphs) + share


def _paragraph(at: int, sentences: list[str], link: str) -> str:
    first, *rest = sentences
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
    return f"<p>{' '.join((first, *rest))}</p>\n"


@lru_cache
def _words() -> list[str]:
    return [*_GLUE.split(), *dict.fromkeys(word.strip(".").lower() for each in text(2000) for word in each.split())]


@lru_cache
def _spread() -> list[float]:
    """By rank, as words are spread in language (Zipf)."""
    return list(accumulate(1 / (rank + 3) for rank in range(len(_words()))))


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
