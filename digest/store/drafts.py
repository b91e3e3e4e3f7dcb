"""Drafts that wait for an editor, with their history, and articles that an editor dropped."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, and_, delete, or_, select, update

from digest.model.drafts import DECISIONS, Decision, DecisionRecord, DraftState
from digest.model.slots import Slot
from digest.store import id_floors
from digest.store.mapping import insert
from digest.store.tables import draft_decisions as decisions
from digest.store.tables import drafts as table
from digest.store.tables import dropped_articles as dropped

_WAITING = (DraftState.OPEN, DraftState.REJECTED)
_ROWS = [column for column in table.c if column.name != "content"]


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredDraft:
    """A draft without its content."""

    id: int
    newsletter_id: str
    slot: Slot
    composed: datetime
    until: datetime
    state: DraftState
    version: int
    mailed: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredDecision:
    """A decision, and what was made for it."""

    record: DecisionRecord
    #: Of a merge: the merged story's brief, encoded.
    brief: Mapping[str, Any] | None


def add(
    conn: Connection, newsletter_id: str, slot: Slot, content: Mapping[str, Any], *, composed: datetime, until: datetime
) -> int | None:
    """Store a draft and return its id; None if the slot has one, which stays."""
    values = {
        "newsletter_id": newsletter_id,
        "slot_key": slot.key,
        "slot_due": slot.due,
        "composed": composed,
        "until": until,
        "state": DraftState.OPEN,
        "version": 0,
        "content": content,
    }
    values |= id_floors.next_id(conn, table)
    statement = insert(conn, table).values(values).on_conflict_do_nothing().returning(table.c.id)
    return conn.execute(statement).scalar()


def get(conn: Connection, draft_id: int) -> StoredDraft | None:
    """The draft with this id."""
    return _one(conn, table.c.id == draft_id)


def find(conn: Connection, newsletter_id: str, slot_key: str) -> StoredDraft | None:
    """The draft of the slot."""
    return _one(conn, and_(table.c.newsletter_id == newsletter_id, table.c.slot_key == slot_key))


def newest(conn: Connection, newsletter_id: str) -> StoredDraft | None:
    """The newsletter's draft with the latest slot."""
    query = select(*_ROWS).where(table.c.newsletter_id == newsletter_id).order_by(table.c.slot_due.desc()).limit(1)
    row = conn.execute(query).mappings().first()
    return _stored(row) if row else None


def waiting(conn: Connection) -> tuple[StoredDraft, ...]:
    """Drafts of all newsletters whose editions are neither frozen nor given up, the earliest slot first."""
    states = (*_WAITING, DraftState.APPROVED)
    query = select(*_ROWS).where(table.c.state.in_(states)).order_by(table.c.slot_due, table.c.id)
    return tuple(map(_stored, conn.execute(query).mappings()))


def ahead(conn: Connection, *, now: datetime) -> tuple[StoredDraft, ...]:
    """Drafts of slots that are not due yet."""
    query = select(*_ROWS).where(table.c.slot_due > now).order_by(table.c.slot_due, table.c.id)
    return tuple(map(_stored, conn.execute(query).mappings()))


def to_mail(conn: Connection, *, now: datetime, before: datetime) -> tuple[StoredDraft, ...]:
    """Open drafts whose mail was not sent, and that no process took on after ``before``."""
    is_open = (table.c.until > now, table.c.state == DraftState.OPEN, table.c.mailed.is_(None))
    is_free = or_(table.c.mail_started.is_(None), table.c.mail_started < before)
    query = select(*_ROWS).where(*is_open, is_free).order_by(table.c.slot_due, table.c.id)
    return tuple(map(_stored, conn.execute(query).mappings()))


def since(conn: Connection, newsletter_id: str, start: datetime, end: datetime) -> tuple[StoredDraft, ...]:
    """The newsletter's drafts of slots due after ``start`` and not after ``end``, the earliest first."""
    is_between = (table.c.slot_due > start, table.c.slot_due <= end)
    query = select(*_ROWS).where(table.c.newsletter_id == newsletter_id, *is_between).order_by(table.c.slot_due)
    return tuple(map(_stored, conn.execute(query).mappings()))


def content(conn: Connection, draft_id: int) -> Mapping[str, Any] | None:
    """The draft's encoded content; None once retention has deleted it."""
    stored: Mapping[str, Any] | None = conn.execute(select(table.c.content).where(table.c.id == draft_id)).scalar()
    return stored


