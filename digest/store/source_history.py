"""History of sources by day: fetches, failures, new entries, and the time that fetching took."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, delete, func, select

from digest.store.column_types import storable
from digest.store.daily_counts import day_key
from digest.store.mapping import batches, insert
from digest.store.tables import source_days as table

_ADDED = ("fetches", "failures", "entries", "fetch_ms")


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceDay:
    """One day of a source, in UTC."""

    day: date
    #: Fetches, failed ones included.
    fetches: int = 0
    failures: int = 0
    #: Entries first seen on that day, without those that were old by then.
    entries: int = 0
    #: Time that all fetches took, with parsing.
    fetch_ms: int = 0

    @property
    def mean_fetch_s(self) -> float:
        """Mean time of a fetch in seconds; zero without any."""
        return self.fetch_ms / self.fetches / 1000 if self.fetches else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetch:
    """One fetch of a source."""

    source_id: str
    has_failed: bool = False
    entries: int = 0
    duration_ms: int = 0


def record(conn: Connection, fetches: Iterable[Fetch], *, at: datetime) -> None:
    """Add the fetches to their day."""
    rows = [
        {
            "source_id": fetch.source_id,
            "day": day_key(at),
            "fetches": 1,
            "failures": int(fetch.has_failed),
            "entries": fetch.entries,
            "fetch_ms": fetch.duration_ms,
        }
        for fetch in sorted(fetches, key=lambda fetch: fetch.source_id)
    ]
    if rows:
        statement = insert(conn, table)
        sums = {name: table.c[name] + statement.excluded[name] for name in _ADDED}
        conn.execute(statement.on_conflict_do_update(index_elements=["source_id", "day"], set_=sums), rows)


def histories(conn: Connection, ids: Collection[str], *, since: date) -> Mapping[str, tuple[SourceDay, ...]]:
    """The days of each source since that day, earliest first; days without a fetch are left out."""
    columns = table.c.source_id, table.c.day, *(table.c[name] for name in _ADDED)
    query = select(*columns).where(table.c.day >= since.isoformat()).order_by(table.c.source_id, table.c.day)
    days: dict[str, list[SourceDay]] = {}
    for batch in batches(map(storable, ids)):
        for source_id, day, *values in conn.execute(query.where(table.c.source_id.in_(batch))):
            source_day = SourceDay(day=date.fromisoformat(day), **dict(zip(_ADDED, values, strict=True)))
            days.setdefault(source_id, []).append(source_day)
    return {source_id: tuple(of_source) for source_id, of_source in days.items()}


def new_entries(conn: Connection, ids: Collection[str], *, since: datetime) -> Mapping[str, int]:
    """The number of new entries of each source since that day; sources without any are left out."""
    query = select(table.c.source_id, func.sum(table.c.entries)).where(table.c.day >= day_key(since))
    query = query.group_by(table.c.source_id).having(func.sum(table.c.entries) > 0)
    batched = (query.where(table.c.source_id.in_(batch)) for batch in batches(map(storable, ids)))
    return {source_id: int(count) for part in batched for source_id, count in conn.execute(part)}


def delete_days(conn: Connection, *, before: datetime) -> int:
    """Delete earlier days; return how many."""
    return conn.execute(delete(table).where(table.c.day < day_key(before))).rowcount
