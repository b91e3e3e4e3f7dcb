"""Audiences of a newsletter: the schedule and zone of each, and the one that a subscriber's wishes lead to.

Their number is bounded, since each edition of each is composed and rendered. Beyond the bound a subscriber is put into
the nearest one in use: never one that leaves out what the subscriber did not ask to lose.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from digest.model.audiences import AS_PUBLISHED, Audience, ReadingPreferences
from digest.model.newsletters import Newsletter
from digest.model.schedule import Schedule
from digest.model.slots import Slot
from digest.pipeline import calendar, slots
from digest.settings.schedule import ScheduleError, parse_schedule
from digest.store import audiences

_MONTH = timedelta(days=28)
_DAY_MINUTES = 24 * 60


@dataclass(frozen=True, slots=True, kw_only=True)
class AudienceStatus:
    """Audiences of a newsletter besides the one as published."""

    #: Their number.
    in_use: int
    #: Subscribers who are in a near audience instead of their own: there are too many.
    approximate: int
    #: The next slot of any of them; None if there are none.
    next_slot: Slot | None = None
    #: The slot of any of them that has been due for longest and is not published.
    due_slot: Slot | None = None

    @property
    def problem(self) -> str:
        """What an operator must know; empty if all is well."""
        if not self.approximate:
            return ""
        subscribers = "1 subscriber gets" if self.approximate == 1 else f"{self.approximate} subscribers get"
        groups = "1 group of wishes is" if self.in_use == 1 else f"{self.in_use} groups of wishes are"
        return f"{subscribers} only what is nearest to their wishes: {groups} in use"


def personalise(newsletter: Newsletter, preferences: ReadingPreferences) -> Newsletter:
    """The newsletter with the schedule and the zone of these wishes."""
    return replace(
        newsletter,
        schedule=_schedule(preferences.frequency) or newsletter.schedule,
        timezone=_zone(preferences.timezone) or newsletter.timezone,
    )


def audiences_of(conn: Connection, newsletter: Newsletter) -> tuple[Audience, ...]:
    """The newsletter's audiences with subscribers; the one as published is always among them, first."""
    return (AS_PUBLISHED, *audiences.in_use(conn, newsletter.id))


def choose_preferences(
    conn: Connection, newsletter: Newsletter, subscriber_id: int, preferences: ReadingPreferences, *, at: datetime
) -> Audience:
    """Store a subscriber's wishes, and put the subscriber into their audience, or into the nearest if there are too
    many; return it. An audience's first subscriber registers it: none of its earlier slots is published.
    """
    audiences.lock(conn, newsletter.id)
    present = audiences.find(conn, newsletter.id, subscriber_id)
    in_use = audiences.in_use(conn, newsletter.id, besides=subscriber_id)
    audience = choose_audience(newsletter, preferences, in_use, at=at)
    if preferences == present.preferences and (audience.key == present.audience or not present.is_approximate):
        return audience
    if audience.key and audience not in in_use:
        calendar.register(conn, personalise(newsletter, audience.preferences), now=at, audience=audience.key)
    audiences.choose(conn, newsletter.id, subscriber_id, preferences, audience=audience, at=at)
    return audience


def improve_audiences(conn: Connection, newsletter: Newsletter, *, at: datetime) -> int:
    """Put subscribers who are in a near audience into their own, as far as there is room; return how many."""
    improved = 0
    for subscriber_id, preferences in audiences.approximate_members(conn, newsletter.id).items():
        audience = choose_preferences(conn, newsletter, subscriber_id, preferences, at=at)
        improved += audience.key == preferences.key
        if len(audiences.in_use(conn, newsletter.id)) >= newsletter.audiences:
            break
    return improved


def is_often(newsletter: Newsletter, preferences: ReadingPreferences, *, at: datetime) -> bool:
    """Whether a subscriber with these wishes gets more than an edition a week."""
    return _frequency(personalise(newsletter, preferences), at)[0] > _MONTH // timedelta(weeks=1)


def wants_alerts(newsletter: Newsletter, preferences: ReadingPreferences, *, at: datetime) -> bool:
    """Whether subscribers with these wishes get alerts: if they don't choose, unless they want fewer editions."""
    if preferences.alerts:
        return preferences.alerts == "on"
    if not preferences.frequency:
        return True
    return _frequency(personalise(newsletter, preferences), at)[0] >= _frequency(newsletter, at)[0]


def audience_status(conn: Connection, newsletter: Newsletter, *, now: datetime) -> AudienceStatus:
    """The state of the newsletter's audiences, for the operator."""
    in_use = audiences.in_use(conn, newsletter.id)
    upcoming: list[Slot] = []
    due: list[Slot] = []
    for audience in in_use:
        personal = personalise(newsletter, audience.preferences)
        upcoming.append(calendar.next_slot(conn, personal, now=now, audience=audience.key))
        due_slots = calendar.due_slots(conn, personal, now=now, audience=audience.key)
        due += [due_slots.slot] if due_slots and due_slots.slot else []
    return AudienceStatus(
        in_use=len(in_use),
        approximate=audiences.count_approximate(conn, newsletter.id),
        next_slot=min(upcoming, default=None),
        due_slot=min(due, default=None),
    )


def choose_audience(
    newsletter: Newsletter, preferences: ReadingPreferences, in_use: Sequence[Audience], *, at: datetime
) -> Audience:
    """The audience of these wishes, if it is in use or there is room for it; else the nearest in use. Pure."""
    own = Audience.wanting(preferences)
    if own in (AS_PUBLISHED, *in_use) or len(in_use) < newsletter.audiences:
        return own
    return _nearest(newsletter, preferences, (AS_PUBLISHED, *in_use), at=at)


def _nearest(
    newsletter: Newsletter, preferences: ReadingPreferences, candidates: Iterable[Audience], *, at: datetime
) -> Audience:
    """The audience with the fewest lost wishes: alerts first, then days, the time of day, muted sources, topics."""
    wanted_frequency = _frequency(personalise(newsletter, preferences), at)

    def lost_preferences(audience: Audience) -> tuple[bool, int, int, int, bool, str]:
        days, minute = _frequency(personalise(newsletter, audience.preferences), at)
        apart = abs(minute - wanted_frequency[1])
        return (
            audience.preferences.alerts != preferences.alerts,
            abs(days - wanted_frequency[0]),
            min(apart, _DAY_MINUTES - apart),
            len({*preferences.muted} - {*audience.preferences.muted}),
            audience.preferences.topics != preferences.topics,
            audience.key,
        )

    return min((audience for audience in candidates if _withholds_nothing(audience, preferences)), key=lost_preferences)


def _withholds_nothing(audience: Audience, preferences: ReadingPreferences) -> bool:
    """Whether the audience gets all that these wishes ask for."""
    given = audience.preferences
    return {*given.muted} <= {*preferences.muted} and given.topics in ((), preferences.topics)


def _frequency(newsletter: Newsletter, at: datetime) -> tuple[int, int]:
    """Editions within four weeks, and the minute of the (UTC) day at which the first of them is due."""
    due = [slot.due for slot in slots.slots(newsletter.schedule, newsletter.timezone, at, at + _MONTH)]
    first = due[0] if due else slots.upcoming(newsletter.schedule, newsletter.timezone, at).due
    return len(due), first.hour * 60 + first.minute


def _schedule(text: str) -> Schedule | None:
    """The schedule; None for none, or if this version can't read it."""
    try:
        return parse_schedule(text) if text else None
    except ScheduleError:
        return None


def _zone(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name) if name else None
    except (KeyError, OSError, ValueError):
        return None
