"""A fleet under random faults: clocks, workers and the database are killed, paused, cut off and restarted.

    python -m tests.proofs.fleet --minutes 10 [--seed N]

Two clocks (one whose clock on the wall jumps), three workers and one of an older version have a slot each minute, of
feeds that have news every other minute. At the end nobody is missed, no edition is doubled, and no copy is beyond what
is promised.
"""

from __future__ import annotations

import argparse
import random
import signal
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from tests.proofs.fleet_checks import Findings, findings, is_final, make_due
from tests.proofs.fleet_faults import FaultInjector
from tests.proofs.fleet_setting import NO_MORE_SLOTS, prepare, write_settings
from tests.support.feed_hosts import FeedHosts, feed_hosts
from tests.support.fleet_processes import OLDER_VERSION, Fleet, fleet_in
from tests.support.postgres_process import PostgresProcess, create_cluster
from tests.support.run_process import WallClock, until
from tests.support.smtp_server import Fault, RandomFaults, SmtpServer, smtp_server

_SMTP_FAULTS = (
    Fault("421 4.3.2 shutting down", drop="after"),
    Fault("451 4.3.0 local error"),
    Fault(drop="before"),
    Fault(drop="after"),
    Fault(delay_s=0.2),
)


@dataclass(slots=True, kw_only=True)
class ProofResult:
    """Numbers at the end, for people and for assertions."""

    findings: Findings
    faults: FaultInjector
    copies: int
    allowance: int
    shortest_interval_s: float
    stop_s: float
    exit_codes: list[int]


def run_proof(folder: Path, *, minutes: float, seed: int, subscribers: int, log: Callable[[str], None]) -> ProofResult:
    """Run the fleet for so many minutes, with a fault every few seconds."""
    log(f"seed {seed}")
    mail_server = SmtpServer(record_contents=False)
    mail_server.fault_for = RandomFaults(seed=seed, rate=0.005, faults=_SMTP_FAULTS, jitter_s=0.02)
    database = PostgresProcess(create_cluster(folder / "cluster"))
    try:
        with smtp_server(mail_server), feed_hosts(3) as feeds, fleet_in(folder) as fleet:
            prepare(folder, database.url, mail_server.port, feeds.addresses, subscribers=subscribers)
            wall = WallClock(folder)
            wall.set(datetime.now(UTC))
            faults = FaultInjector(fleet, database, mail_server, wall, random.Random(seed), log)
            _start(fleet, wall)
            until(lambda: mail_server.total > 0, within_s=150)
            faults.inject(seconds=minutes * 60)
            return _finish(faults, feeds)
    finally:
        database.kill()


def _start(fleet: Fleet, wall: WallClock) -> None:
    fleet.start("run")
    fleet.start("run", environment=wall.environment)
    for queues in ("collect,publish,deliver", "collect,publish,deliver", "deliver"):
        fleet.start("worker", "--queues", queues)
    fleet.start("worker", "--queues", "collect", program=("-c", OLDER_VERSION, "collect part"))


def _finish(faults: FaultInjector, feeds: FeedHosts) -> ProofResult:
    """Let no further slot be due, send what still waits, and stop all."""
    write_settings(faults.fleet.folder, NO_MORE_SLOTS)
    faults.wall.set(datetime.now(UTC))
    faults.fleet.signal(signal.SIGHUP)
    url = faults.database.url

    while not is_final(url):  # however slow the machine is, as long as something is done
        mails = faults.mail_server.total
        until(lambda mails=mails: _goes_on(faults, mails), within_s=240)
    exit_codes, stop_s = faults.fleet.end()
    mail_server = faults.mail_server
    return ProofResult(
        findings=findings(url, mail_server),
        faults=faults,
        copies=mail_server.total - len(mail_server.accepted),
        allowance=faults.allowance + mail_server.lost_replies,
        shortest_interval_s=feeds.shortest_interval_s,
        stop_s=stop_s,
        exit_codes=exit_codes,
    )


def _goes_on(faults: FaultInjector, mails: int) -> bool:
    """Whether further mails have come since, or none is to come."""
    faults.fleet.restart_ended()
    make_due(faults.database.url)
    return faults.mail_server.total > mails or is_final(faults.database.url)


def main() -> None:
    """Run the proof for some minutes, and print the numbers."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--seed", type=int, default=time.time_ns() % 100_000)
    parser.add_argument("--subscribers", type=int, default=2000)
    parser.add_argument("--folder", type=Path)
    args = parser.parse_args()
    began = time.monotonic()

    def log(line: str) -> None:
        print(f"{time.monotonic() - began:6.1f} s  {line}", flush=True)  # noqa: T201  # the proof's report

    with tempfile.TemporaryDirectory(prefix="digest-fleet-") as temporary:
        folder = args.folder or Path(temporary)
        folder.mkdir(exist_ok=True)
        folder.chmod(0o755)
        outcome = run_proof(folder, minutes=args.minutes, seed=args.seed, subscribers=args.subscribers, log=log)
    for line in report(outcome):
        log(line)
    check(outcome)
    log("all holds")


def report(outcome: ProofResult) -> Iterator[str]:
    """The numbers, one line each."""
    faults, found = outcome.faults, outcome.findings
    yield f"events: {', '.join(f'{count} {name}' for name, count in sorted(faults.counts.items()))}"
    yield f"editions {found.editions}, deliveries {found.deliveries}, sent {found.sent}, slots {dict(found.slots)}"
    yield f"missed {len(found.missed)}, copies {outcome.copies} of at most {outcome.allowance} promised"
    yield f"take-over after {_seconds(faults.take_overs)}; from a leader that hangs, {_seconds(faults.hung_take_overs)}"
    yield f"stopped after {_seconds(faults.stops)}"
    yield f"shortest interval of a source {outcome.shortest_interval_s:.1f} s"
    yield f"ended by themselves: {Counter(faults.fleet.ended) or 'none'}; all stopped in {outcome.stop_s:.1f} s"


def _seconds(values: Sequence[float]) -> str:
    return f"{', '.join(f'{value:.1f}' for value in values)} s" if values else "none"


def check(outcome: ProofResult) -> None:
    """Assert what is promised."""
    found = outcome.findings
    assert found.editions >= 1
    assert not found.missed, "nobody is missed"
    assert not found.unknown_mails, "each copy has the ledger's Message-ID"
    assert not found.doubled, "no subscriber has two editions of one slot"
    assert not found.lost_slots, "each slot is decided"
    assert not found.repeated_news, "no news is published twice"
    assert not found.early_slots, "no slot is published before it is due"
    assert outcome.copies <= outcome.allowance
    # Fetches are up to a fifth of their interval early, and later than planned by some seconds.
    assert outcome.shortest_interval_s >= 0.8 * 60 - 10, "no source is visited more often than its limit"
    assert all(seconds < 10 for seconds in outcome.faults.take_overs), "another clock leads within seconds"
    assert all(seconds < 45 for seconds in outcome.faults.hung_take_overs)
    assert set(outcome.exit_codes) <= {0, -signal.SIGTERM}


if __name__ == "__main__":
    main()
