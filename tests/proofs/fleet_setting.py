"""Settings and subscribers of the fleet's proof."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import insert

from digest.pipeline import calendar
from digest.settings import load
from digest.store import open_store, tables

#: Connections of each worker to the mail server.
CONNECTIONS = 2
#: An edition a minute; and none any more.
EACH_MINUTE, NO_MORE_SLOTS = "* * * * *", "monthly 1 00:00"
#: Feeds at each host: more than a part of a collection has, so that there are several parts.
_FEEDS = 30

_SETTINGS = """
[store]
url = "{url}"
[jobs]
engine = "procrastinate"
[fetch]
every = "1m"
allow = [{allowed}]
[smtp]
host = "127.0.0.1"
port = {port}
security = "none"
connections = {connections}
rate_per_minute = 12000
[[newsletters]]
id = "main"
title = "Main"
from = "Main <main@example.org>"
schedule = "{schedule}"
timezone = "UTC"
"""
_SOURCE = """
[[sources]]
id = "s{number}"
url = "http://{address}/feed{number}"
full_text = "never"
"""


def prepare(folder: Path, url: str, port: int, hosts: Sequence[str], *, subscribers: int) -> None:
    """Write the settings, and make a store whose first slot is the next minute."""
    sources = [(number, host) for number, host in enumerate(host for host in hosts for _ in range(_FEEDS))]
    text = _SETTINGS.format(
        url=url,
        port=port,
        connections=CONNECTIONS,
        allowed=", ".join(f'"{host}"' for host in hosts),
        schedule=EACH_MINUTE,
    ) + "".join(_SOURCE.format(number=number, address=host) for number, host in sources)
    file = folder / "digest.toml"
    file.write_text(text)
    newsletter = load(file, {}).newsletter("main")
    now = datetime.now(UTC)
    addresses = [f"reader{number}@example.org" for number in range(subscribers)]
    with open_store(url) as store, store.begin() as conn:
        calendar.register(conn, newsletter, now=now)
        rows = [{"address": address, "address_key": address, "added": now} for address in addresses]
        ids = conn.execute(insert(tables.subscribers).returning(tables.subscribers.c.id), rows).scalars().all()
        subscriptions = [{"newsletter_id": "main", "subscriber_id": id_, "since": now} for id_ in ids]
        conn.execute(insert(tables.subscriptions), subscriptions)


def write_settings(folder: Path, schedule: str) -> None:
    """Change the newsletter's schedule."""
    file = folder / "digest.toml"
    file.write_text(file.read_text().replace(f'schedule = "{EACH_MINUTE}"', f'schedule = "{schedule}"'))
