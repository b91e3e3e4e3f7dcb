"""Formats of a newsletter's subscriptions: table, JSON and CSV, one line at a time, however many there are."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Sequence

from digest.cli.subscribers.formulas import neutralize_formulas
from digest.model.newsletters import Newsletter
from digest.pipeline.preference_values import PUBLISHED
from digest.pipeline.subscription_choices import COLUMNS, as_columns, zone_of
from digest.store.subscription_list import Subscription, SubscriptionState
from digest.text.time_format import iso_utc, utc_date


def as_table(subscriptions: Iterable[Subscription], newsletter: Newsletter) -> Iterator[str]:
    """Return a line for each subscription: date, address, name, own frequency, pause, and why it gets no mail."""
    for subscription in subscriptions:
        subscriber = subscription.subscriber
        since, note = subscription.since, f"no mail: {subscription.reason}" if subscription.reason else ""
        if since is None and subscription.unsubscribe:
            since, note = subscription.unsubscribe.since, f"left: {subscription.reason}"
        if subscription.asked:
            since, note = subscription.asked, "pending: not confirmed yet"
        date = utc_date(since) if since else ""
        wishes = _preferences_note(subscription, newsletter) if since and not note else ""
        yield "  ".join(filter(None, (date, _unicode_domain(subscriber.address), subscriber.name, wishes, note)))


def _preferences_note(subscription: Subscription, newsletter: Newsletter) -> str:
    """The subscriber's own wishes, attachment and pause; empty if it gets the newsletter as published."""
    columns = as_columns(newsletter, subscription.chosen)
    own = [columns["frequency"]] if subscription.chosen.preferences.frequency else []
    own += [columns["timezone"]] if columns["timezone"] else []
    own += [f"about {columns['topics']}"] if columns["topics"] else []
    own += [f"without {columns['mute']}"] if columns["mute"] else []
    own += [f"alerts {columns['alerts']}"] if columns["alerts"] else []
    own += ["with an EPUB"] if subscription.subscriber.wants_epub else []
    own += [f"pauses until {columns['paused_until']}"] if columns["paused_until"] else []
    return ", ".join(own)


def as_json(subscriptions: Iterable[Subscription], newsletter: Newsletter) -> Iterator[str]:
    """Return a JSON array with an object on each line."""
    separator = "["
    for subscription in subscriptions:
        yield separator + json.dumps(_document(subscription, newsletter), ensure_ascii=False)
        separator = ","
    yield "]" if separator == "," else "[]"


def _document(subscription: Subscription, newsletter: Newsletter) -> dict[str, object]:
    chosen = subscription.chosen
    subscriber, unsubscribe = subscription.subscriber, subscription.unsubscribe
    return {
        "address": subscriber.address,
        "name": subscriber.name,
        "newsletters": list(subscription.newsletters),
        "state": subscription.state,
        "reason": subscription.reason,
        "frequency": chosen.preferences.frequency or PUBLISHED,
        "timezone": str(zone_of(newsletter, chosen)),
        "topics": list(chosen.preferences.topics),
        "muted": list(chosen.preferences.muted),
        "alerts": chosen.preferences.alerts,
        "paused_until": iso_utc(chosen.paused_until),
        "preferences": dict(subscriber.preferences),
        "since": iso_utc(subscription.since),
        "left": iso_utc(unsubscribe.since) if unsubscribe and not subscription.since else "",
        "suppressed": subscription.suppressed,
    }


def survey(subscriptions: Iterable[Subscription]) -> tuple[tuple[str, ...], int]:
    """Return the names of all preferences that any subscriber has, sorted, and how many are suppressed."""
    names: set[str] = set()
    suppressed = 0
    for subscription in subscriptions:
        names.update(subscription.subscriber.preferences)
        suppressed += subscription.state is SubscriptionState.SUPPRESSED
    return tuple(sorted(names)), suppressed


def as_csv(
    subscriptions: Iterable[Subscription], preferences: Sequence[str], *, preferences_for: Newsletter | None = None
) -> Iterator[str]:
    """Return the subscribers that get mail, as ``digest subscribers import`` reads them; without formulas.

    With ``preferences_for``, their newsletter, columns of their wishes for it follow the name.
    """
    wishes = COLUMNS if preferences_for else ()
    preferences = [name for name in preferences if name not in wishes]
    yield _csv_row(["email", "name", *wishes, *preferences])
    for subscription in subscriptions:
        subscriber = subscription.subscriber
        if subscription.state is SubscriptionState.ACTIVE:
            values = (subscriber.preferences.get(name, "") for name in preferences)
            own = as_columns(preferences_for, subscription.chosen).values() if preferences_for else ()
            yield _csv_row([subscriber.address, subscriber.name, *own, *values])


def _csv_row(cells: Sequence[str]) -> str:
    line = io.StringIO()
    csv.writer(line).writerow(map(neutralize_formulas, cells))
    return line.getvalue().removesuffix("\r\n")


def _unicode_domain(address: str) -> str:
    """Return the address with an internationalized domain in Unicode, not in Punycode."""
    if "xn--" not in address:
        return address
    import idna

    local, _, domain = address.rpartition("@")
    try:
        return f"{local}@{idna.decode(domain)}"
    except (idna.IDNAError, UnicodeError):
        return address
