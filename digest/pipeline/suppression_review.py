"""Review of suppressions by an operator: what is to be reviewed, and the two possible decisions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator
from datetime import datetime

from sqlalchemy import Connection

from digest.deliver.bounces.brake import RecentSuppressions
from digest.pipeline.suppression import lock
from digest.store import editions, suppression_review, suppressions
from digest.store.suppressions import Suppression


def find_suppressions_to_review(conn: Connection, newsletter_ids: Collection[str]) -> tuple[Suppression, ...]:
    """The suppressions that are held back, failures of newest editions that reached nobody, and mass suppressions.

    Those are by editions that suppressed too many addresses at once before such suppressions were held back.
    """
    entries = [entry for entry in suppression_review.waiting(conn) if entry.newsletter_id in newsletter_ids]
    entries += mass_suppressions(conn, newsletter_ids)
    keys = {(entry.edition_id, entry.subscriber_id) for entry in entries}
    for newsletter_id in newsletter_ids:
        for entry in _failed_of_newest(conn, newsletter_id):
            if (entry.edition_id, entry.subscriber_id) not in keys:
                entries.append(entry)
    return tuple(sorted(entries, key=lambda entry: entry.edition_id))


def mass_suppressions(conn: Connection, newsletter_ids: Collection[str]) -> list[Suppression]:
    """Suppressions written before they were recorded, by editions that suppressed more than may be at once."""
    written = [entry for entry in suppression_review.written_before(conn) if entry.newsletter_id in newsletter_ids]
    counts = Counter(entry.edition_id for entry in written)
    excessive = {
        edition_id
        for edition_id, count in counts.items()
        if count > RecentSuppressions(subscribers=suppression_review.recipients(conn, edition_id)).limit
    }
    return [entry for entry in written if entry.edition_id in excessive]


def readmit(conn: Connection, entries: Collection[Suppression], *, now: datetime) -> int:
    """Send to these subscribers again; return how many failed mails wait again."""
    _lock_all(conn, entries)
    return suppression_review.readmit(conn, entries, at=now)


def confirm(conn: Connection, entries: Collection[Suppression], *, now: datetime) -> int:
    """Settle these refusals: suppress the addresses that don't exist any more; return how many those are."""
    _lock_all(conn, entries)
    return suppression_review.confirm(conn, entries, at=now)


def _failed_of_newest(conn: Connection, newsletter_id: str) -> Iterator[Suppression]:
    for edition in editions.summaries(conn, newsletter_id, limit=1):
        if suppressions.has_reached_nobody(conn, edition.id):
            yield from suppression_review.failed(conn, edition.id)


def _lock_all(conn: Connection, entries: Collection[Suppression]) -> None:
    for newsletter_id in sorted({entry.newsletter_id for entry in entries}):
        lock(conn, newsletter_id)
