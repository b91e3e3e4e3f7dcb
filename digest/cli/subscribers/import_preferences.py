"""Wishes of subscribers in imported files: frequency, zone, topics, muted sources and pause, as exported."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection

from digest.cli.errors import print_stderr
from digest.model.editions import ATTACH
from digest.model.errors import UsageError
from digest.model.newsletters import Newsletter
from digest.pipeline.preference_values import PUBLISHED, parse_attachment
from digest.pipeline.subscription_choices import COLUMNS, store_columns
from digest.settings import Settings
from digest.store import subscribers
from digest.store.subscribers import NewSubscriber

#: Columns of a subscriber's wishes, by address.
Wishes = Mapping[str, Mapping[str, str]]


def split_preferences(records: Iterable[NewSubscriber]) -> tuple[list[NewSubscriber], Wishes]:
    """The records without the columns of own wishes, and those columns.

    Only our own exports have a frequency; the zone in another system's file is where the subscriber lives.
    """
    new: list[NewSubscriber] = []
    wishes: dict[str, Mapping[str, str]] = {}
    for record in records:
        values = _with_attachment(record)
        if "frequency" in values:
            own = {name: values[name] for name in COLUMNS if values.get(name)}
            values = {name: value for name, value in values.items() if name not in COLUMNS}
            if own and own != {"frequency": PUBLISHED}:
                wishes.setdefault(record.address, own)
        new.append(replace(record, preferences=values))
    return new, wishes


def _with_attachment(record: NewSubscriber) -> Mapping[str, str]:
    """The record's columns, with the attachment in its normal form; print one that there isn't, and leave it out."""
    if ATTACH not in record.preferences:
        return record.preferences
    values = {name: value for name, value in record.preferences.items() if name != ATTACH}
    try:
        attachment = parse_attachment(record.preferences[ATTACH])
    except UsageError as error:
        print_stderr(f"{record.address} gets no attachment: {error}", error.hint)
        return values
    return {**values, ATTACH: attachment} if attachment else values


def store_preferences(
    conn: Connection,
    addresses: Iterable[str],
    wishes: Wishes,
    *,
    newsletter: Newsletter,
    settings: Settings,
    at: datetime,
) -> None:
    """Store the wishes of those of the addresses that have any; print what can't be read."""
    for address in addresses:
        subscriber = subscribers.find(conn, address) if address in wishes else None
        if subscriber is None:
            continue
        try:
            store_columns(
                conn, wishes[address], newsletter=newsletter, subscriber_id=subscriber.id, settings=settings, at=at
            )
        except UsageError as error:
            print_stderr(f"{address} gets {newsletter.id} as published: {error}", error.hint)
