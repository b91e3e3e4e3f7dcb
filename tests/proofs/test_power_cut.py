"""Power cuts: nobody is missed, and only mails of the last 50 ms and those in flight are sent twice.

``digest send`` runs on a disk of which only synced data survives, and is killed at random moments. With PostgreSQL, the
server runs on that disk, and is killed with it.
"""

from __future__ import annotations

import random
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from digest.model.editions import Delivery, Outcome
from digest.store import editions, open_store
from digest.store.group_sync import WINDOW_S
from tests.support.editions import rows
from tests.support.power_cut_machines import (
    Installation,
    PostgresInstallation,
    SqliteInstallation,
    install_on_postgres,
    install_on_sqlite,
)
from tests.support.smtp_server import Fault, SmtpServer, Stage, smtp_server

READERS = 300
CONNECTIONS = 4
#: The server's time for a mail: about 400 a second on four connections, 20 of them in 50 ms.
_MAIL_S = 0.01


@dataclass(slots=True)
class Cut:
    """When the power fails: some time after a number of mails."""

    mails: int
    delay_s: float
    #: The server answers no mail any more after that number.
    is_stalled: bool = False
    reached: threading.Event = field(default_factory=threading.Event)
    _started: int = 0

    def fault_for(self, stage: Stage, recipient: str) -> Fault:
        if stage == "content":
            self._started += 1
            if self._started > self.mails and not self.reached.is_set():
                self.reached.set()
            return Fault(delay_s=60 if self.is_stalled and self._started > self.mails else _MAIL_S)
        if not self.mails:
            self.reached.set()  # at the first connection
        return Fault()


@dataclass(frozen=True, slots=True, kw_only=True)
class Aftermath:
    """What was found after a cut, and after the next run."""

    #: Rows of the ledger after the cut, by address; empty if the edition is gone.
    ledger: dict[str, Delivery]
    #: Time and recipient of each mail, from the first run and from the second.
    before: list[tuple[float, str]]
    after: list[tuple[float, str]]
    #: Message-IDs and recipients of both runs, counted.
    accepted: Counter[tuple[str, str]]

    @property
    def sent_twice(self) -> list[float]:
        """Times of the first of two mails."""
        received_after = {recipient for _, recipient in self.after}
        return [at for at, recipient in self.before if recipient in received_after]


@pytest.fixture(scope="module")
def on_sqlite(tmp_path_factory: pytest.TempPathFactory) -> SqliteInstallation:
    """An installation with an SQLite store."""
    return install_on_sqlite(tmp_path_factory.mktemp("installation"), READERS)


@pytest.fixture(scope="module")
def on_postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostgresInstallation]:
    """An installation with a PostgreSQL cluster."""
    with tempfile.TemporaryDirectory(prefix="digest-clusters-") as data:
        yield install_on_postgres(tmp_path_factory.mktemp("installation"), Path(data), READERS)


@pytest.fixture(params=["on_sqlite", "on_postgres"])
def installation(request: pytest.FixtureRequest) -> Installation:
    """An installation with each store."""
    return request.getfixturevalue(request.param)  # type: ignore[no-any-return]


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(2))
def test_a_power_cut_misses_nobody_and_copies_only_the_last(
    seed: int, installation: Installation, tmp_path: Path
) -> None:
    chance = random.Random(seed)
    copies = []
    # At the first connection: the edition is just frozen. Then anywhere.
    for number, mails in enumerate([seed % 2, *(chance.randint(2, READERS - 20) for _ in range(2))]):
        cut = Cut(mails=mails, delay_s=chance.uniform(0, 0.03))
        aftermath = _cut_and_resume(installation, tmp_path / str(number), cut, chance if number != 1 else None)
        _nobody_is_missed(aftermath)
        assert _outside_window(aftermath.sent_twice) <= 2 * CONNECTIONS
        copies.append(len(aftermath.sent_twice))
    print(f"\nmails sent twice by each cut: {copies}")  # noqa: T201  # the proof's numbers


