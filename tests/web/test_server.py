"""The web server: hosts, headers, limits, error pages."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from digest.model.errors import DigestError, StoreError
from digest.pipeline.app import make_app
from digest.render.page_templates import PageTemplates
from digest.store import Store, open_store
from digest.web.pages import PageRequest, PageResponse, Site
from digest.web.server import ROUTES, listening
from tests.support.values import NOON
from tests.support.web_site import RunningSite, running_site, site_settings, take_away


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSite]:
    """One for all tests here: none changes it."""
    with (
        open_store(f"sqlite:///{tmp_path_factory.mktemp('site') / 'digest.db'}") as store,
        running_site(store, site_settings(proxies=("127.0.0.1/32",))) as running,
    ):
        yield running


def test_a_probe_is_answered_under_any_host(site: RunningSite) -> None:
    for path in ("/healthz", "/readyz"):
        answer = site.get(path, Host="10.1.2.3:8000")

        assert (answer.status, answer.body) == (200, b"ok\n")


@pytest.mark.parametrize(
    "host",
    ["evil.example", "news.example.evil.example", "news.example:8000", "127.0.0.1", "", "news.example/", "a:b:c"],
)
def test_a_request_under_another_host_is_refused(site: RunningSite, host: str) -> None:
    answer = site.get("/assets/style.css", Host=host)

    assert answer.status == 421
    assert "color-scheme" not in answer.headers.get("content-type", "")


@pytest.mark.parametrize("host", ["news.example", "NEWS.example", "news.example:443"])
def test_every_spelling_of_the_public_host_is_answered(site: RunningSite, host: str) -> None:
    assert site.get("/assets/style.css", Host=host).status == 200


def test_a_page_has_the_security_headers_and_no_version(site: RunningSite) -> None:
    headers = site.get("/no-such-page").headers

    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["server"] == "digest"


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        pytest.param("GET", "/no-such-page", 404, id="unknown address"),
        pytest.param("GET", "/%2e%2e/%2e%2e/etc/passwd", 404, id="a path out of the site"),
        pytest.param("DELETE", "/healthz", 405, id="other method"),
        pytest.param("POST", "/assets/style.css", 405, id="a form for no form"),
    ],
)
def test_an_error_is_a_page_in_plain_words(site: RunningSite, method: str, path: str, status: int) -> None:
    answer = site.request(method, path)

    assert answer.status == status
    assert "<h1>" in answer.text
    assert "/assets/style.css" in answer.text


def test_head_is_get_without_a_body(site: RunningSite) -> None:
    answer = site.request("HEAD", "/healthz")

    assert (answer.status, answer.body) == (200, b"")


def test_an_unchanged_style_sheet_is_not_sent_again(site: RunningSite) -> None:
    etag = site.get("/assets/style.css").headers["etag"]

    assert site.get("/assets/style.css", If_None_Match=etag).status == 304


def test_plain_http_through_a_proxy_is_sent_to_https(site: RunningSite) -> None:
    answer = site.get("/assets/style.css?v=1", X_Forwarded_Proto="http")

    assert (answer.status, answer.headers["location"]) == (308, "https://news.example/assets/style.css?v=1")
    assert site.get("/assets/style.css", X_Forwarded_Proto="https").status == 200


def test_what_others_forward_is_not_believed(sqlite_store: Store) -> None:
    with running_site(sqlite_store) as site:
        assert site.get("/assets/style.css", X_Forwarded_Proto="http").status == 200
        assert site.get("/assets/style.css", Host="evil.example", X_Forwarded_Host="news.example").status == 421


def test_pages_can_be_below_a_path(sqlite_store: Store) -> None:
    with running_site(sqlite_store, site_settings(url="https://example.org/news/")) as site:
        assert site.get("/news/healthz", Host="example.org").status == 200
        assert 'href="/news/assets/style.css' in site.get("/news/nothing", Host="example.org").text


def test_a_busy_port_is_named(sqlite_store: Store) -> None:
    settings = site_settings()
    site = Site(
        app=make_app(settings, store=sqlite_store),
        clock=lambda: NOON,
        log=lambda *_, **__: None,
        templates=PageTemplates(settings),
    )

    async def listen(port: int) -> None:
        async with listening(site, "127.0.0.1", port):
            raise AssertionError("it listens")

    with socket.create_server(("127.0.0.1", 0)) as busy:
        port = busy.getsockname()[1]
        with pytest.raises(DigestError, match=rf"127.0.0.1:{port}: it is in use") as raised:
            asyncio.run(listen(port))
    assert raised.value.hint


def test_a_store_that_is_away_is_503_and_a_bug_500_and_both_are_logged(
    sqlite_store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(_: Site, __: PageRequest) -> PageResponse:
        raise StoreError("the database does not answer")

    def broken(_: Site, __: PageRequest) -> PageResponse:
        raise ZeroDivisionError

    pages = (("GET", "/away/{token}", away), ("GET", "/broken", broken))
    with running_site(sqlite_store, routes=(*ROUTES, *pages)) as site:
        assert site.get("/away/secret-token").status == 503
        assert site.get("/broken").status == 500

    assert [event for event, _ in site.events] == ["page_failed", "page_failed"]
    assert "secret-token" not in str(site.events)


def test_a_site_whose_store_is_away_is_alive_and_not_ready(tmp_path: Path) -> None:
    file = tmp_path / "digest.db"
    with open_store(f"sqlite:///{file}") as store, running_site(store) as site:
        take_away(store, file)

        assert site.get("/readyz").status == 503
        assert site.get("/healthz").status == 200


def test_a_malformed_request_is_not_logged_with_its_address(
    site: RunningSite, caplog: pytest.LogCaptureFixture
) -> None:
    with socket.create_connection(("127.0.0.1", site.port)) as client:
        client.sendall(b"GET /unsubscribe/secret-token?" + b"a" * 20_000 + b" HTTP/1.1\r\n\r\n")
        assert client.recv(100).startswith(b"HTTP/1.0 400") or client.recv(100) == b""

    assert "secret-token" not in caplog.text
    assert site.events == []


def test_a_malformed_part_of_a_form_is_in_no_warning(sqlite_store: Store) -> None:
    """Python would keep each text that it has warned of."""
    body = b'--x\r\nContent-Disposition: form-data; name="secret\r\n\r\nann\r\n--x--\r\n'
    with running_site(sqlite_store) as site:
        answer = site.request("POST", "/subscribe", body, Content_Type="multipart/form-data; boundary=x")

    assert answer.status in {200, 400}
