"""Both engines make the same of the same days: editions to the byte, slots, deliveries and mails."""

from __future__ import annotations

import email
import email.policy
import re
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Connection, select

from digest.model.mailbox import Mailbox
from digest.model.newsletters import Newsletter, Source
from digest.pipeline.app import make_app
from digest.settings import Settings, SmtpSettings, StoreSettings
from digest.settings.schedule import parse_schedule
from digest.store import open_store, subscribers, tables
from digest.store.subscribers import NewSubscriber
from tests.support.daily_feed import NEWS
from tests.support.engines import ENGINES
from tests.support.fakes import Clock
from tests.support.smtp_server import SmtpServer, smtp_server

START, DAY = datetime(2026, 6, 1, 3, tzinfo=UTC), timedelta(days=1)
DAYS = 3
SENDER = Mailbox.parse("Main <main@example.org>")
NEWSLETTERS = (
    Newsletter(id="main", title="Main", sender=SENDER, timezone=ZoneInfo("Europe/Berlin")),
    Newsletter(id="twice", title="Twice", sender=SENDER, schedule=parse_schedule("daily 07:00,18:00")),
)
SOURCES = ("harbour", "hill", "market")
READERS = [f"reader{number}@example.org" for number in range(7)]
#: A delivery token is random for each edition.
_TOKEN = re.compile(r"[0-9a-f]{24}\.\d+\.[a-z2-7]{12}")


@dataclass(frozen=True, slots=True)
class Result:
    """All that an engine made, without what is random."""

    editions: list[tuple[object, ...]]
    slots: list[tuple[object, ...]]
    deliveries: list[tuple[object, ...]]
    mails: Counter[tuple[str, str]]


@pytest.mark.slow
def test_both_engines_make_the_same_editions_and_deliveries(
    tmp_path: Path, sqlite_url: str, postgres_url: str, postgres_store_url: str
) -> None:
    embedded = run_days("embedded", sqlite_url, tmp_path / "a")

    assert len(embedded.editions) == DAYS * 3
    assert len(embedded.mails) == len(embedded.deliveries) == DAYS * 3 * len(READERS)
    assert run_days("distributed", postgres_url, tmp_path / "b") == embedded
    assert run_days("embedded", postgres_store_url, tmp_path / "c") == embedded


def run_days(engine: str, url: str, folder: Path) -> Result:
    """Let the engine live through the days, with new articles each morning."""
    clock = Clock(START)
    for source in SOURCES:
        (folder / source).mkdir(parents=True)
    with smtp_server() as server, open_store(url) as store:
        settings = Settings(
            store=StoreSettings(url=url),
            smtp=SmtpSettings(host="127.0.0.1", port=server.port, security="none", connections=2),
            sources=tuple(Source(id=name, path=folder / name) for name in SOURCES),
            newsletters=NEWSLETTERS,
        )
        with store.begin() as conn:
            for newsletter in NEWSLETTERS:
                subscribers.add(conn, [NewSubscriber(address=address) for address in READERS], newsletter.id, at=START)
        with ENGINES[engine](make_app(settings, store=store), clock) as run_due:
            run_due()
            for day in range(DAYS):
                for hour in (3, 6, 15, 18):
                    clock.now = START + day * DAY + timedelta(hours=hour)
                    _write(folder, clock(), number=day * 4 + hour)
                    run_due()
        with store.read() as conn:
            return _result(conn, server)


def _write(folder: Path, at: datetime, *, number: int) -> None:
    for index, source in enumerate(SOURCES):
        name, text = NEWS[(number + index) % len(NEWS)]
        head = (
            f"title: {name} {number}\nsource: Post\ndate: {at.isoformat()}\nurl: https://post.example/{number}{index}"
        )
        (folder / source / f"{number}.md").write_text(f"---\n{head}\n---\n{text} It is number {number}.\n", "utf-8")


def _result(conn: Connection, server: SmtpServer) -> Result:
    edition, slot, delivery, subscriber = tables.editions.c, tables.slots.c, tables.deliveries.c, tables.subscribers.c
    key = (edition.newsletter_id, edition.slot_key, edition.audience, edition.revision)
    content = (edition.subject, edition.preheader, edition.html, edition.text, edition.published)
    ledger = select(*key, subscriber.address, delivery.outcome, delivery.attempts)
    ledger = ledger.select_from(tables.deliveries.join(tables.subscribers).join(tables.editions))
    return Result(
        editions=_rows(conn, select(*key, *content)),
        slots=_rows(conn, select(slot.newsletter_id, slot.key, slot.audience, slot.due, slot.fate)),
        deliveries=_rows(conn, ledger),
        mails=Counter((recipient, _readable(mail)) for (_, recipient), mail in server.contents.items()),
    )


def _rows(conn: Connection, query: Any) -> list[tuple[object, ...]]:
    return sorted((tuple(row) for row in conn.execute(query)), key=repr)


def _readable(mail: bytes) -> str:
    """Headers and texts of a mail, decoded, without its token."""
    message = email.message_from_bytes(mail, policy=email.policy.default)
    texts = [str(part.get_content()) for part in message.walk() if not part.is_multipart()]
    return _TOKEN.sub("TOKEN", "\n".join([*(f"{name}: {value}" for name, value in message.items()), *texts]))
