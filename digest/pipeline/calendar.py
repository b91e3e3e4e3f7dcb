"""Calendar of a newsletter: due, current and next slots, from its schedule and the stored statuses of its slots.

Everything is read from the store. A restart, a second process or a clock that was wrong for a while changes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from digest.model.newsletters import Newsletter
from digest.model.schedule import Schedule
from digest.model.slots import Slot, Window
from digest.pipeline import slots as schedule
from digest.pipeline.slots import DueSlots
from digest.store import drafts, slots
from digest.store.slots import SlotStatus

#: Newest statuses to read: the query runs every second, and a store may hold years of them.
_NEWEST = 100


def due_slots(conn: Connection, newsletter: Newsletter, *, now: datetime, audience: str = "") -> DueSlots | None:
    """The slots that were due since the newest one with a status; None if the newsletter isn't registered."""
    statuses = slots.statuses(conn, newsletter.id, audience=audience, as_of=now, newest=_NEWEST)
    past = [slot.due for slot in statuses if slot.due <= now]
    if not past:
        return None
    due = schedule.due_slots(*_schedule(newsletter), since=max(past), now=now, catch_up=newsletter.catch_up)
    # Compared by key: a date with an edition gets no second one when the schedule's time is changed.
    keys = {slot.key for slot in statuses}
    return replace(
        due,
        slot=due.slot if due.slot and due.slot.key not in keys else None,
        missed=tuple(slot for slot in due.missed if slot.key not in keys),
    )


def register(conn: Connection, newsletter: Newsletter, *, now: datetime, audience: str = "") -> None:
    """Register a new newsletter: slots that were due before now are never published."""
    latest = schedule.latest(*_schedule(newsletter), now)
    slots.record_status(conn, newsletter.id, latest, SlotStatus.BEFORE, at=now, audience=audience)


def current_slot(conn: Connection, newsletter: Newsletter, *, now: datetime, audience: str = "") -> Slot:
    """The slot to publish on request: the latest that is due or published; today's, if the newsletter is new."""
    statuses = _statuses(conn, newsletter, now=now, audience=audience)
    if not statuses:
        return schedule.today(*_schedule(newsletter), now)
    published = [slot for slot, status in statuses.items() if status is SlotStatus.PUBLISHED]
    return max([schedule.latest(*_schedule(newsletter), now), *published], key=lambda slot: slot.due)


def next_slot(conn: Connection, newsletter: Newsletter, *, now: datetime, audience: str = "") -> Slot:
    """The next slot that isn't published yet."""
    statuses = _statuses(conn, newsletter, now=now, audience=audience)
    published = {slot.key for slot, status in statuses.items() if status is SlotStatus.PUBLISHED}
    slot = schedule.upcoming(*_schedule(newsletter), now)
    while slot.key in published:
        slot = schedule.upcoming(*_schedule(newsletter), slot.due)
    return slot


def window(conn: Connection, newsletter: Newsletter, slot: Slot, *, now: datetime, audience: str = "") -> Window:
    """The window of the slot's edition: back to the last slot that was published or empty, past missed ones.

    If that one waited for an editor, back to when its draft was composed: what came in later is as new.
    """
    statuses = _statuses(conn, newsletter, now=now, audience=audience)
    composed = {SlotStatus.PUBLISHED, SlotStatus.EMPTY}
    earlier = [past for past, status in statuses.items() if status in composed and past.due < slot.due]
    last = max(earlier, key=lambda past: past.due, default=None)
    draft = drafts.find(conn, newsletter.id, last.key) if last else None
    since = draft.composed if draft and (draft.slot == last or not audience) else last.due if last else None
    return schedule.window(*_schedule(newsletter), slot, now=now, since=since)


def window_since(newsletter: Newsletter, slot: Slot, since: datetime, *, now: datetime) -> Window:
    """The window of an edition of the slot whose readers had their last one at ``since``."""
    return schedule.window(*_schedule(newsletter), slot, now=now, since=since)


def _schedule(newsletter: Newsletter) -> tuple[Schedule, ZoneInfo]:
    return newsletter.schedule, newsletter.timezone


def _statuses(conn: Connection, newsletter: Newsletter, *, now: datetime, audience: str) -> Mapping[Slot, SlotStatus]:
    """Statuses of the slots since the newsletter was registered."""
    statuses = slots.statuses(conn, newsletter.id, audience=audience, as_of=now)
    return {slot: status for slot, status in statuses.items() if status is not SlotStatus.BEFORE}
