"""How many mails a second leave: ``deliver`` with its ledger against the standard library's client without one.

    python -m tests.bench.speed.delivery [RECIPIENTS]

Both send the same bytes (which is checked first, on a smaller run) to the same sink, a process of its own.
"""

from __future__ import annotations

import json
import smtplib
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from threading import Event

from digest.deliver import Writer, deliver
from digest.mailers import open_mailer
from digest.model import Edition, Outcome
from digest.store import Store, deliveries, open_store
from tests.bench.quality.table import Row
from tests.nouns import edition
from tests.posting import SENDER, publish, smtp, writer_of

_SENTENCE = "The harbour opens again on Monday, and the ferries return to their usual hours, says the port office. "


@dataclass(slots=True)
class Sink:
    """A running sink."""

    port: int
    #: Set when it has stopped.
    mails: int = 0
    sum: str = ""


def measure(recipients: int = 20_000) -> list[Row]:
    """Mails a second of each, on the same sink, after both proved to send the same."""
    published = typical()
    size = len(published.html) + len(published.text)
    ours, theirs = _sent(_deliver, published, 500, "--sum"), _sent(_smtplib, published, 500, "--sum")
    if (ours[1].mails, ours[1].sum) != (theirs[1].mails, theirs[1].sum):
        raise AssertionError("the two did not send the same bytes")
    fast, slow = _sent(_deliver, published, recipients), _sent(_smtplib, published, recipients)
    task = f"{recipients:,} mails of {size // 1000} kB"
    rate, baseline = recipients / fast[0], recipients / slow[0]
    return [
        Row(
            task=task,
            system="deliver, 4 connections, ledger",
            figure=f"{rate:,.0f}/s",
            note=f"{rate / baseline:.1f} times the baseline",
        ),
        Row(task=task, system="smtplib, one connection, no ledger", figure=f"{baseline:,.0f}/s"),
    ]


def typical() -> Edition:
    """An edition as long as most."""
    paragraphs = "".join(
        f'<p style="margin:0 0 12px;color:#222">{number}. {_SENTENCE * 3}</p>\n' for number in range(70)
    )
    return edition(html=f"<html><body>{paragraphs}</body></html>", text=f"{_SENTENCE}\n" * 60)


def _sent(send, published: Edition, recipients: int, *options: str) -> tuple[float, Sink]:
    with tempfile.TemporaryDirectory() as folder, open_store(f"sqlite:///{folder}/digest.db") as store:
        edition_id = publish(store, readers=recipients, published=published)
        with sink(*options) as taken:
            seconds = send(store, edition_id, writer_of(published), taken.port)
    if taken.mails != recipients:
        raise AssertionError(f"{taken.mails} mails of {recipients} arrived")
    return seconds, taken


def _deliver(store: Store, edition_id: int, write: Writer, port: int) -> float:
    began = time.perf_counter()
    tally = deliver(
        edition_id, store, open_mailer(smtp(port)), write=write, clock=lambda: datetime.now(UTC), stop=Event()
    )
    seconds = time.perf_counter() - began
    assert set(tally.counts) == {Outcome.SENT}
    return seconds


def _smtplib(store: Store, edition_id: int, write: Writer, port: int) -> float:
    with store.read() as conn:
        rows = list(deliveries.of(conn, edition_id))
    began = time.perf_counter()
    with smtplib.SMTP("127.0.0.1", port) as client:
        for row in rows:
            letter = write(row)
            client.sendmail(SENDER, [letter.recipient], letter.content)
    return time.perf_counter() - began


@contextmanager
def sink(*options: str) -> Iterator[Sink]:
    """A sink in a process of its own."""
    command = [sys.executable, "-m", "tests.bench.speed.sink", *options]
    root = Path(__file__).resolve().parents[3]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=root) as process:
        assert process.stdin
        assert process.stdout
        taken = Sink(port=int(process.stdout.readline()))
        yield taken
        process.stdin.close()
        said = json.loads(process.stdout.read())
        taken.mails, taken.sum = said["mails"], said["sum"]


if __name__ == "__main__":
    for row in measure(int(sys.argv[1]) if len(sys.argv) > 1 else 20_000):
        print(row.task, row.system, row.figure, row.note, sep=" | ")
