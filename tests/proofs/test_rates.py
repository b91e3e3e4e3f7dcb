"""Rates of mails and limits of hosts hold over processes on PostgreSQL."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from sqlalchemy import insert

from digest.model.editions import Outcome
from digest.pipeline import calendar
from digest.settings import load
from digest.store import deliveries, editions, open_store, tables
from tests.support.daily_feed import feed
from tests.support.fleet_processes import fleet_in
from tests.support.run_process import until
from tests.support.smtp_server import SmtpServer, smtp_server
from tests.support.values import NOON

#: Mails a minute: of all, and to one provider; its domains share the limit.
RATE, PROVIDER_RATE = 1800, 480
READERS, PROVIDER_READERS = 900, 300
#: Each window of so many seconds is looked at: if none exceeds its share of the rate, no minute does.
WINDOW_S, TOLERANCE = 20, 1.05
HOSTS, FEEDS_PER_HOST, PER_HOST = ("127.0.0.1", "127.0.0.2", "127.0.0.3"), 8, 2

_MAIL_SETTINGS = """
[store]
url = "{url}"
[jobs]
engine = "procrastinate"
[smtp]
host = "127.0.0.1"
port = {port}
security = "none"
rate_per_minute = {rate}
[[recipient_domains]]
domains = ["large.example", "larger.example"]
rate_per_minute = {provider_rate}
[[sources]]
id = "a"
path = "articles"
[[newsletters]]
id = "main"
title = "Main"
from = "Main <main@example.org>"
schedule = "daily 00:00"
catch_up = "24h"
timezone = "UTC"
"""
_ARTICLE = """A ferry service across the bay returns

