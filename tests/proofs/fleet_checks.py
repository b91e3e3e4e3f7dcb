"""Compares what the ledger says with what the mail server got."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Row, select

from digest.model.editions import Outcome
from digest.store import Store, deliveries, editions, open_store, slots, tables
from digest.store.slots import SlotStatus
from tests.support.smtp_server import SmtpServer


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """Facts of ledger, slots and mail server."""

    editions: int
    deliveries: int
    sent: int
    slots: Mapping[str, int]
    #: Deliveries that the ledger calls sent, or hasn't settled, and that the server never got.
    missed: frozenset[tuple[str, str]]
    #: Mails that are in no ledger.
    unknown_mails: frozenset[tuple[str, str]]
    #: Subscribers and slots with more than one edition.
    doubled: frozenset[tuple[str, str]]
    #: Number of slots between the first and the last that nothing was decided of.
    lost_slots: int
    #: Titles of news that stand in more than one edition.
    repeated_news: frozenset[str]
    #: Slots whose edition was frozen before they were due.
    early_slots: tuple[str, ...]


def findings(url: str, mail_server: SmtpServer) -> Findings:
    """Read the ledger and compare."""
    with open_store(url) as store:
        rows = _ledger(store)
        with store.read() as conn:
            table = tables.editions
            frozen = conn.execute(select(table.c.id, table.c.slot_key, table.c.slot_due, table.c.published)).all()
            decided = slots.statuses(conn, "main")
            titles = Counter(conn.execute(select(tables.stories.c.title)).scalars())
    sent = {(row.message_id, row.address) for row in rows if row.outcome is Outcome.SENT}
    known = {(row.message_id, row.address) for row in rows}
    slot_of = {row.id: row.slot_key for row in frozen}
    per_slot: dict[tuple[str, str], set[str]] = defaultdict(set)
    for row in rows:
        per_slot[row.address, slot_of[row.edition_id]].add(row.message_id)
    minutes = sorted(slot.due for slot, status in decided.items() if status is not SlotStatus.BEFORE)
    expected = (minutes[-1] - minutes[0]).total_seconds() / 60 + 1 if minutes else 0
    return Findings(
        editions=len(frozen),
        deliveries=len(rows),
        sent=len(sent),
        slots=Counter(str(status) for status in decided.values()),
        missed=frozenset(known - mail_server.accepted.keys()),
        unknown_mails=frozenset(mail_server.accepted.keys() - known),
        doubled=frozenset(key for key, ids in per_slot.items() if len(ids) > 1),
        lost_slots=round(expected - len(minutes)),
        repeated_news=frozenset(title for title, number in titles.items() if number > 1),
        early_slots=tuple(row.slot_key for row in frozen if row.published < row.slot_due),
    )


def is_final(url: str) -> bool:
    """Whether every delivery has its final outcome."""
    with open_store(url) as store:
        return all(row.outcome.is_final for row in _ledger(store))


def make_due(url: str) -> None:
    """Try again now what waits for another try, as ``digest send`` does."""
    now = datetime.now(UTC)
    with open_store(url) as store, store.begin() as conn:
        for summary in editions.summaries(conn, "main"):
            deliveries.make_due_now(conn, summary.id, now=now)


def _ledger(store: Store) -> Sequence[Row[Any]]:
    ledger, subscribers = tables.deliveries, tables.subscribers
    query = select(ledger.c.message_id, ledger.c.outcome, ledger.c.edition_id, subscribers.c.address)
    with store.read() as conn:
        return conn.execute(query.join_from(ledger, subscribers)).all()
