"""Hostile sources: each gives valid entries or a one-line error, and does not affect the others."""

from __future__ import annotations

import asyncio
import gzip
import json
import re
import resource
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from digest.cli import main
from digest.collect.collector import make_collector
from digest.collect.concurrent import collect
from digest.model.failures import Failure
from digest.model.newsletters import Source
from digest.model.protocols import Collected
from digest.settings import FetchSettings
from tests.support.web_servers import Answer, Handler, Route, WebServer, web_server

SEEN = datetime(2026, 3, 27, tzinfo=UTC)
MILL = "The mill grinds again\n\nThe old mill in the valley grinds rye since Monday. The miller sells flour at noon.\n"
LONG = "The ferry sails again, says the harbour office. " * 40


def rss(*items: str, before: str = "", head: str = "<?xml version='1.0'?>") -> bytes:
    return f"{head}{before}<rss version='2.0'><channel><title>News</title>{''.join(items)}</channel></rss>".encode()


def item(title: str, body: str = LONG) -> str:
    return f"<item><title>{title}</title><link>https://post.example/{len(title)}/{title[:5]}</link><description>{body}</description></item>"


GOOD = rss(item("A"), item("B"))


def compressed(body: bytes, encoding: str = "gzip") -> Answer:
    return Answer(body=body, headers={"Content-Encoding": encoding})


def raw_route(*pieces: bytes, pause_s: float = 0.0, times: int = 1) -> Route:
    """A route that writes these pieces ``times`` times and closes the connection."""

    def write(handler: Handler) -> None:
        for _ in range(times):
            for piece in pieces:
                handler.wfile.write(piece)
                handler.wfile.flush()
                time.sleep(pause_s)

    return write


def typed(body: bytes, kind: str) -> Answer:
    return Answer(body=body, headers={"Content-Type": kind})


def with_false_length(length: int, body: bytes) -> Route:
    return raw_route(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (length, body))


