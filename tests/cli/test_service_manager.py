"""Messages to systemd: ready, alive, and what the process does."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from digest.cli.service_manager import ServiceManager

ADDRESS = f"@digest-test-{os.getpid()}"


@pytest.fixture
def manager_socket() -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as receiver:
        receiver.bind(ADDRESS.replace("@", "\0"))
        receiver.setblocking(False)
        yield receiver


def received(receiver: socket.socket) -> list[str]:
    messages = []
    while True:
        try:
            messages.append(receiver.recv(1000).decode())
        except BlockingIOError:
            return messages


def log(event: str, /, **fields: object) -> None:
    """A log of nothing."""


def test_the_first_heartbeat_says_ready(manager_socket: socket.socket) -> None:
    manager = ServiceManager({"NOTIFY_SOCKET": ADDRESS})
    for _ in range(3):
        manager.heartbeat()

    assert received(manager_socket) == ["READY=1\nWATCHDOG=1", "WATCHDOG=1", "WATCHDOG=1"]


def test_ready_is_said_again_until_the_manager_takes_it(manager_socket: socket.socket) -> None:
    manager = ServiceManager({"NOTIFY_SOCKET": ADDRESS})
    flood = ServiceManager({"NOTIFY_SOCKET": ADDRESS})
    for _ in range(5000):  # more than its queue holds
        flood.heartbeat()
    manager.heartbeat()
    assert len(received(manager_socket)) < 5000
    manager.heartbeat()

    assert received(manager_socket) == ["READY=1\nWATCHDOG=1"]


def test_the_status_names_what_the_process_does(manager_socket: socket.socket) -> None:
    manager_log = ServiceManager({"NOTIFY_SOCKET": ADDRESS}).with_status(log)
    manager_log("leading", id="clock@one:7")
    manager_log("working", pid=7, queues="collect,publish", store="postgresql://db/digest")
    manager_log("collected", sources=7)

    assert received(manager_socket) == ["STATUS=leading", "STATUS=working: queues collect,publish"]


def test_child_processes_dont_speak_for_this_one() -> None:
    environment = {"NOTIFY_SOCKET": ADDRESS, "HEARTBEAT_FILE": "/run/alive", "PATH": "/bin"}
    ServiceManager(environment)

    assert environment == {"PATH": "/bin"}


@pytest.mark.parametrize(
    "environment",
    [{}, {"NOTIFY_SOCKET": "/nowhere/notify"}, {"HEARTBEAT_FILE": "/nowhere/alive"}],
    ids=["no manager", "gone", "no folder"],
)
def test_a_process_works_without_a_manager(environment: dict[str, str]) -> None:
    manager = ServiceManager(environment)
    manager.heartbeat()
    manager.with_status(log)("leading")


def test_a_heartbeat_makes_a_file_young(tmp_path: Path) -> None:
    file = tmp_path / "alive"
    manager = ServiceManager({"HEARTBEAT_FILE": str(file)})
    assert not file.exists()
    manager.heartbeat()
    os.utime(file, (0, 0))
    manager.heartbeat()

    assert file.stat().st_mtime > 0
