"""HTTP client against a server with arbitrary answers."""

from __future__ import annotations

import asyncio
import gzip
import re
import socket
import threading
import time
import zlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from digest.http.client import Client, Reply, retry_time
from digest.http.private_access import PrivateAccess
from digest.model.errors import SourceError
from digest.model.protocols import FetchState
from digest.settings import FetchSettings
from tests.support.web_servers import Answer, Handler, WebServer, web_server

NOW = datetime(2026, 3, 27, 6, tzinfo=UTC)


def get(web: WebServer, path: str = "/", *, state: FetchState | None = None, **limits: object) -> Reply:
    """Fetch from the server, whose address is allowed."""
    limits = {"allow": (web.address,), "timeout_s": 5.0, **limits}
    return fetch(web.url(path), replace(FetchSettings(), **limits), state)  # type: ignore[arg-type]


def fetch(url: str, settings: FetchSettings, state: FetchState | None = None) -> Reply:
    async def once() -> Reply:
        async with Client(settings, NOW, PrivateAccess.for_source(url, settings.allow)) as client:
            return await client.get(url, state or FetchState())

    return asyncio.run(once())


def raw(text: bytes) -> object:
    """A route that writes these bytes, valid or not, and closes the connection."""

    def write(handler: Handler) -> None:
        handler.wfile.write(text)

    return write


def test_a_reply_has_body_content_type_and_validators(web: WebServer) -> None:
    headers = {
        "Content-Type": "Text/HTML; charset=UTF-8",
        "ETag": '"1"',
        "Last-Modified": "Thu, 26 Mar 2026 07:00:00 GMT",
    }
    web.routes["/"] = Answer(body=b"hello", headers=headers)

    assert get(web) == Reply(
        url=web.url(),
        body=b"hello",
        content_type="text/html; charset=utf-8",
        fetch_state=FetchState(etag='"1"', last_modified="Thu, 26 Mar 2026 07:00:00 GMT"),
    )


def test_an_unchanged_body_is_not_sent_again(web: WebServer) -> None:
    web.routes["/"] = Answer(status=304)

    reply = get(web, state=FetchState(etag='"1"', last_modified="Thu, 26 Mar 2026 07:00:00 GMT"))

    assert reply.unchanged
    asked = web.requests[0][1]
    assert (asked["If-None-Match"], asked["If-Modified-Since"]) == ('"1"', "Thu, 26 Mar 2026 07:00:00 GMT")


def test_requests_have_our_user_agent_and_no_cookies(web: WebServer) -> None:
    web.routes["/"] = Answer(status=302, headers={"Location": "/on", "Set-Cookie": "a=b"})
    web.routes["/on"] = Answer(body=b"x")

    get(web)

    assert all(headers["User-Agent"].startswith("digest/") for _, headers in web.requests)
    assert not any("Cookie" in headers for _, headers in web.requests)


# --- the guard ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "host",
    [
        *("127.0.0.1", "localhost", "LOCALHOST.", "127.1", "2130706433", "0x7f000001", "017700000001", "0"),
        *("127。0。0。1", "①②⑦.0.0.1", "[::1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[64:ff9b::7f00:1]"),
        "[2002:7f00:1::]",
    ],
)
def test_no_spelling_of_the_loopback_address_is_fetched(web: WebServer, host: str) -> None:
    with pytest.raises(SourceError):
        fetch(f"http://{host}:{web.server_port}/", FetchSettings(timeout_s=5))

    assert web.requests == []


def _looked_up(address: str, port: int) -> tuple[object, ...]:
    """A result of ``getaddrinfo``."""
    if ":" in address:
        return (socket.AF_INET6, socket.SOCK_STREAM, 6, "", (address, port, 0, 0))
    return (socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))


