"""Slots of a schedule in any time zone. Pure.

A slot belongs to a local date, so a clock change neither skips nor doubles an edition. It is due at the first instant
at which the zone's clock reads its local time or later: a time that the clock skips is due right after the change, and
a time that occurs twice is due the first time. Every date has its slots, even one that a zone skipped as a whole
(Samoa's 30 December 2011): a weekly edition is then late by a day, not lost.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from digest.model.schedule import Schedule
from digest.model.slots import Slot, Window

__all__ = ["MAX_OVERLAP", "DueSlots", "due_slots", "latest", "slots", "slots_on", "today", "upcoming", "window"]

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class DueSlots:
    """Slots that were due since the last one with a status: at most one to publish, and those that are too late."""

    slot: Slot | None = None
    #: In order; their articles go into the next edition.
    missed: tuple[Slot, ...] = ()


def slots(schedule: Schedule, zone: tzinfo, start: datetime, end: datetime) -> Iterator[Slot]:
    """The slots with ``start <= due < end``, in order."""
    # A time that the clock skipped yesterday can be due today; no slot is due before its own date.
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
    """The slots of a local date: none, or one for each time of the schedule."""
    if day not in schedule:
        return ()
    has_several = len(schedule.times) > 1
    return tuple(
        Slot(
            due=_first_instant(datetime.combine(day, at), zone),
            key=f"{day}T{at:%H:%M}" if has_several else f"{day}",
        )
        for at in schedule.times
    )


def latest(schedule: Schedule, zone: tzinfo, now: datetime) -> Slot:
    """The latest slot with ``due <= now``."""
    # A clock set back over midnight reads yesterday's date after today's first slots were due.
    day = now.astimezone(zone).date() + _DAY
    while True:
        for slot in reversed(slots_on(schedule, zone, day)):
            if slot.due <= now:
                return slot
        day -= _DAY


def upcoming(schedule: Schedule, zone: tzinfo, now: datetime) -> Slot:
    """The first slot with ``due > now``."""
    day = now.astimezone(zone).date() - _DAY
    while True:
        for slot in slots_on(schedule, zone, day):
            if slot.due > now:
                return slot
        day += _DAY


def today(schedule: Schedule, zone: tzinfo, now: datetime) -> Slot:
    """A slot of the local date of ``now``: its latest due one, else its first; without any, one that is due now."""
    day = now.astimezone(zone).date()
    todays_slots = slots_on(schedule, zone, day)
    due = [slot for slot in todays_slots if slot.due <= now]
    return next(iter([*due[-1:], *todays_slots]), Slot(due=now.astimezone(UTC), key=f"{day}"))


def due_slots(schedule: Schedule, zone: tzinfo, *, since: datetime, now: datetime, catch_up: timedelta) -> DueSlots:
    """The slots due after ``since``, when the last slot with a status was due. The newest is published if it was due
    at most ``catch_up`` ago."""
    due = tuple(slots(schedule, zone, since + timedelta.resolution, now + timedelta.resolution))
    if due and now - due[-1].due <= catch_up:
        return DueSlots(slot=due[-1], missed=due[:-1])
    return DueSlots(missed=due)


#: How far a window reaches back beyond the last edition, for articles that came in late.
_MIN_OVERLAP, MAX_OVERLAP = timedelta(hours=24), timedelta(days=7)
_MINUTE = timedelta(minutes=1)


def window(
    schedule: Schedule,
    zone: tzinfo,
    slot: Slot,
    *,
    now: datetime,
    since: datetime | None = None,
) -> Window:
    """The window of the edition of ``slot``, composed ``now``.

    It starts at the slot before (or at ``since``, the slot of the last edition, if that is earlier), less an overlap of
    the same length, a day at least and a week at most: articles that came in late are still new, since only an earlier
    edition makes an article old. A late edition's window ends ``now``, at the next full minute.
    """
    previous = latest(schedule, zone, slot.due - timedelta.resolution).due
    last = min(previous, since) if since else previous
    overlap = min(max(slot.due - last, _MIN_OVERLAP), MAX_OVERLAP)
    # The end is outside the window; articles seen at this very moment must be inside.
    next_minute = now.astimezone(UTC).replace(second=0, microsecond=0) + _MINUTE
    end = slot.due if slot.due > now else next_minute
    return Window(start=last - overlap, end=end, new_since=last, last_edition=since)


def _midnight(day: date, zone: tzinfo) -> datetime:
    return _first_instant(datetime.combine(day, time()), zone)


def _first_instant(local: datetime, zone: tzinfo) -> datetime:
    """The first instant, in UTC, at which the zone's clock reads ``local`` or later."""
    instant = local.replace(tzinfo=zone).astimezone(UTC)
    if instant.astimezone(zone).replace(tzinfo=None) == local:
        return instant
    # In a gap, fold=0 uses the offset before it and lands after it; fold=1 the other way round (PEP 495).
    before = local.replace(tzinfo=zone, fold=1).astimezone(UTC)
    seconds = range(int((instant - before).total_seconds()))
    jump = bisect_left(
        seconds,
        True,
        key=lambda second: (before + timedelta(seconds=second)).astimezone(zone).replace(tzinfo=None) >= local,
    )
    return before + timedelta(seconds=jump)
