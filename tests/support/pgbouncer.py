"""PgBouncer in transaction mode before a PostgreSQL server; Debian's package ``pgbouncer`` has it."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import psycopg

_SETTINGS = """
[databases]
* = host={host} port={port}
[pgbouncer]
pool_mode = transaction
auth_type = any
unix_socket_dir = {folder}
listen_port = 6432
logfile = {folder}/log
default_pool_size = 3
max_client_conn = 200
server_login_retry = 1
"""


@contextmanager
def pgbouncer(url: str) -> Iterator[str]:
    """The URL of the same database through a pooler of three connections."""
    program = shutil.which("pgbouncer", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    assert program, "Debian's package pgbouncer is needed: apt-get install pgbouncer"
    parts = urlsplit(url)
    query = {name: values[0] for name, values in parse_qs(parts.query).items()}
    folder = Path(tempfile.mkdtemp(prefix="digest-pgbouncer-"))
    folder.chmod(0o777)
    user = parts.username or "postgres"
    settings = _SETTINGS.format(host=query["host"], port=query.get("port", 5432), folder=folder)
    settings = settings.replace("* = ", f"* = user={user} ")
    (folder / "settings.ini").write_text(settings)
    # It refuses to run as root, and so does the server, whose socket it must reach.
    options: dict[str, Any] = {"user": Path(query["host"]).owner(), "extra_groups": []} if os.getuid() == 0 else {}
    process = subprocess.Popen([program, "-q", str(folder / "settings.ini")], **options)
    pooled = parts._replace(query=f"host={folder}&port=6432").geturl()
    try:
        _wait_until_ready(pooled, process, folder / "log")
        yield pooled
    finally:
        process.kill()
        process.wait()
        shutil.rmtree(folder)


def _wait_until_ready(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 30
    while True:
        try:
            psycopg.connect(url).close()
        except psycopg.OperationalError:
            text = log.read_text() if log.exists() else ""
            assert process.poll() is None, text
            assert time.monotonic() < deadline, text
            time.sleep(0.02)
        else:
            return
