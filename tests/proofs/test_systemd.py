"""The pages' commands, as written, on a Debian machine with systemd: from one service to a fleet that is killed."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.support.machine import Machine, booted, build_tree, copy_checkout
from tests.support.run_process import until
from tests.support.smtp_server import RandomFaults, SmtpServer, smtp_server

ROOT = Path(__file__).resolve().parents[2]
READERS, CONNECTIONS = 60, 2
CLOCKS, WORKERS = ("digest-clock@1", "digest-clock@2"), ("digest-worker@1", "digest-worker@2", "digest-worker@3")
FLEET = (*CLOCKS, *WORKERS, "digest-web")
_SETTINGS = """
[smtp]
host = "127.0.0.1"
port = {port}
security = "none"
connections = {connections}
[web]
url = "https://news.example.org"
secret = "a secret of more than thirty-two characters"
[[sources]]
id = "a"
path = "/srv/digest/articles"
[[newsletters]]
id = "main"
title = "Main"
from = "Main <main@example.org>"
"""

_ARTICLE = """A ferry service across the bay returns

The council voted on Tuesday to bring back the ferry that crossed the bay until 1998. The first boat will leave in May.
Two companies have made an offer for the route, which about 900 people are expected to take each day.
"""


def block_of(page: str, heading: str) -> list[str]:
    """The commands of the first code block below a heading."""
    text = (ROOT / page).read_text("utf-8").partition(f"\n## {heading}\n")[2]
    block = re.findall(r"(?ms)^```\n(.*?)^```", text)[0]
    return block.replace("\\\n", "").splitlines()


def test_at_most_eight_commands_make_a_fleet() -> None:
    assert 0 < len(block_of("README.md", "When one machine is not enough")) <= 8


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    """A Debian machine with the checkout, uv and no network; PostgreSQL can be installed."""
    assert os.geteuid() == 0, "systemd-nspawn needs root"
    tree = tmp_path_factory.mktemp("machine") / "debian"
    cache = subprocess.run([sys.executable, "-m", "uv", "cache", "dir"], capture_output=True, text=True, check=True)
    try:
        build_tree(tree, packages=["postgresql"])
        copy_checkout(ROOT, tree)
        with booted(tree, uv_cache=Path(cache.stdout.strip())) as running:
            yield running
    finally:
        shutil.rmtree(tree)  # 700 MB


@pytest.mark.slow
def test_the_commands_of_the_pages_make_a_fleet_that_survives_kills(machine: Machine) -> None:
    server = SmtpServer(record_contents=False)
    with machine.network(), smtp_server(server):
        _install(machine, server.port)
        machine.run("digest send")
        assert server.total == READERS

        for command in block_of("README.md", "When one machine is not enough"):
            machine.run(command)
        until(lambda: _active(machine) == {*FLEET}, within_s=120)
        until(lambda: _fleet(machine) == (2, 1, 3), within_s=120)
        machine.run("systemctl start digest-health")
        assert "200" in machine.run(_fetch("http://127.0.0.1:8000/readyz"))

        server.accepted.clear()
        server.fault_for = RandomFaults(seed=7, rate=0, jitter_s=0.3)
        kills = _send_while_killing(machine, server)
        assert server.total - READERS <= kills * CONNECTIONS

        until(lambda: _active(machine) == {*FLEET} - {"digest-worker@2"}, within_s=120)
        machine.run("systemctl restart digest.target && systemctl start digest-worker@2")
        until(lambda: _active(machine) == {*FLEET}, within_s=120)
        until(lambda: _fleet(machine) == (2, 1, 3), within_s=120)


def _install(machine: Machine, port: int) -> None:
    """Install one service on SQLite as config/deploy/README.md says; uv is there already."""
    settings = _SETTINGS.format(port=port, connections=CONNECTIONS)
    readers = "\n".join(["email", *(f"reader{number}@example.org" for number in range(READERS))])
    files = {"digest.toml": settings, "readers.csv": readers, "articles/ferry.txt": _ARTICLE}
    machine.run("mkdir articles")
    for name, text in files.items():
        machine.run(f"cat > {name} <<'END'\n{text}\nEND")
    first, *commands = block_of("config/deploy/README.md", "systemd")
    assert first == "python3 -m venv .venv && .venv/bin/pip install uv"
    for command in commands:
        machine.run(command)
    machine.run("digest subscribers import - < readers.csv")


def _send_while_killing(machine: Machine, server: SmtpServer) -> int:
    """Send an edition; meanwhile end a worker, the leading clock and the database, each in its way."""
    faults = (
        "systemctl kill --signal=KILL digest-worker@1",
        "systemctl stop digest-worker@2",
        f"kill -KILL {_leader_pid(machine)}",
        "systemctl restart postgresql@15-main",
    )
    with ThreadPoolExecutor() as thread:
        sending = thread.submit(machine.run, "digest send --again", timeout_s=300)  # it waits for the database, too
        for number, fault in enumerate(faults, 1):
            until(lambda number=number: server.total >= number * READERS // 6, within_s=90)
            machine.run(fault)
        sending.result()
    until(lambda: len(server.accepted) == READERS, within_s=120)
    until(lambda: _waiting(machine) == 0, within_s=120)
    assert machine.run("systemctl show --property=NRestarts --value digest-worker@1") != "0\n"
    assert machine.run("systemctl show --property=Result --value digest-worker@2") == "success\n"
    return len(faults)


def _waiting(machine: Machine) -> int:
    queue = json.loads(machine.run("digest status --json"))["queue"]
    return int(queue["waiting"] + queue["in_hand"])


def _leader_pid(machine: Machine) -> int:
    status = json.loads(machine.run("digest status --json"))
    (leader,) = (clock["id"] for clock in status["fleet"]["clocks"] if clock["leads"])
    return int(leader.rpartition(":")[2])


def _active(machine: Machine) -> set[str]:
    listed = machine.run("systemctl list-units --plain --no-legend --state=active 'digest-*.service'")
    return {line.split()[0].removesuffix(".service") for line in listed.splitlines()}


def _fleet(machine: Machine) -> tuple[int, int, int]:
    """The number of clocks, of those that lead, and of workers, without those that were killed."""
    fleet = json.loads(machine.run("digest status --json")).get("fleet", {})
    alive = str(datetime.now(UTC) - timedelta(seconds=20)).replace(" ", "T")
    clocks = [clock for clock in fleet.get("clocks", ()) if clock["seen"] > alive]
    workers = [worker for worker in fleet.get("workers", ()) if worker["seen"] > alive]
    return len(clocks), sum(clock["leads"] for clock in clocks), len(workers)


def _fetch(url: str) -> str:
    return f"python3 -c 'import urllib.request; print(urllib.request.urlopen(\"{url}\").status)'"
