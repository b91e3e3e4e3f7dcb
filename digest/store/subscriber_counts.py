"""Counts of subscribers by state, and what suppressing some of them counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, func, or_, select

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
    """The counts of these newsletters, from totals: of the subscriptions only those that are suppressed are read."""
    ids = list(newsletter_ids)
    totals = daily_counts.totals(conn, ids)
    # ``trim``: grouped by the column itself, SQLite would read all subscriptions, in its order.
    newsletter_id = func.trim(subscriptions.c.newsletter_id)
    is_suppressed = subscriptions.c.subscriber_id.in_(select(subscribers.c.id).where(IS_SUPPRESSED))
    query = select(newsletter_id, func.count()).where(is_suppressed)
    suppressed: dict[str, int] = dict(conn.execute(query.group_by(newsletter_id)).all())
    numbers = {id_: totals.get((id_, daily_counts.JOINED), 0) - totals.get((id_, daily_counts.LEFT), 0) for id_ in ids}
    return {
        id_: SubscriberCounts(active=number - suppressed.get(id_, 0), suppressed=suppressed.get(id_, 0))
        for id_, number in numbers.items()
    }


def at_domains(conn: Connection, newsletter_id: str, domains: Collection[str]) -> int:
    """How many of the newsletter's subscribers that get mail have addresses at these domains; reads all of them."""
    is_there = or_(*(subscribers.c.address_key.endswith(f"@{domain}", autoescape=True) for domain in domains))
    query = select(func.count()).select_from(subscriptions.join(subscribers))
    conditions = (subscriptions.c.newsletter_id == newsletter_id, subscribers.c.suppressed == "", is_there)
    return int(conn.execute(query.where(*conditions)).scalar_one())


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
