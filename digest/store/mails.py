"""Mails that are sources: which were read, which wait, what the operator decided about their senders."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, case, delete, func, literal, or_, select, update

from digest.model.mails import MailboxState, MailRecord, MailRun
from digest.model.newsletters import ANYBODY, Source
from digest.store.column_types import storable
from digest.store.mapping import batches, columns, from_rows, insert
from digest.store.tables import mail_folders, mail_senders
from digest.store.tables import source_mails as table

#: Mails that waited and are looked at again in one run.
_MAX_RECHECKED = 500
#: Senders and mails that are listed.
_MAX_SHOWN = 500
_BATCH = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class SenderMails:
    """The mails of one sender."""

    sender: str
    mails: int
    #: Those that wait, or were refused.
    unread: int
    #: The newest one: its subject and date, and whether its signature was verified.
    subject: str
    sent: datetime
    is_verified: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmationMail:
    """A mail that asks for the confirmation of a subscription."""

    sender: str
    subject: str
    sent: datetime


def states(conn: Connection, sources: Sequence[Source]) -> Mapping[str, MailboxState]:
    """What is known of the sources' folders, by source id."""
    folders: dict[str, Any] = {}
    decided: dict[str, dict[str, bool]] = {source.id: {} for source in sources}
    for ids in batches(decided):
        folders |= {
            row.source_id: row for row in conn.execute(select(mail_folders).where(mail_folders.c.source_id.in_(ids)))
        }
        for row in conn.execute(select(mail_senders).where(mail_senders.c.source_id.in_(ids))):
            decided[row.source_id][row.sender] = row.is_allowed
    return {source.id: _state(conn, source, folders.get(source.id), decided[source.id]) for source in sources}


def _state(conn: Connection, source: Source, folder: Any, decisions: Mapping[str, bool]) -> MailboxState:
    if folder is None or folder.address != storable(source.address):
        return MailboxState(decisions=decisions)
    return MailboxState(
        uid_validity=folder.uid_validity,
        done=tuple((low, high) for low, high in folder.done),
        decisions=decisions,
        recheck=_places_to_recheck(conn, source, decisions),
    )


def _places_to_recheck(conn: Connection, source: Source, decisions: Mapping[str, bool]) -> tuple[str, ...]:
    """Places of mails that wait although their senders are allowed; of all, if another server judges them now."""
    allowed = {*source.senders, *(sender for sender, is_allowed in decisions.items() if is_allowed)}
    refused = [sender for sender, is_allowed in decisions.items() if not is_allowed and sender not in source.senders]
    takes_anybody = ANYBODY in source.senders
    is_allowed = or_(
        table.c.sender.in_([sender for sender in allowed if sender.partition("@")[0]]),
        *(table.c.sender.endswith(domain, autoescape=True) for domain in allowed if domain.startswith("@")),
        literal(takes_anybody),
    )
    may_be_read = and_(is_allowed, or_(table.c.is_verified, literal(takes_anybody)), table.c.sender.not_in(refused))
    query = (
        select(table.c.place)
        .where(table.c.source_id == source.id, ~table.c.is_read)
        .where(or_(may_be_read, table.c.judged_by != source.authserv_id))
        .order_by(table.c.sent.desc())
        .limit(_MAX_RECHECKED)
    )
    return tuple(conn.execute(query).scalars())


def record_run(conn: Connection, source: Source, run: MailRun, *, at: datetime) -> None:
    """Store what a run looked at. A mail that was read stays so, whoever else read it meanwhile."""
    for records in batches(run.records):
        statement = insert(conn, table)
        new = statement.excluded
        names = ("place", "is_read", "is_verified", "judged_by", "asks_confirmation", "problem")
        upsert = statement.on_conflict_do_update(
            index_elements=["source_id", "key"], set_={name: new[name] for name in names}, where=~table.c.is_read
        )
        conn.execute(upsert, [_row(record, source.id, at) for record in records])
    for places in batches(run.gone):
        conn.execute(delete(table).where(table.c.source_id == source.id, table.c.place.in_(places), ~table.c.is_read))
    folder = {"address": source.address, "uid_validity": run.uid_validity, "done": [list(pair) for pair in run.done]}
    statement = insert(conn, mail_folders).values(source_id=source.id, **folder)
    conn.execute(statement.on_conflict_do_update(index_elements=["source_id"], set_=folder))


