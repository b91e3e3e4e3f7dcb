"""Parsers of what subscribers choose: text → wishes, with an error for each field."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from zoneinfo import available_timezones

from digest.model.audiences import ALERT_CHOICES, MAX_TOPIC_LENGTH, MAX_TOPICS
from digest.model.editions import EPUB
from digest.model.errors import UsageError
from digest.model.newsletters import Source
from digest.settings.schedule import parse_schedule
from digest.text.mail_header import clean_header
from digest.text.suggest import nearest

#: In place of a frequency of the subscriber's own.
PUBLISHED = "as published"
#: Nobody pauses for longer: it is leaving.
_MAX_PAUSE = timedelta(days=366 * 2)


def parse_frequency(text: str) -> str:
    """The schedule in its normal form; empty for as published. Raises ``ScheduleError``."""
    if text.strip().casefold() in {"", PUBLISHED}:
        return ""
    return parse_schedule(text).text


def parse_attachment(text: str) -> str:
    """``epub``, or empty for none. Raises ``UsageError``."""
    name = text.strip().casefold()
    if name not in {"", "none", EPUB}:
        raise UsageError(f"no such attachment: {text[:60]!r}", hint="write epub, or none")
    return EPUB if name == EPUB else ""


def parse_timezone(text: str) -> str:
    """The zone's name; empty for the newsletter's own. Raises ``UsageError``."""
    name = text.strip()
    if not name or name in available_timezones():
        return name
    near = nearest(name, sorted(available_timezones()))
    hint = f"did you mean {near}?" if near else "write it like Europe/Berlin"
    raise UsageError(f"no such time zone: {name[:60]!r}", hint=hint)


def parse_topics(text: str) -> tuple[str, ...]:
    """The topics, which commas or line breaks part. Raises ``UsageError`` for too many, or one that is too long."""
    topics = tuple(filter(None, map(clean_header, text.replace("\n", ",").split(","))))
    if len(topics) > MAX_TOPICS:
        raise UsageError(f"more than {MAX_TOPICS} topics", hint="choose the most important ones")
    if any(len(topic) > MAX_TOPIC_LENGTH for topic in topics):
        raise UsageError(f"a topic has at most {MAX_TOPIC_LENGTH} characters", hint="put commas between topics")
    return topics


def parse_muted(source_ids: Iterable[str], sources: Iterable[Source]) -> tuple[str, ...]:
    """The ids of sources to leave out. Raises ``UsageError`` for one that the newsletter hasn't."""
    known = [source.id for source in sources]
    for source_id in source_ids:
        if source_id not in known:
            near = nearest(source_id, known)
            hint = f"did you mean {near}?" if near else f"it has {', '.join(known[:20])}"
            raise UsageError(f"the newsletter has no source {source_id[:60]!r}", hint=hint)
    return tuple(source_ids)


def parse_alerts(text: str) -> str:
    """``on`` or ``off``; empty for as published. Raises ``UsageError``."""
    choice = text.strip().casefold()
    if choice in {"", PUBLISHED, *ALERT_CHOICES}:
        return choice if choice in ALERT_CHOICES else ""
    raise UsageError(f"alerts are on or off, not {text[:40]!r}", hint=f"or '{PUBLISHED}' for the newsletter's way")


def parse_pause(text: str, zone: tzinfo, *, now: datetime) -> datetime:
    """The end of a pause: the beginning of a date in the zone. Raises ``UsageError``."""
    try:
        day = date.fromisoformat(text.strip())
        until = datetime.combine(day, time(), zone).astimezone(UTC)
    except (ValueError, OverflowError):
        raise UsageError(f"{text[:40]!r} is not a date", hint="write it like 2026-03-29") from None
    if until <= now:
        raise UsageError(f"{day} is not in the future", hint="name the first day on which mail is wanted again")
    if until - now > _MAX_PAUSE:
        raise UsageError("a pause of more than two years", hint="unsubscribe instead")
    return until
