"""Sends mails of an edition again: what failed or may have arrived, what waits, or what some subscribers want again.

The mails are put back into the ledger's queue; whoever delivers sends the same bytes under the same Message-IDs.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Connection

from digest.model.errors import DigestError, UsageError
from digest.pipeline.app import App
from digest.pipeline.deliver import edition_message_builder
from digest.pipeline.delivery_problem import delivery_problem
from digest.store import deliveries, editions, queue, suppressions


def check_resendable(edition_id: int, app: App) -> None:
    """Raise ``DigestError`` if nothing of this edition can be sent now: no such edition, an open review, no text."""
    with app.store.read() as conn:
        newsletter_id = editions.newsletter_id(conn, edition_id)
        if newsletter_id is None:
            raise UsageError(f"there is no edition {edition_id}", hint="'digest editions list' lists them")
        problem = delivery_problem(conn, edition_id) if suppressions.is_suspected(conn, edition_id) else None
    if problem:
        raise DigestError(problem.message, hint=problem.hint)
    app.mailer_for(app.settings.newsletter(newsletter_id))
    edition_message_builder(edition_id, app)


def requeue_mails(
    conn: Connection, edition_id: int, addresses: Collection[str] = (), *, now: datetime, include_sent: bool = False
) -> int:
    """Put mails back into the queue, as ``queue.requeue`` chooses them; return how many.

    Without addresses, all mails that wait for another try are tried now, too.
    """
    count = queue.requeue(conn, edition_id, addresses, at=now, include_sent=include_sent)
    if not addresses:
        deliveries.make_due_now(conn, edition_id, now=now)
    return count
