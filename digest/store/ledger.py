"""The ledger for one sender. Plain SQL: building statements with SQLAlchemy would dominate the cost of a mail.

    claim(edition)               claim the next due rows for this sender
    postpone(turns)              put claimed rows back until their turn
    settle(results, starting)    record the results of tries and the start of the next ones, in one transaction

If a process dies, only mails that it had started and not yet settled are in doubt. A power cut also loses the results
of the last 50 ms (``group_sync``).
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Dialect

from digest.model.editions import Delivery, Outcome, Subscriber
from digest.store.column_types import UtcDateTime, storable
from digest.store.database import Store
from digest.store.group_sync import GroupSync
from digest.store.ledger_counts import LedgerCounts, with_paramstyle

_DUE = """
SELECT deliveries.id, edition_id, message_id, outcome, attempts, reply, subscribers.id, address, name, preferences,
       links_version
FROM deliveries JOIN subscribers ON subscribers.id = subscriber_id
WHERE edition_id = ? AND next_try <= ?
ORDER BY next_try, deliveries.id
LIMIT ?
"""
_CLAIM = "UPDATE deliveries SET sender = ?, next_try = NULL WHERE id = ?"
# On PostgreSQL several senders claim at once, and a statement for each row would cost. The order is the index's own:
# with another one, each claim would sort all rows that are due.
_CLAIM_ON_POSTGRESQL = """
WITH due AS MATERIALIZED (
    SELECT id, next_try
    FROM deliveries
    WHERE edition_id = %s AND next_try <= %s
    ORDER BY next_try
    LIMIT %s
    FOR UPDATE SKIP LOCKED
)
UPDATE deliveries
SET sender = %s, next_try = NULL
FROM due, subscribers
WHERE deliveries.id = due.id AND subscribers.id = subscriber_id
RETURNING due.next_try, deliveries.id, edition_id, message_id, outcome, attempts, reply, subscribers.id, address, name,
          preferences, links_version
