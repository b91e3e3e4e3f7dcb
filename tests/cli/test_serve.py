"""``digest serve`` and ``digest run`` with pages, as processes."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
from http.client import HTTPConnection
from pathlib import Path

import pytest

from tests.cli.test_run import SUBSCRIBERS, mail_server  # noqa: F401  # a fixture
from tests.support.databases import sqlite_only
from tests.support.mail_server import RecordingMailServer
from tests.support.run_process import Run, until
from tests.support.web_site import SECRET

pytestmark = [pytest.mark.slow, sqlite_only]


@pytest.fixture
def port(mail_server: RecordingMailServer) -> int:  # noqa: F811  # the fixture
    """A free port; the settings in the current folder serve pages there."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        number = int(free.getsockname()[1])
    address = f"127.0.0.1:{number}"
    with Path("digest.toml").open("a") as file:
        file.write(f'[web]\nurl = "http://{address}"\nlisten = "{address}"\nsecret = "{SECRET}"\nserve = true\n')
    return number


def status_of(port: int, path: str = "/readyz") -> int:
    """The status of a page; 0 if nothing listens."""
    connection = HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", path)
        return connection.getresponse().status
    except OSError:
        return 0
    finally:
        connection.close()


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 0), (signal.SIGINT, 130)])
def test_serve_answers_until_a_signal(port: int, number: int, code: int) -> None:
    with subprocess.Popen([sys.executable, "-m", "digest", "serve"], stderr=subprocess.PIPE, text=True) as serving:
        until(lambda: status_of(port) == 200)
        serving.send_signal(number)
        _, errors = serving.communicate(timeout=20)

    assert serving.returncode == code
    assert f"serving listen=127.0.0.1:{port}" in errors
    assert status_of(port) == 0


def test_pages_of_run_end_with_it_even_if_it_is_killed(port: int, run: Run) -> None:
    running = run()
    running.wait_for(" delivered edition=1 sent=2")
    until(lambda: status_of(port) == 200)
    running.end(signal.SIGKILL)

    until(lambda: status_of(port) == 0)


def test_a_busy_port_stops_no_mail(port: int, run: Run, mail_server: RecordingMailServer) -> None:  # noqa: F811
    with socket.create_server(("127.0.0.1", port)):
        running = run()
        running.wait_for(" pages_message ", f"127.0.0.1:{port}", "in use")
        running.wait_for(" delivered edition=1 sent=2")

        assert mail_server.recipients == SUBSCRIBERS
    running.wait_for(" pages_serving ")

    assert status_of(port) == 200
    assert running.end() == 0
    assert status_of(port) == 0


def test_new_settings_start_and_end_the_pages(port: int, run: Run) -> None:
    file = Path("digest.toml")
    with_pages = file.read_text()
    file.write_text(with_pages.replace("serve = true", "serve = false"))
    running = run()
    running.wait_for(" delivered ")
    file.write_text(with_pages)
    running.process.send_signal(signal.SIGHUP)
    running.wait_for(" pages_serving ")
    file.write_text(with_pages.replace(SECRET, "short"))
    running.process.send_signal(signal.SIGHUP)
    running.wait_for(" pages_not_served ")

    until(lambda: status_of(port) == 0)
