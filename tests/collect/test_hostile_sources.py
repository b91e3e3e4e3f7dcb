"""One bad source of many kinds beside a good one: the good one's article is always there."""

from __future__ import annotations

import asyncio
import gzip
import random
import zlib
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from digest.collect.collector import make_collector
from digest.collect.concurrent import collect
from digest.model.newsletters import Source
from digest.model.protocols import Collected
from digest.settings import FetchSettings
from tests.support.sites import html, rss
from tests.support.web_servers import Answer, Handler, Route, WebServer

NOW = datetime(2026, 3, 27, 7, tzinfo=UTC)
LIMIT = 200_000
GOOD = rss("Ferry sails again")


def raw(data: bytes) -> Callable[[Handler], None]:
    """Write bytes to the connection in place of an HTTP response."""

    def write(handler: Handler) -> None:
        handler.wfile.write(data)

    return write


def endless(handler: Handler) -> None:
    handler.wfile.write(b"HTTP/1.1 200 OK\r\n\r\n<rss><channel>")
    for _ in range(10_000):
        handler.wfile.write(b"<item><title>x</title></item>" * 100)


def headers(handler: Handler) -> None:
    handler.wfile.write(b"HTTP/1.1 200 OK\r\n" + b"".join(b"X-%d: y\r\n" % number for number in range(100_000)))


def packed(body: bytes, encoding: str = "gzip") -> Answer:
    return Answer(body=body, headers={"Content-Encoding": encoding})


def feed(inner: str, *, head: str = "<?xml version='1.0'?>") -> Answer:
    return Answer(body=f"{head}<rss version='2.0'><channel><title>x</title>{inner}</channel></rss>".encode())


