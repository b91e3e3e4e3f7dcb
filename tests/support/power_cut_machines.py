"""Installations of which the power is cut while ``digest send`` runs: with an SQLite store, and with PostgreSQL.

machine = installation.machine(folder, smtp='host = "127.0.0.1"')
machine.start()         ``digest send``
machine.cut_power()     only what was synced survives
machine.send()          ``digest send``, to its end
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
from abc import ABC, abstractmethod
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Protocol

from digest.cli import main
from digest.store import open_store, subscribers
from digest.store.subscribers import NewSubscriber
from tests.support.postgres_process import PostgresCluster, PostgresProcess, create_cluster
from tests.support.power_cut import SimulatedDisk
from tests.support.values import NOON

_SETTINGS = """\
[store]
url = "{url}"

[smtp]
{smtp}

[[sources]]
id = "own"
path = "articles"

[[newsletters]]
id = "main"
title = "Main"
from = "Main <main@harbour.example>"
schedule = "daily 00:00"
"""


class Installation(Protocol):
    """An article that was collected, and subscribers; nothing was sent yet."""

    def machine(self, folder: Path, *, smtp: str, loses_log: bool = False) -> Machine:
        """A copy of it on a simulated disk; on one that ignores syncs of the database's log if ``loses_log``."""
        ...


@dataclass(slots=True)
class Machine(ABC):
    """A copy of an installation, and ``digest send`` on it."""

    #: Settings and articles.
    folder: Path
    #: The section [smtp] of the settings.
    smtp: str
    _process: subprocess.Popen[bytes] | None = field(init=False, default=None)

    @property
    @abstractmethod
    def url(self) -> str:
        """The store's URL."""

    @abstractmethod
    def start(self) -> subprocess.Popen[bytes]:
        """``digest send``, which a power cut ends."""

    @abstractmethod
    def cut_power(self, chance: random.Random | None = None) -> None:
        """Kill all; the disk has what was synced. With ``chance`` it also has some of what was written since."""

    def send(self) -> None:
        """Run ``digest send`` to its end."""
        write_settings(self.folder, self.url, self.smtp)
        completed = subprocess.run(_command(self.folder), capture_output=True, text=True, timeout=120, check=False)
        assert completed.returncode == 0, completed.stderr

    def close(self) -> None:
        """Kill what runs."""
        self._kill_sender()

    def _start_sender(self, environment: dict[str, str]) -> subprocess.Popen[bytes]:
        command = _command(self.folder)
        self._process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, start_new_session=True)
        return self._process

    def _kill_sender(self) -> None:
        if self._process is not None and self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()


# --- SQLite: settings, store and mails are on the simulated disk ---


@dataclass(frozen=True, slots=True)
class SqliteInstallation:
    """See ``Installation``."""

    folder: Path

    def machine(self, folder: Path, *, smtp: str, loses_log: bool = False) -> SqliteMachine:
        """See ``Installation``."""
        shutil.copytree(self.folder, folder)
        return SqliteMachine(folder, smtp, loses_log)


@dataclass(slots=True)
class SqliteMachine(Machine):
    """See ``Machine``."""

    loses_log: bool
    _disk: SimulatedDisk = field(init=False)

    @property
    def url(self) -> str:
        """See ``Machine``."""
        return f"sqlite:///{self.folder / 'digest.db'}"

    def start(self) -> subprocess.Popen[bytes]:
        """See ``Machine``."""
        write_settings(self.folder, self.url, self.smtp)
        self._disk = SimulatedDisk(self.folder, ignored="*-wal" if self.loses_log else "")
        return self._start_sender(self._disk.environment)

    def cut_power(self, chance: random.Random | None = None) -> None:
        """See ``Machine``."""
        self._kill_sender()
        self.folder = self.folder.with_name(f"{self.folder.name}-after")
        self._disk.restore(self.folder, chance)


# --- PostgreSQL: the server's data folder is on the simulated disk ---


@dataclass(frozen=True, slots=True)
class PostgresInstallation:
    """See ``Installation``."""

    folder: Path
    cluster: PostgresCluster

    def machine(self, folder: Path, *, smtp: str, loses_log: bool = False) -> PostgresMachine:
        """See ``Installation``."""
        shutil.copytree(self.folder, folder)
        data = Path(tempfile.mkdtemp(prefix="machine-", dir=self.cluster.folder.parent))
        data.chmod(0o755)
        return PostgresMachine(folder, smtp, self.cluster.copy(data / "data"), loses_log)


@dataclass(slots=True)
class PostgresMachine(Machine):
    """See ``Machine``."""

    cluster: PostgresCluster
    loses_log: bool
    _disk: SimulatedDisk = field(init=False)
    _server: PostgresProcess = field(init=False)

    def __post_init__(self) -> None:
        ignored = "*/pg_wal/*" if self.loses_log else ""
        self._disk = SimulatedDisk(self.cluster.folder, ignored=ignored, user=self.cluster.user)
        self._server = PostgresProcess(self.cluster, self._disk.environment, fsync=True)

    @property
    def url(self) -> str:
        """See ``Machine``."""
        return self._server.url

    def start(self) -> subprocess.Popen[bytes]:
        """See ``Machine``."""
        write_settings(self.folder, self.url, self.smtp)
        return self._start_sender(dict(os.environ))

    def cut_power(self, chance: random.Random | None = None) -> None:
        """See ``Machine``."""
        self._server.kill()
        self._kill_sender()
        after = self.cluster.folder.with_name("after")
        self._disk.restore(after, chance)
        after.chmod(0o700)
        (after / "postmaster.pid").unlink(missing_ok=True)  # after a new start its number may be another process's
        self.cluster = replace(self.cluster, folder=after)
        self._server = PostgresProcess(self.cluster)

    def close(self) -> None:
        """See ``Machine``."""
        self._server.kill()
        self._kill_sender()
        shutil.rmtree(self.cluster.folder.parent)


def install_on_sqlite(folder: Path, readers: int) -> SqliteInstallation:
    """Install the program with an SQLite store."""
    _install(folder, f"sqlite:///{folder / 'digest.db'}", readers)
    return SqliteInstallation(folder)


def install_on_postgres(folder: Path, data: Path, readers: int) -> PostgresInstallation:
    """Install the program, with a PostgreSQL cluster in a folder of ``data``."""
    cluster = create_cluster(data / "cluster")
    server = PostgresProcess(cluster)
    try:
        _install(folder, server.url, readers)
        server.stop()
    finally:
        server.kill()
    return PostgresInstallation(folder, cluster)


def _install(folder: Path, url: str, readers: int) -> None:
    (folder / "articles").mkdir(parents=True)
    (folder / "articles" / "ferry.txt").write_text("On the ferry\n\nThe ferry stayed in harbour. Bread came by air.\n")
    write_settings(folder, url, 'folder = "mails"')
    assert main(["collect", "--config", str(folder / "digest.toml")]) == 0
    with open_store(url) as store, store.begin() as conn:
        new = [NewSubscriber(address=f"reader{number}@harbour.example") for number in range(readers)]
        subscribers.add(conn, new, "main", at=NOON)


def write_settings(folder: Path, url: str, smtp: str) -> None:
    """Write the settings of an installation."""
    (folder / "digest.toml").write_text(_SETTINGS.format(url=url, smtp=smtp))


def _command(folder: Path) -> list[str]:
    return [sys.executable, "-m", "digest", "send", "--no-collect", "--config", str(folder / "digest.toml")]
