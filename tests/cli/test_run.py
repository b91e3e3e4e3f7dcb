"""``digest run`` as a process: its jobs, signals, log, and recovery after being killed."""

from __future__ import annotations

import email
import json
import random
import signal
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from aiosmtpd.smtp import Envelope

from digest.cli import main
from digest.cli.event_log import EventLog
from digest.model.editions import Outcome
from digest.pipeline import slots as schedule
from digest.settings.schedule import parse_schedule
from digest.store import deliveries, editions, slots, subscribers
from digest.store.slots import SlotStatus
from digest.store.subscribers import NewSubscriber
from tests.support.databases import open_persistent_store, sqlite_only
from tests.support.mail_server import RecordingMailServer, running_mail_server
from tests.support.run_process import Run, until

SUBSCRIBERS = ["ann@example.org", "bo@example.org"]
SETTINGS = """\
[smtp]
host = "127.0.0.1"
port = {port}
security = "none"

[[sources]]
id = "own"
path = "articles"

[[newsletters]]
id = "main"
title = "Main"
from = "Main <main@example.org>"
schedule = "daily 00:00"
catch_up = "30h"
"""


@pytest.fixture
def mail_server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, persistent_url: str) -> Iterator[RecordingMailServer]:
    """Mail server, and a folder with settings for it, an article, two subscribers and a slot that is due."""
    monkeypatch.chdir(tmp_path)
    Path("articles").mkdir()
    text = "The island ferry stayed in harbour because of strong wind. Bread and milk came by helicopter at noon."
    Path("articles/ferry.txt").write_text(f"On the ferry\n\n{text}\n")
    now = datetime.now(UTC)
    last = schedule.latest(parse_schedule("daily 00:00"), UTC, now - timedelta(days=1))
    with open_persistent_store() as store, store.begin() as conn:
        subscribers.add(conn, [NewSubscriber(address=address) for address in SUBSCRIBERS], "main", at=now)
        slots.record_status(conn, "main", last, SlotStatus.BEFORE, at=last.due)
    with running_mail_server() as server:
        Path("digest.toml").write_text(SETTINGS.format(port=server.port))
        yield server


