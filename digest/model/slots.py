"""Slots and the time windows of their editions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from typing import Self

_DATE_LENGTH = len("2026-03-29")
#: Between date and number in the key of an alert's slot.
_ALERT = "-alert-"


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Slot:
    """Local date of an edition, with the time if the newsletter has several a day."""

    #: When the edition is due, in UTC.
    due: datetime
    #: ``2026-03-29``, ``2026-03-29T18:30`` or, of an alert, ``2026-03-29-alert-1``; identifies the edition together
    #: with the newsletter's id.
    key: str

    @classmethod
    def of_alert(cls, due: datetime, day: date, number: int) -> Self:
        """The slot of the newsletter's alert with this number, from 1, on this local date."""
        return cls(due=due, key=f"{day}{_ALERT}{number}")

    @property
    def day(self) -> date:
        """The local date."""
        return date.fromisoformat(self.key[:_DATE_LENGTH])

    def time(self, zone: tzinfo) -> str:
        """``18:30``: of an alert, and of a digest if the newsletter has several a day; else empty."""
        if _ALERT in self.key:
            return f"{self.due.astimezone(zone):%H:%M}"
        return self.key[_DATE_LENGTH + 1 :]


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """Time range of the articles in an edition: ``start <= published < end``."""

    start: datetime
    end: datetime
    #: When the slot before was due: articles since then are equally new. None means that all of the window is.
    new_since: datetime | None = None
    #: When the last edition was due; None if there was none.
    last_edition: datetime | None = None

    def __contains__(self, instant: datetime) -> bool:
        return self.start <= instant < self.end
