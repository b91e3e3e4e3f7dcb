"""When editions are due: the slots of a schedule on the calendar of any zone. Pure.

A slot belongs to a local date, so a clock change neither skips nor doubles an edition. It falls due at the first
instant at which the zone's clock reads its local time or later: a time that the clock jumps over is due when the jump
is done, and a time that comes twice is due the first time. Every date has its slots, even one that a zone left out
whole (Samoa's 30 December 2011): a weekly edition is late by a day then, not lost.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from digest.model import Slot, Window
from digest.model.schedule import Schedule

__all__ = ["DueSlot", "due_slot", "latest", "slots", "slots_on", "today", "upcoming", "window"]

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class DueSlot:
    """What fell due since the last look: at most one slot to publish, and those that it is too late for."""

    slot: Slot | None = None
    #: In order; their articles are news still, for the next edition.
    missed: tuple[Slot, ...] = ()


def slots(schedule: Schedule, zone: tzinfo, start: datetime, end: datetime) -> Iterator[Slot]:
    """The slots with ``start <= due < end``, in order."""
    # A time that the clock jumped over yesterday can be due today; none is due earlier than its own date.
    day = start.astimezone(zone).date() - _DAY
    while True:
        for slot in slots_on(schedule, zone, day):
            if slot.due >= end:
                return
            if slot.due >= start:
                yield slot
        if _midnight(day, zone) >= end:
            return
        day += _DAY


def slots_on(schedule: Schedule, zone: tzinfo, day: date) -> tuple[Slot, ...]:
    """The slots of a local date: none, one, or one for each time of the schedule."""
    if day not in schedule:
        return ()
    several = len(schedule.times) > 1
    return tuple(
        Slot(
            due=_first_instant(datetime.combine(day, at), zone),
            key=f"{day}T{at:%H:%M}" if several else f"{day}",
        )
        for at in schedule.times
    )


def latest(schedule: Schedule, zone: tzinfo, now: datetime) -> Slot:
    """The newest slot that is due: ``due <= now``."""
    # A clock set back over midnight reads yesterday's date after today's first slots were due.
    day = now.astimezone(zone).date() + _DAY
    while True:
        for slot in reversed(slots_on(schedule, zone, day)):
            if slot.due <= now:
                return slot
        day -= _DAY


def upcoming(schedule: Schedule, zone: tzinfo, now: datetime) -> Slot:
    """The first slot still to come: ``due > now``."""
    day = now.astimezone(zone).date() - _DAY
    while True:
        for slot in slots_on(schedule, zone, day):
            if slot.due > now:
                return slot
        day += _DAY


def today(schedule: Schedule, zone: tzinfo, now: datetime) -> Slot:
    """The slot of now's local date: its latest due, else its first; on a date without one, the bare date, due now."""
    day = now.astimezone(zone).date()
    of_today = slots_on(schedule, zone, day)
    due = [slot for slot in of_today if slot.due <= now]
    return next(iter([*due[-1:], *of_today]), Slot(due=now.astimezone(UTC), key=f"{day}"))


def due_slot(schedule: Schedule, zone: tzinfo, *, since: datetime, now: datetime, catch_up: timedelta) -> DueSlot:
    """What is due now, ``since`` being when the last slot dealt with was due: the newest, if fresh enough."""
    due = tuple(slots(schedule, zone, since + timedelta.resolution, now + timedelta.resolution))
    if due and now - due[-1].due <= catch_up:
        return DueSlot(slot=due[-1], missed=due[:-1])
    return DueSlot(missed=due)


_LEAST_GRACE, _MOST_GRACE = timedelta(hours=24), timedelta(days=7)
_MINUTE = timedelta(minutes=1)


def window(
    schedule: Schedule,
    zone: tzinfo,
    slot: Slot,
    *,
    now: datetime,
    since: datetime | None = None,
) -> Window:
    """How far back the edition of ``slot``, composed ``now``, looks.

    It reaches back to the slot before it (or to ``since``, when the last edition went out, if that is longer ago) and
    as far again, a day at least and a week at most: what came in late is kept, since only an earlier edition makes an
    article old. An edition that is late itself takes in what came meanwhile.
    """
    before = latest(schedule, zone, slot.due - timedelta.resolution).due
    last = min(before, since) if since else before
    grace = min(max(slot.due - last, _LEAST_GRACE), _MOST_GRACE)
    # The end is outside the window, and what was seen at this very moment is inside.
    next_minute = now.astimezone(UTC).replace(second=0, microsecond=0) + _MINUTE
    return Window(start=last - grace, end=slot.due if slot.due > now else next_minute)


def _midnight(day: date, zone: tzinfo) -> datetime:
    return _first_instant(datetime.combine(day, time()), zone)


def _first_instant(local: datetime, zone: tzinfo) -> datetime:
    """The first instant at which the zone's clock reads ``local`` or later."""
    instant = local.replace(tzinfo=zone).astimezone(UTC)
    if instant.astimezone(zone).replace(tzinfo=None) == local:
        return instant
    # In a gap, fold=0 counts with the offset before it and lands after it; fold=1 the other way round (PEP 495).
    before = local.replace(tzinfo=zone, fold=1).astimezone(UTC)
    seconds = range(int((instant - before).total_seconds()))
    jump = bisect_left(
        seconds,
        True,
        key=lambda second: (before + timedelta(seconds=second)).astimezone(zone).replace(tzinfo=None) >= local,
    )
    return before + timedelta(seconds=jump)
