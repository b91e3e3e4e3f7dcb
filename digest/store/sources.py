"""Fetch state of sources: validators, titles, intervals, last success and failure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import astuple, dataclass, replace
from datetime import datetime
from itertools import groupby
from operator import attrgetter
from types import MappingProxyType
from typing import Any

from sqlalchemy import ColumnElement, Connection, Executable, delete, func, select

from digest.model.newsletters import Source
from digest.model.protocols import Collected, FetchInterval, FetchState
from digest.store.column_types import storable
from digest.store.mapping import batches, columns, from_rows, insert
from digest.store.tables import sources as table
from digest.text.credentials import redact, without_credentials

_DEFAULT_INTERVAL = FetchInterval()
#: The columns of ``FetchInterval``'s fields, in their order.
_INTERVAL_COLUMNS = ("failures", "pause_s", "next_visit")


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """A source's last fetches."""

    id: str
    title: str = ""
    last_success: datetime | None = None
    last_failure: datetime | None = None
    #: The first failure since the last success; None while it works.
    failing_since: datetime | None = None
    #: The error of the last fetch; empty while it works.
    error: str = ""
    #: The URL that it was fetched from, if not its own address.
    found_url: str = ""
    #: The earliest next fetch on schedule; None for the usual interval.
    next_visit: datetime | None = None


def record_success(
    conn: Connection, *fetched: Collected, at: datetime, intervals: Mapping[str, FetchInterval] = MappingProxyType({})
) -> None:
    """Record successful fetches. An unchanged source keeps the validators and title that the reply doesn't repeat."""
    for unchanged, group in groupby(sorted(fetched, key=_is_unchanged), key=_is_unchanged):
        conn.execute(
            _upsert(conn, unchanged=unchanged),
            [_success_row(collected, at, intervals.get(collected.source.id, _DEFAULT_INTERVAL)) for collected in group],
        )


_is_unchanged = attrgetter("unchanged")


def _success_row(collected: Collected, at: datetime, interval: FetchInterval) -> dict[str, object]:
    fetch_state = collected.fetch_state
    return {
        "id": collected.source.id,
        "address": collected.source.address,
        "title": collected.title,
        "etag": fetch_state.etag,
        "last_modified": fetch_state.last_modified,
        "found_url": fetch_state.url,
        "not_before": None,
        "last_success": at,
        "failing_since": None,
        "error": "",
        **_interval_row(interval),
    }


def _upsert(conn: Connection, *, unchanged: bool) -> Executable:
    statement = insert(conn, table)
    new = statement.excluded
    values: dict[str, ColumnElement[Any]] = {name: new[name] for name in (*_KEPT_IF_EMPTY, *_ALWAYS_SET)}
    if unchanged:
        values |= {name: func.coalesce(func.nullif(new[name], ""), table.c[name]) for name in _KEPT_IF_EMPTY}
    return statement.on_conflict_do_update(index_elements=["id"], set_=values)


#: Columns that the reply for an unchanged source may leave empty, and those that each fetch sets.
_KEPT_IF_EMPTY = ("title", "etag", "last_modified", "found_url")
_ALWAYS_SET = ("address", "not_before", "last_success", "failing_since", "error", *_INTERVAL_COLUMNS)


def record_failure(
    conn: Connection,
    source: Source,
    error: str,
    *,
    at: datetime,
    not_before: datetime | None = None,
    interval: FetchInterval = _DEFAULT_INTERVAL,
) -> None:
    """Record a failed fetch; ``failing_since`` keeps the first failure."""
    values = {
        "address": source.address,
        "last_failure": at,
        "error": error,
        "not_before": not_before,
        **_interval_row(interval),
    }
    statement = insert(conn, table).values(id=source.id, failing_since=at, **values)
    since = func.coalesce(table.c.failing_since, statement.excluded.failing_since)
    conn.execute(statement.on_conflict_do_update(index_elements=["id"], set_={**values, "failing_since": since}))


def moved_ids(conn: Connection, sources: Iterable[Source]) -> frozenset[str]:
    """The ids of sources whose address, apart from a password, has changed since the last fetch."""
    addresses = {source.id: source.address for source in sources}
    query = select(table.c.id, table.c.address).where(table.c.address != "")
    rows = (row for batch in batches(addresses) for row in conn.execute(query.where(table.c.id.in_(batch))))
    return frozenset(
        source_id for source_id, address in rows if storable(addresses[source_id]) != without_credentials(address)
    )


def forget(conn: Connection, ids: Collection[str]) -> None:
    """Delete the sources' fetch states; their entries stay."""
    for batch in batches(ids):
        conn.execute(delete(table).where(table.c.id.in_(batch)))


def fetch_states(conn: Connection, ids: Collection[str]) -> Mapping[str, FetchState]:
    """The sources' fetch states, by id; a source never fetched is left out."""
    query = select(
        table.c.id,
        table.c.etag,
        table.c.last_modified,
        table.c.found_url,
        table.c.not_before,
        table.c.error,
        # Pages have no title of their own.
        (table.c.title != "").label("is_feed"),
    )
    states: dict[str, FetchState] = {}
    for batch in batches(ids):
        for row in conn.execute(query.where(table.c.id.in_(batch))):
            states[row.id] = FetchState(
                etag=row.etag,
                last_modified=row.last_modified,
                url=row.found_url,
                not_before=row.not_before,
                refusal=row.error if row.not_before else "",
                is_feed=bool(row.is_feed),
            )
    return states


def fetch_intervals(conn: Connection, ids: Collection[str]) -> Mapping[str, FetchInterval]:
    """The sources' fetch intervals, by id; a source never fetched is left out."""
    intervals: dict[str, FetchInterval] = {}
    for batch in batches(ids):
        rows = conn.execute(
            select(table.c.id, *(table.c[name] for name in _INTERVAL_COLUMNS)).where(table.c.id.in_(batch))
        )
        intervals |= {
            row.id: FetchInterval(failures=row.failures, interval_s=row.pause_s, next_fetch=row.next_visit)
            for row in rows
        }
    return intervals


def _interval_row(interval: FetchInterval) -> dict[str, object]:
    return dict(zip(_INTERVAL_COLUMNS, astuple(interval), strict=True))


def not_due_ids(conn: Connection, *, now: datetime) -> frozenset[str]:
    """The ids of sources that aren't due for a fetch on schedule."""
    return frozenset(conn.execute(select(table.c.id).where(table.c.next_visit > now)).scalars())


def health(conn: Connection) -> tuple[Health, ...]:
    """The health of every source ever fetched, by id."""
    rows = conn.execute(select(*columns(table, Health)).order_by(table.c.id))
    # Earlier versions recorded addresses with passwords.
    return tuple(replace(health, error=redact(health.error)) for health in from_rows(Health, rows))
