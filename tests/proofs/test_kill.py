"""The promise, proved by killing: nobody is missed, and each death adds at most one copy for each open connection."""

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

from digest.model import Outcome
from digest.store import deliveries, open_store
from digest.store.tables import deliveries as table
from tests.support.editions import publish, rows
from tests.support.smtp_server import KIND, Asked, Fault, Moods, Server, smtp_server

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
    """Rings after so many more mails."""

    rung: threading.Event = field(default_factory=threading.Event)
    _at: int = 0
    _count: int = 0

    def set(self, more: int) -> None:
        self.rung.clear()
        self._at = self._count + more

    def __call__(self, count: int) -> None:
        self._count = count
        if count >= self._at:
            self.rung.set()


#: What the server offers may differ from one connection to the next: so each way to send is tried.
_OFFERS = (
    ("PIPELINING", "CHUNKING", "8BITMIME", "SMTPUTF8", "SIZE 10000000"),
    ("PIPELINING", "8BITMIME"),
    ("8BITMIME",),
)


@dataclass(slots=True)
class Weather:
    """A flaky server's moods, and what came of them."""

    server: Server
    moods: Moods
    #: What was done at which stage.
    done: Counter[tuple[Asked, Fault]] = field(default_factory=Counter)
    is_over: bool = False

    def __call__(self, asked: Asked, recipient: str) -> Fault:
        if self.is_over:
            return KIND
        if asked == "connect":
            self.server.extensions = _OFFERS[self.server.connections % len(_OFFERS)]
        fault = self.moods(asked, recipient)
        if fault in self.moods.faults:  # which one is not left to chance: each at each stage
            faults = self.moods.faults
            fault = faults[sum(self.done[asked, other] for other in faults) % len(faults)]
        self.done[asked, fault] += 1
        return fault

    @property
    def spared(self) -> set[tuple[Asked, Fault]]:
        """What was never done, of all that can be while a mail is sent."""
        stages: tuple[Asked, ...] = ("MAIL", "RCPT", "DATA", "content")
        return {(asked, fault) for asked in stages for fault in self.moods.faults} - self.done.keys()


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
    server = Server(keep_contents=False, on_taken=alarm)
    server.mood = weather = Weather(server, Moods(seed=7, rate=0.08, jitter_s=0.005))
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
        copies_by_then = server.total - len(server.taken)
        while not _is_final(url, edition_id):
            runs += 1
            assert runs < 60, "it never ends"
            assert _start(url, edition_id, server.port).wait(120) == 0
        took = time.monotonic() - began
        weather.is_over = True
        total = server.total
        assert _start(url, edition_id, server.port).wait(60) == 0
        assert server.total == total, "a further run sends nothing"

    with open_store(url) as store:
        ledger = rows(store, edition_id)
    sent = {address for address, row in ledger.items() if row.outcome is Outcome.SENT}
    failed = {address: row.reply for address, row in ledger.items() if row.outcome is Outcome.FAILED}
    received = {recipient for _, recipient in server.taken}
    extra = server.total - len(server.taken)
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
    # A mail that is too big is refused before its recipient is named.
    refused = {address for address, reply in failed.items() if not reply.startswith("552")}
    assert refused <= server.refused, "nobody is given up but by the server's own words"
    assert server.taken.keys() <= {(row.message_id, address) for address, row in ledger.items()}, "one Message-ID each"
    assert extra <= bound
    assert max(in_doubt.values()) <= CONNECTIONS, "no more is in doubt than a mail for each connection"
    assert len(in_doubt) >= killed // 2, "the kills must land while mails are under way"
    if readers >= 2000:  # too few to try everything, otherwise
        assert not weather.spared, "each fault at each stage"
    assert not [*tmp_path.glob("*.alive")], "no trace of the dead is left"
    assert server.most_open <= 2 * CONNECTIONS  # those of one that was just killed may still be counted


def _start(url: str, edition_id: int, port: int) -> subprocess.Popen[bytes]:
    arguments = [url, str(edition_id), str(port), str(CONNECTIONS)]
    return subprocess.Popen([sys.executable, "-c", _SENDER, *arguments], stderr=subprocess.DEVNULL)


def _killed(sender: subprocess.Popen[bytes], alarm: Alarm, chance: random.Random) -> bool:
    """Kill it some time after the alarm; False if it ended before by itself."""
    while not alarm.rung.wait(0.02):
        if sender.poll() is not None:
            return False
    time.sleep(chance.uniform(0, 0.01))
    sender.send_signal(signal.SIGKILL)
    return sender.wait() == -signal.SIGKILL


def _is_final(url: str, edition_id: int) -> bool:
    return all(outcome.is_final for outcome in _counts(url, edition_id))


def _under_way(url: str) -> dict[str, int]:
    """How many mails each sender was sending when it was killed, of those that nobody has taken over yet."""
    sending = select(table.c.sender, func.count()).where(table.c.outcome == Outcome.SENDING).group_by(table.c.sender)
    with open_store(url) as store, store.read() as conn:
        return dict(conn.execute(sending).all())


def _counts(url: str, edition_id: int) -> Mapping[Outcome, int]:
    with open_store(url) as store, store.read() as conn:
        return deliveries.counts(conn, edition_id)
