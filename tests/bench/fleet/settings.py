"""Settings of a fleet: its database, a mail server on this machine, and generated feeds."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

_SETTINGS = """\
[store]
url = "{url}"
[jobs]
engine = "procrastinate"
[smtp]
host = "127.0.0.1"
port = {port}
security = "none"
[web]
url = "https://news.example.org"
listen = "127.0.0.1:0"
secret = "0123456789abcdef0123456789abcdef"
[fetch]
allow = [{hosts}]
"""
_NEWSLETTER = """\
[[newsletters]]
id = "{id}"
title = "News {id}"
from = "News <news@harbour.example>"
schedule = "{schedule}"
timezone = "UTC"
catch_up = "20h"
"""
_SOURCE = """\
[[sources]]
id = "{id}"
url = "{url}"
full_text = "never"
"""


def write_settings(
    folder: Path,
    url: str,
    *,
    smtp_port: int = 25,
    feeds: Sequence[str] = (),
    newsletters: Sequence[tuple[str, str]] = (("main", "monthly 1 00:00"),),
) -> Path:
    """Write ``digest.toml`` into the folder. A newsletter is an id and a schedule."""
    hosts = ", ".join(f'"{feed.split("/")[2]}"' for feed in feeds)
    file = folder / "digest.toml"
    file.write_text(
        _SETTINGS.format(url=url, port=smtp_port, hosts=hosts)
        + "".join(_SOURCE.format(id=f"s{number}", url=feed) for number, feed in enumerate(feeds))
        + "".join(_NEWSLETTER.format(id=id_, schedule=schedule) for id_, schedule in newsletters),
        encoding="utf-8",
    )
    return file
