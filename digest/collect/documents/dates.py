"""Dates as feeds, pages and files write them, read into aware UTC. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

#: The first letters of the months in the languages of Europe, as far as they differ; the English ones first.
_MONTHS = (
    "jan ene gen sty янв ιαν",
    "feb fév fev lut фев φεβ",
    "mar mär mrz mrt мар μάρ μαρ",
    "apr avr abr kwi апр απρ",
    "may mai mei mag maj май мая μάι μαϊ",
    "jun juin giu cze июн ιούν ιουν",
    "jul juil lug lip июл ιούλ ιουλ",
    "aug aoû ago sie авг αύγ αυγ",
    "sep set wrz сен σεπ",
    "oct okt ott out paź окт οκτ",
    "nov lis ноя νοέ νοε",
    "dec déc dez dic gru дек δεκ",
)
_NUMBERS = {name: number for number, names in enumerate(_MONTHS, 1) for name in names.split()}
_NAMED = re.compile(
    r"(?<!\d)(\d{1,2})(?:st|nd|rd|th)?[\s.-]*(?:de\s+)?([^\W\d_]{3,12})\.?[\s.,-]*(?:de\s+)?(\d{4}|\d\d)(?!\d)"
)
_NAMED_FIRST = re.compile(
    r"([^\W\d_]{3,12})\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(?:[\d:]{4,8}\s+(?:[A-Z]{3,4}\s+)?)?(\d{4})(?!\d)"
)
_NUMERIC = re.compile(r"(?<!\d)(\d{4})[-/.年년]\s?(\d{1,2})(?:[-/.月월]\s?(\d{1,2}))?(?!\d)")
#: With dots the day comes first; with slashes that depends on who writes, so it isn't read.
_DOTTED = re.compile(r"(?<!\d)(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4})(?!\d)")
_TIME = re.compile(
    r"(?:(오전|오후|上午|下午|午前|午後)\s*)?(?<!\d)(\d{1,2}):(\d\d)(?::(\d\d))?(?:[.,]\d+)?(?:\s*([ap])\.?m\b)?",
    re.IGNORECASE,
)
_HALF = re.compile(r"\d\s*[ap]\.?m\b", re.IGNORECASE)
_OFFSET = re.compile(r"([+-])(\d\d):?(\d\d)?(?!\d)")
_ZONE = re.compile(r"\b([A-Z]{3,4})\b(?!\w)")
#: In hours; those that mean two places aren't here.
_ZONES = {
    "EST": -5,
    "EDT": -4,
    "CDT": -5,
    "MST": -7,
    "MDT": -6,
    "PST": -8,
    "PDT": -7,
    "AKST": -9,
    "AKDT": -8,
    "HST": -10,
    "WET": 0,
    "WEST": 1,
    "CET": 1,
    "CEST": 2,
    "MEZ": 1,
    "MESZ": 2,
    "EET": 2,
    "EEST": 3,
    "MSK": 3,
    "JST": 9,
    "KST": 9,
    "AEST": 10,
    "AEDT": 11,
    "NZST": 12,
    "NZDT": 13,
}
#: As mails and nearly all feeds write it (RFC 822), where nothing is left to guess.
_MAILED = re.compile(
    r"(?:[A-Z][a-z]{2}, )?([0-9]{1,2}) ([A-Z][a-z]{2}) ([1-9][0-9]{3}) ([0-9]{2}:[0-9]{2}:[0-9]{2}) "
    r"(?:GMT|UTC?|Z|([+-](?:[01][0-9]|2[0-3])[0-5][0-9]))"
)
_ENGLISH = {names[:3].capitalize(): f"{number:02}" for number, names in enumerate(_MONTHS, 1)}
_LONGEST = 100


def parse_date(text: str) -> datetime | None:
    """A date in any of the usual forms, to the second; what names no zone is UTC; None where it is none."""
    text = text.strip()
    if len(text) > _LONGEST:
        return None
    for read in (_mailed, datetime.fromisoformat, _standard, _loose):
        try:
            if found := read(text):
                return as_utc(found).replace(microsecond=0)
        except (ValueError, OverflowError):
            continue
    return None


def as_utc(instant: datetime) -> datetime:
    """The same instant in UTC; one without a zone is taken to be UTC."""
    return instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant.astimezone(UTC)


def _mailed(text: str) -> datetime | None:
    """As mails have it, by way of the form that Python reads ten times as fast; None if it isn't plainly that."""
    found = _MAILED.fullmatch(text)
    if not found or found[2] not in _ENGLISH:
        return None
    day, month, year, time, zone = found.groups("+0000")
    return datetime.fromisoformat(f"{year}-{_ENGLISH[month]}-{day:0>2}T{time}{zone}")


def _standard(text: str) -> datetime:
    """As the standard for mails allows."""
    if _zone(text) or _HALF.search(text):
        raise ValueError("more than the standard knows, which its reader would pass over")
    return parsedate_to_datetime(text)


def _zone(text: str) -> timedelta | None:
    """What its clock is ahead of UTC, by the name of a zone."""
    return next((timedelta(hours=_ZONES[name]) for name in _ZONE.findall(text) if name in _ZONES), None)


def _loose(text: str) -> datetime:
    """As people write it. Raises ``ValueError`` where there is no date in it."""
    if re.fullmatch(r"\d{10}(?:\d{3})?", text):
        return datetime.fromtimestamp(int(text[:10]), UTC)
    year, month, day = next(_dates(text))
    return datetime(year, month, day, tzinfo=UTC) + _time(text) - _ahead(text)


def _dates(text: str) -> Iterator[tuple[int, int, int]]:
    """Year, month and day, read in each way in which they may stand there."""
    for day, name, year in _NAMED.findall(text):
        if name[:4].lower() in _NUMBERS or name[:3].lower() in _NUMBERS:
            yield _year(year), _month(name), int(day)
    for name, day, year in _NAMED_FIRST.findall(text):
        if name[:4].lower() in _NUMBERS or name[:3].lower() in _NUMBERS:
            yield int(year), _month(name), int(day)
    if re.fullmatch(r"\d{4}-\d{3}", text):
        counted = datetime.strptime(text, "%Y-%j")  # noqa: DTZ007  # a date alone
        yield counted.year, counted.month, counted.day
    for year, month, day in _NUMERIC.findall(text):
        yield int(year), int(month), int(day or 1)
    for day, month, year in _DOTTED.findall(text):
        yield int(year), int(month), int(day)
    if re.fullmatch(r"\d{4}", text):
        yield int(text), 1, 1
    raise ValueError("no date")


def _month(name: str) -> int:
    return _NUMBERS.get(name[:4].lower()) or _NUMBERS[name[:3].lower()]


def _year(digits: str) -> int:
    return int(digits) if len(digits) == 4 else int(digits) + (2000 if int(digits) < 70 else 1900)


def _time(text: str) -> timedelta:
    found = _TIME.search(text)
    if not found:
        return timedelta()
    hour, minute, second = int(found[2]), int(found[3]), min(int(found[4] or 0), 59)
    if half := found[1] or found[5]:
        hour = hour % 12 + (12 if half in {"p", "P", "오후", "下午", "午後"} else 0)
    if hour > 24 or minute > 59:
        raise ValueError("no time")
    return timedelta(hours=hour, minutes=minute, seconds=second)


def _ahead(text: str) -> timedelta:
    time = _TIME.search(text)
    found = _OFFSET.search(text, time.end()) if time else None
    if not found:
        return (_zone(text) if time else None) or timedelta()
    ahead = timedelta(hours=int(found[2]), minutes=int(found[3] or 0))
    return ahead if found[1] == "+" else -ahead
