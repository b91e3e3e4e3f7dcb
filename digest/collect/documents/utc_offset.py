"""UTC offsets of dates as texts spell them: numbers, abbreviations and names of time zones. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from digest.text.lazy_regex import lazy_compile

_NUMBER = lazy_compile(r"([+−-])(\d{1,2})(?::?(\d\d))?(?!\d)")
#: A number that the standard library doesn't read: "+01:00", "GMT+0100", "UTC+2".
_UNUSUAL_NUMBER = lazy_compile(r"[+−-]\d{1,2}:\d\d(?!\d)|−\d|(?:GMT|UTC|UT)\s?[+−-]\d")
_ABBREVIATION = lazy_compile(r"\b[A-Z]{3,5}\b")
#: A time zone of the IANA database: "America/New_York".
_ZONE_ID = lazy_compile(r"\b[A-Z][A-Za-z]{1,20}/[A-Z][A-Za-z_]{1,30}(?:/[A-Z][A-Za-z_]{1,30})?\b")
#: In hours. Of ambiguous abbreviations, the zone with the most publishers: AST, CST, EST, MST and PST are American,
#: BST is British, GST of the Gulf, IST Indian.
_ABBREVIATIONS = {
    "NST": -3.5, "NDT": -2.5, "AST": -4, "ADT": -3, "EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7, "MDT": -6,
    "PST": -8, "PDT": -7, "AKST": -9, "AKDT": -8, "HST": -10, "BRT": -3, "BRST": -2, "ART": -3, "CLT": -4, "CLST": -3,
    "COT": -5, "PET": -5, "WET": 0, "WEST": 1, "BST": 1, "CET": 1, "CEST": 2, "MET": 1, "MEST": 2, "MEZ": 1, "MESZ": 2,
    "WAT": 1, "CAT": 2, "SAST": 2, "EET": 2, "EEST": 3, "IDT": 3, "EAT": 3, "MSK": 3, "TRT": 3, "MSD": 4, "GST": 4,
    "IRST": 3.5, "PKT": 5, "IST": 5.5, "NPT": 5.75, "ICT": 7, "WIB": 7, "HKT": 8, "SGT": 8, "PHT": 8, "AWST": 8,
    "JST": 9, "KST": 9, "ACST": 9.5, "AEST": 10, "ACDT": 10.5, "AEDT": 11, "NZST": 12, "NZDT": 13,
}  # fmt: skip
MAX_OFFSET = timedelta(hours=14)


def has_unusual_offset(text: str) -> bool:
    """Does the text have an offset that ``email.utils`` ignores?"""
    is_zone = any(name in _ABBREVIATIONS for name in _ABBREVIATION.findall(text)) or _ZONE_ID.search(text)
    return bool(is_zone or _UNUSUAL_NUMBER.search(text))


def find_offset(text: str, local: datetime) -> timedelta:
    """Return the offset in the text after a time: a number, or else that of a zone at ``local``; 0 if there is none."""
    if match := _NUMBER.search(text):
        offset = timedelta(hours=int(match[2]), minutes=int(match[3] or 0))
        return timedelta() if offset > MAX_OFFSET else offset if match[1] == "+" else -offset
    if zone := _ZONE_ID.search(text):
        return _zone_offset(zone[0], local)
    hours = (_ABBREVIATIONS[name] for name in _ABBREVIATION.findall(text) if name in _ABBREVIATIONS)
    return timedelta(hours=next(hours, 0))


def _zone_offset(zone_id: str, local: datetime) -> timedelta:
    try:
        return local.replace(tzinfo=ZoneInfo(zone_id)).utcoffset() or timedelta()
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return timedelta()