@pytest.mark.slow
def test_mails_before_a_pause_are_not_sent_twice(installation: Installation, tmp_path: Path) -> None:
    """The server answers nothing for a while, so that no further commit syncs those before."""
    cut = Cut(mails=random.Random(4).randint(10, READERS - 20), delay_s=0.5, is_stalled=True)
    aftermath = _cut_and_resume(installation, tmp_path / "cut", cut, None)
    _nobody_is_missed(aftermath)
    assert len(aftermath.sent_twice) <= CONNECTIONS


@pytest.mark.slow
def test_the_simulated_disk_finds_commits_that_are_not_synced(installation: Installation, tmp_path: Path) -> None:
    """A disk that ignores syncs of the log is like commits that don't wait for it, between two checkpoints."""
    cut = Cut(mails=READERS // 2, delay_s=0)
    aftermath = _cut_and_resume(installation, tmp_path / "cut", cut, None, loses_log=True)

    assert not aftermath.ledger, "the edition is gone"
    assert len(aftermath.sent_twice) >= READERS // 2


@pytest.mark.slow
def test_a_mail_in_a_folder_that_counts_as_sent_survives_a_power_cut(
    on_sqlite: SqliteInstallation, tmp_path: Path
) -> None:
    chance = random.Random(20)
    sent = []
    for number in range(2):
        machine = on_sqlite.machine(tmp_path / str(number), smtp='folder = "mails"')
        with closing(machine):
            process = machine.start()
            while sum(1 for _ in machine.folder.glob("mails/*.eml")) < 60:
                assert process.poll() is None
                time.sleep(0.005)
            time.sleep(chance.uniform(0, 0.1))
            machine.cut_power()
        files = {path.stem: path.read_bytes() for path in machine.folder.glob("mails/*.eml")}
        rows_sent = [row for row in _ledger(machine.url).values() if row.outcome is Outcome.SENT]
        for row in rows_sent:
            content = files[row.message_id.strip("<>")]
            assert content.endswith(b"\r\n")
            assert row.subscriber.address.encode() in content
        sent.append(len(rows_sent))
    assert max(sent) > 0
    assert min(sent) < READERS, "the cuts must land before the end"


def _cut_and_resume(
    installation: Installation, folder: Path, cut: Cut, chance: random.Random | None, *, loses_log: bool = False
) -> Aftermath:
    with smtp_server(SmtpServer(fault_for=cut.fault_for, record_contents=False)) as server:
        smtp = f'host = "127.0.0.1"\nport = {server.port}\nsecurity = "none"\nconnections = {CONNECTIONS}'
        with closing(installation.machine(folder, smtp=smtp, loses_log=loses_log)) as machine:
            process = machine.start()
            while not cut.reached.wait(0.05):
                assert process.poll() is None, "it ended before the cut"
            time.sleep(cut.delay_s)
            machine.cut_power(chance)
            ledger = _ledger(machine.url)
            server.fault_for = lambda stage, recipient: Fault()
            time.sleep(0.05)  # the server still reads what was in flight
            before = [*server.log]
            machine.send()
        return Aftermath(ledger=ledger, before=before, after=server.log[len(before) :], accepted=server.accepted)


def _nobody_is_missed(aftermath: Aftermath) -> None:
    received = {recipient for _, recipient in aftermath.accepted}
    assert len(received) == READERS
    assert len(aftermath.ledger) == READERS, "the edition is in the store after the cut"
    assert aftermath.accepted.keys() == {(row.message_id, address) for address, row in aftermath.ledger.items()}, (
        "one Message-ID each"
    )
    sent = {address for address, row in aftermath.ledger.items() if row.outcome is Outcome.SENT}
    assert sent <= {recipient for _, recipient in aftermath.before}
    assert max(aftermath.accepted.values()) <= 2


def _outside_window(times: list[float]) -> int:
    """The number of mails outside the 50 ms that have most of them.

    On each connection the mail in flight counts, and one whose reply was recorded at the window's beginning.
    """
    within = [sum(first <= at <= first + WINDOW_S for at in times) for first in times]
    return len(times) - max(within, default=0)


def _ledger(url: str) -> dict[str, Delivery]:
    with open_store(url) as store:
        with store.read() as conn:
            if url.startswith("sqlite"):
                assert conn.exec_driver_sql("PRAGMA integrity_check").scalar_one() == "ok"
            edition = next(iter(editions.summaries(conn, limit=1)), None)
        return rows(store, edition.id) if edition else {}
