"""A store of the version before has counts by day for the rows that it still has. On each kind of database."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

from sqlalchemy import text

from digest.store import daily_counts, database, open_store, schema, source_history, upgrade_store
from digest.store.schema import CURRENT_VERSIONS, Versions
from digest.store.source_history import SourceDay
from digest.store.url import parse_url
from tests.support.values import NOON

_MIGRATION = next((CURRENT_VERSIONS.folder / "versions").glob("*_daily_counts.py"))
_ROWS = """
INSERT INTO subscribers (id, address, address_key, added) VALUES (1, 'a', 'a', :yesterday), (2, 'b', 'b', :yesterday);
INSERT INTO subscriptions VALUES ('main', 1, :noon);
INSERT INTO unsubscribes VALUES ('main', 'hash', 2, :noon, 'unsubscribed'), ('main', 'erased', NULL, :noon, 'removed');
INSERT INTO editions (id, newsletter_id, slot_key, slot_due, audience, revision, subject, preheader, language,
    reading_minutes, published, token, html, text)
VALUES (1, 'main', '2026-03-28', :noon, '', 1, '', '', '', 1, :noon, '', '', '');
INSERT INTO deliveries (id, edition_id, subscriber_id, newsletter_id, slot_key, revision, message_id, outcome, changed)
VALUES (1, 1, 1, 'main', '2026-03-28', 1, 'x', 'sent', :yesterday),
    (2, 1, 2, 'main', '2026-03-28', 1, 'y', 'retry', :noon);
INSERT INTO entries (id, source_id, guid, url, title, form, seen, source, author, published, language, body)
VALUES (1, 'herald', '1', '', '', 'text', :noon, '', '', NULL, '', ''),
    (2, 'herald', '2', '', '', 'text', :noon, '', '', :long_ago, '', '');
"""
_TIMES = {"noon": "2026-03-28 12:00:00", "yesterday": "2026-03-27 12:00:00", "long_ago": "2026-01-01 00:00:00"}


def test_counts_are_made_of_the_rows_of_before(persistent_url: str, tmp_path: Path) -> None:
    number = int(_MIGRATION.name[:4])
    folder = tmp_path / "as it was"
    shutil.copytree(CURRENT_VERSIONS.folder, folder, ignore=shutil.ignore_patterns("__pycache__"))
    for file in (folder / "versions").glob("[0-9]*.py"):
        if int(file.name[:4]) >= number:
            file.unlink()
    zone = "+00" if persistent_url.startswith("postgres") else ".000000"
    with database.connect(parse_url(persistent_url)) as engine, engine.connect() as conn, conn.begin():
        schema._migrate(conn, Versions(head=f"{number - 1:04}", folder=folder))
        for statement in filter(str.strip, _ROWS.split(";")):
            for name, time in _TIMES.items():
                statement = statement.replace(f":{name}", f"'{time}{zone}'")
            conn.execute(text(statement.replace(":", r"\:")))

    upgrade_store(persistent_url)
    with open_store(persistent_url) as store, store.read() as conn:
        totals = daily_counts.totals(conn, ["main"])
        joined = daily_counts.by_day(conn, "main", [daily_counts.JOINED], since=date(2026, 1, 1))
        history = source_history.histories(conn, ["herald"], since=NOON.date())

    assert totals == {
        ("main", "deliveries sent"): 1,
        ("main", "subscribers joined"): 2,
        ("main", "subscribers left"): 1,
    }
    assert joined[daily_counts.JOINED] == {date(2026, 3, 27): 1, date(2026, 3, 28): 1}
    assert history == {"herald": (SourceDay(day=date(2026, 3, 28), entries=1),)}
