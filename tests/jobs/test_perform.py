"""Jobs whose work fails in part: the log has the exception, the slot stays due, the run keeps the reason."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from digest.cli.event_log import EventLog
from digest.jobs.context import JobContext
from digest.jobs.due import due_jobs, record_missed_slots
from digest.jobs.perform import perform
from digest.jobs.runs import record_run, start
from digest.jobs.types import Collect, Publish
from digest.model.errors import NothingCollected
from digest.model.mailbox import Mailbox
from digest.model.newsletters import Newsletter, Source
from digest.pipeline.app import App, make_app
from digest.pipeline.collect_failure import find_collect_failure
from digest.settings import Settings
from digest.store import Store, runs
from tests.support.sites import html

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
MORNING = NOON + timedelta(hours=20)
MAIN = Newsletter(id="main", title="Main", sender=Mailbox.parse("Main <main@example.org>"))


def context(app: App, lines: list[str], at: datetime) -> JobContext:
    log = EventLog(verbose=True, write=lines.append)
    return JobContext(app=app, clock=lambda: at, stop=threading.Event(), log=log, enqueue=lambda *_: None)


def test_the_log_has_the_trace_of_a_source_that_crashed(store: Store, tmp_path: Path) -> None:
    (tmp_path / "page.html").write_bytes(html().body)
    (tmp_path / "note.txt").write_text("The mill grinds again\n\nIt had stood still since autumn.\n")
    source = Source(id="folder", title="Folder", path=tmp_path, selector="p " * 20_000)
    lines: list[str] = []

    perform(Collect(), context(make_app(Settings(sources=(source,)), store=store), lines, NOON))

    (crash,) = [line for line in lines if "source_crashed" in line]
    assert "source=Folder" in crash
    assert any(line.startswith("Traceback") and "RecursionError" in line for line in lines)
    assert any("collected" in line and "new=1" in line for line in lines)


def test_a_slot_stays_due_while_no_source_can_be_read(store: Store, tmp_path: Path) -> None:
    source = Source(id="post", path=tmp_path / "missing")
    app = make_app(Settings(sources=(source,), newsletters=(MAIN,)), store=store)
    for at in (NOON, MORNING):
        record_missed_slots(app, now=at, log=lambda *_, **__: None)
        perform(Collect(), context(app, [], at))
    (job,) = [job for job in due_jobs(app, now=MORNING) if isinstance(job, Publish)]

    with pytest.raises(NothingCollected, match="its only source can't be read"):
        perform(job, context(app, [], MORNING))

    assert job in due_jobs(app, now=MORNING + timedelta(minutes=1))


def test_a_run_that_failed_keeps_its_reason_without_passwords(store: Store, tmp_path: Path) -> None:
    settings = Settings(sources=(Source(id="post", path=tmp_path),), newsletters=(MAIN,))
    run_id = start(store, "collect", about="", now=NOON)
    with pytest.raises(ValueError, match="broken"), record_run(store, run_id, clock=lambda: NOON):
        raise ValueError("broken: https://anna:lantern@feeds.example.org/")

    with store.read() as conn:
        (run,) = runs.recent(conn)
        failure = find_collect_failure(conn, MAIN, settings, now=NOON)

    assert run.reason == "unexpected error: ValueError: broken: https://feeds.example.org/"
    assert failure is not None
    assert failure.message == f"the collection of 2026-06-01 12:00 UTC failed: {run.reason}"
