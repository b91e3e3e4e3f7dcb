"""Advice on a name that is no time zone."""

from __future__ import annotations

import re
from zoneinfo import available_timezones

from digest.text.suggest import nearest

_FIXED_OFFSET = re.compile(r"(?:UTC|GMT)?\s*([+-])\s*(\d{1,2})(?::?00)?", re.IGNORECASE)
_ABBREVIATION = re.compile(r"[A-Z]{1,2}[SD]?T|CES?T|EES?T|WES?T|MES?Z")


def zone_advice(value: str) -> str:
    """What a fixed offset or an abbreviation lacks: summer time."""
    if _FIXED_OFFSET.fullmatch(value):
        return "; a city's zone, such as 'Europe/Berlin', knows summer time; in 'Etc/GMT-2' the sign means ahead of UTC"
    if _ABBREVIATION.fullmatch(value):
        return "; name a city's zone, such as 'Europe/Berlin': abbreviations mean several zones"
    return ""


def nearest_zone(value: str) -> str:
    """By the whole name, by the city alone (``Berlin`` → ``Europe/Berlin``), or by the offset.

    The signs in names like ``Etc/GMT-2`` are POSIX's: that is two hours ahead of UTC, what people call ``GMT+2``.
    """
    zones = available_timezones()
    if offset := _FIXED_OFFSET.fullmatch(value):
        zone = f"Etc/GMT{'-' if offset[1] == '+' else '+'}{int(offset[2])}"
        return zone if zone in zones else ""
    if _ABBREVIATION.fullmatch(value):
        return ""
    cities = {zone.rpartition("/")[2]: zone for zone in sorted(zones, reverse=True)}
    city = nearest(value.replace(" ", "_").rpartition("/")[2], cities)
    return nearest(value, zones) or cities.get(city, "")
