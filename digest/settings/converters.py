"""Converters of settings values: check the range or the form, and parse text into the model's values.

pydantic checked the types before: a schedule is text then, a port a whole number.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from digest.model.newsletters import TYPEFACE, Brand, Newsletter, Source
from digest.model.schedule import Schedule
from digest.settings.mail_converters import (
    AUTHSERV_ID,
    parse_imap_address,
    parse_mailbox,
    parse_sender,
    parse_subscribe_address,
)
from digest.settings.newsletter_converters import (
    parse_alert_topic,
    parse_quiet_hours,
    parse_subject,
    parse_topic,
    parse_topic_boost,
)
from digest.settings.parsers import parse_duration
from digest.settings.schedule import ScheduleError, parse_schedule
from digest.settings.types import (
    BouncesSettings,
    DkimSettings,
    FetchSettings,
    InboundSettings,
    MailerSettings,
    OperatorSettings,
    PluginsSettings,
    RecipientDomains,
    RetentionSettings,
    SmtpSettings,
    WebSettings,
)
from digest.settings.value_checks import Converter, InvalidValue, each, matching, number
from digest.settings.zone_names import nearest_zone, zone_advice
from digest.text.credentials import without_credentials


def _web_address(value: str) -> str:
    try:
        parts = urlsplit(value)
        is_valid = not value or (parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0)
    except ValueError:
        is_valid = False
    if not is_valid or re.search(r"[\s\x00-\x1f\x7f]", value):
        raise InvalidValue(
            f"expected an address like 'https://example.org/feed.xml', found {without_credentials(value)!r}"
        )
    return value


def _zone(value: str) -> ZoneInfo:
    try:
        return ZoneInfo(value)
    except (KeyError, OSError, ValueError) as error:  # an unknown name, a folder, a path
        raise InvalidValue(f"no such time zone: {value!r}{zone_advice(value)}", nearest_zone(value)) from error


def _schedule(value: str) -> Schedule:
    try:
        return parse_schedule(value)
    except ScheduleError as error:
        raise InvalidValue(str(error), error.suggestion) from error


def _duration(minimum: str) -> Converter:
    def convert(value: str) -> timedelta:
        try:
            duration = parse_duration(value)
        except ValueError as error:
            raise InvalidValue(str(error)) from error
        if duration < parse_duration(minimum):
            raise InvalidValue(f"expected {minimum!r} at least, found {value!r}")
        return duration

    return convert


_ID = matching(r"\w[\w.-]{0,99}", "letters, digits, '-', '_' and '.'")
_TITLE = matching(r"[^\x00-\x1f\x7f]{0,500}", "one line of text, of 500 characters at most")
_LABEL = r"(?!-)[A-Za-z0-9_-]{1,63}(?<!-)"
_DKIM_SELECTOR = matching(rf"{_LABEL}(\.{_LABEL})*", "a name like 'digest' or 'news.2026'")
_DOMAIN = matching(rf"({_LABEL}(\.{_LABEL})+)?", "a domain like 'example.org'")
_RECIPIENT_DOMAIN = matching(r"[^\s@\x00-\x20]+\.[^\s@\x00-\x20]+", "a domain like 'gmail.com'")


def _domains(values: tuple[str, ...]) -> tuple[str, ...]:
    """Domains of recipients in lower case, as they are compared."""
    if not values:
        raise InvalidValue("expected at least one domain like 'gmail.com'")
    return tuple(_RECIPIENT_DOMAIN(value).lower() for value in values)


_COLOR = matching(r"(#[0-9A-Fa-f]{6})?", "a colour like '#1f5f8b'")
_TYPEFACE = matching(f"({TYPEFACE})?", "names of fonts, the last one generic, like 'Charter, Georgia, serif'")
_HTTPS_URL = matching(r"(https://[^\s/]+\S*)?", "an address like 'https://example.org/logo.png'")


def _host(value: str) -> str:
    if re.search(r"[\s/@]", value):
        raise InvalidValue("expected a host's name like 'mail.example.org', not an address", _host_of(value))
    if port := re.fullmatch(r"(\[[\da-fA-F:]+\]|[^:]+):(\d+)", value):
        raise InvalidValue(f"the port stands in a key of its own: port = {port[2]}", port[1].strip("[]"))
    return value.strip("[]")


def _host_of(value: str) -> str:
    """The host in a pasted address, ``smtp://user@host:25``; empty if there is none."""
    match = re.fullmatch(r"\w+://(?:[^\s/@]*@)?([^\s/@:]+)(?::\d+)?/?", value)
    return match[1] if match else ""


#: Characters allowed in the comment of a User-Agent header (RFC 9110, 5.6.5).
_COMMENT = r"[!-'*-\[\]-~]+"
_CONTACT = matching(
    rf"(https?://{_COMMENT}|{_COMMENT}@{_COMMENT})?",
    "an address like 'https://example.org/about', in ASCII",
)


def _network(value: str) -> str:
    try:
        return str(ipaddress.ip_network(value))
    except ValueError as error:
        expected = "an address or a network like '127.0.0.1' or '10.0.0.0/8'"
        raise InvalidValue(f"expected {expected}, found {value!r}") from error