The council voted on Tuesday to bring back the ferry that crossed the bay until 1998. The first boat will leave in May.
Two companies have made an offer for the route, which about 900 people are expected to take each day.
"""


@pytest.mark.slow
def test_three_workers_keep_the_rate_of_the_server_and_of_a_provider(postgres_url: str, tmp_path: Path) -> None:
    """In no minute are more mails sent than the settings say; and not many fewer."""
    server = SmtpServer(record_contents=False)
    with smtp_server(server), fleet_in(tmp_path) as fleet:
        _prepare_mails(tmp_path, postgres_url, server.port)
        for command in ("run", "worker", "worker", "worker"):
            fleet.start(command)
        until(lambda: server.total >= READERS + PROVIDER_READERS, within_s=240)
        until(_is_final(postgres_url), within_s=60)
        fleet.end()

    times = sorted(at for at, _ in server.log)
    limited = sorted(at for at, address in server.log if "large" in address)
    assert (len(times), len(limited)) == (READERS + PROVIDER_READERS, PROVIDER_READERS)
    assert _most_in_window(times) <= RATE * WINDOW_S / 60 * TOLERANCE
    assert _most_in_window(limited) <= PROVIDER_RATE * WINDOW_S / 60 * TOLERANCE
    ideal_s = max(len(times) / RATE, len(limited) / PROVIDER_RATE) * 60
    print(f"{times[-1] - times[0]:.0f} s where the rates allow {ideal_s:.0f} s")  # noqa: T201  # the proof's number
    assert times[-1] - times[0] < 2 * ideal_s + 35  # a clock looks again after half a minute


@pytest.mark.slow
def test_two_processes_keep_the_limit_of_a_host_and_its_refusal(postgres_url: str, tmp_path: Path) -> None:
    """Each collects sources of its own, on the same hosts."""
    with counting_server() as server, fleet_in(tmp_path) as fleet:
        for name in ("one", "other"):
            (tmp_path / f"{name}.toml").write_text(_sources(postgres_url, server.server_port, name))
        with open_store(postgres_url):
            processes = [fleet.start("collect", "--config", f"{name}.toml") for name in ("one", "other")]
            exit_codes = [process.process.wait(120) for process in processes]
        server.refuses = True
        fleet.start("collect", "--config", "one.toml").process.wait(60)
        asked = server.total
        fleet.start("collect", "--config", "other.toml").process.wait(60)

    assert exit_codes == [0, 0]
    assert {host: most <= PER_HOST for host, most in server.most.items()} == dict.fromkeys(HOSTS, True)
    assert server.total == asked, "the other process asks no host that has refused"


def _prepare_mails(folder: Path, url: str, port: int) -> None:
    """Settings, an article, and a store in which a slot of yesterday is the last that was decided."""
    (folder / "articles").mkdir()
    (folder / "articles" / "a.txt").write_text(_ARTICLE)
    text = _MAIL_SETTINGS.format(url=url, port=port, rate=RATE, provider_rate=PROVIDER_RATE)
    (folder / "digest.toml").write_text(text)
    newsletter = load(folder / "digest.toml", {}).newsletter("main")
    now = datetime.now(UTC)
    domains = ("large.example", "larger.example")
    addresses = [f"reader{number}@{domains[number % 2]}" for number in range(PROVIDER_READERS)]
    addresses += [f"reader{number}@small{number % 200}.example" for number in range(READERS)]
    with open_store(url) as store, store.begin() as conn:
        calendar.register(conn, newsletter, now=now - timedelta(days=1))
        rows = [{"address": address, "address_key": address, "added": now} for address in addresses]
        ids = conn.execute(insert(tables.subscribers).returning(tables.subscribers.c.id), rows).scalars().all()
        subscriptions = [{"newsletter_id": "main", "subscriber_id": id_, "since": now} for id_ in ids]
        conn.execute(insert(tables.subscriptions), subscriptions)


def _is_final(url: str) -> Callable[[], bool]:
    def is_final() -> bool:
        with open_store(url) as store, store.read() as conn:
            (edition,) = editions.summaries(conn, "main")
            return set(deliveries.counts(conn, edition.id)) == {Outcome.SENT}

    return is_final


def _most_in_window(times: Sequence[float]) -> int:
    """The largest number of times within ``WINDOW_S`` seconds."""
    most = first = 0
    for last, at in enumerate(times):
        while times[first] <= at - WINDOW_S:
            first += 1
        most = max(most, last - first + 1)
    return most


def _sources(url: str, port: int, name: str) -> str:
    allowed = ", ".join(f'"{host}:{port}"' for host in HOSTS)
    head = f'[store]\nurl = "{url}"\n[fetch]\nallow = [{allowed}]\nper_host = {PER_HOST}\n'
    return head + "".join(
        f'[[sources]]\nid = "{name}-{host}-{number}"\nurl = "http://{host}:{port}/{name}/{number}"\n'
        for host in HOSTS
        for number in range(FEEDS_PER_HOST)
    )


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: CountingServer

    def do_GET(self) -> None:
        with self.server.request(self.headers["Host"].partition(":")[0]):
            time.sleep(0.05)
            body = feed([(1, NOON)])
            self.send_response(429 if self.server.refuses else 200)
            self.send_header("Retry-After", "600")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Discard the message."""


class CountingServer(ThreadingHTTPServer):
    """Answers slowly, at any address of this machine, and counts concurrent requests by host."""

    daemon_threads = True
    request_queue_size = 100

    def __init__(self) -> None:
        super().__init__(("", 0), _Handler)
        self.refuses = False
        self.total = 0
        self.now: Counter[str] = Counter()
        self.most: Counter[str] = Counter()
        self._lock = threading.Lock()

    @contextmanager
    def request(self, host: str) -> Iterator[None]:
        with self._lock:
            self.total += 1
            self.now[host] += 1
            self.most[host] = max(self.most[host], self.now[host])
        try:
            yield
        finally:
            with self._lock:
                self.now[host] -= 1


@contextmanager
def counting_server() -> Iterator[CountingServer]:
    with CountingServer() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
