"""Plugins that failed for the latest edition of a newsletter, so that a built-in part did their work."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, select, tuple_

from digest.model.failures import PluginFailure
from digest.store.mapping import columns, from_rows, insert
from digest.store.tables import plugin_failures as table


@dataclass(frozen=True, slots=True, kw_only=True)
class FailingPlugin:
    """A plugin that fails, edition after edition."""

    #: ``ranker`` or ``summarizer``.
    point: str
    name: str
    #: The latest failure in one line, and what did the plugin's work.
    error: str
    instead: str
    #: When the first edition in a row without its work was published.
    since: datetime


def record(conn: Connection, newsletter_id: str, slot: str, failures: Iterable[PluginFailure], *, at: datetime) -> None:
    """Record the failures for a slot; plugins that failed for an earlier slot, and not for this one, work again.

    A slot may have several editions: that a plugin worked for one of them forgets no failure for another.
    """
    latest = {(failure.point, failure.name): failure for failure in failures}
    works_again = (table.c.newsletter_id == newsletter_id, table.c.slot != slot)
    failing = tuple_(table.c.point, table.c.name).in_(list(latest))
    conn.execute(delete(table).where(*works_again, ~failing) if latest else delete(table).where(*works_again))
    for failure in latest.values():
        values = {"error": failure.error, "instead": failure.instead, "slot": slot}
        key = {"newsletter_id": newsletter_id, "point": failure.point, "name": failure.name}
        statement = insert(conn, table).values(key | values | {"since": at})
        conn.execute(statement.on_conflict_do_update(index_elements=list(key), set_=values))


def of_newsletter(conn: Connection, newsletter_id: str) -> tuple[FailingPlugin, ...]:
    """The newsletter's plugins that fail, also those that its settings don't name any more."""
    query = select(*columns(table, FailingPlugin)).where(table.c.newsletter_id == newsletter_id)
    return tuple(from_rows(FailingPlugin, conn.execute(query.order_by(table.c.point, table.c.name))))
