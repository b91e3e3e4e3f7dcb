"""What a sender's transactions count: tries by day, an edition's mails by outcome, failed mails. Plain SQL."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Dialect

from digest.model.editions import Outcome
from digest.store import daily_counts
from digest.store.tables import FailureState

# ``excluded`` is understood by both databases.
_ADD_TO_DAY = """
INSERT INTO daily_counts (about, name, day, count)
SELECT newsletter_id, ?, ?, ? FROM editions WHERE id = ?
ON CONFLICT (about, name, day) DO UPDATE SET count = daily_counts.count + excluded.count
"""
# See ``delivery_counts``.
_ADD_TO_EDITION = """
INSERT INTO delivery_counts (edition_id, outcome, count) VALUES (?, ?, ?)
ON CONFLICT (edition_id, outcome) DO UPDATE SET count = delivery_counts.count + excluded.count
"""
# See ``failures``.
_ADD_FAILURE = """
INSERT INTO failures (delivery_id, edition_id, state) VALUES (?, ?, ?)
ON CONFLICT (delivery_id) DO UPDATE SET state = excluded.state
"""
_EDITION = "SELECT edition_id FROM deliveries WHERE id = ?"


class LedgerCounts:
    """Counts on a sender's cursor. Called last in a transaction: others that count the same wait for its end."""

    def __init__(self, cursor: Any, dialect: Dialect) -> None:
        self._cursor = cursor
        self._add_to_day = with_paramstyle(_ADD_TO_DAY, dialect)
        self._add_to_edition = with_paramstyle(_ADD_TO_EDITION, dialect)
        self._add_failure = with_paramstyle(_ADD_FAILURE, dialect)
        self._edition = with_paramstyle(_EDITION, dialect)

    def edition_of(self, delivery_id: int) -> int:
        """The edition of a delivery."""
        self._cursor.execute(self._edition, (delivery_id,))
        return int(self._cursor.fetchone()[0])

    def change(self, edition_id: int, changes: Mapping[Outcome, int]) -> None:
        """Change the numbers of an edition's rows that nobody has claimed."""
        rows = [(edition_id, outcome.value, change) for outcome, change in sorted(changes.items()) if change]
        if rows:
            self._cursor.executemany(self._add_to_edition, rows)

    def add_failures(self, edition_id: int, outcomes: Iterable[tuple[int, Outcome]]) -> None:
        """Remember mails that failed, by id, or whose reply was unclear and that nobody tries again."""
        states = {Outcome.FAILED: FailureState.NEW, Outcome.UNKNOWN: FailureState.JUDGED}
        rows = [(id_, edition_id, states[outcome].value) for id_, outcome in outcomes if outcome in states]
        if rows:
            self._cursor.executemany(self._add_failure, rows)

    def add_tries(self, edition_id: int, counts: Mapping[Outcome, int], *, at: datetime) -> None:
        """Count outcomes of tries. Sent mails are counted when they are unclaimed: not in each mail's commit."""
        rows = [
            (daily_counts.delivery(outcome), day, count, edition_id)
            for outcome, count in sorted(counts.items())
            if count > 0
            for day in (daily_counts.TOTAL, daily_counts.day_key(at))
        ]
        if rows:
            self._cursor.executemany(self._add_to_day, rows)


def with_paramstyle(statement: str, dialect: Dialect) -> str:
    """The statement with the driver's own placeholders in place of question marks."""
    return statement if dialect.name == "sqlite" else statement.replace("?", "%s")
