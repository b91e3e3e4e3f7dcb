"""The demo's pages: mails in a sandbox, feeds and articles under the outlets' names, nothing under foreign names."""

from __future__ import annotations

import asyncio
import http.client
from collections.abc import Callable
from types import SimpleNamespace

import pytest

from digest.cli.demo.inbox import Inbox
from digest.cli.demo.outlets import Outlets
from digest.cli.demo.pages import DemoSite, demo_server
from digest.cli.demo.ports import choose_ports
from digest.model.errors import UsageError
from digest.render.page_templates import PageTemplates
from digest.settings import Settings, shipped_files
from tests.cli.demo.test_outlets import ARTICLE
from tests.support.values import NOON

MAIL = (
    b"Subject: <b>News</b>\r\nFrom: a@demo.example\r\nContent-Type: multipart/alternative; boundary=x\r\n\r\n"
    b"--x\r\nContent-Type: text/plain\r\n\r\nTo read\r\n--x\r\nContent-Type: text/html\r\n\r\n"
    b"<html><head></head><script>alert(1)</script></html>\r\n--x--\r\n"
)
Answer = SimpleNamespace


@pytest.fixture(scope="module")
def answers() -> Callable[[str, str], Answer]:
    """Answers of a site with one mail: ``(path, Host)``, all asked at once."""
    inbox = Inbox()
    inbox.add(("reader@demo.example",), MAIL)
    site = DemoSite(
        templates=PageTemplates(Settings()),
        inbox=inbox,
        outlets=Outlets.of_sample([ARTICLE], started=NOON, port=8000),
        pictures=shipped_files.config() / "sample-pictures",
        pages_url="http://127.0.0.1:8001",
    )

    def ask(path: str, host: str = "127.0.0.1") -> Answer:
        return asyncio.run(_ask(site, path, host))

    return ask


async def _ask(site: DemoSite, path: str, host: str) -> Answer:
    port = choose_ports(None).mails
    async with demo_server(site, host="127.0.0.1", port=port):
        return await asyncio.to_thread(_get, port, path, f"{host}:{port}")


def _get(port: int, path: str, host: str) -> Answer:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", path, headers={"Host": host})
        response = connection.getresponse()
        return Answer(status=response.status, headers=response.headers, body=response.read())
    finally:
        connection.close()


@pytest.mark.parametrize(
    ("path", "host", "expected"),
    [
        ("/", "127.0.0.1", b"&lt;b&gt;News&lt;/b&gt;"),
        ("/", "127.0.0.1", b'href="http://127.0.0.1:8001/subscribe"'),
        ("/mails/1", "localhost", b'src="/mails/1/html"'),
        ("/mails/1?view=text", "127.0.0.1", b"To read"),
        ("/mails/1?view=source", "127.0.0.1", b"boundary=x"),
        ("/mails/1?view=nonsense", "127.0.0.1", b'src="/mails/1/html"'),
        ("/assets/style.css?v=1", "127.0.0.1", b".masthead"),
        ("/pictures/tram.png", "127.0.0.1", b"\x89PNG"),
        ("/feeds/harbour-post.xml", "127.0.0.1", b"<title>Trams &lt; buses</title>"),
        ("/", "harbour-post.localhost", b"Harbour &amp; Post"),
        ("/city/tram", "harbour-post.localhost", b"<p>Trams &amp; buses.</p>"),
    ],
)
def test_pages_show(answers: Callable[..., Answer], path: str, host: str, expected: bytes) -> None:
    answer = answers(path, host)

    assert answer.status == 200
    assert expected in answer.body
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    ("path", "host", "status"),
    [
        ("/", "evil.example", 421),
        ("/", "evil.localhost.example", 421),
        ("/mails/2", "127.0.0.1", 404),
        ("/mails/x", "127.0.0.1", 404),
        ("/feeds/none.xml", "127.0.0.1", 404),
        ("/pictures/..%2f..%2fdigest.toml", "127.0.0.1", 404),
        ("/city/tram", "127.0.0.1", 404),
        ("/", "none.localhost", 404),
    ],
)
def test_nothing_else_is_shown(answers: Callable[..., Answer], path: str, host: str, status: int) -> None:
    assert answers(path, host).status == status


def test_a_mails_scripts_and_pictures_from_elsewhere_are_shut_out(answers: Callable[..., Answer]) -> None:
    policy = answers("/mails/1/html").headers["Content-Security-Policy"]

    assert policy.startswith("sandbox ")
    assert "allow-scripts" not in policy
    assert "default-src 'none'" in policy


def test_ports_in_use_are_named() -> None:
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(UsageError, match=f"port {taken.getsockname()[1]} of 127.0.0.1 can't be had"):
            choose_ports(min(taken.getsockname()[1], 65_533))
    for number in (0, -1, 65_534):
        with pytest.raises(UsageError):
            choose_ports(number)
