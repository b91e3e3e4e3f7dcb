"""The ledger for one sender. Plain SQL: building statements with SQLAlchemy would dominate the cost of a mail.

    claim(edition)               claim the next due rows for this sender
    postpone(turns)              put claimed rows back until their turn
    settle(results, starting)    record the results of tries and the start of the next ones, in one transaction

If a process dies, only mails that it had started and not yet settled are in doubt. A power cut also loses the results
of the last 50 ms (``group_sync``).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Dialect

from digest.model.editions import Delivery, Outcome, Subscriber
from digest.store import daily_counts
from digest.store.column_types import UtcDateTime, storable
from digest.store.database import Store
from digest.store.group_sync import GroupSync

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
_RECORD_SENT = "UPDATE deliveries SET outcome = 'sent', attempts = ?, reply = ?, changed = ? WHERE id = ?"
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
# Of the sender's edition: a sender has one. ``excluded`` is understood by both databases.
_COUNT = """
INSERT INTO daily_counts (about, name, day, count)
SELECT newsletter_id, ?, ?, ? FROM editions WHERE id = ?
ON CONFLICT (about, name, day) DO UPDATE SET count = daily_counts.count + excluded.count
"""
# A row that is claimed and not tried yet goes back to the queue as it was.
_POSTPONE = "UPDATE deliveries SET sender = NULL, next_try = ? WHERE id = ? AND sender = ? AND outcome <> 'sent'"
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
        self._unclaim_sent = _with_paramstyle(_UNCLAIM_SENT, dialect)
        self._record_sent = _with_paramstyle(_RECORD_SENT, dialect)
        self._record = _with_paramstyle(_RECORD, dialect)
        self._start = _with_paramstyle(_START, dialect)
        self._count = _with_paramstyle(_COUNT, dialect)
        self._postpone = _with_paramstyle(_POSTPONE, dialect)
        self._edition_id = 0
        self._is_claimed_query = _with_paramstyle(_IS_CLAIMED, dialect)
        self._bind_time = _time_binder(dialect)

    def claim(self, edition_id: int, *, now: datetime, limit: int) -> tuple[Delivery, ...]:
        """Claim up to ``limit`` due rows of the edition for this sender."""
        self._edition_id = edition_id
        with self._transaction:
            self._cursor.execute(self._unclaim_sent, (self._sender,))
            sent = self._cursor.rowcount
            claimed = self._claim_rows(edition_id, self._bind_time(now), limit)
            self._add_counts({Outcome.SENT: sent}, at=now)
        return claimed

    def postpone(self, turns: Iterable[tuple[int, datetime]]) -> None:
        """Put claimed rows back into the queue, by id, until these times."""
        rows = [(self._bind_time(time), id_, self._sender) for id_, time in turns]
        with self._transaction:
            self._cursor.executemany(self._postpone, rows)

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
            unsent = self._record_results(results, now)
            sendable = self._record_starts(starting, now)
            if unsent:
                self._add_counts(unsent, at=at)
        if self._sync:
            self._sync.committed()
            if sendable and self._sync_starts:
                self._sync.flush()
        return sendable

    def _record_results(self, results: Sequence[AttemptResult], now: Any) -> dict[Outcome, int]:
        """Record the results; return the numbers of those that aren't sent, by outcome."""
        sent: list[tuple[Any, ...]] = []
        unsent: dict[Outcome, list[tuple[Any, ...]]] = {}
        for result in results:
            if result.outcome is Outcome.SENT:
                sent.append((result.attempts, storable(result.reply), now, result.delivery_id))
            else:
                unsent.setdefault(result.outcome, []).append(self._row(result, now))
        if sent:
            self._cursor.executemany(self._record_sent, sent)
        counts = {}
        for outcome, rows in unsent.items():
            self._cursor.executemany(self._record, rows)
            counts[outcome] = self._cursor.rowcount
        return counts

    def _add_counts(self, counts: Mapping[Outcome, int], *, at: datetime) -> None:
        """Count outcomes of tries. Sent mails are counted when they are unclaimed: not in each mail's commit."""
        rows = [
            (daily_counts.delivery(outcome), day, count, self._edition_id)
            for outcome, count in sorted(counts.items())
            if count
            for day in (daily_counts.TOTAL, daily_counts.day_key(at))
        ]
        if rows:
            self._cursor.executemany(self._count, rows)

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


def _with_paramstyle(statement: str, dialect: Dialect) -> str:
    return statement if dialect.name == "sqlite" else statement.replace("?", "%s")


def _time_binder(dialect: Dialect) -> Callable[[datetime], Any]:
    """A function that converts a ``datetime`` to the driver's parameter."""
    kind = UtcDateTime()
    return kind.dialect_impl(dialect).bind_processor(dialect) or (lambda time: time)
