"""Mails per second: ``deliver`` with its ledger, beside the standard library's client without one.

    python -m tests.bench.speed.delivery [RECIPIENTS]

Both send the same bytes to the same sink, which is a process of its own; a smaller run checks that first. They
alternate.
"""

from __future__ import annotations

import json
import smtplib
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from threading import Event

from digest.deliver.mailers import open_mailer
from digest.model.editions import Edition, Outcome
from digest.pipeline.outbox import MessageBuilder, deliver_due
from digest.store import Store, deliveries, open_store
from tests.bench.quality.table import Row, table
from tests.support.editions import SENDER, builder_for, publish, smtp_settings
from tests.support.values import edition

_ROOT = Path(__file__).resolve().parents[3]
_SENTENCE = "The harbour opens again on Monday, and the ferries return to their usual hours, says the port office. "


#: Runs of each.
_PAIRS = 3
#: Sends the pending deliveries of a store.
Sender = Callable[[Store, int, MessageBuilder, int], None]


@dataclass(slots=True)
class Sink:
    """A running sink; its statistics are set when it has stopped."""

    port: int
    pid: int = 0
    mails: int = 0
    bytes: int = 0
    sum: str = ""
    busy_s: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """Figures of one sender for a number of mails."""

    mails: int
    seconds: float
    #: The sender's processor time.
    busy_s: float
    sink: Sink

    @property
    def rate(self) -> float:
        return self.mails / self.seconds

    @property
    def note(self) -> str:
        ours, servers = (busy / self.mails * 1e6 for busy in (self.busy_s, self.sink.busy_s))
        return f"{ours:.0f} µs of processor time a mail, and {servers:.0f} of the server's"


