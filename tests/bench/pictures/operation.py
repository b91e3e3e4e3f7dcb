"""Pictures of ``digest status`` and ``digest check`` in a terminal: of a newsletter that has run for a month."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Iterator
from contextlib import chdir, redirect_stderr, redirect_stdout
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import Connection

from digest.cli.check import print_findings
from digest.cli.check.checks import all_findings
from digest.cli.status.formats import as_lines
from digest.cli.status.plots import plot_lines
from digest.jobs.overview import read_overview
from digest.model.editions import Outcome
from digest.model.slots import Slot
from digest.pipeline.history import read_history
from digest.settings import Settings, load
from digest.store import (
    Store,
    daily_counts,
    deliveries,
    editions,
    open_store,
    slots,
    source_history,
    subscribers,
    tables,
)
from digest.store.slots import SlotStatus
from digest.store.source_history import Fetch
from digest.store.subscribers import NewSubscriber
from digest.text.sparkline import BLOCKS
from tests.bench.pictures.terminal import save
from tests.support.editions import set_outcome
from tests.support.values import edition

DAYS, COLUMNS = 30, 92
SETTINGS = """\
[smtp]
host = "mail.example.org"
[brand]
address = "Quay 4, Sandhaven"
[[sources]]
id = "harbour-post"
url = "https://harbour-post.example/feed.xml"
[[sources]]
id = "tidewater"
url = "https://tidewater.example/rss"
[[sources]]
id = "valley-radio"
url = "https://valley-radio.example/news"
[[newsletters]]
id = "main"
title = "Morning News"
from = "Morning News <news@example.org>"
schedule = "daily 07:00"
timezone = "UTC"
"""
NOW = datetime.fromisoformat("2026-03-28T09:00:00+00:00")


def take() -> list[Path]:
    """Write ``config/status.svg`` and ``config/check.svg``."""
    with tempfile.TemporaryDirectory() as folder, chdir(folder):
        Path("digest.toml").write_text(SETTINGS, "utf-8")
        settings = load(None, {})
        check = _check_output(settings).replace(folder, "/home/quay/news")
        with open_store("sqlite:///digest.db") as store:
            _run_for_a_month(store)
            status = list(_status_lines(settings, store))
    return [save("status", status), save("check --offline", check.splitlines())]


def _status_lines(settings: Settings, store: Store) -> Iterator[str]:
    yield from as_lines(read_overview(settings, store, now=NOW))
    with store.read() as conn:
        history = read_history(conn, settings, now=NOW, days=DAYS)
    yield from plot_lines(history, columns=COLUMNS, levels=BLOCKS)


def _check_output(settings: Settings) -> str:
    """What is printed before the first run."""
    output = io.StringIO()
    with redirect_stdout(output), redirect_stderr(output):
        print_findings([*all_findings(settings, offline=True)], as_json=False)
    return output.getvalue()


def _run_for_a_month(store: Store) -> None:
    """Thirty days of fetches, editions and new subscribers; a source that failed for two days."""
    for number in range(DAYS):
        day = NOW - timedelta(days=DAYS - 1 - number)
        with store.begin() as conn:
            new = [NewSubscriber(address=f"r{number}-{index}@example.org") for index in range(12 + number % 5)]
            subscribers.add(conn, new, "main", at=day)
            _record_fetches(conn, number, at=day)
            _publish(conn, number, at=day)


def _record_fetches(conn: Connection, number: int, *, at: datetime) -> None:
    entries = {"harbour-post": 3 + number % 7, "tidewater": 1 + number % 4, "valley-radio": number % 3}
    for hour in range(24):
        failed = {"tidewater"} if number in {11, 12} else set()
        fetches = [
            Fetch(source_id=id_, entries=count if hour == 6 and id_ not in failed else 0, has_failed=id_ in failed)
            for id_, count in entries.items()
        ]
        source_history.record(conn, fetches, at=at - timedelta(hours=hour % 9))


def _publish(conn: Connection, number: int, *, at: datetime) -> None:
    slot = Slot(due=at - timedelta(hours=2), key=f"{at:%Y-%m-%d}")
    id_, _ = editions.add(conn, edition(slot=slot), at=slot.due)
    slots.record_status(conn, "main", slot, SlotStatus.PUBLISHED, at=slot.due)
    deliveries.create_for_edition(conn, id_, host="example.org", at=slot.due)
    ledger = tables.deliveries.c
    of_edition = (ledger.edition_id == id_, ledger.outcome == Outcome.PENDING)
    if number % 9 == 4:
        reply = "550 5.1.1 no such user"
        set_outcome(conn, Outcome.FAILED, *of_edition, ledger.subscriber_id % 67 == 1, reply=reply, changed=at)
    set_outcome(conn, Outcome.SENT, *of_edition, changed=at)
    counts = {Outcome.SENT: 14 * (number + 1), Outcome.FAILED: int(number % 9 == 4)}
    daily_counts.add(
        conn, {("main", daily_counts.delivery(outcome)): count for outcome, count in counts.items()}, at=at
    )
