"""Audiences: subscribers of a newsletter who want the same content at the same times."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Self

#: Topics and muted sources of one subscriber, and characters of a topic, at most.
MAX_TOPICS, MAX_TOPIC_LENGTH = 20, 60
_KEY_LENGTH = 8
#: Whether a subscriber wants alerts; neither leaves it to the newsletter.
ALERT_CHOICES = ("on", "off")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingPreferences:
    """Wishes of a subscriber for one newsletter; an empty field means as published. Equal wishes are equal values."""

    #: A schedule, as in the settings: ``weekly mon 08:00``.
    frequency: str = ""
    #: The zone of the schedule; the newsletter's own if empty.
    timezone: str = ""
    #: Only stories about one of these topics, in plain words.
    topics: tuple[str, ...] = ()
    #: Ids of sources whose articles are left out.
    muted: tuple[str, ...] = ()
    #: Whether alerts are wanted: ``on`` or ``off``.
    alerts: str = ""

    @classmethod
    def of(
        cls,
        *,
        frequency: str = "",
        timezone: str = "",
        topics: Iterable[str] = (),
        muted: Iterable[str] = (),
        alerts: str = "",
    ) -> Self:
        """The wishes in their canonical form: spaces, capitals and order don't count."""
        words = (" ".join(topic.split()).casefold()[:MAX_TOPIC_LENGTH].strip() for topic in topics)
        return cls(
            frequency=frequency,
            timezone=timezone,
            topics=tuple(sorted({*filter(None, words)})[:MAX_TOPICS]),
            muted=tuple(sorted({*filter(None, muted)})),
            alerts=alerts if alerts in ALERT_CHOICES else "",
        )

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Self:
        """The wishes that ``to_json`` gave."""
        return cls.of(
            frequency=str(values.get("frequency", "")),
            timezone=str(values.get("timezone", "")),
            topics=map(str, values.get("topics", ())),
            muted=map(str, values.get("mute", ())),
            alerts=str(values.get("alerts", "")),
        )

    def to_json(self) -> dict[str, Any]:
        """The wishes as JSON values, without empty ones; equal wishes give equal text."""
        values = {
            "alerts": self.alerts,
            "frequency": self.frequency,
            "mute": list(self.muted),
            "timezone": self.timezone,
            "topics": list(self.topics),
        }
        return {name: value for name, value in values.items() if value}

    @property
    def key(self) -> str:
        """A short digest of the wishes; empty for as published."""
        if not (values := self.to_json()):
            return ""
        return hashlib.sha256(json.dumps(values, ensure_ascii=False).encode()).hexdigest()[:_KEY_LENGTH]


@dataclass(frozen=True, slots=True, kw_only=True)
class Audience:
    """Subscribers with the same wishes; the empty key stands for all who get a newsletter as published."""

    key: str = ""
    preferences: ReadingPreferences = field(default_factory=ReadingPreferences)

    @classmethod
    def wanting(cls, preferences: ReadingPreferences) -> Self:
        """The audience of exactly these wishes."""
        return cls(key=preferences.key, preferences=preferences)


AS_PUBLISHED = Audience()
