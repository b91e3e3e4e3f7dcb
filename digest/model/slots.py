"""Slots and the time windows of their editions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Slot:
    """Local date of an edition, with the time if the newsletter has several a day."""

    #: When the edition is due, in UTC.
    due: datetime
    #: ``2026-03-29`` or ``2026-03-29T18:30``; identifies the edition together with the newsletter's id.
    key: str


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
