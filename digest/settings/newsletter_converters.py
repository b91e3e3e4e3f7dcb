"""Converters of a newsletter's settings: topics, the pattern of subjects, and the quiet hours of alerts."""

from __future__ import annotations

import re
from datetime import time

from digest.model.alerts import ANY_TOPIC, QuietHours
from digest.model.newsletters import SUBJECT_PLACEHOLDERS, Boost
from digest.settings.parsers import parse_boost
from digest.settings.value_checks import InvalidValue, matching
from digest.text.suggest import nearest


def parse_topic(value: str) -> str:
    if not any(character.isalnum() for character in value):
        raise InvalidValue(f"expected plain words like 'climate change', found {value!r}")
    return value


def parse_topic_boost(value: str) -> Boost:
    boost = parse_boost(value)
    parse_topic(boost.topic)
    return boost


def parse_alert_topic(value: str) -> str:
    return value if value == ANY_TOPIC else parse_topic(value)


def parse_quiet_hours(value: str) -> QuietHours | None:
    if not value.strip():
        return None
    match = re.fullmatch(r"\s*(\d{1,2}:\d\d)\s*[-–]\s*(\d{1,2}:\d\d)\s*", value, re.ASCII)
    try:
        start, end = (time.fromisoformat(text.zfill(5)) for text in match.groups()) if match else (None, None)
    except ValueError:
        start = end = None
    if start is None or end is None or start == end:
        raise InvalidValue(f"expected two times like '22:00-07:00', or '' for none, found {value!r}")
    return QuietHours(start=start, end=end)


_SUBJECT = matching(r"(?=.*\S)[^\x00-\x1f\x7f]{1,200}", "one line like '{title}: {lead}', of 200 characters at most")
_PLACEHOLDER = re.compile(r"\{\w*\}")


def parse_subject(value: str) -> str:
    """The pattern of a subject; its braces must enclose the names of placeholders."""
    _SUBJECT(value)
    for placeholder in _PLACEHOLDER.findall(value):
        if (name := placeholder[1:-1]) not in SUBJECT_PLACEHOLDERS:
            near = nearest(name, SUBJECT_PLACEHOLDERS)
            known = ", ".join(f"{{{known}}}" for known in SUBJECT_PLACEHOLDERS)
            suggestion = value.replace(placeholder, f"{{{near}}}") if near else ""
            raise InvalidValue(f"no such placeholder: {placeholder}; there are {known}", suggestion)
    if re.search("[{}]", _PLACEHOLDER.sub("", value)):
        raise InvalidValue(f"expected braces around the names of placeholders only, found {value!r}")
    return value