ENTITIES = "".join(f"<!ENTITY e{n} '{f'&e{n - 1};' * 10 if n else 'ha'}'>" for n in range(12))
KINDS: dict[str, Route] = {
    "redirect to itself": Answer(status=301, headers={"Location": "/bad"}),
    "redirect to a broken address": Answer(status=302, headers={"Location": "http://[::"}),
    "redirect to a file": Answer(status=302, headers={"Location": "file:///etc/passwd"}),
    "redirect to a port out of range": Answer(status=302, headers={"Location": "http://127.0.0.1:99999/"}),
    "redirect with controls": Answer(status=302, headers={"Location": "http://a\x0bb/\x7f"}),
    "not HTTP": raw(b"SSH-2.0-OpenSSH_9.7\r\n"),
    "nothing": raw(b""),
    "half a header": raw(b"HTTP/1.1 200 OK\r\nContent-Le"),
    "wrong length": raw(b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\nxx"),
    "broken chunks": raw(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nxx\r\n"),
    "status out of range": raw(b"HTTP/1.1 99999 Odd\r\n\r\n"),
    "many headers": headers,
    "NULs in headers": raw(b"HTTP/1.1 200 OK\r\nETag: \x00\r\nContent-Type: \x00\xff\r\n\r\n<rss>"),
    "odd Retry-After": Answer(status=503, headers={"Retry-After": "9" * 400}),
    "Retry-After in another script": Answer(status=429, headers={"Retry-After": "\xb2"}),
    "endless": endless,
    "cut gzip": packed(gzip.compress(GOOD)[:-20]),
    "damaged gzip": packed(b"\x1f\x8b\x08" + b"\xff" * 300),
    "empty gzip members": packed(gzip.compress(b"") * 9_000),
    "deflate bomb": packed(zlib.compress(b"\x00" * 50_000_000, 9), "deflate"),
    "unknown packing": packed(GOOD, "br, \xff"),
    "empty": Answer(),
    "NULs": Answer(body=b"\x00" * 1_000),
    "half a UTF-16": Answer(body=b"\xff\xfe" + "<rss>".encode("utf-16-le")[:-1]),
    "unknown charset": Answer(body=GOOD, headers={"Content-Type": "text/xml; charset=\xff\x01nonsense"}),
    "charset that is no text": Answer(body=GOOD, headers={"Content-Type": "text/xml; charset=base64"}),
    "charset that is a bomb": Answer(body=GOOD, headers={"Content-Type": "text/xml; charset=idna"}),
    "entities": feed("<item><title>&e11;</title></item>", head=f"<!DOCTYPE rss [{ENTITIES}]>"),
    "external entity": feed("<item><title>&x;</title></item>", head="<!DOCTYPE r [<!ENTITY x SYSTEM '/etc/hosts'>]>"),
    "deep XML": Answer(body=b"<rss>" + b"<channel>" * 20_000),
    "deep HTML": html(body="<div>" * 20_000),
    "deep JSON": Answer(body=b'{"version":"https://jsonfeed.org/version/1.1","items":' + b"[" * 90_000),
    "huge number": Answer(body=b'{"version":"https://jsonfeed.org/version/1.1","items":[{"id":' + b"9" * 9000 + b"}]}"),
    "odd JSON": Answer(body=b'{"version":"https://jsonfeed.org/version/1.1","items":[1,null,{"id":{},"url":"//["}]}'),
    "dates": feed(
        "".join(
            f"<item><title>{n}</title><pubDate>{date}</pubDate></item>"
            for n, date in enumerate(["0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59", "\xb2", "Mon, 99"])
        )
    ),
    "broken links": feed("<item><title>a</title><link>http://[</link></item><item><title>b</title><guid>//[</guid></item>"),
    "broken base": html("<base href='http://['><link rel=canonical href='http://[::'><link rel=alternate href='//['>"),
    "lone surrogates": Answer(body=b'{"version":"https://jsonfeed.org/version/1.1","items":[{"id":"\\ud800","title":"\\udfff"}]}'),
    "OPML with itself": Answer(body=b"<opml><body><outline xmlUrl='http://['/><outline xmlUrl='http://x:99999/'/></body></opml>"),
    "site map without end": Answer(body=b"<urlset><url><loc>http://[</loc><lastmod>\xb2</lastmod></url>" * 2_000),
}  # fmt: skip
ROBOTS = {
    "superscript": "Crawl-delay: ²\nRequest-rate: ²/³\n",
    "broken address": "Disallow: //[\nSitemap: http://[\n",
    "escapes": "Disallow: /%zz%\nAllow: \x00\ufeff\n",
    "long": "User-agent: *\nDisallow: /" + "*" * 9_000 + "$\n",
    "redirects": "",
}


def good_titles(web: WebServer, bad: Source) -> list[str]:
    """The titles of the good source; the bad one is fetched beside it, and fails alone or has something to read."""
    web.routes["/good"] = Answer(body=GOOD)
    fetch = FetchSettings(allow=(web.address,), timeout_s=3, max_bytes=LIMIT)
    collected = asyncio.run(collect([bad, Source(id="good", url=web.url("/good"))], make_collector(fetch, NOW)))
    assert isinstance(collected[1], Collected), collected[1]
    return [entry.title for entry in collected[1].entries]


@pytest.mark.parametrize("kind", KINDS)
def test_a_hostile_source_fails_alone(kind: str, web: WebServer) -> None:
    web.routes["/bad"] = KINDS[kind]

    assert good_titles(web, Source(id="bad", url=web.url("/bad"), full_text="always")) == ["Ferry sails again"]


@pytest.mark.parametrize("robots", ROBOTS)
def test_a_hostile_robots_txt_harms_only_its_source(robots: str, web: WebServer) -> None:
    answer = Answer(body=f"User-agent: *\n{ROBOTS[robots]}".encode())
    web.routes["/robots.txt"] = answer if ROBOTS[robots] else Answer(status=301, headers={"Location": "/robots.txt"})
    web.routes["/bad"] = html()

    assert good_titles(web, Source(id="bad", url=web.url("/bad"))) == ["Ferry sails again"]


@pytest.mark.parametrize(
    "url",
    ["http://[", "http://a..b/", "http://" + "x" * 70 + ".example/", "http://\ud800.example/", "http://127.0.0.1:0/"],
)
def test_an_address_that_is_none_fails_alone(url: str, web: WebServer) -> None:
    assert good_titles(web, Source(id="bad", url=url)) == ["Ferry sails again"]


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(40))
def test_a_damaged_source_fails_alone(seed: int, web: WebServer) -> None:
    """Bytes of real kinds of documents are changed, removed and doubled at random."""
    random_ = random.Random(seed)
    bodies = [answer.body for answer in KINDS.values() if isinstance(answer, Answer) and answer.body]
    for number in range(10):
        body = bytearray(random_.choice(bodies)[:LIMIT])
        for _ in range(random_.randint(1, 30)):
            at = random_.randrange(len(body) or 1)
            body[at : at + random_.randint(0, 9)] = random_.randbytes(random_.randint(0, 9))
        web.routes[f"/bad{number}"] = Answer(body=bytes(body))

        assert good_titles(web, Source(id="bad", url=web.url(f"/bad{number}"))) == ["Ferry sails again"]
