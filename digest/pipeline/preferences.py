"""Preferences of a subscriber, by the link in a mail: which newsletters, how often, what about, and pauses."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from digest.model.audiences import ReadingPreferences
from digest.model.editions import Subscriber
from digest.model.link_token import Purpose
from digest.model.newsletters import Newsletter
from digest.pipeline.audiences import choose_preferences, personalise
from digest.pipeline.reader_links import find_holder
from digest.settings import Settings
from digest.store import audiences, subscribers
from digest.store.audiences import SubscriptionPreferences
from digest.store.subscribers import NewSubscriber


@dataclass(frozen=True, slots=True, kw_only=True)
class Preferences:
    """A subscriber's newsletters, and those to choose from."""

    subscriber: Subscriber
    #: Open to everybody, or subscribed to already.
    choices: tuple[Newsletter, ...]
    subscribed: frozenset[str]
    #: Wishes by newsletter; without those as published.
    by_newsletter: Mapping[str, SubscriptionPreferences] = field(default_factory=dict)

    @property
    def timezone(self) -> str:
        """The zone of the subscriber's own; empty for those of the newsletters."""
        own = (
            self.by_newsletter[item.id].preferences.timezone for item in self.choices if item.id in self.by_newsletter
        )
        return next(filter(None, own), "")

    @property
    def zone(self) -> ZoneInfo:
        """The zone of dates that the subscriber reads and enters."""
        newsletter = next((item for item in self.choices if item.id in self.subscribed), self.choices[0])
        return personalise(newsletter, ReadingPreferences(timezone=self.timezone)).timezone

    @property
    def paused_until(self) -> datetime | None:
        """The end of the longest pause."""
        ends = (self.by_newsletter[id_].paused_until for id_ in self.subscribed if id_ in self.by_newsletter)
        return max(filter(None, ends), default=None)


def find_preferences(conn: Connection, token: str, settings: Settings, *, now: datetime) -> Preferences | None:
    """The preferences that the link is for; None if it is none, revoked, or older than editions are kept."""
    holder = find_holder(conn, token, Purpose.PREFERENCES, settings.web)
    if holder is None or holder.issued is None or now - holder.issued > settings.retention.editions:
        return None
    subscribed = frozenset(subscribers.newsletter_ids(conn, holder.subscriber.id))
    choices = (
        newsletter
        for newsletter in settings.newsletters
        if newsletter.id in subscribed or (newsletter.subscribe and newsletter.sender)
    )
    return Preferences(
        subscriber=holder.subscriber,
        choices=tuple(choices),
        subscribed=subscribed,
        by_newsletter=audiences.for_subscriber(conn, holder.subscriber.id),
    )


def choose_newsletters(conn: Connection, preferences: Preferences, chosen: Collection[str], *, now: datetime) -> None:
    """Subscribe to the chosen ones, and leave the others of those to choose from."""
    subscriber = preferences.subscriber
    for newsletter in preferences.choices:
        if newsletter.id in chosen:
            new = NewSubscriber(address=subscriber.address, name=subscriber.name)
            subscribers.add(conn, [new], newsletter.id, at=now, resubscribe=True)
        else:
            subscribers.unsubscribe(conn, subscriber.address, newsletter.id, at=now)


def choose_reading_preferences(
    conn: Connection, preferences: Preferences, chosen: Mapping[str, ReadingPreferences], *, now: datetime
) -> None:
    """Store wishes by newsletter."""
    for newsletter in preferences.choices:
        present = preferences.by_newsletter.get(newsletter.id, SubscriptionPreferences()).preferences
        if (wanted := chosen.get(newsletter.id, present)) != present:
            choose_preferences(conn, newsletter, preferences.subscriber.id, wanted, at=now)


def pause(conn: Connection, preferences: Preferences, until: datetime | None) -> None:
    """Send no edition of any newsletter before then; None ends the pause."""
    for newsletter_id in preferences.subscribed:
        audiences.pause(conn, newsletter_id, preferences.subscriber.id, until)
