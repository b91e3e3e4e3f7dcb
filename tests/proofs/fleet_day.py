"""A day of a fleet, with its idle hours left out: several newsletters and slots, and processes that are killed.

    python -m tests.proofs.fleet_day --recipients 1000000

Two clocks and three workers run as in life, on PostgreSQL, and send by SMTP to a server on this machine that refuses
some mails for now and cuts connections. Only the time is not life's, which a fleet has from its database: whenever
nothing is left to do, it is set to the next slot. All day long processes are killed, and connections to the database
are ended. In the end everybody must have each edition once; what a kill or a lost reply sends twice is counted, and
must be no more than is promised.
"""

from __future__ import annotations

import argparse
import os
import random
import sys
import tempfile
import time
from collections import Counter, deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
from psycopg import sql
from sqlalchemy import text

from digest.deliver.retry import MAX_BACKOFF
from digest.model.editions import Outcome
from digest.pipeline import calendar
from digest.settings import load
from digest.store import Store, deliveries, editions, fleet, open_store, queue, subscribers
from digest.store.subscribers import NewSubscriber
from tests.bench.fleet.processes import Fleet, database_server, fleet_in
from tests.support.smtp_server import Fault, RandomFaults, SmtpServer, smtp_server

#: The default of ``[smtp] connections``.
CONNECTIONS = 4
#: Backends that are ended at once.
_ENDED = 3
_COMMANDS = (("run",), ("run",), ("worker",), ("worker",), ("worker", "--queues", "deliver"))
#: None of them is final, and none names a rate: that would slow a provider down for hours.
_FAULTS = (
    Fault("450 4.2.1 greylisted"),
    Fault("451 4.3.0 local error"),
    Fault("452 4.3.1 no room"),
    Fault(drop="before"),
    Fault(drop="after"),
    Fault(delay_s=0.05),
)
_SETTINGS = """\
[store]
url = "{url}"
[jobs]
engine = "procrastinate"
[smtp]
host = "127.0.0.1"
port = {port}
security = "none"
[[sources]]
id = "news"
path = "articles"
"""
_NEWSLETTER = """\
[[newsletters]]
id = "{id}"
title = "News {id}"
from = "News <news@harbour.example>"
schedule = "daily {times}"
timezone = "UTC"
catch_up = "12h"
empty = "send"
"""
_ARTICLE = """{topic} number {number} is built at last

The council of district {number} voted on Tuesday for the {topic} that {number} families had asked for since spring.
Work begins next month. It will cost {number} thousand crowns, and the {topic} is to be open within {number} weeks.
"""
_TOPICS = ("ferry", "library", "theatre", "orchard", "glacier path", "market hall", "tram line", "observatory")


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The day: newsletters with their slots, and how many times something is killed."""

    #: Mails of the day, over all editions.
    recipients: int
    newsletters: int = 10
    slots: int = 5
    kills: int = 20
    #: The probability of a fault at each stage of a mail.
    fault_rate: float = 0.001
    seed: int = 1

    @property
    def readers(self) -> int:
        """Of each newsletter."""
        return max(self.recipients // (self.newsletters * self.slots), 1)

    @property
    def mails(self) -> int:
        return self.readers * self.newsletters * self.slots

    def times(self, newsletter: int) -> list[timedelta]:
        """The newsletter's slots: from 6:00 on, and every second newsletter half an hour later."""
        step = timedelta(hours=16) / max(self.slots, 1)
        return [timedelta(hours=6, minutes=30 * (newsletter % 2)) + step * number for number in range(self.slots)]


@dataclass(slots=True, kw_only=True)
class Report:
    """The day's end."""

    plan: Plan
    editions: int = 0
    #: Ledger rows by outcome.
    outcomes: Counter[Outcome] = field(default_factory=Counter)
    #: Different mails that the server took, and those that it took again.
    mails: int = 0
    copies: int = 0
    #: The most copies that are promised: of lost replies, kills and ended connections.
    allowed_copies: int = 0
    refusals: int = 0
    kills: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0

    @property
    def problems(self) -> list[str]:
        """What is not as promised."""
        plan = self.plan
        expected = {
            "editions": (self.editions, plan.newsletters * plan.slots),
            "mails that arrived": (self.mails, plan.mails),
            "ledger": (dict(self.outcomes), {Outcome.SENT: plan.mails}),
        }
        problems = [f"{name}: {got}, expected {wanted}" for name, (got, wanted) in expected.items() if got != wanted]
        if self.copies > self.allowed_copies:
            problems.append(f"copies: {self.copies}, allowed {self.allowed_copies}")
        return problems