"""
# Statistics are older than a new edition: believing that few rows are due, the planner would read and sort all.
_USE_INDEXES = "SELECT " + ", ".join(
    f"set_config('enable_{method}', 'off', true)"
    for method in ("bitmapscan", "hashjoin", "mergejoin", "seqscan", "sort")
)
# At the next claim, not in each mail's commit: that would write one more page.
_UNCLAIM_SENT = "UPDATE deliveries SET sender = NULL WHERE sender = ? AND outcome = 'sent'"
# A mail that was accepted is sent, whoever has claimed its row since. The sender is cleared at its next claim.
_RECORD_SENT = (
    "UPDATE deliveries SET outcome = 'sent', attempts = ?, reply = ?, changed = ? WHERE id = ? AND sender = ?"
)
_RECORD_SENT_BY_ANOTHER = "UPDATE deliveries SET outcome = 'sent', attempts = ?, reply = ?, changed = ? WHERE id = ?"
_LOCK = "SELECT outcome, sender FROM deliveries WHERE id = ?"
# A row that was taken from its sender meanwhile (its subscriber left, say) stays as it is.
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
# A row that is claimed and not tried yet goes back to the queue as it was.
_POSTPONE = "UPDATE deliveries SET sender = NULL, next_try = ? WHERE id = ? AND sender = ? AND outcome = ?"
_IS_CLAIMED = "SELECT 1 FROM deliveries WHERE id = ? AND sender = ? AND outcome <> 'sent'"


class AttemptResult(NamedTuple):
    """The result of one try."""

    delivery_id: int
    outcome: Outcome
    #: The number of tries, including this one.
    attempts: int
    #: The server's last reply, raw.
    reply: str = ""
    #: Time of the next try; None for never (an ``UNKNOWN`` one is tried again only if a person asks for it).
    next_try: datetime | None = None


@contextmanager
def open_ledger(store: Store, sender: str, *, sync_starts: bool = False) -> Iterator[Ledger]:
    """The ledger for one sender, on its own connection.

    With ``sync_starts``, a mail may be sent only when its start is on the disk: even a power cut leaves a trace of it.
    """
    with store.driver() as (connection, dialect), store.group_sync() as sync:
        yield Ledger(connection, dialect, sender, sync=sync, sync_starts=sync_starts)


class Ledger:
    """The ledger for one sender; see ``open_ledger``."""

    def __init__(
        self, connection: Any, dialect: Dialect, sender: str, *, sync: GroupSync | None, sync_starts: bool
    ) -> None:
        self._sync, self._sync_starts = sync, sync_starts
        self._cursor = connection.cursor()
        self._sender = sender
        self._transaction = _Transaction(connection, self._cursor, dialect)
        self._claim_rows = self._claim_on_sqlite if dialect.name == "sqlite" else self._claim_on_postgresql
        self._unclaim_sent = with_paramstyle(_UNCLAIM_SENT, dialect)
        self._record_sent = with_paramstyle(_RECORD_SENT, dialect)
        self._record_sent_by_another = with_paramstyle(_RECORD_SENT_BY_ANOTHER, dialect)
        self._lock = with_paramstyle(_LOCK, dialect) + ("" if dialect.name == "sqlite" else " FOR UPDATE")
        self._record = with_paramstyle(_RECORD, dialect)
        self._start = with_paramstyle(_START, dialect)
        self._postpone = with_paramstyle(_POSTPONE, dialect)
        self._counts = LedgerCounts(self._cursor, dialect)
        self._is_claimed_query = with_paramstyle(_IS_CLAIMED, dialect)
        self._bind_time = _time_binder(dialect)

    def claim(self, edition_id: int, *, now: datetime, limit: int) -> tuple[Delivery, ...]:
        """Claim up to ``limit`` due rows of the edition for this sender."""
        with self._transaction:
            self._cursor.execute(self._unclaim_sent, (self._sender,))
            sent = self._cursor.rowcount
            claimed = self._claim_rows(edition_id, self._bind_time(now), limit)
            changes = Counter({Outcome.SENT: sent})
            changes.subtract(delivery.outcome for delivery in claimed)
            self._counts.change(edition_id, changes)
            self._counts.add_tries(edition_id, {Outcome.SENT: sent}, at=now)
        return claimed

    def postpone(self, turns: Iterable[tuple[Delivery, datetime]]) -> None:
        """Put claimed rows of one edition back into the queue until these times."""
        rows: dict[Outcome, list[tuple[Any, ...]]] = {}
        edition_id = 0
        for row, time in turns:
            rows.setdefault(row.outcome, []).append((self._bind_time(time), row.id, self._sender, row.outcome.value))
            edition_id = row.edition_id
        changes: Counter[Outcome] = Counter()
        with self._transaction:
            for outcome in rows:
                self._cursor.executemany(self._postpone, rows[outcome])
                changes[outcome] = self._cursor.rowcount
            self._counts.change(edition_id, changes)

    def _claim_on_sqlite(self, edition_id: int, now: Any, limit: int) -> tuple[Delivery, ...]:
        self._cursor.execute(_DUE, (edition_id, now, limit))
        claimed = tuple(map(_delivery, self._cursor.fetchall()))
        if claimed:
            self._cursor.executemany(_CLAIM, [(self._sender, delivery.id) for delivery in claimed])
        return claimed

    def _claim_on_postgresql(self, edition_id: int, now: Any, limit: int) -> tuple[Delivery, ...]:
        self._cursor.execute(_USE_INDEXES)
        self._cursor.execute(_CLAIM_ON_POSTGRESQL, (edition_id, now, limit, self._sender))
        return tuple(_delivery(row) for _, *row in sorted(self._cursor.fetchall()))

    def settle(self, results: Sequence[AttemptResult], starting: Sequence[int], *, at: datetime) -> frozenset[int]:
        """Record results and starts in one commit; return the ids of ``starting`` that may be sent.

        The others aren't claimed by this sender any more.
        """
        now = self._bind_time(at)
        with self._transaction:
            unclaimed = self._record_results(results, now)
            sendable = self._record_starts(starting, now)
            if unclaimed:
                edition_id = self._counts.edition_of(results[0].delivery_id)
                failed = [(result.delivery_id, result.outcome) for result in results if result.next_try is None]
                self._counts.add_failures(edition_id, failed)
                self._counts.change(edition_id, unclaimed)
                self._counts.add_tries(edition_id, unclaimed, at=at)
        if self._sync:
            self._sync.committed()
            if sendable and self._sync_starts:
                self._sync.flush()
        return sendable

    def _record_results(self, results: Sequence[AttemptResult], now: Any) -> Counter[Outcome]:
        """Record the results; return how the numbers of unclaimed rows change: sent ones stay claimed for a while."""
        sent: list[tuple[Any, ...]] = []
        unsent: dict[Outcome, list[tuple[Any, ...]]] = {}
        for result in results:
            if result.outcome is Outcome.SENT:
                sent.append((result.attempts, storable(result.reply), now, result.delivery_id, self._sender))
            else:
                unsent.setdefault(result.outcome, []).append(self._row(result, now))
        changes: Counter[Outcome] = Counter()
        if sent:
            self._cursor.executemany(self._record_sent, sent)
            if self._cursor.rowcount != len(sent):  # some were taken from this sender: rare enough to look up each
                changes = self._record_sent_by_another_claim(sent)
        for outcome, rows in unsent.items():
            self._cursor.executemany(self._record, rows)
            changes[outcome] += self._cursor.rowcount
        return changes

    def _record_sent_by_another_claim(self, rows: Sequence[tuple[Any, ...]]) -> Counter[Outcome]:
        """Record mails as sent whose rows aren't this sender's any more; return as ``_record_results``."""
        changes: Counter[Outcome] = Counter()
        for *values, id_, _ in rows:
            self._cursor.execute(self._lock, (id_,))
            outcome, sender = self._cursor.fetchone() or ("", self._sender)
            if sender == self._sender:
                continue
            self._cursor.execute(self._record_sent_by_another, (*values, id_))
            if sender is None:  # else the other sender counts it
                changes.subtract([_OUTCOMES[outcome]])
                changes[Outcome.SENT] += 1
        return changes

    def _record_starts(self, ids: Sequence[int], now: Any) -> frozenset[int]:
        if ids:
            self._cursor.executemany(self._start, [(now, id_, self._sender) for id_ in ids])
            if self._cursor.rowcount != len(
                ids
            ):  # some aren't claimed by this sender any more: rare enough to look up each
                return frozenset(id_ for id_ in ids if self._is_claimed(id_))
        return frozenset(ids)

    def _is_claimed(self, id_: int) -> bool:
        self._cursor.execute(self._is_claimed_query, (id_, self._sender))
        return self._cursor.fetchone() is not None

    def _row(self, result: AttemptResult, now: Any) -> tuple[Any, ...]:
        return (
            result.outcome.value,
            result.attempts,
            storable(result.reply),
            None if result.next_try is None else self._bind_time(result.next_try),
            now,
            result.delivery_id,
            self._sender,
        )


class _Transaction:
    """A transaction as a context manager, cheaper than ``contextlib``'s."""

    def __init__(self, connection: Any, cursor: Any, dialect: Dialect) -> None:
        self._connection = connection
        self._cursor = cursor
        self._must_begin = dialect.name == "sqlite"  # PostgreSQL's driver does it itself

    def __enter__(self) -> None:
        if self._must_begin:
            self._cursor.execute("BEGIN IMMEDIATE")

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None:
            self._connection.commit()
        else:
            self._connection.rollback()


_OUTCOMES = {outcome.value: outcome for outcome in Outcome}


def _delivery(row: Sequence[Any]) -> Delivery:
    id_, edition_id, message_id, outcome, attempts, reply, subscriber_id, address, name, *subscriber_row = row
    preferences_json, links_version = subscriber_row
    preferences = {} if preferences_json == "{}" else json.loads(preferences_json)
    return Delivery(
        id=id_,
        edition_id=edition_id,
        subscriber=Subscriber(
            id=subscriber_id, address=address, name=name, preferences=preferences, links_version=links_version
        ),
        message_id=message_id,
        outcome=_OUTCOMES[outcome],
        attempts=attempts,
        reply=reply,
    )


def _time_binder(dialect: Dialect) -> Callable[[datetime], Any]:
    """A function that converts a ``datetime`` to the driver's parameter."""
    kind = UtcDateTime()
    return kind.dialect_impl(dialect).bind_processor(dialect) or (lambda time: time)
