"""A subscriber's wishes for one newsletter, and their change: by commands, imports and pages alike."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from digest.model.audiences import Audience, ReadingPreferences
from digest.model.editions import Subscriber
from digest.model.newsletters import Newsletter
from digest.model.slots import Slot
from digest.pipeline import calendar
from digest.pipeline.audiences import choose_preferences, personalise
from digest.pipeline.newsletter import sources_of
from digest.pipeline.preference_values import (
    PUBLISHED,
    parse_frequency,
    parse_muted,
    parse_pause,
    parse_timezone,
    parse_topics,
)
from digest.settings import Settings
from digest.store import audiences
from digest.store.audiences import SubscriptionPreferences

#: Columns of exported files.
COLUMNS = ("frequency", "timezone", "topics", "mute", "paused_until")


@dataclass(frozen=True, slots=True, kw_only=True)
class NextEdition:
    """The next edition that a subscriber gets."""

    #: The newsletter by the schedule and in the zone of the subscriber's audience.
    newsletter: Newsletter
    audience: Audience
    slot: Slot
    paused_until: datetime | None


def next_edition(conn: Connection, newsletter: Newsletter, subscriber: Subscriber, *, now: datetime) -> NextEdition:
    """The slot that is due now, else the next one, past the end of a pause."""
    chosen = audiences.find(conn, newsletter.id, subscriber.id)
    audience = audiences.get(conn, newsletter.id, chosen.audience) or Audience()
    personal = personalise(newsletter, audience.preferences)
    paused_until = chosen.paused_until if chosen.paused_until and chosen.paused_until > now else None
    due = calendar.due_slots(conn, personal, now=now, audience=audience.key)
    slot = due.slot if due and due.slot else None
    while slot is None or (paused_until and slot.due < paused_until):
        slot = calendar.next_slot(conn, personal, now=slot.due if slot else now, audience=audience.key)
    return NextEdition(newsletter=personal, audience=audience, slot=slot, paused_until=paused_until)


def zone_of(newsletter: Newsletter, chosen: SubscriptionPreferences) -> ZoneInfo:
    """The zone in which the subscriber's times are."""
    return personalise(newsletter, chosen.preferences).timezone


def as_columns(newsletter: Newsletter, chosen: SubscriptionPreferences) -> dict[str, str]:
    """The wishes as text, one value for each column; the date of a pause is the subscriber's."""
    preferences, until = chosen.preferences, chosen.paused_until
    return {
        "frequency": preferences.frequency or PUBLISHED,
        "timezone": preferences.timezone,
        "topics": ", ".join(preferences.topics),
        "mute": ", ".join(preferences.muted),
        "paused_until": f"{until.astimezone(zone_of(newsletter, chosen)):%Y-%m-%d}" if until else "",
    }


def parse_columns(columns: Mapping[str, str], newsletter: Newsletter, settings: Settings) -> ReadingPreferences:
    """The wishes in these columns of a file. Raises ``UsageError``."""
    muted = [id_.strip() for id_ in columns.get("mute", "").split(",") if id_.strip()]
    return ReadingPreferences.of(
        frequency=parse_frequency(columns.get("frequency", "")),
        timezone=parse_timezone(columns.get("timezone", "")),
        topics=parse_topics(columns.get("topics", "")),
        muted=parse_muted(muted, sources_of(newsletter, settings)),
    )


def store_columns(
    conn: Connection,
    columns: Mapping[str, str],
    newsletter: Newsletter,
    subscriber_id: int,
    settings: Settings,
    *,
    at: datetime,
) -> None:
    """Store the wishes in these columns of a file. Raises ``UsageError``; a pause that is over is none."""
    preferences = parse_columns(columns, newsletter, settings)
    zone = personalise(newsletter, preferences).timezone
    text = columns.get("paused_until", "").strip()
    choose_preferences(conn, newsletter, subscriber_id, preferences, at=at)
    if text and text > f"{at.astimezone(zone):%Y-%m-%d}":
        audiences.pause(conn, newsletter.id, subscriber_id, parse_pause(text, zone, now=at))
