"""Preferences of a subscriber, by the link in a mail: which newsletters, and no more use of earlier links."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from digest.model.editions import Subscriber
from digest.model.link_token import Purpose
from digest.model.newsletters import Newsletter
from digest.pipeline.reader_links import find_holder
from digest.settings import Settings
from digest.store import subscribers
from digest.store.subscribers import NewSubscriber


@dataclass(frozen=True, slots=True, kw_only=True)
class Preferences:
    """A subscriber's newsletters, and those to choose from."""

    subscriber: Subscriber
    #: Open to everybody, or subscribed to already.
    choices: tuple[Newsletter, ...]
    subscribed: frozenset[str]


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
    return Preferences(subscriber=holder.subscriber, choices=tuple(choices), subscribed=subscribed)


def choose_newsletters(conn: Connection, preferences: Preferences, chosen: Collection[str], *, now: datetime) -> None:
    """Subscribe to the chosen ones, and leave the others of those to choose from."""
    subscriber = preferences.subscriber
    for newsletter in preferences.choices:
        if newsletter.id in chosen:
            new = NewSubscriber(address=subscriber.address, name=subscriber.name)
            subscribers.add(conn, [new], newsletter.id, at=now, resubscribe=True)
        else:
            subscribers.unsubscribe(conn, subscriber.address, newsletter.id, at=now)