@pytest.mark.parametrize(
    "answers",
    [
        pytest.param([["93.184.215.14"], ["127.0.0.1"]], id="public when it is checked, inside when it is used"),
        pytest.param([["93.184.215.14", "127.0.0.1"]], id="public and inside at once"),
        pytest.param([["::ffff:127.0.0.1"]], id="inside in other words"),
    ],
)
def test_dns_rebinding_fails_as_a_name_is_resolved_once(
    web: WebServer, monkeypatch: pytest.MonkeyPatch, answers: list[list[str]]
) -> None:
    lookups: list[str] = []

    def getaddrinfo(host: str, port: int, *_: object, **__: object) -> list[tuple[object, ...]]:
        addresses = answers[min(len(lookups), len(answers) - 1)]
        lookups.append(host)
        return [_looked_up(address, port) for address in addresses]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)

    with pytest.raises(SourceError, match=r"can't be reached|not on the public Internet"):
        fetch(f"http://rebound.example:{web.server_port}/", FetchSettings(timeout_s=5))

    assert lookups == ["rebound.example"]
    assert web.requests == []


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::ffff:127.0.0.1]"])
def test_a_redirect_to_a_private_address_is_refused(web: WebServer, status: int, host: str) -> None:
    with web_server() as inside:
        web.routes["/"] = Answer(status=status, headers={"Location": f"http://{host}:{inside.server_port}/secret"})

        with pytest.raises(SourceError, match="not on the public Internet: permit it with --allow"):
            get(web)

        assert inside.requests == []


@pytest.mark.parametrize(
    "location", ["file:///etc/passwd", "ftp://127.0.0.1/", "javascript:alert(1)", "data:text/html,x"]
)
def test_only_redirects_to_http_and_https_are_followed(web: WebServer, location: str) -> None:
    web.routes["/"] = Answer(status=302, headers={"Location": location})

    with pytest.raises(SourceError, match="only http:// and https://"):
        get(web)


def test_credentials_are_sent_to_their_origin_only(web: WebServer) -> None:
    with web_server() as other:
        web.routes["/private"] = Answer(status=302, headers={"Location": "/here"})
        web.routes["/here"] = Answer(status=302, headers={"Location": other.url("/there")})
        other.routes["/there"] = Answer(body=b"x")

        address = web.url("/private").replace("http://", "http://reader:secret@")
        reply = fetch(address, FetchSettings(allow=(web.address, other.address)))

        assert ["Authorization" in headers for _, headers in web.requests] == [True, True]
        assert "Authorization" not in other.requests[0][1]
        assert "secret" not in reply.url


def test_credentials_in_a_redirect_are_not_sent(web: WebServer) -> None:
    web.routes["/"] = Answer(status=302, headers={"Location": f"http://root:toor@{web.address}/on"})
    web.routes["/on"] = Answer(body=b"x")

    assert get(web).url == web.url("/on")
    assert "Authorization" not in web.requests[1][1]


# --- redirects ---------------------------------------------------------------------------------------------------


def test_the_number_of_redirects_is_limited(web: WebServer) -> None:
    web.routes["/"] = Answer(status=302, headers={"Location": "/"})

    with pytest.raises(SourceError, match="more than 8 redirects"):
        get(web)


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        pytest.param(301, 308, "/c", id="for good"),
        pytest.param(301, 302, "/b", id="for good, then for now"),
        pytest.param(302, 301, "", id="for now, then for good"),
    ],
)
def test_the_target_of_permanent_redirects_is_returned(web: WebServer, first: int, second: int, expected: str) -> None:
    web.routes["/a"] = Answer(status=first, headers={"Location": "/b"})
    web.routes["/b"] = Answer(status=second, headers={"Location": "/c"})
    web.routes["/c"] = Answer(body=b"x")

    assert get(web, "/a").moved_to == (web.url(expected) if expected else "")


# --- limits ------------------------------------------------------------------------------------------------------


def compressed(data: bytes, encoding: str) -> Answer:
    return Answer(body=data, headers={"Content-Encoding": encoding})


@pytest.mark.parametrize(
    ("body", "encoding"),
    [
        pytest.param(gzip.compress(b"hello"), "gzip", id="gzip"),
        pytest.param(gzip.compress(b"hel") + gzip.compress(b"lo"), "gzip", id="gzip in two members"),
        pytest.param(zlib.compress(b"hello"), "deflate", id="deflate"),
        pytest.param(b"hello", "identity", id="identity"),
    ],
)
def test_compressed_bodies_are_decompressed(web: WebServer, body: bytes, encoding: str) -> None:
    web.routes["/"] = compressed(body, encoding)

    assert get(web).body == b"hello"


