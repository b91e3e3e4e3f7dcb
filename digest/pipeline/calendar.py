"""What is due, and what is current: by a newsletter's own calendar, out of what became of its earlier slots.

Everything here is read from the store, so that a restart, a second process or a clock that was wrong for a while
changes nothing: no scheduler's memory is asked.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from digest.model import Newsletter, Slot, Window
from digest.model.schedule import Schedule
from digest.pipeline import slots as schedule
from digest.pipeline.slots import DueSlot
from digest.store import slots
from digest.store.slots import SlotStatus

#: What is owed follows from the last slots; it is asked every second, over years of them.
_ENOUGH = 100


def due_slot(conn: Connection, newsletter: Newsletter, *, now: datetime, audience: str = "") -> DueSlot | None:
    """What fell due since the newest slot that was dealt with; None for a newsletter that none was ever due of."""
    decided = slots.statuses(conn, newsletter.id, audience=audience, as_of=now, newest=_ENOUGH)
    past = [slot.due for slot in decided if slot.due <= now]
    if not past:
        return None
    found = schedule.due_slot(*calendar(newsletter), since=max(past), now=now, catch_up=newsletter.catch_up)
    # By their keys: a date whose edition is out gets no second one when the schedule's time is moved.
    known = {slot.key for slot in decided}
    late = found.slot if found.slot and found.slot.key not in known else None
    return replace(found, slot=late, missed=tuple(slot for slot in found.missed if slot.key not in known))


def register(conn: Connection, newsletter: Newsletter, *, now: datetime, audience: str = "") -> None:
    """A newsletter is there from now on: what was due before is not owed."""
    last = schedule.latest(*calendar(newsletter), now)
    slots.record_status(conn, newsletter.id, last, SlotStatus.BEFORE, at=now, audience=audience)


def current(conn: Connection, newsletter: Newsletter, *, now: datetime, audience: str = "") -> Slot:
    """The slot that a person means by now: the latest that is due or out; of a newsletter that is new, today's."""
    decided = _decided(conn, newsletter, now=now, audience=audience)
    if not decided:
        return schedule.today(*calendar(newsletter), now)
    out = [slot for slot, fate in decided.items() if fate is SlotStatus.PUBLISHED]
    return max([schedule.latest(*calendar(newsletter), now), *out], key=lambda slot: slot.due)


def upcoming(conn: Connection, newsletter: Newsletter, *, now: datetime, audience: str = "") -> Slot:
    """The next slot whose edition isn't out yet."""
    decided = _decided(conn, newsletter, now=now, audience=audience)
    out = {slot.key for slot, fate in decided.items() if fate is SlotStatus.PUBLISHED}
    slot = schedule.upcoming(*calendar(newsletter), now)
    while slot.key in out:
        slot = schedule.upcoming(*calendar(newsletter), slot.due)
    return slot


def window(conn: Connection, newsletter: Newsletter, slot: Slot, *, now: datetime, audience: str = "") -> Window:
    """How far back the slot's edition looks: past the slots that were missed, to the last that told what there was."""
    told = {SlotStatus.PUBLISHED, SlotStatus.EMPTY}
    decided = _decided(conn, newsletter, now=now, audience=audience)
    earlier = [other.due for other, fate in decided.items() if fate in told and other.due < slot.due]
    return schedule.window(*calendar(newsletter), slot, now=now, since=max(earlier, default=None))


def calendar(newsletter: Newsletter) -> tuple[Schedule, ZoneInfo]:
    """The newsletter's schedule, and the zone that it is in."""
    return newsletter.schedule, newsletter.timezone


def _decided(conn: Connection, newsletter: Newsletter, *, now: datetime, audience: str) -> Mapping[Slot, SlotStatus]:
    """What became of the slots since the newsletter is there."""
    decided = slots.statuses(conn, newsletter.id, audience=audience, as_of=now)
    return {slot: fate for slot, fate in decided.items() if fate is not SlotStatus.BEFORE}