_HOST_PORT = matching(r"(\[[0-9A-Fa-f:.]+\]|[^\s\[\]:/@]+):\d{1,5}", "an address like 'localhost:8080'")

#: ``name``, or ``module:attribute``.
_PLUGIN = r"\w[\w.-]{0,99}(:[A-Za-z_]\w*)?"
_PLUGIN_NAME = matching(_PLUGIN, "a name like 'default', or 'module:function'")


def _options(values: Mapping[str, Any]) -> Mapping[str, Any]:
    """Arguments of a plugin: a misspelt one is found when it is called."""
    for name in values:
        if not (name.isidentifier() and name.isascii()):
            raise InvalidValue(f"expected names of arguments, in letters, digits and '_', found {name!r}")
    return values


CONVERTERS: Mapping[type, Mapping[str, Converter]] = {
    SmtpSettings: {
        "host": _host,
        "port": number(1, 65_535),
        "connections": number(1, 1_000),
        "rate_per_minute": number(1),
        "messages_per_connection": number(1),
        "timeout_s": number(1, 3600),
    },
    MailerSettings: {
        "name": matching(f"({_PLUGIN})?", "a name like 'smtp', or 'module:function'"),
        "options": _options,
        "timeout_s": number(1, 3600),
    },
    PluginsSettings: {"timeout_s": number(0.1, 3600), "memory_mb": number(100)},
    RecipientDomains: {"domains": _domains, "rate_per_minute": number(1)},
    DkimSettings: {"selector": _DKIM_SELECTOR, "domain": _DOMAIN},
    BouncesSettings: {
        "address": parse_mailbox,
        "host": _host,
        "port": number(1, 65_535),
        "folder": matching(r"[^\x00-\x1f\x7f]+", "a folder's name like 'INBOX'"),
        "every": _duration("1m"),
        "soft_limit": number(1),
        "soft_days": number(1, 3_650),
    },
    InboundSettings: {"authserv_id": AUTHSERV_ID, "address": parse_subscribe_address},
    FetchSettings: {
        "every": _duration("1m"),
        "allow": each(_HOST_PORT),
        "concurrency": number(1, 10_000),
        "contact": _CONTACT,
        "per_host": number(1, 1_000),
        "timeout_s": number(0.1, 86_400),
        "max_bytes": number(1_000),
    },
    WebSettings: {
        "url": _web_address,
        "listen": _HOST_PORT,
        "proxies": each(_network),
        "confirmations_per_hour": number(1),
        "operator_header": matching(r"([A-Za-z0-9-]{1,100})?", "a header's name like 'X-Remote-User'"),
    },
    Brand: {
        "name": _TITLE,
        "accent": _COLOR,
        "secondary": _COLOR,
        "typeface": _TYPEFACE,
        "logo": _HTTPS_URL,
        "address": _TITLE,
    },
    OperatorSettings: {"address": parse_mailbox, "alarm_after": number(1)},
    RetentionSettings: {
        # A monthly newsletter looks back over 31 days.
        "text": _duration("40d"),
        "editions": _duration("40d"),
    },
    Source: {
        "id": _ID,
        "url": _web_address,
        "title": _TITLE,
        "section": _TITLE,
        "label": _TITLE,
        "weight": number(0.001, 1_000),
        "collector": _PLUGIN_NAME,
        "options": _options,
        "mailbox": parse_imap_address,
        "senders": each(parse_sender),
        "authserv_id": AUTHSERV_ID,
    },
    Newsletter: {
        "id": _ID,
        "title": matching(r"(?=.*\S)[^\x00-\x1f\x7f]{1,500}", "one line of text, of 500 characters at most"),
        "sender": parse_mailbox,
        "schedule": _schedule,
        "timezone": _zone,
        "catch_up": _duration("0m"),
        "hold": _duration("0m"),
        "editor": parse_mailbox,
        "subject": parse_subject,
        "language": matching(r"([a-z]{2,3})?", "a language's code like 'de'"),
        "greeting": matching(r"(?:[^\x00-\x1f\x7f{}]|\{name\})*", "one line like 'Good morning, {name}!'"),
        "ranker": _PLUGIN_NAME,
        "ranker_options": _options,
        "summarizer": _PLUGIN_NAME,
        "summarizer_options": _options,
        "mailer": matching(f"({_PLUGIN})?", "a name like 'webhook', or 'module:function'"),
        "mailer_options": _options,
        "stories": number(1),
        "audiences": number(1, 1_000),
        "minutes": number(1),
        "quality_floor": number(0),
        "sentences": number(1),
        "words": number(1),
        "include": each(parse_topic),
        "exclude": each(parse_topic),
        "boost": each(parse_topic_boost),
        "per_source": number(1),
        "per_section": number(1),
        "per_label": number(1),
        "per_topic": number(1),
        "sections": each(_TITLE),
        "alert": each(parse_alert_topic),
        "alert_outlets": number(2),
        "alert_within": _duration("10m"),
        "alerts_per_day": number(1, 24),
        "alert_quiet": parse_quiet_hours,
    },
}
