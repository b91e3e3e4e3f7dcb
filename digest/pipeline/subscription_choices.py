"""A subscriber's wishes for one newsletter, and their change: by commands, imports and pages alike."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from digest.model.audiences import ReadingPreferences
from digest.model.newsletters import Newsletter
from digest.pipeline.audiences import choose_preferences, personalise
from digest.pipeline.newsletter import sources_of
from digest.pipeline.preference_values import (
    PUBLISHED,
    parse_alerts,
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
COLUMNS = ("frequency", "timezone", "topics", "mute", "paused_until", "alerts")


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
        "alerts": preferences.alerts,
    }


def parse_columns(columns: Mapping[str, str], newsletter: Newsletter, settings: Settings) -> ReadingPreferences:
    """The wishes in these columns of a file. Raises ``UsageError``."""
    muted = [id_.strip() for id_ in columns.get("mute", "").split(",") if id_.strip()]
    return ReadingPreferences.of(
        frequency=parse_frequency(columns.get("frequency", "")),
        timezone=parse_timezone(columns.get("timezone", "")),
        topics=parse_topics(columns.get("topics", "")),
        muted=parse_muted(muted, sources_of(newsletter, settings)),
        alerts=parse_alerts(columns.get("alerts", "")),
    )


def store_columns(
    conn: Connection,
    columns: Mapping[str, str],
    *,
    newsletter: Newsletter,
    subscriber_id: int,
    settings: Settings,
    at: datetime,
) -> None:
    """Store the wishes in these columns of a file. Raises ``UsageError``; a pause that is over is none."""
    preferences = parse_columns(columns, newsletter, settings)
    zone = personalise(newsletter, preferences).timezone
    text = columns.get("paused_until", "").strip()
    choose_preferences(conn, newsletter, subscriber_id, preferences, at=at)
    if text and text > f"{at.astimezone(zone):%Y-%m-%d}":
        audiences.pause(conn, newsletter.id, subscriber_id, parse_pause(text, zone, now=at))