def history(conn: Connection, draft_id: int) -> tuple[StoredDecision, ...]:
    """The decisions about the draft, in order."""
    query = select(decisions).where(decisions.c.draft_id == draft_id).order_by(decisions.c.version)
    return tuple(map(_decision, conn.execute(query).mappings()))


def add_decision(
    conn: Connection, draft: StoredDraft, record: DecisionRecord, *, state: DraftState, brief: Mapping[str, Any] | None
) -> bool:
    """Record the decision, which gives the draft this state; False if others decided since, and nothing is changed."""
    is_current = (table.c.id == draft.id, table.c.version == draft.version, table.c.state.in_(_WAITING))
    changed = conn.execute(update(table).where(*is_current).values(version=record.version, state=state))
    if changed.rowcount == 0:
        return False
    values = {
        "draft_id": draft.id,
        "version": record.version,
        "at": record.at,
        "by": record.by,
        "kind": record.kind,
        "values": asdict(record.decision),
        "brief": brief,
    }
    conn.execute(decisions.insert().values(values))
    return True


def finish(conn: Connection, draft: StoredDraft, state: DraftState) -> bool:
    """Give the draft its last state; False if somebody decided since, and nothing is changed."""
    is_current = (table.c.id == draft.id, table.c.version == draft.version, table.c.state == draft.state)
    return conn.execute(update(table).where(*is_current).values(state=state)).rowcount == 1


def is_current(conn: Connection, draft: StoredDraft) -> bool:
    """Whether nobody decided since the draft was read; nobody can until the transaction ends."""
    unchanged = update(table).where(table.c.id == draft.id, table.c.version == draft.version)
    return conn.execute(unchanged.values(version=draft.version)).rowcount == 1


def claim_mail(conn: Connection, draft_id: int, *, at: datetime, before: datetime) -> bool:
    """Take on the editor's mail; False if it was sent, or another process took it on, after ``before``."""
    is_free = or_(table.c.mail_started.is_(None), table.c.mail_started < before)
    statement = update(table).where(table.c.id == draft_id, table.c.mailed.is_(None), is_free)
    return conn.execute(statement.values(mail_started=at)).rowcount == 1


def release_mail(conn: Connection, draft_id: int) -> None:
    """Let the editor's mail be tried again."""
    conn.execute(update(table).where(table.c.id == draft_id).values(mail_started=None))


def record_mail(conn: Connection, draft_id: int, *, at: datetime) -> None:
    """Record that the editor's mail was sent."""
    conn.execute(update(table).where(table.c.id == draft_id).values(mailed=at))


def drop_articles(conn: Connection, newsletter_id: str, article_ids: Collection[str], *, at: datetime) -> None:
    """Keep the articles out of the newsletter's editions."""
    rows = [{"newsletter_id": newsletter_id, "article_id": id_, "at": at} for id_ in sorted(article_ids)]
    if rows:
        conn.execute(insert(conn, dropped).values(rows).on_conflict_do_nothing())


def restore_articles(conn: Connection, newsletter_id: str, article_ids: Collection[str]) -> None:
    """Let the newsletter's editions have the articles again."""
    is_of_story = dropped.c.article_id.in_(sorted(article_ids))
    conn.execute(delete(dropped).where(dropped.c.newsletter_id == newsletter_id, is_of_story))


def dropped_ids(conn: Connection, newsletter_id: str) -> frozenset[str]:
    """Articles that an editor of the newsletter dropped."""
    query = select(dropped.c.article_id).where(dropped.c.newsletter_id == newsletter_id)
    return frozenset(conn.execute(query).scalars())


def _one(conn: Connection, condition: Any) -> StoredDraft | None:
    row = conn.execute(select(*_ROWS).where(condition)).mappings().one_or_none()
    return _stored(row) if row else None


def _stored(row: RowMapping) -> StoredDraft:
    return StoredDraft(
        id=row["id"],
        newsletter_id=row["newsletter_id"],
        slot=Slot(due=row["slot_due"], key=row["slot_key"]),
        composed=row["composed"],
        until=row["until"],
        state=row["state"],
        version=row["version"],
        mailed=row["mailed"],
    )


def _decision(row: RowMapping) -> StoredDecision:
    decision: Decision = DECISIONS[row["kind"]](**row["values"])
    record = DecisionRecord(version=row["version"], at=row["at"], by=row["by"], decision=decision)
    return StoredDecision(record=record, brief=row["brief"])
