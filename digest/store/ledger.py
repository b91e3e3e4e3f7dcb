"""The ledger as one sender writes it. Plain SQL, since here building a statement would cost the most.

    claim(edition)               the next rows whose time has come: they are this sender's now
    settle(results, starting)    how tries ended, and which mails' bytes leave next, in one transaction

A process that dies leaves no more in doubt than what it had started and not yet settled.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Dialect

from digest.model import Delivery, Outcome, Subscriber
from digest.store.column_types import UtcDateTime, storable
from digest.store.database import Store

_DUE = """
SELECT deliveries.id, edition_id, message_id, outcome, attempts, reply, subscribers.id, address, name, preferences
FROM deliveries JOIN subscribers ON subscribers.id = subscriber_id
WHERE edition_id = ? AND next_try <= ?
ORDER BY next_try, deliveries.id
LIMIT ?
"""
_OF_NOBODY = " FOR UPDATE OF deliveries SKIP LOCKED"
_CLAIM = "UPDATE deliveries SET sender = ?, next_try = NULL WHERE id = ?"
# All at once, and not with each mail's commit: that would write one page more.
_FORGET = "UPDATE deliveries SET sender = NULL WHERE sender = ? AND outcome = 'sent'"
# A mail that arrived has arrived, whoever holds its row now. Its sender is forgotten with its next claim.
_ARRIVED = "UPDATE deliveries SET outcome = 'sent', attempts = ?, reply = ?, changed = ? WHERE id = ?"
# A row that was taken from its sender in the meantime (its reader left, say) is not touched.
_RECORD = """
UPDATE deliveries
SET outcome = ?, attempts = ?, reply = ?, next_try = ?, changed = ?, sender = NULL
WHERE id = ? AND sender = ?
"""
_START = """
UPDATE deliveries
SET outcome = 'sending', attempts = attempts + 1, changed = ?
WHERE id = ? AND sender = ? AND outcome <> 'sent'
"""
_OWN = "SELECT 1 FROM deliveries WHERE id = ? AND sender = ? AND outcome <> 'sent'"


class AttemptResult(NamedTuple):
    """How one try ended."""

    delivery_id: int
    outcome: Outcome
    #: How many tries there were, this one included.
    attempts: int
    #: The server's last words, raw.
    reply: str = ""
    #: When to try again; None for never (or, of what is unknown, not before a person says so).
    next_try: datetime | None = None


@contextmanager
def open_ledger(store: Store, sender: str) -> Iterator[Ledger]:
    """The ledger as one sender writes it, on a connection of its own."""
    with store.driver() as (connection, dialect):
        yield Ledger(connection, dialect, sender)


class Ledger:
    """One sender's hand; see ``open_ledger``."""

    def __init__(self, connection: Any, dialect: Dialect, sender: str) -> None:
        self._cursor = connection.cursor()
        self._sender = sender
        self._transaction = _Transaction(connection, self._cursor, dialect)
        self._due = _spelled(_DUE, dialect) if dialect.name == "sqlite" else _spelled(_DUE, dialect) + _OF_NOBODY
        self._claim = _spelled(_CLAIM, dialect)
        self._forget = _spelled(_FORGET, dialect)
        self._arrived = _spelled(_ARRIVED, dialect)
        self._record = _spelled(_RECORD, dialect)
        self._start = _spelled(_START, dialect)
        self._own = _spelled(_OWN, dialect)
        self._instant = _instants(dialect)

    def claim(self, edition_id: int, *, now: datetime, limit: int) -> tuple[Delivery, ...]:
        """Up to ``limit`` rows of the edition whose time has come; they are this sender's now."""
        with self._transaction:
            self._cursor.execute(self._forget, (self._sender,))
            self._cursor.execute(self._due, (edition_id, self._instant(now), limit))
            claimed = tuple(map(_delivery, self._cursor.fetchall()))
            if claimed:
                self._cursor.executemany(self._claim, [(self._sender, delivery.id) for delivery in claimed])
        return claimed

    def settle(self, results: Sequence[AttemptResult], starting: Sequence[int], *, at: datetime) -> frozenset[int]:
        """All of it in one commit; those of ``starting`` that are still this sender's: the others must not leave."""
        now = self._instant(at)
        with self._transaction:
            self._end(results, now)
            return self._started(starting, now)

    def _end(self, results: Sequence[AttemptResult], now: Any) -> None:
        arrived, others = [], []
        for result in results:
            if result.outcome is Outcome.SENT:
                arrived.append((result.attempts, storable(result.reply), now, result.delivery_id))
            else:
                others.append(self._row(result, now))
        if arrived:
            self._cursor.executemany(self._arrived, arrived)
        if others:
            self._cursor.executemany(self._record, others)

    def _started(self, ids: Sequence[int], now: Any) -> frozenset[int]:
        if ids:
            self._cursor.executemany(self._start, [(now, id_, self._sender) for id_ in ids])
            if self._cursor.rowcount != len(ids):  # some are not this sender's any more: rare enough to look each up
                return frozenset(id_ for id_ in ids if self._is_own(id_))
        return frozenset(ids)

    def _is_own(self, id_: int) -> bool:
        self._cursor.execute(self._own, (id_, self._sender))
        return self._cursor.fetchone() is not None

    def _row(self, result: AttemptResult, now: Any) -> tuple[Any, ...]:
        return (
            result.outcome.value,
            result.attempts,
            storable(result.reply),
            None if result.next_try is None else self._instant(result.next_try),
            now,
            result.delivery_id,
            self._sender,
        )


class _Transaction:
    """All or nothing; in the manner of ``with``, at next to no cost."""

    def __init__(self, connection: Any, cursor: Any, dialect: Dialect) -> None:
        self._connection = connection
        self._cursor = cursor
        self._must_begin = dialect.name == "sqlite"  # PostgreSQL's driver does it by itself

    def __enter__(self) -> None:
        if self._must_begin:
            self._cursor.execute("BEGIN IMMEDIATE")

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None:
            self._connection.commit()
        else:
            self._connection.rollback()


_OUTCOMES = {outcome.value: outcome for outcome in Outcome}


def _delivery(found: Sequence[Any]) -> Delivery:
    id_, edition_id, message_id, outcome, attempts, reply, reader, address, name, preferences = found
    wishes = {} if preferences == "{}" else json.loads(preferences)
    return Delivery(
        id=id_,
        edition_id=edition_id,
        subscriber=Subscriber(id=reader, address=address, name=name, preferences=wishes),
        message_id=message_id,
        outcome=_OUTCOMES[outcome],
        attempts=attempts,
        reply=reply,
    )


def _spelled(statement: str, dialect: Dialect) -> str:
    return statement if dialect.name == "sqlite" else statement.replace("?", "%s")


def _instants(dialect: Dialect) -> Callable[[datetime], Any]:
    """An instant as the driver takes it."""
    kind = UtcDateTime()
    return kind.dialect_impl(dialect).bind_processor(dialect) or (lambda instant: instant)
