"""What every test may use, and what none may: the network is shut but for this machine."""

from __future__ import annotations

import gc
import os
import signal
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.support.web_servers import WebServer, web_server

pytest_plugins = [
    "tests.support.databases",
    "tests.support.public_hosts",
    "tests.support.refusing_relay",
    "tests.support.run_process",
    "tests.support.unusable_databases",
]

ROOT = Path(__file__).resolve().parents[1]

# A busy machine is no defect of the program's; neither is the first run, when Hypothesis makes its tables.
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # A shell starts background jobs so, and the programs that tests start would ignore Ctrl-C as well.
    signal.signal(signal.SIGINT, signal.default_int_handler)


#: Tests of whole commands, of simulated days and of processes: up to seconds each, and twice that on PostgreSQL.
_SLOW_ON_POSTGRESQL = (
    "tests/jobs/",
    "tests/cli/",
    "tests/store/test_copy.py",
    "tests/store/test_durability.py",
    "tests/store/test_round_trips.py",
    "tests/store/test_schema.py",
)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave the PostgreSQL half of the longest tests to the slow proofs."""
    for item in items:
        if item.nodeid.startswith(_SLOW_ON_POSTGRESQL) and "postgresql" in item.nodeid:
            item.add_marker("slow")


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of outside data beside the checkout; tests on it step aside where it is absent."""
    folder = ROOT.parent / "shared"
    if not folder.is_dir():
        pytest.skip("no ../shared beside the checkout")
    return folder


@pytest.fixture
def web() -> Iterator[WebServer]:
    """A web server that answers what the test says."""
    with web_server() as server:
        yield server


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No setting of the person who runs the tests reaches them."""
    for name in os.environ:
        if name.startswith("DIGEST_"):
            monkeypatch.delenv(name)


@pytest.fixture(autouse=True)
def _warnings_are_errors(monkeypatch: pytest.MonkeyPatch) -> None:
    """Within commands too, which hush them unless Python was told what to do with them."""
    monkeypatch.setattr(sys, "warnoptions", ["error"])


@pytest.fixture(autouse=True, scope="module")
def _nothing_is_left_open() -> Iterator[None]:
    """What a file's tests leave open is told of them, and not of whoever runs when Python comes to it."""
    yield
    gc.collect()
    gc.freeze()  # what is left stays: to look through it after each file takes longer than most files' tests


_connect = socket.socket.connect
_getaddrinfo = socket.getaddrinfo
_LOCAL = ("127.", "localhost", "::1")


def _guarded_connect(self: socket.socket, address: object) -> None:
    if isinstance(address, tuple) and not str(address[0]).startswith(_LOCAL):
        raise OSError(f"a test tried to reach {address[0]}: the network is shut in tests")
    _connect(self, address)  # type: ignore[arg-type]  # the socket module's own type is wider than its stub


@pytest.fixture(autouse=True, scope="session")
def _network_is_shut() -> None:
    """Only this machine can be reached from a test."""
    socket.socket.connect = _guarded_connect  # type: ignore[method-assign]  # shutting the door is the point
