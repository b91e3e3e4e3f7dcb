"""What visits to sources taught: validators, titles, success and failure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import astuple, dataclass
from datetime import datetime
from itertools import groupby
from operator import attrgetter
from types import MappingProxyType
from typing import Any

from sqlalchemy import ColumnElement, Connection, Executable, delete, func, select

from digest.model import Source
from digest.model.protocols import Collected, FetchInterval, FetchState
from digest.store.column_types import storable
from digest.store.mapping import batches, columns, from_rows, insert
from digest.store.tables import sources as table

_AS_OTHERS = FetchInterval()
#: The columns of ``FetchInterval``'s fields, in their order.
_INTERVAL_COLUMNS = ("failures", "pause_s", "next_visit")


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """How a source has been doing."""

    id: str
    title: str = ""
    last_success: datetime | None = None
    last_failure: datetime | None = None
    #: The first failure since the last success; None while it works.
    failing_since: datetime | None = None
    #: What the last visit failed with; empty while it works.
    error: str = ""
    #: Where it was found, if not at its own address.
    found_url: str = ""
    #: When it is visited again on schedule; None for whenever others are.
    next_visit: datetime | None = None


def record_success(
    conn: Connection, *visits: Collected, at: datetime, paces: Mapping[str, FetchInterval] = MappingProxyType({})
) -> None:
    """Visits that succeeded: their validators are asked with next time. What was unchanged keeps what was known."""
    for unchanged, some in groupby(sorted(visits, key=_is_unchanged), key=_is_unchanged):
        conn.execute(
            _remembering(conn, unchanged=unchanged),
            [_success(visit, at, paces.get(visit.source.id, _AS_OTHERS)) for visit in some],
        )


_is_unchanged = attrgetter("unchanged")


def _success(visit: Collected, at: datetime, pace: FetchInterval) -> dict[str, object]:
    validators = visit.fetch_state
    return {
        "id": visit.source.id,
        "address": visit.source.address,
        "title": visit.title,
        "etag": validators.etag,
        "last_modified": validators.last_modified,
        "found_url": validators.url,
        "not_before": None,
        "last_success": at,
        "failing_since": None,
        "error": "",
        **_interval_row(pace),
    }


def _remembering(conn: Connection, *, unchanged: bool) -> Executable:
    statement = insert(conn, table)
    given = statement.excluded
    values: dict[str, ColumnElement[Any]] = {name: given[name] for name in (*_TOLD, *_OF_EACH)}
    if unchanged:
        values |= {name: func.coalesce(func.nullif(given[name], ""), table.c[name]) for name in _TOLD}
    return statement.on_conflict_do_update(index_elements=["id"], set_=values)


#: What a visit may not say anew; and what each says.
_TOLD = ("title", "etag", "last_modified", "found_url")
_OF_EACH = ("address", "not_before", "last_success", "failing_since", "error", *_INTERVAL_COLUMNS)


def record_failure(
    conn: Connection,
    source: Source,
    error: str,
    *,
    at: datetime,
    not_before: datetime | None = None,
    pace: FetchInterval = _AS_OTHERS,
) -> None:
    """A visit that failed; when the trouble began stays."""
    values = {
        "address": source.address,
        "last_failure": at,
        "error": error,
        "not_before": not_before,
        **_interval_row(pace),
    }
    statement = insert(conn, table).values(id=source.id, failing_since=at, **values)
    since = func.coalesce(table.c.failing_since, statement.excluded.failing_since)
    conn.execute(statement.on_conflict_do_update(index_elements=["id"], set_={**values, "failing_since": since}))


def moved_ids(conn: Connection, sources: Iterable[Source]) -> frozenset[str]:
    """Those of the sources, by id, that were visited at another address than they have now."""
    now = {source.id: source.address for source in sources}
    query = select(table.c.id, table.c.address).where(table.c.address != "")
    rows = (row for batch in batches(now) for row in conn.execute(query.where(table.c.id.in_(batch))))
    return frozenset(source_id for source_id, address in rows if storable(now[source_id]) != address)


def forget(conn: Connection, ids: Collection[str]) -> None:
    """Know nothing of visits to these sources any more; what they brought stays."""
    for batch in batches(ids):
        conn.execute(delete(table).where(table.c.id.in_(batch)))


def fetch_states(conn: Connection, ids: Collection[str]) -> Mapping[str, FetchState]:
    """What to ask each source with; a source never visited isn't in it."""
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
    found: dict[str, FetchState] = {}
    for batch in batches(ids):
        for row in conn.execute(query.where(table.c.id.in_(batch))):
            found[row.id] = FetchState(
                etag=row.etag,
                last_modified=row.last_modified,
                url=row.found_url,
                not_before=row.not_before,
                refusal=row.error if row.not_before else "",
                is_feed=bool(row.is_feed),
            )
    return found


def fetch_intervals(conn: Connection, ids: Collection[str]) -> Mapping[str, FetchInterval]:
    """How often each source is visited; a source never visited isn't in it."""
    found: dict[str, FetchInterval] = {}
    for batch in batches(ids):
        rows = conn.execute(
            select(table.c.id, *(table.c[name] for name in _INTERVAL_COLUMNS)).where(table.c.id.in_(batch))
        )
        found |= {
            row.id: FetchInterval(failures=row.failures, interval_s=row.pause_s, next_fetch=row.next_visit)
            for row in rows
        }
    return found


def _interval_row(interval: FetchInterval) -> dict[str, object]:
    return dict(zip(_INTERVAL_COLUMNS, astuple(interval), strict=True))


def not_due_ids(conn: Connection, *, now: datetime) -> frozenset[str]:
    """The sources whose time for a visit on schedule hasn't come."""
    return frozenset(conn.execute(select(table.c.id).where(table.c.next_visit > now)).scalars())


def health(conn: Connection) -> tuple[Health, ...]:
    """Every source ever visited, by id."""
    rows = conn.execute(select(*columns(table, Health)).order_by(table.c.id))
    return tuple(from_rows(Health, rows))
