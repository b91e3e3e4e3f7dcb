"""Counts by day, for metrics and plots; each is added in the transaction that it counts.

A count has a name and is about something: mails and subscribers are about a newsletter, runs about a kind of job, and
fetches about nothing. Beside the days there is the total of all days, so that deleting old days changes no total.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Connection, delete, select

from digest.model.editions import Outcome
from digest.store.mapping import batches, insert
from digest.store.tables import daily_counts as table

#: Stands in place of a day for the sum of all days.
TOTAL = ""
#: About a newsletter: changes of its subscribers.
JOINED, LEFT, SUPPRESSED = "subscribers joined", "subscribers left", "subscribers suppressed"
#: About nothing: fetches of sources, and new entries.
FETCHED, FETCH_FAILED, ENTRIES = "sources fetched", "sources failed", "entries"
#: About a kind of job: its runs by outcome, and how long they took.
RUNS, RUN_MILLISECONDS = "runs ", "run milliseconds"


def delivery(outcome: Outcome) -> str:
    """The name of the count of tries to deliver a mail, or of mails never tried, that ended so."""
    return f"deliveries {outcome}"


def run(outcome: str) -> str:
    """The name of the count of runs that ended so."""
    return f"{RUNS}{outcome}"


def day_key(at: datetime) -> str:
    """The day of a time, in UTC, as it is stored."""
    return at.astimezone(UTC).date().isoformat()


def add(conn: Connection, counts: Mapping[tuple[str, str], int], *, at: datetime) -> None:
    """Add to the counts of that day, given by what they are about and their name.

    Call it last in a transaction: others that count the same wait for its end.
    """
    # Sorted, so that of two transactions none waits for a row while it holds one that the other wants.
    rows: list[dict[str, Any]] = [
        {"about": about, "name": name, "day": day, "count": count}
        for (about, name), count in sorted(counts.items())
        if count
        for day in (TOTAL, day_key(at))
    ]
    if rows:
        statement = insert(conn, table)
        total = table.c.count + statement.excluded.count
        conn.execute(
            statement.on_conflict_do_update(index_elements=["about", "name", "day"], set_={"count": total}), rows
        )


def totals(conn: Connection, about: Iterable[str]) -> Mapping[tuple[str, str], int]:
    """The sums of all days about these, by what they are about and their name; none that is zero."""
    query = select(table.c.about, table.c.name, table.c.count).where(table.c.day == TOTAL)
    rows = (row for batch in batches(sorted(set(about))) for row in conn.execute(query.where(table.c.about.in_(batch))))
    return {(about_, name): count for about_, name, count in rows}


def subjects(conn: Connection, name: str) -> tuple[str, ...]:
    """What counts of this name are about, in order."""
    query = select(table.c.about).where(table.c.name == name, table.c.day == TOTAL).order_by(table.c.about)
    return tuple(conn.execute(query).scalars())


def by_day(conn: Connection, about: str, names: Collection[str], *, since: date) -> Mapping[str, Mapping[date, int]]:
    """The counts about this by name and day, that day included; days without any are left out."""
    query = select(table.c.name, table.c.day, table.c.count).order_by(table.c.day)
    query = query.where(table.c.about == about, table.c.name.in_(names), table.c.day >= since.isoformat())
    counts: dict[str, dict[date, int]] = {name: {} for name in names}
    for name, day, count in conn.execute(query):
        counts[name][date.fromisoformat(day)] = count
    return counts


def delete_days(conn: Connection, *, before: datetime) -> int:
    """Delete the counts of earlier days; return how many. The totals stay."""
    return conn.execute(delete(table).where(table.c.day != TOTAL, table.c.day < day_key(before))).rowcount
