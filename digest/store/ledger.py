"""The ledger's hot end: what is committed for each mail. Plain SQL, since here building a statement costs the most.

    settle(results, starting)    how tries ended, and which mails' bytes leave next, in one transaction

A process that dies leaves no more in doubt than what it had started and not yet settled.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Dialect

from digest.model import Outcome
from digest.store.database import Store
from digest.store.types import Instant, storable

# A row that was taken from its sender in the meantime (its reader left, say) is not touched; but a mail that arrived
# has arrived.
_RECORD = """
UPDATE deliveries
SET outcome = ?, attempts = ?, reply = ?, next_try = ?, changed = ?, sender = NULL
WHERE id = ? AND (sender = ? OR ?)
"""
_START = """
UPDATE deliveries SET outcome = 'sending', attempts = attempts + 1, changed = ? WHERE id = ? AND sender = ?
"""
_OWN = "SELECT 1 FROM deliveries WHERE id = ? AND sender = ?"


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
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
        self._connection = connection
        self._cursor = connection.cursor()
        self._sender = sender
        self._must_begin = dialect.name == "sqlite"  # PostgreSQL's driver does it by itself
        self._record = _spelled(_RECORD, dialect)
        self._start = _spelled(_START, dialect)
        self._own = _spelled(_OWN, dialect)
        self._instant = _instants(dialect)

    def settle(self, results: Sequence[Result], starting: Sequence[int], *, at: datetime) -> frozenset[int]:
        """All of it in one commit; those of ``starting`` that are still this sender's: the others must not leave."""
        now = self._instant(at)
        try:
            if self._must_begin:
                self._cursor.execute("BEGIN IMMEDIATE")
            if results:
                self._cursor.executemany(self._record, [self._row(result, now) for result in results])
            started = self._started(starting, now)
        except BaseException:
            self._connection.rollback()
            raise
        self._connection.commit()
        return started

    def _started(self, ids: Sequence[int], now: Any) -> frozenset[int]:
        if ids:
            self._cursor.executemany(self._start, [(now, id_, self._sender) for id_ in ids])
            if self._cursor.rowcount != len(ids):  # some are not this sender's any more: rare enough to look each up
                return frozenset(id_ for id_ in ids if self._is_own(id_))
        return frozenset(ids)

    def _is_own(self, id_: int) -> bool:
        self._cursor.execute(self._own, (id_, self._sender))
        return self._cursor.fetchone() is not None

    def _row(self, result: Result, now: Any) -> tuple[Any, ...]:
        return (
            result.outcome.value,
            result.attempts,
            storable(result.reply),
            None if result.next_try is None else self._instant(result.next_try),
            now,
            result.delivery_id,
            self._sender,
            result.outcome is Outcome.SENT,
        )


def _spelled(statement: str, dialect: Dialect) -> str:
    return statement if dialect.name == "sqlite" else statement.replace("?", "%s")


def _instants(dialect: Dialect) -> Callable[[datetime], Any]:
    """An instant as the driver takes it."""
    kind = Instant()
    return kind.dialect_impl(dialect).bind_processor(dialect) or (lambda instant: instant)
