"""Connections to the database that each process of a fleet holds while it has nothing to do."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

from digest.store import open_store, queue_schema
from tests.bench.fleet.processes import DatabaseServer, Fleet, connections, fleet_in, wait_until
from tests.bench.fleet.settings import write_settings

#: A process whose number of connections stays the same for so long has made those that it keeps.
_STABLE_S = 8.0
_COMMANDS = {"clock": ("run",), "worker": ("worker",), "web": ("serve",)}


def measure_connections(server: DatabaseServer) -> dict[str, int]:
    """By kind of process."""
    counts = {}
    for kind, command in _COMMANDS.items():
        url = server.create_database()
        with open_store(url) as store, store.begin() as conn:
            queue_schema.ensure(conn)
        with tempfile.TemporaryDirectory() as folder, fleet_in(Path(folder)) as fleet:
            write_settings(Path(folder), url)
            fleet.start(*command)
            counts[kind] = _stable_connections(url, fleet)
    return counts


def _stable_connections(url: str, fleet: Fleet) -> int:
    count, since = 0, time.monotonic()

    def is_stable() -> bool:
        nonlocal count, since
        if (current := connections(url)) != count:
            count, since = current, time.monotonic()
        return count > 0 and time.monotonic() - since > _STABLE_S

    wait_until(is_stable, fleet, within_s=120)
    return count