BOMB = gzip.compress(b"\0" * 50_000_000)


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        pytest.param(Answer(body=b"x" * 2000), "larger than 1,000 bytes", id="too large"),
        pytest.param(compressed(BOMB, "gzip"), "larger than 1,000 bytes|larger", id="bomb"),
        pytest.param(compressed(gzip.compress(b"hello")[:-4], "gzip"), "broke off", id="packed body cut short"),
        pytest.param(compressed(b"not gzip", "gzip"), "damaged", id="not packed at all"),
        pytest.param(compressed(b"x", "gzip, gzip"), "not asked for", id="packed twice"),
        pytest.param(compressed(b"x", "br"), "not asked for", id="packed otherwise"),
        pytest.param(Answer(status=404), "404 Not Found: check the address", id="404"),
        pytest.param(Answer(status=500), "500 Internal Server Error: it will be tried again", id="500"),
        pytest.param(Answer(status=799), "799", id="a status nobody knows"),
    ],
)
def test_an_unusable_answer_is_a_one_line_error(web: WebServer, answer: Answer, message: str) -> None:
    web.routes["/"] = answer

    with pytest.raises(SourceError, match=message) as caught:
        get(web, max_bytes=1000)

    assert "\n" not in str(caught.value)


def test_a_decompression_bomb_never_exceeds_the_limit(web: WebServer) -> None:
    import tracemalloc

    web.routes["/"] = compressed(BOMB, "gzip")
    tracemalloc.start()
    with pytest.raises(SourceError, match="larger than"):
        get(web, max_bytes=1_000_000)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert peak < 8_000_000


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param(b"", "closed the connection", id="nothing"),
        pytest.param(b"SSH-2.0-server\r\n", "proper HTTP", id="another protocol"),
        pytest.param(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort", "broke off", id="cut short"),
        pytest.param(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", "HTTP|broke off", id="bad chunk"),
        pytest.param(b"HTTP/1.1 200 OK\r\nX: " + b"x" * 100_000 + b"\r\n\r\n", "proper HTTP", id="long header"),
        pytest.param(b"HTTP/1.1 200 OK\r\n" + b"X: x\r\n" * 10_000 + b"\r\n", "proper HTTP", id="many headers"),
        pytest.param(b"HTTP/1.1 302 Found\r\nLocation: http://[bad\r\n\r\n", "no address|closed", id="bad redirect"),
    ],
)
def test_invalid_http_is_a_source_error(web: WebServer, text: bytes, message: str) -> None:
    web.routes["/"] = raw(text)  # type: ignore[assignment]

    with pytest.raises(SourceError, match=message) as caught:
        get(web)

    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 250


def test_a_slow_drip_times_out(web: WebServer) -> None:
    def drip(handler: Handler) -> None:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
        for _ in range(100):
            handler.wfile.write(b"x")
            handler.wfile.flush()
            time.sleep(0.05)

    web.routes["/"] = drip
    begun = time.monotonic()

    with pytest.raises(SourceError, match=r"no complete answer within 0\.3 s"):
        get(web, timeout_s=0.3)

    assert time.monotonic() - begun < 3


def test_a_closed_port_and_an_unknown_name_have_different_messages() -> None:
    with pytest.raises(SourceError, match="can't be reached"):
        fetch("http://127.0.0.1:9/", FetchSettings(allow=("127.0.0.1:9",)))
    with pytest.raises(SourceError, match="there is no host named nowhere"):
        fetch("http://nowhere.invalid/", FetchSettings())