@dataclass(frozen=True, slots=True)
class SimulatedTime:
    """The time of a database; it goes on from where it is set."""

    url: str

    def set(self, at: datetime) -> None:
        with psycopg.connect(self.url, autocommit=True) as conn:
            conn.execute("UPDATE simulated_time SET ahead = %s - pg_catalog.clock_timestamp()", (at,))


@contextmanager
def simulated_time(url: str) -> Iterator[SimulatedTime]:
    """Put our own ``clock_timestamp`` before the server's, for sessions that begin before the end of the context."""
    with psycopg.connect(url, autocommit=True) as conn:
        name = sql.Identifier(conn.info.dbname)
        conn.execute(_SIMULATED_TIME)
        conn.execute(sql.SQL("ALTER DATABASE {} SET search_path = public, pg_catalog").format(name))
    try:
        yield SimulatedTime(url)
    finally:
        with psycopg.connect(url, autocommit=True) as conn:  # the day ends connections at random
            conn.execute(sql.SQL("ALTER DATABASE {} RESET search_path").format(name))


_SIMULATED_TIME = """
CREATE TABLE simulated_time (ahead interval NOT NULL);
INSERT INTO simulated_time VALUES ('0');
CREATE FUNCTION clock_timestamp() RETURNS timestamptz LANGUAGE sql AS
    'SELECT pg_catalog.clock_timestamp() + (SELECT ahead FROM public.simulated_time)'
"""


@dataclass(slots=True, kw_only=True)
class Day:
    """The day under way."""

    plan: Plan
    store: Store
    url: str
    time: SimulatedTime
    server: SmtpServer
    fleet: Fleet
    #: Midnight at its beginning, after today: sources would have dates to come otherwise.
    midnight: datetime
    kills: Counter[str] = field(default_factory=Counter)
    _random: random.Random = field(init=False)
    _articles: int = 0

    def __post_init__(self) -> None:
        self._random = random.Random(self.plan.seed)

    def run(self) -> None:
        """Live through the day, and the hours after it in which refused mails are tried again."""
        for command in _COMMANDS:
            self.fleet.start(*command)
        for at, due in self._hours():
            self._publish_articles(at)
            self.time.set(at)
            while not self._is_done(due):
                self._check_processes()
                if self._must_kill():
                    self._kill()
                time.sleep(0.1)
            said = f"{at:%d %H:%M} {due} editions, {self.server.total:,} mails, {sum(self.kills.values())} kills"
            sys.stderr.write(f"{said}\n")

    def _hours(self) -> Iterator[tuple[datetime, int]]:
        """Times to which the clock is set, and the number of slots until then."""
        slots = sorted(time for number in range(self.plan.newsletters) for time in self.plan.times(number))
        for time_of_day in sorted(set(slots)):
            at = self.midnight + time_of_day + timedelta(minutes=1)
            yield at, sum(slot <= time_of_day for slot in slots)
        for _ in range(48):
            with self.store.read() as conn:
                mails = queue.state(conn)
            if not mails.waiting and not mails.claimed:
                return
            at += timedelta(hours=1)
            yield at, len(slots)

    def _is_done(self, due: int) -> bool:
        """Whether so many editions are published, and no mail of them is due in the next minute."""
        with self.store.read() as conn:
            now = fleet.database_time(conn) + timedelta(minutes=1)
            published = conn.execute(text("SELECT count(*) FROM editions")).scalar_one()
            return published >= due and not queue.editions_due(conn, now=now, beyond=now + 2 * MAX_BACKOFF)

    def _publish_articles(self, at: datetime) -> None:
        """Some news of the last minutes."""
        for _ in range(3):
            self._articles += 1
            topic = _TOPICS[self._articles % len(_TOPICS)]
            file = self.fleet.folder / "articles" / f"{self._articles}.txt"
            file.write_text(_ARTICLE.format(topic=topic.capitalize(), number=self._articles + 10))
            os.utime(file, (at.timestamp() - 300, at.timestamp() - 300))

    def _check_processes(self) -> None:
        for process in self.fleet.processes:
            if process.poll() is not None:
                raise AssertionError(f"a process ended by itself: {self.fleet.messages[-3000:]}")

    def _must_kill(self) -> bool:
        """Whether something is to be killed now: they are spread over the day's mails."""
        done = sum(self.kills.values())
        return done < self.plan.kills and self.server.total >= (done + 1) * self.plan.mails / (self.plan.kills + 1)

    def _kill(self) -> None:
        """Kill one of the processes, and start another like it; or end some connections to the database."""
        if self._random.random() < 0.25:
            self.kills["connections"] += 1
            with psycopg.connect(self.url, autocommit=True) as conn:
                conn.execute(_END_BACKENDS, (_ENDED,))
            return
        number = self._random.randrange(len(self.fleet.processes))
        process = self.fleet.processes.pop(number)
        process.kill()
        process.wait()
        command = tuple(map(str, process.args[3:]))  # type: ignore[index]  # a list
        self.kills[command[0]] += 1
        self.fleet.start(*command)