BOMB = gzip.compress(b"\0" * 30_000_000)
LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
#: Route and expected outcome: titles, or the failure's message.
HOSTILE: dict[str, tuple[Route, list[str] | str]] = {
    "a gzip bomb": (compressed(BOMB), "larger than"),
    "a bomb in a bomb": (compressed(gzip.compress(BOMB), "gzip, gzip"), "not asked for"),
    "a packed file in a packed answer": (compressed(gzip.compress(BOMB)), "a packed file, not an article"),
    "a redirect to nowhere": (Answer(status=302, headers={"Location": ""}), "302"),
    "a redirect to itself": (Answer(status=302, headers={"Location": "?"}), "more than 8 redirects"),
    "redirects without end": (
        lambda handler: handler.wfile.write(
            f"HTTP/1.1 307 Go on\r\nContent-Length: 0\r\nLocation: ?{time.monotonic_ns()}\r\n\r\n".encode()
        ),
        "more than 8 redirects",
    ),
    "a redirect to what is no name": (Answer(status=302, headers={"Location": "http://xn--localhost-/"}), "no address"),
    "a redirect to another scheme": (Answer(status=302, headers={"Location": "file:///etc/passwd"}), "only http"),
    "lengths that disagree": (
        raw_route(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 7\r\n\r\n<rss>"),
        "proper HTTP",
    ),
    "a negative length": (raw_route(b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n<rss>"), "proper HTTP"),
    "chunks without end": (
        raw_route(
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", *[b"8000\r\n" + b"x" * 0x8000 + b"\r\n"] * 800
        ),
        "larger than",
    ),
    "a chunk as large as the sea": (
        raw_route(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\nx"),
        "broke off|proper HTTP",
    ),
    "a packed body cut short": (compressed(gzip.compress(GOOD)[:-20]), "broke off"),
    "a packed body that is damaged": (compressed(gzip.compress(GOOD)[:20] + b"x" * 99), "damaged"),
    "a packing that nobody asked for": (compressed(GOOD, "br"), "not asked for"),
    "a message that patience has no end": (Answer(status=503, headers={"Retry-After": "9" * 40}), "503"),
    "a status that there is not": (raw_route(b"HTTP/1.1 999 Odd\r\nContent-Length: 0\r\n\r\n"), "999"),
    "a slow drip": (
        raw_route(b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n", *[b"x"] * 20, pause_s=0.2),
        "within|broke off",
    ),
    "an endless body": (raw_route(b"HTTP/1.1 200 OK\r\n\r\n", *[b"<p>x" * 50_000] * 90), "larger than"),
    "endless headers": (raw_route(b"HTTP/1.1 200 OK\r\n", *[b"X: y\r\n" * 1000] * 100), "proper HTTP"),
    "a body cut short": (with_false_length(len(GOOD) + 9, GOOD), "broke off"),
    "more than its length": (with_false_length(len(GOOD), GOOD + b"HTTP/1.1 200 OK\r\n\r\nmore"), ["A", "B"]),
    "an image as a feed": (typed(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 9, "application/rss+xml"), "an image"),
    "a PDF as a page": (typed(b"%PDF-1.7 " + b"x" * 99, "text/html"), "a PDF"),
    "a feed as an image": (typed(GOOD, "image/png"), ["A", "B"]),
    "a charset that there is not": (typed(GOOD, "application/rss+xml; charset=rot13"), ["A", "B"]),
    "the wrong charset": (typed(rss(item("Größe")), "application/rss+xml; charset=ascii"), ["Größe"]),
    "UTF-16 without a mark": (typed(rss(item("Größe"), head="").decode().encode("utf-16-le"), "text/xml"), ["Größe"]),
    "an entity bomb": (
        Answer(body=rss(item("&l9;"), item("B"), before=f'<!DOCTYPE r [<!ENTITY l0 "ha">{LAUGHS}]>')),
        ["&l9;", "B"],
    ),
    "an external entity": (
        Answer(body=rss(item("&x;"), item("B"), before='<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]>')),
        ["", "B"],
    ),
    "a feed of 50 MB": (Answer(body=rss(*[item("A")] * 20 + [item("B", "x" * 50_000_000)])), "larger than"),
    "100,000 entries": (
        Answer(body=rss(*(item(f"{n}", "x") for n in range(100_000)))),
        [str(n) for n in range(1000)],
    ),
    "20,000 nested tags": (Answer(body=rss(item("A", "&lt;div&gt;" * 20_000 + LONG))), ["A"]),
    "20,000 nested elements": (
        Answer(body=b"<rss version='2.0'><channel>" + b"<item>" * 20_000),
        [],
    ),
    "60,000 comment openers": (Answer(body=rss(item("A", "<!--" * 60_000), item("B"))), ["A", "B"]),
    "a page of 60,000 comment openers": (
        typed(b"<html><head><title>A</title></head><body>" + b"<!--" * 60_000, "text/html"),
        "no article text|no text",
    ),
    "20,000 attributes": (
        Answer(
            body=rss(item("A")).replace(b"<channel>", b"<channel %s>" % b" ".join(b'a%d=""' % n for n in range(20_000)))
        ),
        ["A"],
    ),
    "an entity bomb in a site map": (
        Answer(
            body=f"<!DOCTYPE u [<!ENTITY l0 'ha'>{LAUGHS}]><urlset><url><loc>https://a.example/&l9;</loc></url></urlset>".encode()
        ),
        [],
    ),
    "an external entity in a list of feeds": (
        Answer(body=b'<!DOCTYPE o [<!ENTITY x SYSTEM "file:///etc/passwd">]><opml><body><outline text="&x;"/></body>'),
        "no feed in this OPML",
    ),
    "a text that is all marks": (typed(b"> - *" * 200_000, "text/markdown"), [""]),
    "a header in a title": (Answer(body=rss(item("A&#13;&#10;Bcc: all@example.org"))), ["A\r\nBcc: all@example.org"]),
    "JSON of wrong types": (
        Answer(
            body=json.dumps(
                {"version": "https://jsonfeed.org/version/1", "items": [None, 7, {"id": [], "title": {}}]}
            ).encode()
        ),
        [],
    ),
    "JSON that is no feed": (typed(b'{"items": {"a": 1}}', "application/json"), "no feed"),
    "JSON nested without end": (typed(b'{"items": ' + b"[" * 100_000, "application/json"), "damaged"),
    "a page nested without end": (
        typed(b"<html><body>" + b"<div><p>x" * 20_000, "text/html"),
        [""],
    ),
    "an address that is none": (
        raw_route(b"HTTP/1.1 302 Found\r\nLocation: http://[::::]/\r\n\r\n"),
        "no address|closed",
    ),
    "a way inside by IPv6": (
        Answer(status=301, headers={"Location": "http://[::ffff:7f00:1]:1/"}),
        "not on the public",
    ),
    "a name that is inside": (Answer(status=301, headers={"Location": "http://localhost:1/"}), "not on the public"),
}


@pytest.fixture(scope="module")
def web() -> Iterator[WebServer]:
    with web_server() as server:
        server.routes["/good"] = Answer(body=GOOD)
        server.routes |= {f"/{number}": route for number, (route, _) in enumerate(HOSTILE.values())}
        yield server


@pytest.fixture(scope="module")
def outcomes(web: WebServer) -> dict[str, Collected | Failure]:
    """The outcomes of all hostile sources and a valid one, collected together."""
    names = {f"/{number}": name for number, name in enumerate(HOSTILE)} | {"/good": "good"}
    sources = [Source(id=name, url=web.url(path), full_text="never") for path, name in names.items()]
    fetch = FetchSettings(allow=(web.address,), timeout_s=30, max_bytes=16_000_000, per_host=8)
    before, begun = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.monotonic()
    results = asyncio.run(collect(sources, make_collector(fetch, SEEN), concurrency=8, per_host=8))
    assert time.monotonic() - begun < 90
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 400_000, "in kB"
    return dict(zip(names.values(), results, strict=True))


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_input_is_a_one_line_error_or_gives_valid_entries(
    outcomes: dict[str, Collected | Failure], name: str
) -> None:
    outcome, expected = outcomes[name], HOSTILE[name][1]

    if isinstance(expected, str):
        assert isinstance(outcome, Failure), outcome.entries[:1]
        assert re.search(expected, outcome.error), outcome.error
        assert len(outcome.error) < 250
        assert outcome.error.isprintable()
    else:
        assert isinstance(outcome, Collected), outcome.error
        assert [entry.title for entry in outcome.entries] == expected
    assert "root:" not in repr(outcome)


def test_the_valid_source_is_read_beside_the_hostile_ones(outcomes: dict[str, Collected | Failure]) -> None:
    good = outcomes["good"]

    assert isinstance(good, Collected)
    assert [entry.title for entry in good.entries] == ["A", "B"]


def test_a_preview_shows_valid_entries_and_names_failed_sources(
    web: WebServer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "mill.txt").write_text(MILL)
    web.routes["/one"] = Answer(body=rss(item("The bridge is open", LONG.replace("ferry", "bridge"))))
    bad = [
        web.url(f"/{list(HOSTILE).index(name)}") for name in ("a gzip bomb", "a PDF as a page", "a name that is inside")
    ]

    code = main(["preview", web.url("/one"), *bad, str(tmp_path), "--format", "json", "--allow", web.address])

    preview = json.loads(capsys.readouterr().out)
    assert code == 0
    assert sorted(story["title"] for story in preview["stories"]) == ["The bridge is open", "The mill grinds again"]
    assert [failure["url"] for failure in preview["failures"]] == bad
    assert all(failure["error"] for failure in preview["failures"])


@pytest.mark.parametrize("form", ["terminal", "text", "json", "html"])
def test_file_names_can_not_control_the_terminal(tmp_path: Path, capsys: pytest.CaptureFixture[str], form: str) -> None:
    (tmp_path / "mill.txt").write_text(MILL)
    for sign in "\x01\a\n\x1b\x7f\x9b\u202e":
        (tmp_path / f"b{sign}]0;x{sign}.bin").write_bytes(b"x")

    main(["preview", str(tmp_path), "--format", form])

    output = capsys.readouterr().out
    styles = re.sub(r"\x1b\[[\d;]*m", "", output) if form == "terminal" else output
    assert "The mill grinds again" in output
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202e]", styles)
