"""Kills senders: nobody is missed, and each death adds at most one copy per open connection."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from sqlalchemy import func, select

from digest.model.editions import Outcome
from digest.store import daily_counts, deliveries, delivery_counts, open_store
from digest.store.tables import deliveries as table
from tests.support.editions import publish, rows
from tests.support.smtp_server import NO_FAULT, Fault, RandomFaults, SmtpServer, Stage, smtp_server

CONNECTIONS = 4
_SENDER = """
import sys
from datetime import UTC, datetime
from threading import Event
from digest.model.errors import DigestError
from digest.deliver.mailers import open_mailer
from digest.pipeline.outbox import deliver_due
from digest.store import open_store
from tests.support.editions import build_message, smtp_settings

url, edition_id, port, connections = sys.argv[1:]
mailer = open_mailer(smtp_settings(int(port), connections=int(connections)))
with open_store(url) as store:
    try:
        deliver_due(
            int(edition_id), store, mailer, build_message=build_message, clock=lambda: datetime.now(UTC), stop=Event(),
            even_if_waiting=True,
        )
    except DigestError as error:
        print(error, file=sys.stderr)
"""


@dataclass(slots=True)
class Alarm:
    """Is set after a given number of further mails."""

    rung: threading.Event = field(default_factory=threading.Event)
    _at: int = 0
    _count: int = 0

    def set(self, mails: int) -> None:
        self.rung.clear()
        self._at = self._count + mails

    def __call__(self, count: int) -> None:
        self._count = count
        if count >= self._at:
            self.rung.set()


#: Extensions change from one connection to the next, so that each way to send is tried.
_EXTENSIONS = (
    ("PIPELINING", "CHUNKING", "8BITMIME", "SMTPUTF8", "SIZE 10000000"),
    ("PIPELINING", "8BITMIME"),
    ("8BITMIME",),
)


@dataclass(slots=True)
class FaultPlan:
    """Random faults of which each occurs at each stage, and their counts."""

    server: SmtpServer
    random_faults: RandomFaults
    counts: Counter[tuple[Stage, Fault]] = field(default_factory=Counter)
    is_over: bool = False

    def __call__(self, stage: Stage, recipient: str) -> Fault:
        if self.is_over:
            return NO_FAULT
        if stage == "connect":
            self.server.extensions = _EXTENSIONS[self.server.connections % len(_EXTENSIONS)]
        fault = self.random_faults(stage, recipient)
        if fault in self.random_faults.faults:  # which fault is not random: each in turn at each stage
            faults = self.random_faults.faults
            fault = faults[sum(self.counts[stage, candidate] for candidate in faults) % len(faults)]
        self.counts[stage, fault] += 1
        return fault

    @property
    def missing(self) -> set[tuple[Stage, Fault]]:
        """Faults that did not occur, of all stages of a mail."""
        stages: tuple[Stage, ...] = ("MAIL", "RCPT", "DATA", "content")
        return {(stage, fault) for stage in stages for fault in self.random_faults.faults} - self.counts.keys()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("kind", "readers", "kills"),
    [pytest.param("sqlite_url", 2000, 50, id="sqlite"), pytest.param("postgres_url", 600, 15, id="postgresql")],
)
def test_killed_senders_miss_nobody_and_copy_no_more_than_promised(
    kind: str, readers: int, kills: int, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    url = request.getfixturevalue(kind)
    with open_store(url) as store:
        edition_id = publish(store, readers=readers)
    chance = random.Random(20260329)
    alarm = Alarm()
    began = time.monotonic()
    server = SmtpServer(record_contents=False, on_accepted=alarm)
    server.fault_for = plan = FaultPlan(server, RandomFaults(seed=7, rate=0.08, jitter_s=0.005))
    with smtp_server(server):
        killed = runs = 0
        in_doubt: dict[str, int] = {}
        while killed < kills:
            alarm.set(chance.randint(1, readers // kills * 3 // 4))
            if _killed(_start(url, edition_id, server.port), alarm, chance):
                killed += 1
                in_doubt |= _under_way(url)
                assert server.total, "the kills must land between the first mail and the last"
                assert Outcome.PENDING in _counts(url, edition_id), "the kills must land between the first and the last"
        copies_by_then = server.total - len(server.accepted)
        while not _is_final(url, edition_id):
            runs += 1
            assert runs < 60, "it never ends"
            assert _start(url, edition_id, server.port).wait(120) == 0
        took = time.monotonic() - began
        plan.is_over = True
        total = server.total
        assert _start(url, edition_id, server.port).wait(60) == 0
        assert server.total == total, "a further run sends nothing"

    with open_store(url) as store:
        ledger = rows(store, edition_id)
        with store.read() as conn:
            counted = daily_counts.totals(conn, ["main"])
            counts = delivery_counts.for_edition(conn, edition_id)
    sent = {address for address, row in ledger.items() if row.outcome is Outcome.SENT}
    failed = {address: row.reply for address, row in ledger.items() if row.outcome is Outcome.FAILED}
    received = {recipient for _, recipient in server.accepted}
    extra = server.total - len(server.accepted)
    bound = sum(in_doubt.values()) + server.lost_replies
    print(  # noqa: T201  # the proof's numbers
        f"\n{kind}: {readers} readers, {killed} kills, {runs} runs more, {server.connections} connections, "
        f"{server.lost_replies} final replies lost, {len(failed)} refused for good; missed {len(sent - received)}, "
        f"copies {extra} ({copies_by_then} by the last kill; {sum(in_doubt.values())} mails were under way at "
        f"kills, so that at most {bound} were possible, and {killed * CONNECTIONS + server.lost_replies} promised); "
        f"{took:.0f} s"
    )

    assert len(ledger) == readers
    assert sent | failed.keys() == set(ledger)
    assert sent <= received, "nobody is missed"
    # A mail that is too large is rejected before RCPT.
    rejected = {address for address, reply in failed.items() if not reply.startswith("552")}
    assert rejected <= server.rejected, "a delivery fails only by the server's reply"
    assert server.accepted.keys() <= {(row.message_id, address) for address, row in ledger.items()}, (
        "one Message-ID each"
    )
    assert extra <= bound
    assert dict(counts) == Counter(row.outcome for row in ledger.values()), "the edition's counts are those of its rows"
    assert counted["main", daily_counts.delivery(Outcome.SENT)] == len(sent), "no kill loses or doubles a count"
    assert counted.get(("main", daily_counts.delivery(Outcome.FAILED)), 0) == len(failed)
    assert max(in_doubt.values()) <= CONNECTIONS, "no more is in doubt than a mail for each connection"
    assert len(in_doubt) >= killed // 2, "the kills must land while mails are under way"
    if readers >= 2000:  # too few to try everything, otherwise
        assert not plan.missing, "each fault at each stage"
    assert not [*tmp_path.glob("*.alive")], "no trace of the dead is left"
    assert server.max_open_connections <= 2 * CONNECTIONS  # those of one that was just killed may still be counted


def _start(url: str, edition_id: int, port: int) -> subprocess.Popen[bytes]:
    arguments = [url, str(edition_id), str(port), str(CONNECTIONS)]
    return subprocess.Popen([sys.executable, "-c", _SENDER, *arguments], stderr=subprocess.DEVNULL)


def _killed(sender: subprocess.Popen[bytes], alarm: Alarm, chance: random.Random) -> bool:
    """Kill it shortly after the alarm; False if it ended before."""
    while not alarm.rung.wait(0.02):
        if sender.poll() is not None:
            return False
    time.sleep(chance.uniform(0, 0.01))
    sender.send_signal(signal.SIGKILL)
    return sender.wait() == -signal.SIGKILL


def _is_final(url: str, edition_id: int) -> bool:
    return all(outcome.is_final for outcome in _counts(url, edition_id))


def _under_way(url: str) -> dict[str, int]:
    """Mails that each killed sender was sending, of those not released yet."""
    sending = select(table.c.sender, func.count()).where(table.c.outcome == Outcome.SENDING).group_by(table.c.sender)
    with open_store(url) as store, store.read() as conn:
        return dict(conn.execute(sending).all())


def _counts(url: str, edition_id: int) -> Mapping[Outcome, int]:
    with open_store(url) as store, store.read() as conn:
        return deliveries.counts(conn, edition_id)