def _row(record: MailRecord, source_id: str, at: datetime) -> dict[str, object]:
    fields = {name: getattr(record, name) for name in record.__slots__}
    return fields | {"source_id": source_id, "seen": at, "sent": min(record.sent or at, at)}


def known(conn: Connection, source_id: str, keys: Collection[str]) -> frozenset[str]:
    """Which of these are keys of mails that were read, or places of mails that were looked at."""
    found: set[str] = set()
    for batch in batches({storable(key) for key in keys}):
        in_source = table.c.source_id == source_id
        by_key = select(table.c.key).where(in_source, table.c.is_read, table.c.key.in_(batch))
        by_place = select(table.c.place).where(in_source, table.c.place.in_(batch))
        found |= {*conn.execute(by_key).scalars(), *conn.execute(by_place).scalars()}
    return frozenset(found)


def decide(conn: Connection, source_id: str, sender: str, *, is_allowed: bool, at: datetime) -> None:
    """Record that the operator allows or refuses a sender: an address, or ``@domain``."""
    values = {"is_allowed": is_allowed, "decided": at}
    statement = insert(conn, mail_senders).values(source_id=source_id, sender=sender, **values)
    conn.execute(statement.on_conflict_do_update(index_elements=["source_id", "sender"], set_=values))


def decisions(conn: Connection, source_id: str) -> Mapping[str, bool]:
    """The senders that the operator decided about, and whether they are allowed."""
    query = select(mail_senders).where(mail_senders.c.source_id == source_id).order_by(mail_senders.c.sender)
    return {row.sender: row.is_allowed for row in conn.execute(query)}


def senders(conn: Connection, source_id: str) -> tuple[SenderMails, ...]:
    """The senders of the source's mails, those of the newest mails first."""
    unread = case((table.c.is_read, 0), else_=1)
    place = func.row_number().over(partition_by=table.c.sender, order_by=(table.c.sent.desc(), table.c.key))
    ranked = (
        select(
            *(table.c[name] for name in ("sender", "subject", "sent", "is_verified")),
            func.count().over(partition_by=table.c.sender).label("mails"),
            func.sum(unread).over(partition_by=table.c.sender).label("unread"),
            place.label("rank"),
        )
        .where(table.c.source_id == source_id)
        .subquery()
    )
    query = select(*(ranked.c[name] for name in SenderMails.__slots__)).where(ranked.c.rank == 1)
    rows = conn.execute(query.order_by(ranked.c.sent.desc(), ranked.c.sender).limit(_MAX_SHOWN))
    return tuple(from_rows(SenderMails, rows))


def confirmations(conn: Connection, source_id: str) -> tuple[ConfirmationMail, ...]:
    """The mails that ask for a confirmation, the newest first."""
    query = select(*columns(table, ConfirmationMail)).where(table.c.source_id == source_id, table.c.asks_confirmation)
    return tuple(from_rows(ConfirmationMail, conn.execute(query.order_by(table.c.sent.desc()).limit(_MAX_SHOWN))))


def delete_text(conn: Connection, *, before: datetime) -> int:
    """Delete a batch of earlier mails that still wait, and subjects of those that were read; return how many."""
    old = select(table.c.source_id, table.c.key, table.c.is_read).where(table.c.seen < before, table.c.subject != "")
    rows = conn.execute(old.order_by(table.c.seen).limit(_BATCH)).all()
    for row in rows:
        this = (table.c.source_id == row.source_id, table.c.key == row.key)
        conn.execute(
            update(table).where(*this).values(subject="", asks_confirmation=False)
            if row.is_read
            else delete(table).where(*this)
        )
    return len(rows)


def delete_old(conn: Connection, *, before: datetime) -> int:
    """Forget a batch of earlier mails; return how many."""
    old = select(table.c.source_id, table.c.key).where(table.c.seen < before).order_by(table.c.seen).limit(_BATCH)
    rows = conn.execute(old).all()
    for row in rows:
        conn.execute(delete(table).where(table.c.source_id == row.source_id, table.c.key == row.key))
    return len(rows)
