"""The next edition that a subscriber gets: when it is due, and its content as of now. Changes nothing."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection

from digest.model.audiences import AS_PUBLISHED, Audience
from digest.model.digests import Digest
from digest.model.editions import Subscriber
from digest.model.errors import UsageError
from digest.model.newsletters import Newsletter
from digest.model.slots import Slot, Window
from digest.pipeline import calendar, slots
from digest.pipeline.app import App
from digest.pipeline.audiences import personalise
from digest.pipeline.recipients import SlotPlan
from digest.pipeline.slot_digests import SlotDigests
from digest.store import audiences, subscribers

#: Slots that are looked through for one that the subscriber gets.
_MOST_SLOTS = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class SubscriberEdition:
    """An edition that a subscriber will get."""

    subscriber: Subscriber
    #: With the schedule and zone of the subscriber's audience.
    newsletter: Newsletter
    audience: Audience
    slot: Slot
    #: Until then the subscriber gets none; None for no pause.
    paused_until: datetime | None
    plan: SlotPlan

    @property
    def widest_window(self) -> Window:
        """The window of the audience's edition, or back to the longest of those for subscribers who joined it."""
        starts = (group.history.since - slots.MAX_OVERLAP for group in self.plan.changed)
        return replace(self.plan.window, start=min([self.plan.window.start, *starts]))


def find_subscriber(conn: Connection, newsletter: Newsletter, address: str) -> Subscriber:
    """The newsletter's subscriber with this address. Raises ``UsageError`` if there is none."""
    subscriber = subscribers.find(conn, address)
    if subscriber is None:
        raise UsageError(f"no subscriber has the address {address}", hint="'digest subscribers list' lists them")
    if newsletter.id not in subscribers.newsletter_ids(conn, subscriber.id):
        hint = f"add it: digest subscribers add {address} -n {newsletter.id}"
        raise UsageError(f"{address} does not subscribe to {newsletter.id}", hint=hint)
    return subscriber


def next_slot(
    conn: Connection, newsletter: Newsletter, subscriber: Subscriber, *, now: datetime
) -> tuple[Newsletter, Audience, Slot]:
    """The newsletter by the subscriber's schedule, the audience, and the slot that is due now, or the next one.

    Slots within a pause, and of a date that the subscriber has a mail of, are passed over.
    """
    chosen = audiences.find(conn, newsletter.id, subscriber.id)
    audience = audiences.get(conn, newsletter.id, chosen.audience) or AS_PUBLISHED
    personal = personalise(newsletter, audience.preferences)
    slot = _due_slot(conn, newsletter, personal, audience, now=now)
    slot = slot or calendar.next_slot(conn, personal, now=now, audience=audience.key)
    for _ in range(_MOST_SLOTS):
        is_paused = chosen.paused_until is not None and slot.due < chosen.paused_until
        if not is_paused and not audiences.has_mail(conn, newsletter.id, subscriber.id, slot):
            break
        slot = calendar.next_slot(conn, personal, now=max(now, slot.due), audience=audience.key)
    return personal, audience, slot


def _due_slot(
    conn: Connection, newsletter: Newsletter, personal: Newsletter, audience: Audience, *, now: datetime
) -> Slot | None:
    """The slot to publish now; today's, if the newsletter is new and the audience has its schedule."""
    is_usual = (personal.schedule, personal.timezone) == (newsletter.schedule, newsletter.timezone)
    if is_usual and calendar.due_slots(conn, newsletter, now=now) is None:
        return slots.today(personal.schedule, personal.timezone, now)
    due = calendar.due_slots(conn, personal, now=now, audience=audience.key)
    return due.slot if due else None


def find_next_edition(
    conn: Connection, newsletter: Newsletter, address: str, app: App, *, now: datetime
) -> SubscriberEdition:
    """The next edition of the subscriber with this address. Raises ``UsageError`` if it does not subscribe."""
    subscriber = find_subscriber(conn, newsletter, address)
    personal, audience, slot = next_slot(conn, newsletter, subscriber, now=now)
    until = audiences.find(conn, newsletter.id, subscriber.id).paused_until
    digests = SlotDigests(newsletter=personal, audience=audience, slot=slot, app=app, now=now)
    return SubscriberEdition(
        subscriber=subscriber,
        newsletter=personal,
        audience=audience,
        slot=slot,
        paused_until=until if until and until > now else None,
        plan=digests.plan(conn),
    )


def compose_for(upcoming: SubscriberEdition, app: App, *, now: datetime) -> Digest:
    """The edition's content: that of the group to which the subscriber belongs now."""
    digests = SlotDigests(
        newsletter=upcoming.newsletter, audience=upcoming.audience, slot=upcoming.slot, app=app, now=now
    )
    groups = digests.groups(upcoming.plan)
    own = (group.history for group in groups if upcoming.subscriber.id in group.members)
    return digests.digest(upcoming.plan, next(own, None))
