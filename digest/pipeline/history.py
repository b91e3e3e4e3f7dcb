"""History by day, as commands and pages show it: sources, deliveries, subscribers."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import Connection

from digest.model.editions import Outcome
from digest.settings import Settings
from digest.store import daily_counts, source_history, subscriber_counts
from digest.store import stories as published_stories
from digest.store.daily_counts import JOINED, LEFT, SUPPRESSED
from digest.store.source_history import SourceDay

_OUTCOMES = (Outcome.SENT, Outcome.RETRY, Outcome.FAILED, Outcome.UNKNOWN, Outcome.BOUNCED, Outcome.SUPPRESSED)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewsletterDay:
    """One day of a newsletter, in UTC."""

    day: date
    #: Outcomes of tries to deliver a mail; those without any are left out.
    deliveries: Mapping[Outcome, int]
    #: Stories published; of several editions for one slot those of the longest count.
    stories: int = 0
    joined: int = 0
    left: int = 0
    #: Subscribers whose address was suppressed.
    suppressed: int = 0
    #: Subscribers at its end, suppressed ones included.
    subscribers: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """The last days of everything in the settings, by id."""

    sources: Mapping[str, tuple[SourceDay, ...]] = field(default_factory=dict)
    newsletters: Mapping[str, tuple[NewsletterDay, ...]] = field(default_factory=dict)


def read_history(conn: Connection, settings: Settings, *, now: datetime, days: int) -> History:
    """The last days of all sources and newsletters, today included."""
    ids = [newsletter.id for newsletter in settings.newsletters]
    return History(
        sources=read_source_days(conn, [source.id for source in settings.sources], now=now, days=days),
        newsletters={id_: read_newsletter_days(conn, id_, now=now, days=days) for id_ in ids},
    )


def days_until(now: datetime, count: int) -> tuple[date, ...]:
    """The last days in UTC, today included, earliest first."""
    today = now.astimezone(UTC).date()
    return tuple(today - timedelta(days=age) for age in reversed(range(count)))


def read_source_days(
    conn: Connection, ids: Collection[str], *, now: datetime, days: int
) -> Mapping[str, tuple[SourceDay, ...]]:
    """The last days of each source, earliest first; days without a fetch are among them."""
    span = days_until(now, days)
    stored = source_history.histories(conn, ids, since=span[0])
    by_day = {id_: {day.day: day for day in stored.get(id_, ())} for id_ in ids}
    return {id_: tuple(known.get(day) or SourceDay(day=day) for day in span) for id_, known in by_day.items()}


def read_newsletter_days(
    conn: Connection, newsletter_id: str, *, now: datetime, days: int
) -> tuple[NewsletterDay, ...]:
    """The last days of a newsletter, earliest first."""
    span = days_until(now, days)
    outcomes = {outcome: daily_counts.delivery(outcome) for outcome in _OUTCOMES}
    names = [JOINED, LEFT, SUPPRESSED, *outcomes.values()]
    counts = daily_counts.by_day(conn, newsletter_id, names, since=span[0])
    stories = published_stories.counts_by_day(conn, newsletter_id, since=span[0])
    states = subscriber_counts.by_newsletter(conn, [newsletter_id])[newsletter_id]
    subscribers = states.active + states.suppressed
    newest_first: list[NewsletterDay] = []
    for day in reversed(span):
        joined, left = counts[JOINED].get(day, 0), counts[LEFT].get(day, 0)
        deliveries = {outcome: counts[name][day] for outcome, name in outcomes.items() if day in counts[name]}
        newest_first.append(
            NewsletterDay(
                day=day,
                deliveries=deliveries,
                stories=stories.get(day, 0),
                joined=joined,
                left=left,
                suppressed=counts[SUPPRESSED].get(day, 0),
                subscribers=subscribers,
            )
        )
        subscribers = max(subscribers - joined + left, 0)
    return tuple(reversed(newest_first))
