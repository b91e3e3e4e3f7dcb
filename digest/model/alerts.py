"""Values of alerts: mails of one story that many outlets report at once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from digest.text.urls import outlet_domain

#: In place of a topic: alerts about any.
ANY_TOPIC = "*"


@dataclass(frozen=True, slots=True, kw_only=True)
class QuietHours:
    """Hours of each day without alerts, by the newsletter's clock: ``start <= time < end``, over midnight too."""

    start: time
    end: time

    def contains(self, moment: datetime, zone: ZoneInfo) -> bool:
        """Whether the zone's clock reads a quiet time at that moment."""
        local = moment.astimezone(zone).time()
        if self.start <= self.end:
            return self.start <= local < self.end
        return local >= self.start or local < self.end

    def __str__(self) -> str:
        return f"{self.start:%H:%M}-{self.end:%H:%M}"

    def start_before(self, moment: datetime, zone: ZoneInfo) -> datetime:
        """When the quiet hours that contain the moment began."""
        local = moment.astimezone(zone)
        day = local.date() if local.time() >= self.start else local.date() - timedelta(days=1)
        return datetime.combine(day, self.start, zone).astimezone(UTC)


NIGHT = QuietHours(start=time(22), end=time(7))


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleHead:
    """A stored article without its text."""

    id: str
    source_id: str
    source: str
    title: str
    url: str
    language: str
    published: datetime
    #: When it was first collected.
    seen: datetime
    #: Its source gives a date that can be true.
    has_date: bool

    @property
    def outlet(self) -> str:
        """The publisher, as of an article."""
        return outlet_domain(self.url) or self.source
