"""What rates do to mails: servers that get fewer at present, and rates too low for a newsletter's schedule."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise

from sqlalchemy import Connection

from digest.model.newsletters import Newsletter
from digest.model.slowdown import Slowdown
from digest.pipeline.send_rates import configured_rates
from digest.pipeline.slots import upcoming
from digest.settings import Settings
from digest.store import rate_limits, subscriber_counts

#: Slots from now on whose distances are looked at.
_SLOTS = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class SlowedRate:
    """A server that asked for fewer mails, and gets fewer at present."""

    #: A provider's domain, or the mail server's name and port.
    name: str
    per_minute: float
    #: When it gets as many as before, unless it asks again.
    until: datetime
    reply: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LateRate:
    """A rate at which an edition isn't finished when the next one is due."""

    newsletter_id: str
    #: A provider's domain; empty for the mail server.
    provider: str
    recipients: int
    rate_per_minute: int
    interval: timedelta

    @property
    def duration(self) -> timedelta:
        return timedelta(minutes=self.recipients / self.rate_per_minute)

    @property
    def is_late(self) -> bool:
        """Whether the mails take longer than until the next edition; zero is no rate."""
        return self.rate_per_minute > 0 and self.duration > self.interval


def slowed_rates(conn: Connection, settings: Settings, *, now: datetime) -> tuple[SlowedRate, ...]:
    """Servers that get fewer mails than the settings allow."""
    _, intervals = configured_rates(settings.smtp, settings.recipient_domains)
    slowed = (_slowed(name, slowdown, intervals, now) for name, slowdown in rate_limits.slowdowns(conn).items())
    return tuple(rate for rate in slowed if rate.until > now)


def _slowed(name: str, slowdown: Slowdown, intervals: Mapping[str, float], now: datetime) -> SlowedRate:
    configured_s = intervals.get(name, 0.0)
    interval_s = max(slowdown.interval_at(now), configured_s)
    return SlowedRate(
        name=name.partition(" ")[2],
        per_minute=round(60 / max(interval_s, 0.001), 1),
        until=slowdown.ends(configured_s),
        reply=slowdown.reply,
    )


def late_rates(conn: Connection, settings: Settings, *, now: datetime) -> Iterator[LateRate]:
    """Rates of the settings that are too low for a newsletter's subscribers and schedule."""
    counts = subscriber_counts.by_newsletter(conn, [newsletter.id for newsletter in settings.newsletters])
    for newsletter in settings.newsletters:
        relay = LateRate(
            newsletter_id=newsletter.id,
            provider="",
            recipients=counts[newsletter.id].active,
            rate_per_minute=settings.smtp.rate_per_minute or 0,
            interval=shortest_interval(newsletter, now=now),
        )
        if relay.is_late:
            yield relay
        for limit in settings.recipient_domains:
            rate = replace(relay, provider=limit.domains[0], rate_per_minute=limit.rate_per_minute)
            if rate.is_late:  # their subscribers are counted, in the whole list, only where they could be too many
                rate = replace(rate, recipients=subscriber_counts.at_domains(conn, newsletter.id, limit.domains))
            if rate.is_late:
                yield rate


def shortest_interval(newsletter: Newsletter, *, now: datetime) -> timedelta:
    """The shortest time between two of the newsletter's next slots."""
    due = [now]
    for _ in range(_SLOTS):
        due.append(upcoming(newsletter.schedule, newsletter.timezone, due[-1]).due)
    return min(later - earlier for earlier, later in pairwise(due[1:]))
