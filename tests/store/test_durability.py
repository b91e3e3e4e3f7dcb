"""Commits survive the death of a process, and several processes may write concurrently.

That they survive a power cut is shown in ``tests/proofs/test_power_cut.py``.
"""

from __future__ import annotations

import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from digest.store import deliveries, editions, entries, open_store, subscribers
from digest.store.subscribers import NewSubscriber
from tests.support.values import NOON, edition

_PRELUDE = """
import sys
from digest.store import entries, open_store
from digest.store.ledger import open_ledger
from tests.support.values import NOON, entry
"""


def start(code: str) -> subprocess.Popen[str]:
    script = _PRELUDE + textwrap.dedent(code)
    return subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)


@pytest.mark.parametrize("tell", [1, 40, 90], ids=["early", "later", "late"])
def test_a_killed_process_loses_no_committed_row(sqlite_url: str, tmp_path: Path, tell: int) -> None:
    process = start(f"""
    store = open_store({sqlite_url!r})
    for number in range(100_000):
        with store.begin() as conn:
            entries.add(conn, [entry(f"{{number}} {{part}}", body="x" * 3000) for part in range(2)])
        print(number, flush=True)
    """)
    with process:
        assert process.stdout is not None
        while int(process.stdout.readline()) < tell:
            pass
        process.send_signal(signal.SIGKILL)
        last_committed = max([tell, *(int(line) for line in process.stdout if line.endswith("\n"))])

    with open_store(sqlite_url) as store, store.begin() as conn:
        guids = {stored.guid for stored in entries.for_source(conn, "herald")}
        assert conn.exec_driver_sql("PRAGMA integrity_check").scalar_one() == "ok"
    assert {f"{number} {part}" for number in range(last_committed + 1) for part in range(2)} <= guids
    assert len(guids) % 2 == 0, "a transaction is never kept in half"


@pytest.mark.parametrize(
    ("kind", "query", "synced", "unsynced"),
    [
        pytest.param("sqlite_url", "PRAGMA synchronous", 2, 1, id="sqlite"),
        pytest.param("postgres_url", "SHOW synchronous_commit", "on", "off", id="postgresql"),
    ],
)
def test_a_commit_waits_for_the_disk_unless_it_need_not_be_durable(
    kind: str, query: str, synced: object, unsynced: object, request: pytest.FixtureRequest
) -> None:
    with open_store(request.getfixturevalue(kind)) as store:
        settings = []
        for durable in (True, False, True):
            with store.begin(durable=durable) as conn:
                settings.append(conn.exec_driver_sql(query).scalar_one())
        with store.driver() as (connection, _):
            settings.append(connection.cursor().execute(query).fetchone()[0])
        with store.begin() as conn:
            settings.append(conn.exec_driver_sql(query).scalar_one())

    assert settings == [synced, unsynced, synced, unsynced, synced]


@pytest.mark.parametrize("kind", ["sqlite_url", "postgres_url"], ids=["sqlite", "postgresql"])
def test_processes_that_write_concurrently_wait_for_each_other(kind: str, request: pytest.FixtureRequest) -> None:
    """Each adds its own entries and some that all add; each transaction reads before it writes."""
    url = request.getfixturevalue(kind)
    open_store(url).close()
    code = """
    with open_store({url!r}) as store:
        for number in range(30):
            with store.begin() as conn:
                entries.add(conn, [entry(f"{{number}}"), entry(f"{{number}}", source_id={name!r})])
    """
    writers = [start(code.format(url=url, name=f"source {number}")) for number in range(3)]
    for writer in writers:
        writer.communicate()
    assert [writer.returncode for writer in writers] == [0, 0, 0]

    with open_store(url) as store, store.read() as conn:
        for source_id in ("herald", "source 0", "source 1", "source 2"):
            assert len(entries.for_source(conn, source_id)) == 30


@pytest.mark.parametrize("kind", ["sqlite_url", "postgres_url"], ids=["sqlite", "postgresql"])
def test_processes_that_claim_concurrently_never_share_a_row(kind: str, request: pytest.FixtureRequest) -> None:
    url = request.getfixturevalue(kind)
    with open_store(url) as store, store.begin() as conn:
        people = [NewSubscriber(address=f"reader{number}@harbour.example") for number in range(300)]
        subscribers.add(conn, people, "main", at=NOON)
        edition_id, _ = editions.add(conn, edition(), at=NOON)
        deliveries.create_for_edition(conn, edition_id, host="harbour.example", at=NOON)
    code = """
    with open_store({url!r}) as store, open_ledger(store, {name!r}) as ledger:
        while claimed := ledger.claim({edition_id}, now=NOON, limit=7):
            for delivery in claimed:
                print(delivery.id)
    """
    senders = [start(code.format(url=url, edition_id=edition_id, name=f"sender {number}")) for number in range(3)]
    claimed = [line for sender in senders for line in sender.communicate()[0].split()]

    assert len(claimed) == 300
    assert len(set(claimed)) == 300
