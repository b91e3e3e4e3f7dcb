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
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from threading import Event

from digest.deliver import Writer, deliver
from digest.mailers import open_mailer
from digest.model import Edition
from digest.store import Store, deliveries, open_store
from tests.bench.quality.table import Row, table
from tests.nouns import edition
from tests.posting import SENDER, publish, smtp, writer_of

_ROOT = Path(__file__).resolve().parents[3]
_SENTENCE = "The harbour opens again on Monday, and the ferries return to their usual hours, says the port office. "


#: Sends what a store holds, and gives the seconds it took.
Way = Callable[[Store, int, Writer, int], float]


@dataclass(slots=True)
class Sink:
    """A running sink."""

    port: int
    #: Set when it has stopped.
    mails: int = 0
    sum: str = ""


def measure(recipients: int = 20_000) -> list[Row]:
    """Mails a second, each beside its baseline on the same sink, after both proved to send the same; then memory."""
    published = typical()
    sums = {_sent(way, published, 500, "--sum")[1].sum for way in (_deliver, _smtplib)}
    if len(sums) != 1:
        raise AssertionError("the two did not send the same bytes")
    size = (len(published.html) + len(published.text)) // 1000
    return [
        *_rows(f"{recipients:,} mails of {size} kB, mails a second", published, recipients),
        *_rows("the same, the server without CHUNKING", published, recipients, "--without-chunking"),
        *_rows("the same, the server half a millisecond away", published, recipients // 5, "--far"),
        *_memory(published),
    ]


def _rows(task: str, published: Edition, recipients: int, *options: str) -> list[Row]:
    ours, theirs = (recipients / _sent(way, published, recipients, *options)[0] for way in (_deliver, _smtplib))
    return [
        Row(
            task=task,
            system="deliver, four connections, with the ledger",
            figure=f"{ours:,.0f}",
            note=f"{ours / theirs:.1f} times the baseline",
        ),
        Row(task=task, system="smtplib, one reused connection, no ledger", figure=f"{theirs:,.0f}"),
    ]


def _memory(published: Edition) -> list[Row]:
    """The highest of a process that does nothing but deliver."""
    return [
        Row(
            task="memory of a sender at its highest, MB",
            system=f"deliver, {recipients:,} recipients",
            figure=f"{_sent(_deliver_apart, published, recipients)[0]:.0f}",
        )
        for recipients in (1_000, 100_000)
    ]


def typical() -> Edition:
    """An edition as long as most."""
    paragraph = f'<p style="margin:0 0 12px;color:#222">{_SENTENCE * 3}</p>\n'
    return edition(html=f"<html><body>{paragraph * 70}</body></html>", text=f"{_SENTENCE}\n" * 60)


def _sent(way: Way, published: Edition, recipients: int, *options: str) -> tuple[float, Sink]:
    with tempfile.TemporaryDirectory() as folder, open_store(f"sqlite:///{folder}/digest.db") as store:
        edition_id = publish(store, readers=recipients, published=published)
        with sink(*options) as taken:
            figure = way(store, edition_id, writer_of(published), taken.port)
    if taken.mails != recipients:
        raise AssertionError(f"{taken.mails} mails of {recipients} arrived")
    return figure, taken


def _deliver(store: Store, edition_id: int, write: Writer, port: int) -> float:
    began = time.perf_counter()
    tally = deliver(
        edition_id, store, open_mailer(smtp(port)), write=write, clock=lambda: datetime.now(UTC), stop=Event()
    )
    seconds = time.perf_counter() - began
    assert tally.is_final
    return seconds


def _deliver_apart(store: Store, edition_id: int, _: Writer, port: int) -> float:
    """In a process of its own; its memory in MB."""
    url = store.name
    command = [sys.executable, "-m", "tests.bench.speed.delivery", "--apart", url, str(edition_id), str(port)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, cwd=_ROOT)
    return float(done.stdout)


def _apart(url: str, edition_id: str, port: str) -> None:
    with open_store(url) as store:
        _deliver(store, int(edition_id), writer_of(typical()), int(port))
    # Not ``ru_maxrss``: that begins with what the parent had.
    status = Path("/proc/self/status").read_text("ascii")
    print(int(status.split("VmHWM:")[1].split()[0]) / 1024)


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
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=_ROOT) as process:
        assert process.stdin
        assert process.stdout
        taken = Sink(port=int(process.stdout.readline()))
        yield taken
        process.stdin.close()
        said = json.loads(process.stdout.read())
        taken.mails, taken.sum = said["mails"], said["sum"]


if __name__ == "__main__":
    if sys.argv[1:2] == ["--apart"]:
        _apart(*sys.argv[2:])
    else:
        print(table(measure(*map(int, sys.argv[1:]))))
