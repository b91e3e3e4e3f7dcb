"""Changes to a restored store, so that what happened since its backup is neither repeated nor undone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, func, insert, select, update

from digest.model.editions import Outcome
from digest.store import (
    deliveries,
    delivery_counts,
    erasure,
    id_floors,
    subscribers,
    tables,
    unsubscribes,
)
from digest.store.copy import last_id, set_last_id
from digest.store.keys import store_key
from digest.store.mapping import batches
from digest.store.mapping import insert as insert_if_new

#: New rows get ids that are higher by this: the store before may have given the ids between to others.
_ID_GAP = 1_000_000
#: The clock of the machine that made the backup may have been ahead.
_CLOCK_SKEW = timedelta(hours=1)
_HELD = "held back: the store was restored, and this mail may have been sent before"
#: Rows about processes and logins of the time of the backup.
_PASSING = (tables.leases, tables.fleet, tables.rate_limits, tables.operator_sessions)


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusals:
    """What a store knows of people who don't want mail, or can't get it."""

    #: The store's own key: of another store, ids and hashes mean others.
    key: str
    #: Rows of ``unsubscribes`` since the backup.
    unsubscribes: tuple[Mapping[str, object], ...]
    #: Reasons of suppressed subscribers by id; of erased ones, only the ids.
    suppressed: Mapping[int, str]
    erased: tuple[int, ...]
    #: Versions of links, where links of before were revoked.
    links_versions: Mapping[int, int]
    #: The highest id of a subscriber.
    last_id: int
    #: The last ids that were given, by the name of the table.
    last_ids: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenOver:
    """Numbers of subscribers whose refusals since the backup were taken over from the store before."""

    unsubscribed: int = 0
    suppressed: int = 0
    erased: int = 0


def read_refusals(conn: Connection, *, since: datetime) -> Refusals:
    """Read what must not be forgotten of the store that a backup replaces."""
    left, person = tables.unsubscribes, tables.subscribers.c
    rows = conn.execute(select(left).where(left.c.since > since - _CLOCK_SKEW)).mappings()
    suppressed = conn.execute(select(person.id, person.suppressed).where(person.suppressed != "")).all()
    versions = select(person.id, person.links_version).where(person.links_version > 0)
    return Refusals(
        key=store_key(conn),
        unsubscribes=tuple(dict(row) for row in rows),
        suppressed={id_: reason for id_, reason in suppressed if reason != erasure.ERASED},
        erased=tuple(id_ for id_, reason in suppressed if reason == erasure.ERASED),
        links_versions=dict(conn.execute(versions).all()),
        last_id=conn.execute(select(func.coalesce(func.max(person.id), 0))).scalar_one(),
        last_ids={table.name: last_id(conn, table) for table in id_floors.TABLES},
    )


def apply_refusals(conn: Connection, refusals: Refusals, *, at: datetime) -> TakenOver:
    """Let the restored store know what ``refusals`` know; return how many subscribers it didn't know of."""
    erased = sum(erasure.erase(conn, address, at=at) for address in _addresses(conn, refusals.erased))
    unsubscribed = {row["address_hash"] for row in refusals.unsubscribes if _unsubscribe(conn, row)}
    known = {id_ for batch in batches(refusals.suppressed) for id_ in _unsuppressed(conn, batch)}
    subscribers.suppress_all(conn, {id_: refusals.suppressed[id_] for id_ in sorted(known)}, at=at)
    version = tables.subscribers.c.links_version
    for id_, number in refusals.links_versions.items():
        is_older = (tables.subscribers.c.id == id_, version < number)
        conn.execute(update(tables.subscribers).where(*is_older).values(links_version=number))
    return TakenOver(unsubscribed=len(unsubscribed), suppressed=len(known), erased=erased)