# --- patience ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        pytest.param("120", NOW + timedelta(seconds=120), id="seconds"),
        pytest.param("Fri, 27 Mar 2026 08:00:00 GMT", NOW + timedelta(hours=2), id="date"),
        pytest.param("Fri, 27 Mar 2026 05:00:00 GMT", None, id="in the past"),
        pytest.param("99999999999999999999", None, id="beyond all time"),
        pytest.param("99999999", NOW + timedelta(days=7), id="too long"),
        pytest.param("-5", None, id="negative"),
        pytest.param("soon", None, id="words"),
        pytest.param("", None, id="absent"),
    ],
)
def test_retry_after_is_parsed(value: str, expected: datetime | None) -> None:
    assert retry_time(value, NOW) == expected


def test_a_busy_server_sets_the_retry_time(web: WebServer) -> None:
    web.routes["/"] = Answer(status=429, headers={"Retry-After": "3600"})

    with pytest.raises(SourceError, match="wait until 2026-03-27 07:00 UTC") as caught:
        get(web)

    assert caught.value.retry_at == NOW + timedelta(hours=1)


def test_status_410_marks_the_source_as_gone(web: WebServer) -> None:
    web.routes["/"] = Answer(status=410)

    with pytest.raises(SourceError, match="gone for good: remove the source") as caught:
        get(web)

    assert caught.value.gone
    assert caught.value.retry_at == NOW + timedelta(days=30)


@pytest.mark.parametrize(
    ("to", "message"),
    [
        ("/missing", r"^it leads to http://127\.0\.0\.1:\d+/missing: the server answered 404"),
        ("http://2130706433/", r"^it leads to http://2130706433/: this is no address: 2130706433 is no name"),
        ("http://[::1]:9/", r"^it leads to http://\[::1\]:9/: ::1 is not on the public Internet"),
        ("http://a\x9bb.example/", r"^it leads to 'http://a\S+b\.example/', which is no address"),
        ("http://user:secret@127.0.0.2:9/", r"^it leads to http://127\.0\.0\.2:9/: 127\.0\.0\.2 is not on the public"),
    ],
)
def test_an_error_after_a_redirect_names_its_target(web: WebServer, to: str, message: str) -> None:
    web.routes["/"] = Answer(status=302, headers={"Location": to})

    with pytest.raises(SourceError, match=message):
        get(web)


@pytest.mark.parametrize(
    ("address", "message"),
    [
        ("http://a..b/", r"this is no address: a\.\.b is no host's name"),
        ("https://{}/", "speaks no TLS at this port: try http://"),
    ],
)
def test_an_invalid_address_has_a_specific_message(web: WebServer, address: str, message: str) -> None:
    with pytest.raises(SourceError, match=message):
        fetch(address.format(web.address), FetchSettings(allow=(web.address,), timeout_s=5))


def test_the_limit_of_a_host_includes_redirected_requests(web: WebServer) -> None:
    busy, most, lock = 0, 0, threading.Lock()

    def slow(handler: Handler) -> None:
        nonlocal busy, most
        with lock:
            busy, most = busy + 1, max(most, busy + 1)
        time.sleep(0.1)
        with lock:
            busy -= 1
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")

    web.routes |= {"/slow": slow, "/sent": Answer(status=302, headers={"Location": web.url("/slow")})}
    elsewhere = f"http://localhost:{web.server_port}/sent"
    settings = FetchSettings(allow=(web.address, f"localhost:{web.server_port}"), per_host=1, timeout_s=5)

    async def all_at_once() -> list[Reply]:
        async with Client(settings, NOW, PrivateAccess(allow=settings.allow)) as client:
            return await asyncio.gather(*(client.get(url) for url in (web.url("/slow"), elsewhere) * 3))

    assert [reply.body for reply in asyncio.run(all_at_once())] == [b"ok"] * 6
    assert most == 1


@pytest.mark.parametrize(
    ("contact", "agent"),
    [
        ("", r"digest/\S+ \(newsletter digests; honours robots\.txt and Retry-After\)"),
        ("https://example.org/about", r"digest/\S+ \(\+https://example\.org/about; newsletter digests; .*\)"),
    ],
)
def test_the_user_agent_has_the_contact_address(web: WebServer, contact: str, agent: str) -> None:
    web.routes["/"] = Answer(body=b"ok")

    get(web, contact=contact)

    ((_, headers),) = web.requests
    assert re.fullmatch(agent, headers["User-Agent"])