def test_run_collects_publishes_delivers_and_stops_on_sigterm(
    mail_server: RecordingMailServer, run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    running = run()
    running.wait_for(" delivered edition=1 sent=2")
    assert mail_server.recipients == SUBSCRIBERS
    assert main(["status", "--check"]) == 0
    assert running.end() == 0
    assert [event for event in running.events if event != "retention_applied"] == [
        "started",
        "collected",
        "published",
        "delivered",
        "stopped",
    ]
    capsys.readouterr()
    assert main(["send"]) == 0
    assert mail_server.recipients == SUBSCRIBERS


def test_a_secret_that_can_be_guessed_is_logged_and_mails_are_sent(mail_server: RecordingMailServer, run: Run) -> None:
    Path("digest.toml").write_text('[web]\nsecret = "go!"\n' + SETTINGS.format(port=mail_server.port))
    running = run()
    running.wait_for(" delivered edition=1 sent=2")
    running.end()

    assert running.events[:2] == ["started", "weak_secret"]
    assert not any("go!" in line for line in running.lines)


def test_concurrent_and_killed_processes_send_each_mail_once(mail_server: RecordingMailServer, run: Run) -> None:
    mail_server.refused = {"bo@example.org": "450 later"}
    first, second = run(), run()
    until(_has_recorded_a_mail)  # killed before that, a process may send one mail again
    assert first.end(signal.SIGKILL) == -signal.SIGKILL
    mail_server.refused = {}
    third = run()
    for running in (second, third):
        running.wait_for("started")
    assert main(["send"]) == 0
    assert second.end() == 0
    assert third.end() == 0

    assert mail_server.recipients == SUBSCRIBERS


def _has_recorded_a_mail() -> bool:
    with open_persistent_store() as store, store.read() as conn:
        return any(deliveries.counts(conn, edition.id).get(Outcome.SENT) for edition in editions.summaries(conn))


@pytest.mark.parametrize("options", [[], ["--json"]], ids=["lines", "json"])
def test_an_unwritable_log_does_not_stop_deliveries(
    mail_server: RecordingMailServer, run: Run, options: list[str]
) -> None:
    running = run(*options, log="/dev/full")
    until(lambda: mail_server.recipients == SUBSCRIBERS)
    assert main(["status", "--check"]) == 0

    running.end()


def test_events_are_json_with_the_option(mail_server: RecordingMailServer, run: Run) -> None:
    running = run("--json")
    running.wait_for('"delivered"')
    assert running.end() == 0

    events = [json.loads(line) for line in running.lines]
    assert events[0]["pid"] == running.process.pid
    published, delivered = (
        next(event for event in events if event["event"] == name) for name in ("published", "delivered")
    )
    assert (published["newsletter"], published["stories"]) == ("main", 1)
    about = [(event["newsletter"], event["slot"], event["edition"]) for event in (published, delivered)]
    assert about == [("main", published["slot"], 1)] * 2
    assert {event["level"] for event in events} == {"info"}


def test_ctrl_c_exits_with_130(mail_server: RecordingMailServer, run: Run) -> None:
    running = run()
    running.wait_for("started")

    assert running.end(signal.SIGINT) == 130
    assert running.lines[-1].endswith("stopped")


@sqlite_only
def test_the_first_signal_finishes_mails_in_flight_and_the_second_exits_at_once(
    mail_server: RecordingMailServer, run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    with open_persistent_store() as store, store.begin() as conn:
        new = [NewSubscriber(address=f"reader{number}@example.org") for number in range(30)]
        subscribers.add(conn, new, "main", at=datetime.now(UTC))
    mail_server.delay_s = 1.0
    first = run()
    until(lambda: mail_server.started)
    assert first.end() == 0
    delivered = len(mail_server.envelopes)
    assert delivered == mail_server.started, "what was in flight has arrived"
    assert delivered < 32, "and nothing else was begun"

    mail_server.delay_s = 60.0
    second = run()
    until(lambda: mail_server.started > delivered)
    second.process.send_signal(signal.SIGTERM)
    time.sleep(0.5)
    assert second.process.poll() is None
    assert second.end() == 128 + signal.SIGTERM

    mail_server.delay_s = 0.0
    assert main(["send"]) == 0
    assert "32 sent" in capsys.readouterr().out


def test_sighup_reloads_settings_and_rejects_broken_ones(mail_server: RecordingMailServer, run: Run) -> None:
    running = run()
    running.wait_for("delivered")
    right = Path("digest.toml").read_text()
    Path("digest.toml").write_text(right.replace('title = "Main"', "title = 7"))
    running.process.send_signal(signal.SIGHUP)
    line = running.wait_for("settings_rejected")
    assert "newsletters[main].title" in line
    Path("digest.toml").write_text(right + '[[newsletters]]\nid = "other"\ntitle = "Other"\nfrom = "o@example.org"\n')
    running.process.send_signal(signal.SIGHUP)
    running.wait_for("settings_reloaded", "newsletters=2")

    assert running.end() == 0


def test_mails_are_delivered_after_the_mail_server_is_back(mail_server: RecordingMailServer, run: Run) -> None:
    Path("digest.toml").write_text(SETTINGS.format(port=9))
    running = run()
    assert "127.0.0.1:9" in running.wait_for(" job_failed job=deliver")
    Path("digest.toml").write_text(SETTINGS.format(port=mail_server.port))
    assert running.end() == 0

    run().wait_for(" delivered edition=1 sent=2")
    assert mail_server.recipients == SUBSCRIBERS


@pytest.mark.slow
def test_repeated_kills_leave_one_edition_and_miss_nobody(mail_server: RecordingMailServer, run: Run) -> None:
    """Kills come at random: during start, collecting, publishing or delivering."""
    mail_server.delay_s = 0.02
    added = [f"reader{number}@example.org" for number in range(400)]
    with open_persistent_store() as store, store.begin() as conn:
        new = [NewSubscriber(address=address) for address in added]
        subscribers.add(conn, new, "main", at=datetime.now(UTC))
    chance, kills = random.Random(7), 20
    for _ in range(kills):
        running = run()
        time.sleep(chance.uniform(0.5, 3.0))
        assert running.end(signal.SIGKILL) == -signal.SIGKILL
    mail_server.delay_s = 0.0
    assert main(["send"]) == 0

    delivered = Counter(address for envelope in mail_server.envelopes for address in envelope.rcpt_tos)
    assert set(delivered) == {*SUBSCRIBERS, *added}
    assert delivered.total() - len(delivered) <= kills * 4, "at most one copy for each connection and death"
    ids = {(envelope.rcpt_tos[0], message_id(envelope)) for envelope in mail_server.envelopes}
    assert len(ids) == len(delivered), "a copy has the same Message-ID"
    with open_persistent_store() as store, store.read() as conn:
        assert len(editions.summaries(conn)) == 1
    before = len(mail_server.envelopes)
    assert main(["send"]) == 0
    assert len(mail_server.envelopes) == before


def message_id(envelope: Envelope) -> str:
    assert isinstance(envelope.content, bytes)
    return str(email.message_from_bytes(envelope.content)["Message-ID"])


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        pytest.param("", "digest init", id="no newsletter"),
        pytest.param('[[newsletters]]\nid = "m"\ntitle = "M"\n', "set from =", id="no sender"),
        pytest.param('[[newsletters]]\nid = "m"\ntitle = "M"\nfrom = "m@example.org"\n', "[smtp] host", id="no server"),
    ],
)
def test_settings_that_can_not_run_are_refused_with_a_hint(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], settings: str, message: str
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    Path("digest.toml").write_text(settings)

    assert main(["run"]) == 2
    assert message in capsys.readouterr().err


# --- lines -------------------------------------------------------------------------------------------------------


def test_an_event_is_one_line_without_control_characters() -> None:
    written: list[str] = []
    EventLog(write=written.append)("failed", source="a\nb \x1b[31m", error='say "x"', nothing="", count=0)

    assert len(written) == 1
    assert written[0].split(" ", 1)[1] == 'failed source="a\\nb \\u001b[31m" error="say \\"x\\"" count=0'


def test_a_trace_is_logged_with_its_traceback() -> None:
    written: list[str] = []
    try:
        _ = 1 // 0
    except ZeroDivisionError as error:
        EventLog(write=written.append)("failed", trace=error)

    assert "ZeroDivisionError" in written[1]
    assert "test_run.py" in written[1]
