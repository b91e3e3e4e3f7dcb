"""A changed sentence on a local server is reported as a correction the next day, once, through kills of each step."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete, func, select

from digest import settings
from digest.pipeline.app import App, make_app
from digest.pipeline.collect import collect_sources
from digest.store import corrections, open_store, subscribers
from digest.store.subscribers import NewSubscriber
from digest.store.tables import leases, reported_corrections
from tests.support.corrected_pages import TITLE, edited, feed, page, publish_at
from tests.support.web_servers import Handler, WebServer

pytestmark = pytest.mark.slow

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
READERS = [f"reader{number}@example.org" for number in range(40)]
SETTINGS = """\
[smtp]
folder = "mails"

[fetch]
allow = ["{address}"]
timeout_s = 5

[[sources]]
id = "post"
url = "{url}"

[[newsletters]]
id = "main"
title = "Main"
from = "Main <main@example.org>"
schedule = "daily 00:00"
quality_floor = 0
corrections = true
"""
TRAMS = (
    "Trams on the hill line run every six minutes again from Monday, the transport office said.",
    "The line had been cut to one tram a quarter of an hour while its overhead wires were replaced.",
    "More people than ever take the tram on this line, and a second depot is planned.",
)


@pytest.fixture
def app(tmp_path: Path, web: WebServer) -> Iterator[App]:
    """An installation that quoted the article yesterday."""
    file = tmp_path / "digest.toml"
    file.write_text(SETTINGS.format(address=web.address, url=web.url("/feed")))
    now = datetime.now(UTC)
    web.routes |= {"/feed": feed(web, {"/bridge": TITLE}, now - DAY - 2 * HOUR), "/bridge": page()}
    with open_store(f"sqlite:///{tmp_path}/digest.db") as store:
        app = make_app(settings.load(file, {}), store=store)
        with store.begin() as conn:
            subscribers.add(conn, [NewSubscriber(address=address) for address in READERS], "main", at=now - 2 * DAY)
        collect_sources(app.settings.sources, app, now=now - DAY - HOUR)
        assert publish_at(app, now - DAY, app.settings.newsletter("main")).is_new
        yield app


def start(app: App, *argv: str) -> subprocess.Popen[bytes]:
    assert app.settings.file
    command = [sys.executable, "-m", "digest", *argv, "--config", str(app.settings.file)]
    quiet = subprocess.DEVNULL
    return subprocess.Popen(command, stdout=quiet, stderr=quiet, env={**os.environ, "TZ": "UTC"})


def run(app: App, *argv: str) -> None:
    assert start(app, *argv).wait(60) == 0


def kill_when(process: subprocess.Popen[bytes], is_reached: Callable[[], bool]) -> None:
    """Kill the process as soon as it has come so far."""
    end = time.monotonic() + 30
    while not is_reached() and process.poll() is None and time.monotonic() < end:
        time.sleep(0.005)
    process.send_signal(signal.SIGKILL)
    process.wait()


def mails_with_correction(folder: Path) -> list[str]:
    """The recipients of mails that report the correction."""
    mails = [file.read_text("utf-8", "replace") for file in folder.rglob("*.eml")]
    return [
        next(line for line in mail.splitlines() if line.startswith("To: ")) for mail in mails if "It now reads" in mail
    ]


def test_a_changed_sentence_is_reported_once_through_kills(web: WebServer, app: App, tmp_path: Path) -> None:
    asked = threading.Event()

    def hang(handler: Handler) -> None:
        asked.set()
        time.sleep(3)

    web.routes["/bridge"] = hang
    kill_when(start(app, "collect"), asked.is_set)
    now = datetime.now(UTC)
    web.routes |= {"/bridge": edited("4 million", "6 million"), "/trams": page(*TRAMS, title="Trams run again")}
    web.routes["/feed"] = feed(web, {"/trams": "Trams run again"}, now - timedelta(minutes=1))
    with app.store.begin() as conn:
        conn.execute(delete(leases))  # those of the killed process would expire in 20 s

    run(app, "collect")
    run(app, "collect")
    kill_when(start(app, "send", "--no-collect"), lambda: len(list((tmp_path / "mails").rglob("*.eml"))) > 2)
    run(app, "send", "--no-collect")
    run(app, "send", "--no-collect")

    with app.store.read() as conn:
        assert corrections.counts(conn, since=now - DAY) == (1, 0, 0)
        assert conn.execute(select(func.count()).select_from(reported_corrections)).scalar_one() == 1
    recipients = mails_with_correction(tmp_path / "mails")
    assert {line.removeprefix("To: ").strip("<>") for line in recipients} == set(READERS)
    assert len(recipients) <= len(READERS) + 4  # a copy for each open connection, at most
    tomorrow = publish_at(app, now + DAY, app.settings.newsletter("main"))
    assert tomorrow.digest is None or tomorrow.digest.corrections == ()
