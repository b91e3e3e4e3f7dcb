"""Any route, method, token, form and header is answered without an error of ours; reading changes nothing."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from random import Random, SystemRandom

import pytest

from digest.settings import Secret
from digest.store import open_store
from digest.web.security import SECURITY_HEADERS
from tests.support.page_requests import RawRequest, any_request, send
from tests.support.published_site import ANN, BEN, PUBLIC, add_subscribers, publish_edition
from tests.support.web_site import RunningSite, running_site, site_settings
from tests.web.test_subscribe import ask, settle

#: One site serves all tests here, and each test has warnings as errors again.
pytestmark = pytest.mark.filterwarnings("ignore::RuntimeWarning:aiohttp")
READING = ("GET", "HEAD")
WRITING = ("POST", "POST", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "PROPFIND")
#: Requests of the quick run, and of the long one.
QUICK, LONG = 250, 30_000


@dataclass(slots=True)
class Fuzzed:
    """A site that anything is sent to, and what it logged."""

    site: RunningSite
    file: Path
    logged: list[str] = field(default_factory=list)

    def check(self, request: RawRequest) -> None:
        """Send a request; the answer is no error, has the headers of every page, and no log tells of the token."""
        answer = send(self.site, request)

        assert answer.status < 500 or answer.status == 501, (request, self.site.events)
        if answer.status != 400 or answer.headers.get("server") == "digest":  # aiohttp's own: it couldn't be read
            assert {name.lower() for name in SECURITY_HEADERS} <= answer.headers.keys(), request
            assert "x-evil" not in answer.headers
        assert "page_failed" not in [event for event, _ in self.site.events], self.site.events
        told = repr(self.site.events) + "\n".join(self.logged)
        assert not [secret for secret in request.secrets if secret in told], request

    def dump(self) -> list[str]:
        """Everything in the store, as SQL."""
        with closing(sqlite3.connect(f"file:{self.file}?mode=ro", uri=True)) as conn:
            return list(conn.iterdump())


@pytest.fixture(scope="module")
def fuzzed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fuzzed]:
    """A site with subscribers, editions, and a request that waits."""
    file = tmp_path_factory.mktemp("fuzz") / "digest.db"
    web = site_settings(
        PUBLIC, proxies=("127.0.0.1",), operator_header="X-Remote-User", metrics_token=Secret("0123456789abcdef")
    )
    with open_store(f"sqlite:///{file}") as store, running_site(store, web) as site:
        add_subscribers(site, ANN, BEN)
        publish_edition(site, stories_count=2)
        ask(site, "cleo@harbour.example")
        fuzzed = Fuzzed(site, file)
        handler = logging.Handler(logging.DEBUG)
        handler.emit = lambda record: fuzzed.logged.append(record.getMessage())  # type: ignore[method-assign]
        logging.getLogger().addHandler(handler)
        yield fuzzed
        logging.getLogger().removeHandler(handler)


def run(fuzzed: Fuzzed, methods: tuple[str, ...], *, count: int, seed: int = 1) -> None:
    random = Random(seed)
    for _ in range(count):
        fuzzed.check(any_request(random, methods))


def test_reading_anything_changes_nothing(fuzzed: Fuzzed) -> None:
    settle(fuzzed.site)
    before = fuzzed.dump()
    run(fuzzed, READING, count=QUICK)

    assert fuzzed.dump() == before


def test_sending_anything_is_answered(fuzzed: Fuzzed) -> None:
    run(fuzzed, WRITING, count=QUICK)


@pytest.mark.slow
@pytest.mark.parametrize("methods", [READING, WRITING], ids=["reading", "writing"])
def test_for_a_long_time(methods: tuple[str, ...], fuzzed: Fuzzed) -> None:
    settle(fuzzed.site)
    before = fuzzed.dump()
    run(fuzzed, methods, count=LONG, seed=SystemRandom().randrange(10**9))

    assert methods != READING or fuzzed.dump() == before


#: A text and a file, as a browser sends them.
_UPLOAD = (
    b'--x\r\nContent-Disposition: form-data; name="email"\r\n\r\nann@harbour.example\r\n'
    b'--x\r\nContent-Disposition: form-data; name="list"; filename="a.csv"\r\n\r\nemail\r\n--x--\r\n'
)


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        pytest.param(b"email=" + b"a" * 70_000, "application/x-www-form-urlencoded", 413, id="too long"),
        pytest.param(b"&".join([b"a=b"] * 300), "application/x-www-form-urlencoded", 400, id="too many fields"),
        pytest.param(b"--x\r\nnonsense", "multipart/form-data; boundary=x", 400, id="broken multipart"),
        pytest.param(b"email=%ff", "application/x-www-form-urlencoded; charset=none", 400, id="unknown charset"),
        pytest.param(_UPLOAD, "multipart/form-data; boundary=x", 200, id="a file is read past"),
        pytest.param(_UPLOAD + b"a" * 70_000, "multipart/form-data; boundary=x", 413, id="too long a file"),
        pytest.param(b"{}", "application/json", 200, id="no form"),
        pytest.param(b"email=%ff%fe", "application/x-www-form-urlencoded", 200, id="no UTF-8"),
    ],
)
def test_a_body_that_is_no_form_is_refused_in_plain_words(body: bytes, kind: str, status: int, fuzzed: Fuzzed) -> None:
    answer = fuzzed.site.request("POST", "/subscribe", body, Content_Type=kind)

    assert (answer.status, "<h1>" in answer.text) == (status, True)