def measure(recipients: int = 20_000) -> list[Row]:
    """Mails per second beside the baseline, after checking that both send the same bytes; then memory."""
    published = typical()
    sums = {_run(sender, published, 500, "--sum").sink.sum for sender in (send_all, _smtplib)}
    if len(sums) != 1:
        raise AssertionError("the two did not send the same bytes")
    task = f"{recipients:,} mails of {len(published.html + published.text) // 1000} kB, mails a second"
    return [
        *_rows(task, published, recipients),
        *_limits(task, published, recipients),
        *_rows("the same, the server without CHUNKING", published, recipients // 2, "--without-chunking"),
        *_rows("the same, the server with half a millisecond of latency", published, recipients // 5, "--latency"),
        *_memory(published),
    ]


def _rows(task: str, published: Edition, recipients: int, *options: str) -> list[Row]:
    """Medians of both in alternation, so that drift in the machine's speed affects both alike, and of their ratios."""
    pairs = [
        (_run(send_all, published, recipients, *options), _run(_smtplib, published, recipients, *options))
        for _ in range(_PAIRS)
    ]
    if len({run.sink.bytes for pair in pairs for run in pair}) != 1:
        raise AssertionError("the two did not send as many bytes")
    ratios = sorted(ours.rate / theirs.rate for ours, theirs in pairs)
    times = f"{median(ratios):.1f} times the baseline ({ratios[0]:.1f} to {ratios[-1]:.1f})"
    ours, theirs = (sorted(runs, key=lambda run: run.rate)[_PAIRS // 2] for runs in zip(*pairs, strict=True))
    return [
        _row(task, "deliver, four connections, with the ledger", ours, f"{times}; {ours.note}"),
        _row(task, "smtplib, one reused connection, no ledger", theirs, theirs.note),
    ]


def _limits(task: str, published: Edition, recipients: int) -> list[Row]:
    senders = {"on four connections, pipelined": _bare_pipelined, "step by step, as in smtplib": _bare_steps}
    runs = {label: _run(sender, published, recipients) for label, sender in senders.items()}
    return [_row(task, f"a client that only writes and reads, {label}", run, run.note) for label, run in runs.items()]


def _row(task: str, system: str, run: Run, note: str) -> Row:
    return Row(task=task, system=system, figure=f"{run.rate:,.0f}", note=note)


def _memory(published: Edition) -> list[Row]:
    """Peak memory of a process that does nothing but deliver."""
    return [
        Row(
            task="memory of a sender at its highest, MB",
            system=f"deliver, {recipients:,} recipients",
            figure=f"{_memory_of(published, recipients):.0f}",
        )
        for recipients in (1_000, 100_000)
    ]


def typical() -> Edition:
    """An edition of usual length."""
    paragraph = f'<p style="margin:0 0 12px;color:#222">{_SENTENCE * 3}</p>\n'
    return edition(html=f"<html><body>{paragraph * 70}</body></html>", text=f"{_SENTENCE}\n" * 60)


@contextmanager
def edition_and_sink(published: Edition, recipients: int, *options: str) -> Iterator[tuple[Store, int, Sink]]:
    """An edition in a store of its own, and a sink; checks at the end that all mails arrived."""
    with tempfile.TemporaryDirectory() as folder, open_store(f"sqlite:///{folder}/digest.db") as store:
        edition_id = publish(store, readers=recipients, published=published)
        with run_sink(*options) as sink:
            yield store, edition_id, sink
    if sink.mails != recipients:
        raise AssertionError(f"{sink.mails} mails of {recipients} arrived")


def _run(sender: Sender, published: Edition, recipients: int, *options: str) -> Run:
    with edition_and_sink(published, recipients, *options) as (store, edition_id, sink):
        began, busy = time.perf_counter(), time.process_time()
        sender(store, edition_id, builder_for(published), sink.port)
        seconds, busy_s = time.perf_counter() - began, time.process_time() - busy
    return Run(mails=recipients, seconds=seconds, busy_s=busy_s, sink=sink)


def send_all(store: Store, edition_id: int, write: MessageBuilder, port: int) -> None:
    tally = deliver_due(
        edition_id,
        store,
        open_mailer(smtp_settings(port)),
        build_message=write,
        clock=lambda: datetime.now(UTC),
        stop=Event(),
    )
    assert tally.is_final


def _smtplib(store: Store, edition_id: int, write: MessageBuilder, port: int) -> None:
    with store.read() as conn, smtplib.SMTP("127.0.0.1", port) as client:
        for row in deliveries.for_edition(conn, edition_id):
            letter = write(row)
            client.sendmail(SENDER, [letter.recipient], letter.content)


# --- the server's limits: clients that only send prepared bytes and read replies -----------------------------------


def _bare_pipelined(store: Store, edition_id: int, write: MessageBuilder, port: int) -> None:
    """Four connections, each with one pipelined mail in flight."""
    content, mails = _first_mail(store, edition_id, write)
    commands = b"MAIL FROM:<a@b> SIZE=%d\r\nRCPT TO:<c@d>\r\nBDAT %d LAST\r\n%b" % (len(content), len(content), content)
    with ExitStack() as open_:
        socks = [open_.enter_context(_connect(port)) for _ in range(4)]
        for _ in range(mails // 4):
            for sock in socks:
                sock.sendall(commands)
            for sock in socks:
                _read_lines(sock, lines=3)


def _bare_steps(store: Store, edition_id: int, write: MessageBuilder, port: int) -> None:
    """One connection; waits for the reply to each command."""
    content, mails = _first_mail(store, edition_id, write)
    steps = [b"MAIL FROM:<a@b> SIZE=%d\r\n" % len(content), b"RCPT TO:<c@d>\r\n", b"DATA\r\n", content + b".\r\n"]
    with _connect(port) as sock:
        for _ in range(mails):
            for step in steps:
                sock.sendall(step)
                _read_lines(sock, lines=1)


def _first_mail(store: Store, edition_id: int, write: MessageBuilder) -> tuple[bytes, int]:
    """The first mail of the edition, and the number of mails."""
    with store.read() as conn:
        return write(next(deliveries.for_edition(conn, edition_id))).content, deliveries.counts(conn, edition_id)[
            Outcome.PENDING
        ]


def _connect(port: int) -> socket.socket:
    sock = socket.create_connection(("127.0.0.1", port))
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    _read_lines(sock, lines=1)
    return sock


def _read_lines(sock: socket.socket, *, lines: int) -> None:
    while lines > 0:
        lines -= sock.recv(4096).count(b"\n")


# --- memory --------------------------------------------------------------------------------------------------------


def _memory_of(published: Edition, recipients: int) -> float:
    """Peak memory in MB of a process of its own that delivers."""
    with edition_and_sink(published, recipients) as (store, edition_id, sink):
        command = [sys.executable, "-m", "tests.bench.speed.delivery", "--report-memory", store.name, str(edition_id)]
        completed = subprocess.run([*command, str(sink.port)], check=True, stdout=subprocess.PIPE, text=True, cwd=_ROOT)
    return float(completed.stdout)


def _report_memory(url: str, edition_id: str, port: str) -> None:
    with open_store(url) as store:
        send_all(store, int(edition_id), builder_for(typical()), int(port))
    # Not ``ru_maxrss``, which starts at the parent's.
    status = Path("/proc/self/status").read_text("ascii")
    print(int(status.split("VmHWM:")[1].split()[0]) / 1024)


@contextmanager
def run_sink(*options: str) -> Iterator[Sink]:
    """A sink in a process of its own."""
    command = [sys.executable, "-m", "tests.bench.speed.smtp_sink", *options]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=_ROOT) as process:
        assert process.stdin
        assert process.stdout
        sink = Sink(port=int(process.stdout.readline()), pid=process.pid)
        yield sink
        process.stdin.close()
        for name, value in json.loads(process.stdout.read()).items():
            setattr(sink, name, value)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--report-memory"]:
        _report_memory(*sys.argv[2:])
    else:
        print(table(measure(*map(int, sys.argv[1:]))))