_END_BACKENDS = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()
ORDER BY random() LIMIT %s
"""


def live_through(plan: Plan, url: str, folder: Path) -> Report:
    """Live through the day, on an empty database, with files in the folder."""
    faults = RandomFaults(seed=plan.seed, rate=plan.fault_rate, faults=_FAULTS)
    server = SmtpServer(record_contents=False, fault_for=faults)
    server.commands, server.log = deque(maxlen=0), deque(maxlen=0)  # type: ignore[assignment]  # a million of each
    start = time.monotonic()
    midnight = (datetime.now(UTC) + timedelta(days=2)).replace(hour=0, minute=0, second=0, microsecond=0)
    with smtp_server(server), fleet_in(folder) as processes:
        with open_store(url) as store:
            _prepare(plan, store, folder, url, server.port, midnight)
        with simulated_time(url) as simulated, open_store(url) as store:
            simulated.set(midnight)
            day = Day(
                plan=plan, store=store, url=url, time=simulated, server=server, fleet=processes, midnight=midnight
            )
            day.run()
            processes.end()
            if server.errors:
                raise server.errors[0]
            return _report(day, seconds=time.monotonic() - start)


def _prepare(plan: Plan, store: Store, folder: Path, url: str, port: int, midnight: datetime) -> None:
    (folder / "articles").mkdir()
    sections = [_SETTINGS.format(url=url, port=port)]
    for number in range(plan.newsletters):
        times = ",".join(f"{(midnight + time):%H:%M}" for time in plan.times(number))
        sections.append(_NEWSLETTER.format(id=f"n{number}", times=times))
    (folder / "digest.toml").write_text("".join(sections))
    settings = load(folder / "digest.toml", {})
    for number, newsletter in enumerate(settings.newsletters):
        people = [NewSubscriber(address=f"r{reader}.{number}@d{reader % 10}.example") for reader in range(plan.readers)]
        with store.begin() as conn:
            subscribers.add(conn, people, newsletter.id, at=midnight - timedelta(days=1))
            calendar.register(conn, newsletter, now=midnight)


def _report(day: Day, *, seconds: float) -> Report:
    plan, server = day.plan, day.server
    report = Report(plan=plan, mails=len(server.accepted), kills=day.kills, seconds=seconds)
    with day.store.read() as conn:
        for edition in editions.summaries(conn):
            report.editions += 1
            report.outcomes.update(deliveries.counts(conn, edition.id))
        tries = "SELECT coalesce(sum(attempts - 1), 0) FROM deliveries"
        report.refusals = int(conn.execute(text(tries)).scalar_one())
    report.copies = server.total - len(server.accepted)
    ended = day.kills["worker"] + _ENDED * day.kills["connections"]
    report.allowed_copies = server.lost_replies + CONNECTIONS * ended
    return report


def main() -> int:
    """Live through a day of this size, and say how it went."""
    parser = argparse.ArgumentParser(prog="python -m tests.proofs.fleet_day", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--recipients", type=int, default=1_000_000, metavar="N", help="mails (default: 1000000)")
    parser.add_argument("--newsletters", type=int, default=10, metavar="N", help="(default: 10)")
    parser.add_argument("--slots", type=int, default=5, metavar="N", help="editions of each (default: 5)")
    parser.add_argument("--kills", type=int, default=20, metavar="N", help="(default: 20)")
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="of kills and refusals (default: 1)")
    plan = Plan(**vars(parser.parse_args()))
    with tempfile.TemporaryDirectory() as folder, database_server() as database:
        report = live_through(plan, database.create_database(), Path(folder))
    kills = ", ".join(f"{count} {kind}" for kind, count in sorted(report.kills.items()))
    sys.stdout.write(
        f"{report.mails:,} mails of {report.editions} editions in {report.seconds:.0f} s"
        f" ({report.mails / report.seconds:,.0f} a second); killed: {kills};"
        f" {report.refusals:,} tries that failed; {report.copies} copies, {report.allowed_copies} allowed\n"
    )
    sys.stdout.write("\n".join(report.problems or ["everybody has each edition once"]) + "\n")
    return 1 if report.problems else 0


if __name__ == "__main__":
    sys.exit(main())
