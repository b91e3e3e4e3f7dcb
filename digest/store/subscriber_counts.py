"""Counts of subscribers by state, and what suppressing some of them counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from digest.model.editions import Outcome
from digest.store import daily_counts
from digest.store.mapping import batches
from digest.store.tables import deliveries, subscribers, subscriptions
from digest.store.tables.subscribers import IS_SUPPRESSED

#: Outcomes of mails that are still to be sent.
WAITING = (Outcome.PENDING, Outcome.RETRY, Outcome.UNKNOWN)


@dataclass(frozen=True, slots=True, kw_only=True)
class SubscriberCounts:
    """A newsletter's subscribers by state."""

    #: Those who get mail.
    active: int = 0
    suppressed: int = 0


def by_newsletter(conn: Connection, newsletter_ids: Iterable[str]) -> Mapping[str, SubscriberCounts]:
    """The counts of these newsletters."""
    query = select(subscriptions.c.newsletter_id, func.count()).group_by(subscriptions.c.newsletter_id)
    totals: dict[str, int] = dict(conn.execute(query).all())
    suppressed_query = query.join(subscribers).where(IS_SUPPRESSED)
    suppressed: dict[str, int] = dict(conn.execute(suppressed_query).all())
    return {
        id_: SubscriberCounts(active=totals.get(id_, 0) - suppressed.get(id_, 0), suppressed=suppressed.get(id_, 0))
        for id_ in newsletter_ids
    }


def suppression_counts(conn: Connection, ids: Iterable[int]) -> Mapping[tuple[str, str], int]:
    """Counts to add when these subscribers are suppressed: those who got mail so far, and their mails that wait."""
    counts: Counter[tuple[str, str]] = Counter()
    for batch in batches(ids):
        is_mailed = (subscriptions.c.subscriber_id.in_(batch), subscribers.c.suppressed == "")
        mailed = select(subscriptions.c.newsletter_id).join(subscribers).where(*is_mailed)
        counts.update((id_, daily_counts.SUPPRESSED) for id_ in conn.execute(mailed).scalars())
        is_waiting = (deliveries.c.subscriber_id.in_(batch), deliveries.c.outcome.in_(WAITING))
        counts += stopped_mail_counts(conn.execute(select(deliveries.c.newsletter_id).where(*is_waiting)).scalars())
    return counts


def stopped_mail_counts(newsletter_ids: Iterable[str]) -> Counter[tuple[str, str]]:
    """Counts to add for mails that are suppressed, given by the newsletter of each."""
    return Counter((newsletter_id, daily_counts.delivery(Outcome.SUPPRESSED)) for newsletter_id in newsletter_ids)
