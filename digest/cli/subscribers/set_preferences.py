"""``digest subscribers set``: a subscriber's frequency, zone, topics, muted sources, alerts, attachment and pause."""

from __future__ import annotations

import argparse
from dataclasses import replace
from datetime import UTC, datetime

from sqlalchemy import Connection

from digest.model.audiences import ReadingPreferences
from digest.model.editions import ATTACH, EPUB
from digest.model.errors import UsageError
from digest.model.newsletters import Newsletter
from digest.pipeline.audiences import choose_preferences, personalise
from digest.pipeline.newsletter import sources_of
from digest.pipeline.preference_values import (
    parse_alerts,
    parse_attachment,
    parse_frequency,
    parse_muted,
    parse_pause,
    parse_timezone,
    parse_topics,
)
from digest.pipeline.subscriber_edition import next_slot
from digest.pipeline.subscription_choices import as_columns
from digest.settings import Settings
from digest.store import audiences, open_store, subscribers
from digest.text.time_format import local_time


def set_preferences(args: argparse.Namespace, settings: Settings, newsletter: Newsletter) -> int:
    """Change what the options name, and print all of it. Raises ``UsageError`` before anything is changed."""
    now = datetime.now(UTC)
    with open_store(settings.store.url) as store, store.begin() as conn:
        subscriber = subscribers.find(conn, args.address)
        if subscriber is None or newsletter.id not in subscribers.newsletter_ids(conn, subscriber.id):
            hint = f"add it: digest subscribers add {args.address} -n {newsletter.id}"
            raise UsageError(f"{args.address} does not subscribe to {newsletter.id}", hint=hint)
        present = audiences.find(conn, newsletter.id, subscriber.id).preferences
        preferences = _changed(args, present, newsletter, settings)
        zone = personalise(newsletter, preferences).timezone
        until = parse_pause(args.pause_until, zone, now=now) if args.pause_until else None
        choose_preferences(conn, newsletter, subscriber.id, preferences, at=now)
        if args.attach is not None:
            subscribers.set_preference(conn, subscriber.id, ATTACH, parse_attachment(args.attach))
        if until or args.resume:
            audiences.pause(conn, newsletter.id, subscriber.id, until)
        for line in _lines(conn, newsletter, subscriber.id, now):
            print(line)
    return 0


def _changed(
    args: argparse.Namespace, present: ReadingPreferences, newsletter: Newsletter, settings: Settings
) -> ReadingPreferences:
    changed = present
    if args.frequency is not None:
        changed = replace(changed, frequency=parse_frequency(args.frequency))
    if args.timezone is not None:
        changed = replace(changed, timezone=parse_timezone(args.timezone))
    if args.topics is not None:
        changed = replace(changed, topics=parse_topics(args.topics))
    if args.alerts is not None:
        changed = replace(changed, alerts=parse_alerts(args.alerts))
    muted = parse_muted(args.mute, sources_of(newsletter, settings))
    changed = replace(changed, muted=tuple({*changed.muted, *muted} - {*args.unmute}))
    return ReadingPreferences.of(
        frequency=changed.frequency,
        timezone=changed.timezone,
        topics=changed.topics,
        muted=changed.muted,
        alerts=changed.alerts,
    )


def _lines(conn: Connection, newsletter: Newsletter, subscriber_id: int, now: datetime) -> list[str]:
    """All wishes, and when the next edition comes."""
    chosen = audiences.find(conn, newsletter.id, subscriber_id)
    subscriber = subscribers.get(conn, subscriber_id)
    columns = as_columns(newsletter, chosen) | {"timezone": str(personalise(newsletter, chosen.preferences).timezone)}
    lines = [f"{name}: {value}" for name, value in columns.items() if value]
    if subscriber:
        lines += [f"{ATTACH}: {EPUB}"] if subscriber.wants_epub else []
        personal, _, slot = next_slot(conn, newsletter, subscriber, now=now)
        lines.append(f"next edition: {local_time(slot.due, personal.timezone)}")
    if chosen.is_approximate:
        lines.append("there are too many different wishes: the nearest that others have is used ('digest check')")
    return lines
