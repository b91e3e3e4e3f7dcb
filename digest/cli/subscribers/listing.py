"""Formats of a newsletter's subscriptions: table, JSON and CSV, one line at a time, however many there are."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Sequence

from digest.store.subscribers import Subscription
from digest.text.time_format import iso_utc, utc_date


def as_table(subscriptions: Iterable[Subscription]) -> Iterator[str]:
    """Return a line for each subscription: date, address, name, and the reason if it is suppressed."""
    for subscription in subscriptions:
        subscriber = subscription.subscriber
        suppression = f"no mail: {subscription.suppressed}" if subscription.suppressed else ""
        columns = (utc_date(subscription.since), _unicode_domain(subscriber.address), subscriber.name, suppression)
        yield "  ".join(filter(None, columns))


def as_json(subscriptions: Iterable[Subscription]) -> Iterator[str]:
    """Return a JSON array with an object on each line."""
    separator = "["
    for subscription in subscriptions:
        yield separator + json.dumps(_document(subscription), ensure_ascii=False)
        separator = ","
    yield "]" if separator == "," else "[]"


def _document(subscription: Subscription) -> dict[str, object]:
    subscriber = subscription.subscriber
    return {
        "address": subscriber.address,
        "name": subscriber.name,
        "preferences": dict(subscriber.preferences),
        "since": iso_utc(subscription.since),
        "suppressed": subscription.suppressed,
    }


def preference_names(subscriptions: Iterable[Subscription]) -> tuple[str, ...]:
    """Return the names of all preferences that any subscriber has, sorted."""
    return tuple(sorted({name for subscription in subscriptions for name in subscription.subscriber.preferences}))


def as_csv(subscriptions: Iterable[Subscription], preferences: Sequence[str]) -> Iterator[str]:
    """Return the subscribers that get mail, as ``digest subscribers import`` reads them."""
    yield _csv_row(["email", "name", *preferences])
    for subscription in subscriptions:
        subscriber = subscription.subscriber
        if not subscription.suppressed:
            values = (subscriber.preferences.get(name, "") for name in preferences)
            yield _csv_row([subscriber.address, subscriber.name, *values])


def _csv_row(cells: Sequence[str]) -> str:
    line = io.StringIO()
    csv.writer(line, lineterminator="").writerow(cells)
    return line.getvalue()


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