def hold_waiting_mails(conn: Connection, *, at: datetime) -> int:
    """Hold the mails that waited when the backup was made; return how many. A person can have them sent."""
    for sender in deliveries.senders(conn):
        deliveries.release_sender(conn, sender, now=at, hold=True)
    ledger = tables.deliveries.c
    waiting = conn.execute(select(ledger.edition_id).where(deliveries.WAITING).distinct()).scalars().all()
    changes: delivery_counts.Changes = Counter()
    held = {"next_try": None, "changed": at, "reply": _HELD}
    for edition_id in waiting:
        # Unclear ones have their outcome already.
        is_unclear = (ledger.edition_id == edition_id, ledger.outcome == Outcome.UNKNOWN, deliveries.WAITING)
        conn.execute(update(tables.deliveries).where(*is_unclear).values(held))
        changes.update(delivery_counts.change_all(conn, edition_id, Outcome.UNKNOWN, deliveries.WAITING, **held))
    delivery_counts.add(conn, changes)
    return conn.execute(select(func.count()).where(ledger.outcome == Outcome.UNKNOWN)).scalar_one()


def forget_waiting_requests(conn: Connection) -> int:
    """Send no confirmation mails that were asked for before the backup; return how many."""
    requests = (tables.subscription_requests, tables.account_requests)
    return sum(
        conn.execute(update(table).where(table.c.waiting_since.is_not(None)).values(waiting_since=None)).rowcount
        for table in requests
    )


def forget_processes(conn: Connection) -> None:
    """Forget processes of the time of the backup, and what they had reserved; operators have to log in again."""
    for table in _PASSING:
        conn.execute(delete(table))


def skip_ids(conn: Connection, refusals: Refusals | None, *, at: datetime) -> None:
    """Let new rows get ids that no link in a mail since the backup has; ``refusals`` of this store know the last ones.

    Otherwise the ids are higher by a million.
    """
    table = tables.subscribers
    above = refusals.last_id if refusals else 0
    last = max(above, conn.execute(select(func.coalesce(func.max(table.c.id), 0))).scalar_one()) + _ID_GAP
    # An erased subscriber's row: SQLite gives the next row the id after the highest.
    conn.execute(insert(table).values(id=last, added=at, **erasure.values_of_erased(last)))
    set_last_id(conn, table, last)
    for requests in (tables.subscription_requests, tables.account_requests):
        last = conn.execute(select(func.coalesce(func.max(requests.c.id), 0))).scalar_one() + _ID_GAP
        set_last_id(conn, requests, last)
    for table in id_floors.TABLES:
        restored = last_id(conn, table)
        if last := max(refusals.last_ids[table.name], restored) if refusals else restored + _ID_GAP:
            id_floors.raise_floor(conn, table, last)
            set_last_id(conn, table, last)


def _unsubscribe(conn: Connection, row: Mapping[str, object]) -> bool:
    """Take an unsubscribe over; False if it is known."""
    newsletter_id, since, reason = str(row["newsletter_id"]), row["since"], str(row["reason"])
    assert isinstance(since, datetime)
    id_ = row["subscriber_id"]
    subscriber = subscribers.get(conn, id_) if isinstance(id_, int) else None
    is_same = subscriber is not None and row["address_hash"] == unsubscribes.hash_address(
        conn, subscribers.normalize_address(subscriber.address)
    )
    ended = (
        subscriber is not None
        and is_same
        and subscribers.unsubscribe(conn, subscriber.address, newsletter_id or None, at=since, reason=reason)
    )
    values = {**row, "subscriber_id": id_ if is_same else None}
    statement = insert_if_new(conn, tables.unsubscribes).values(values).on_conflict_do_nothing()
    is_new = conn.execute(statement.returning(tables.unsubscribes.c.since)).first() is not None
    return is_new or ended


def _addresses(conn: Connection, ids: tuple[int, ...]) -> list[str]:
    """The addresses of those of the subscribers that aren't erased."""
    person = tables.subscribers.c
    query = select(person.address).where(person.suppressed != erasure.ERASED)
    return [address for batch in batches(ids) for address in conn.execute(query.where(person.id.in_(batch))).scalars()]


def _unsuppressed(conn: Connection, ids: list[int]) -> list[int]:
    person = tables.subscribers.c
    return list(conn.execute(select(person.id).where(person.id.in_(ids), person.suppressed == "")).scalars())
