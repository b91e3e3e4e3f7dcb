"""Schedule of a newsletter: local dates and times. ``digest.settings.schedule`` parses it from text."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time, timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """Local dates and times at which editions are due; the time zone is the caller's."""

    #: As written by the user, in lower case and with single spaces.
    text: str
    #: Ascending, to the minute.
    times: tuple[time, ...]
    #: 0 is Monday, as in ``date.weekday``.
    weekdays: frozenset[int] = frozenset(range(7))
    #: Days of the month, 1 to 31.
    days: frozenset[int] = frozenset(range(1, 32))
    months: frozenset[int] = frozenset(range(1, 13))
    #: A day that the month lacks falls on its last day.
    clamped: bool = False

    @property
    def is_daily(self) -> bool:
        """Due on five days a week or more."""
        return len(self.weekdays) >= 5 and len(self.days) == 31 and len(self.months) == 12

    @property
    def shortest_gap(self) -> timedelta:
        """The least time between two of its slots by the clock; a day if there is one time."""
        minutes = [60 * time.hour + time.minute for time in self.times]
        following = [*minutes[1:], minutes[0] + 24 * 60]
        return timedelta(minutes=min(later - earlier for earlier, later in zip(minutes, following, strict=True)))

    def __contains__(self, day: date) -> bool:
        return day.month in self.months and day.weekday() in self.weekdays and self._has_day(day)

    def __str__(self) -> str:
        return self.text

    def _has_day(self, day: date) -> bool:
        if day.day in self.days:
            return True
        is_last = (day + timedelta(days=1)).day == 1
        return self.clamped and is_last and max(self.days) > day.day


DAILY_AT_7 = Schedule(text="daily 07:00", times=(time(7),))
