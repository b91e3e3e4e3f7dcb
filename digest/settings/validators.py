"""What a value must be beyond its type: a port, a mailbox, a schedule, a zone that exists."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, available_timezones

from digest.model import Brand, Newsletter, Source
from digest.model.mailbox import AddressError, Mailbox
from digest.settings import schedule
from digest.settings.boost import wish
from digest.settings.duration import duration
from digest.settings.types import (
    BouncesSettings,
    DkimSettings,
    FetchSettings,
    OperatorSettings,
    RetentionSettings,
    SmtpSettings,
    WebSettings,
)
from digest.text.suggest import nearest


class Wrong(ValueError):
    """A value of the right type that can't be right; ``suggestion`` is the nearest that could."""

    def __init__(self, message: str, suggestion: str = "") -> None:
        self.suggestion = suggestion
        super().__init__(message)


Rule = Callable[[Any], None]


def _number(low: float, high: float = math.inf) -> Rule:
    def rule(value: float | None) -> None:
        if value is None or (low <= value <= high and math.isfinite(value)):
            return
        bound = f"from {low:g} to {high:g}" if math.isfinite(high) else f"of at least {low:g}"
        raise Wrong(f"expected a number {bound}, found {value:g}")

    return rule


def _matching(pattern: str, expected: str) -> Rule:
    def rule(value: str) -> None:
        if not re.fullmatch(pattern, value):
            raise Wrong(f"expected {expected}, found {value!r}")

    return rule


def _each(rule: Rule) -> Rule:
    def rule_for_all(values: tuple[str, ...]) -> None:
        for value in values:
            rule(value)

    return rule_for_all


def _web_address(value: str) -> None:
    try:
        parts = urlsplit(value)
        right = not value or (parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0)
    except ValueError:
        right = False
    if not right or re.search(r"[\s\x00-\x1f\x7f]", value):
        raise Wrong(f"expected an address like 'https://example.org/feed.xml', found {value!r}")


def _mailbox(value: str) -> None:
    expected = "expected a mailbox like 'Name <name@example.org>'"
    if re.search(r"[\x00-\x1f\x7f]", value):
        raise Wrong(f"{expected}, found {value!r}")
    try:
        Mailbox.of(value or "nobody@localhost")
    except AddressError as error:
        raise Wrong(f"{expected}: {error}") from error


def _zone(value: str) -> None:
    try:
        ZoneInfo(value)
    except (KeyError, OSError, ValueError) as error:  # a name not found, a folder, a path
        raise Wrong(f"no such time zone: {value!r}", _near_zone(value)) from error


def _near_zone(value: str) -> str:
    """By its whole name, or by its city alone: ``Berlin`` → ``Europe/Berlin``."""
    zones = available_timezones()
    cities = {zone.rpartition("/")[2]: zone for zone in sorted(zones, reverse=True)}
    city = nearest(value.replace(" ", "_").rpartition("/")[2], cities)
    return nearest(value, zones) or cities.get(city, "")


def _schedule(value: str) -> None:
    try:
        schedule.parse(value)
    except schedule.ScheduleError as error:
        raise Wrong(str(error), error.suggestion) from error


def _topic(value: str) -> None:
    if not any(letter.isalnum() for letter in value):
        raise Wrong(f"expected plain words like 'climate change', found {value!r}")


def _wish(value: str) -> None:
    topic, _ = wish(value)
    _topic(topic)


def _lasting(least: timedelta, *, named: str) -> Rule:
    def rule(value: str) -> None:
        try:
            length = duration(value)
        except ValueError as error:
            raise Wrong(str(error)) from error
        if length < least:
            raise Wrong(f"expected {named} at least, found {value!r}")

    return rule


_ID = _matching(r"\w[\w.-]{0,99}", "letters, digits, '-', '_' and '.'")
_TITLE = _matching(r"[^\x00-\x1f\x7f]{0,500}", "one line of text, of 500 characters at most")
_LABEL = r"(?!-)[A-Za-z0-9_-]{1,63}(?<!-)"
_SELECTOR = _matching(rf"{_LABEL}(\.{_LABEL})*", "a name like 'digest' or 'news.2026'")
_DOMAIN = _matching(rf"({_LABEL}(\.{_LABEL})+)?", "a domain like 'example.org'")
_COLOUR = _matching(r"(#[0-9A-Fa-f]{6})?", "a colour like '#1f5f8b'")
_SECURE = _matching(r"(https://[^\s/]+\S*)?", "an address like 'https://example.org/logo.png'")
_HOST = _matching(r"[^\s/@]*", "a host's name like 'mail.example.org'")
#: A word that may stand in a comment of a header (RFC 9110, 5.6.5).
_PLAIN = r"[!-'*-\[\]-~]+"
_CONTACT = _matching(
    rf"(https?://{_PLAIN}|{_PLAIN}@{_PLAIN})?", "an address like 'https://example.org/about', in ASCII"
)
_HOST_PORT = _matching(r"(\[[0-9A-Fa-f:.]+\]|[^\s\[\]:/@]+):\d{1,5}", "an address like 'localhost:8080'")

RULES: Mapping[type, Mapping[str, Rule]] = {
    SmtpSettings: {
        "host": _HOST,
        "port": _number(1, 65_535),
        "connections": _number(1, 1_000),
        "rate_per_minute": _number(1),
        "messages_per_connection": _number(1),
        "timeout_s": _number(1, 3600),
    },
    DkimSettings: {"selector": _SELECTOR, "domain": _DOMAIN},
    BouncesSettings: {
        "address": _mailbox,
        "host": _HOST,
        "port": _number(1, 65_535),
        "folder": _matching(r"[ -~]+", "a folder's name like 'INBOX'"),
        "every": _lasting(timedelta(minutes=1), named="'1m'"),
        "soft_limit": _number(1),
        "soft_days": _number(1, 3_650),
    },
    FetchSettings: {
        "every": _lasting(timedelta(minutes=1), named="'1m'"),
        "allow": _each(_HOST_PORT),
        "concurrency": _number(1, 10_000),
        "contact": _CONTACT,
        "per_host": _number(1, 1_000),
        "timeout_s": _number(0.1, 86_400),
        "max_bytes": _number(1_000),
    },
    WebSettings: {"url": _web_address, "listen": _HOST_PORT},
    Brand: {"name": _TITLE, "accent": _COLOUR, "logo": _SECURE, "address": _TITLE},
    OperatorSettings: {"address": _mailbox, "alarm_after": _number(1)},
    RetentionSettings: {
        # What a monthly newsletter looks back on, and then some.
        "text": _lasting(timedelta(days=40), named="'40d'"),
        "editions": _lasting(timedelta(days=40), named="'40d'"),
    },
    Source: {"id": _ID, "url": _web_address, "title": _TITLE, "section": _TITLE, "weight": _number(0.001, 1_000)},
    Newsletter: {
        "id": _ID,
        "title": _matching(r"(?=.*\S)[^\x00-\x1f\x7f]{1,500}", "one line of text, of 500 characters at most"),
        "sender": _mailbox,
        "schedule": _schedule,
        "timezone": _zone,
        "catch_up": _lasting(timedelta(0), named="'0m'"),
        "greeting": _matching(r"(?:[^\x00-\x1f\x7f{}]|\{name\})*", "one line like 'Good morning, {name}!'"),
        "stories": _number(1),
        "sentences": _number(1),
        "words": _number(1),
        "include": _each(_topic),
        "exclude": _each(_topic),
        "boost": _each(_wish),
        "per_source": _number(1),
        "per_section": _number(1),
        "per_topic": _number(1),
        "sections": _each(_TITLE),
    },
}
