"""Date parser for feeds, pages and files: any usual format to an aware UTC datetime. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from digest.collect.documents.utc_offset import MAX_OFFSET, find_offset, has_unusual_offset
from digest.text.lazy_regex import lazy_compile

#: Beginnings of month names in European languages, Indonesian, Turkish and Arabic, English first.
_MONTHS = (
    "jan ene gen sty янв ιαν led oca ian jän січ ener tammi януа يناير",
    "feb fév fev lut фев φεβ úno şub лют helmi فبراير",
    "mar mär mrz mrt мар μάρ μαρ bře már берез maalis мара مارس",
    "apr avr abr kwi апр απρ dub nis ápr квіт huhti أبريل ابريل",
    "may mai mei mag maj май мая μάι μαϊ μαΐ kvě máj трав touko مايو",
    "jun juin giu cze июн ιούν ιουν červn červen čvn haz iun jún juny черв kesä юни يونيو",
    "jul juil lug lip июл ιούλ ιουλ červenc čvc tem iul júl лип heinä юли يوليو",
    "aug aoû aou ago sie авг αύγ αυγ srp ağu agu серп elo أغسطس اغسطس",
    "sep set wrz сен σεπ zář eyl szep верес syys септ سبتمبر",
    "oct okt ott out paź окт οκτ říj eki жовт loka أكتوبر اكتوبر",
    "nov lis ноя νοέ νοε kas noi листоп marras ноем نوفمبر",
    "dec déc dez dic gru дек δεκ pro ara des груд joulu ديسمبر",
)
_MONTH_NUMBERS = {name: number for number, names in enumerate(_MONTHS, 1) for name in names.split()}
_DAY_MONTH_YEAR = lazy_compile(
    r"(?<!\d)(\d{1,2})(?:st|nd|rd|th)?[\s.-]*(?:de\s+)?([^\W\d_]{3,12})\.?[\s.,-]*(?:de\s+)?(\d{4}|\d\d)(?!\d)"
)
_MONTH_DAY_YEAR = lazy_compile(
    r"([^\W\d_]{3,12})\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(?:[\d:]{4,8}\s+(?:[A-Z]{3,4}\s+)?)?(\d{4})(?!\d)"
)
_YEAR_NAME_DAY = lazy_compile(r"(?<!\d)(\d{4})\.?\s+([^\W\d_]{3,12})\.?\s+(\d{1,2})(?!\d)")
_YEAR_MONTH_DAY = lazy_compile(r"(?<!\d)(\d{4})[-/.年년]\s?(\d{1,2})(?:[-/.月월]\s?(\d{1,2}))?(?!\d)")
#: With dots the day comes first.
_DOTTED_DATE = lazy_compile(r"(?<!\d)(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4})(?!\d)")
#: With slashes or hyphens either may come first, so such dates are parsed only where one number or AM and PM tell.
_SLASHED_DATE = lazy_compile(r"(?<!\d)(\d{1,2})([/-])(\d{1,2})\2(\d{4})(?!\d)")
_TIME = lazy_compile(
    r"(?:(오전|오후|上午|下午|午前|午後)\s*)?(?<!\d)(\d{1,2})(?::|\s?h\s?(?=\d\d\b))(\d\d)(?::(\d\d))?(?:[.,]\d+)?(?:\s*([ap])\.?m\b)?",
    re.IGNORECASE,
)
_AM_PM = lazy_compile(r"\d\s*[ap]\.?m\b", re.IGNORECASE)
#: The RFC 822 format of nearly all feeds, restricted to what is unambiguous.
_RFC_822 = re.compile(
    r"(?:[A-Z][a-z]{2}, )?([0-9]{1,2}) ([A-Z][a-z]{2}) ([1-9][0-9]{3}) ([0-9]{2}:[0-9]{2}:[0-9]{2}) "
    r"(?:GMT|UTC?|Z|([+-](?:[01][0-9]|2[0-3])[0-5][0-9]))"
)
_ENGLISH_MONTHS = {names[:3].capitalize(): f"{number:02}" for number, names in enumerate(_MONTHS, 1)}
_MAX_LENGTH = 100
#: The standard library takes the year 0001 for 2001.
_ANCIENT_YEAR = lazy_compile(r"[\s-]0\d{3}\s")
#: Years of real dates: a program without a date writes year 0 or 1, or 1601, and 9999 for no end.
_YEARS = range(1800, 2200)
#: Zeros of clocks (Unix, Excel, SQL Server), which stand for no date in any time zone.
_ZEROS = (datetime(1970, 1, 1, tzinfo=UTC), datetime(1900, 1, 1, tzinfo=UTC), datetime(1899, 12, 30, tzinfo=UTC))
_LAST_ZERO_YEAR = 1970
_QUARTER_HOUR_S = 900


def parse_date(text: str) -> datetime | None:
    """Parse a date in any usual format, to the second; None if it is none. Without a time zone it is taken as UTC.

    A placeholder such as 0001-01-01 or 1970-01-01 is no date.
    """
    text = text.strip()
    if len(text) > _MAX_LENGTH:
        return None
    for parse in (_parse_rfc_822, datetime.fromisoformat, _parse_with_email_utils, _parse_loosely):
        try:
            if date := parse(text):
                return real_date(as_utc(date).replace(microsecond=0))
        except (ValueError, OverflowError):
            continue
    return None


def real_date(date: datetime) -> datetime | None:
    """Return the date; None if it is a placeholder."""
    if date.year not in _YEARS:
        return None
    if date.year > _LAST_ZERO_YEAR:
        return date
    is_zero = any(abs(date - zero) <= MAX_OFFSET and not (date - zero).seconds % _QUARTER_HOUR_S for zero in _ZEROS)
    return None if is_zero else date


def as_utc(instant: datetime) -> datetime:
    """Convert to UTC; a datetime without a zone is taken as UTC."""
    return instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant.astimezone(UTC)


def _parse_rfc_822(text: str) -> datetime | None:
    """Parse the common RFC 822 format by ``fromisoformat``, ten times as fast; None for another format."""
    match = _RFC_822.fullmatch(text)
    if not match or match[2] not in _ENGLISH_MONTHS:
        return None
    day, month, year, time, zone = match.groups("+0000")
    return datetime.fromisoformat(f"{year}-{_ENGLISH_MONTHS[month]}-{day:0>2}T{time}{zone}")


def _parse_with_email_utils(text: str) -> datetime:
    """Parse RFC 5322. Raises ``ValueError`` if the text has anything that the standard library ignores."""
    if has_unusual_offset(text) or _AM_PM.search(text) or _ANCIENT_YEAR.search(text):
        raise ValueError("a zone, half of the day or year that the standard library ignores")
    return parsedate_to_datetime(text)


def _parse_loosely(text: str) -> datetime:
    """Parse a Unix timestamp, or the first date and time in a text. Raises ``ValueError`` if there is none."""
    if re.fullmatch(r"\d{10}(?:\d{3}|\.\d{1,9})?", text):
        return datetime.fromtimestamp(int(text[:10]), UTC)
    if re.fullmatch(r"\d{14}", text):
        return datetime.fromisoformat(f"{text[:8]}T{text[8:]}+00:00")
    year, month, day = next(_find_dates(text))
    local = datetime(year, month, day, tzinfo=UTC) + _find_time(text)
    time = _TIME.search(text)
    return local - find_offset(text[time.end() :], local) if time else local


def _find_dates(text: str) -> Iterator[tuple[int, int, int]]:
    """Yield year, month and day for each date format that matches. Raises ``ValueError`` after the last."""
    for year, name, day in _find_named_months(text):
        if month := _month(name):
            yield _year(year), month, int(day)
    if re.fullmatch(r"\d{4}-\d{3}", text):
        ordinal = datetime.strptime(text, "%Y-%j")  # noqa: DTZ007  # only a date
        yield ordinal.year, ordinal.month, ordinal.day
    for year, number, day in _YEAR_MONTH_DAY.findall(text):
        yield int(year), int(number), int(day or 1)
    for day, number, year in _DOTTED_DATE.findall(text):
        yield int(year), int(number), int(day)
    for first, _, second, year in _SLASHED_DATE.findall(text):
        if int(first) > 12 or first == second:
            yield int(year), int(second), int(first)
        elif int(second) > 12 or _AM_PM.search(text):
            yield int(year), int(first), int(second)
    if re.fullmatch(r"\d{4}", text):
        yield int(text), 1, 1
    raise ValueError("no date")


def _find_named_months(text: str) -> Iterator[tuple[str, str, str]]:
    """Yield year, month name and day."""
    yield from ((year, name, day) for day, name, year in _DAY_MONTH_YEAR.findall(text))
    yield from ((year, name, day) for name, day, year in _MONTH_DAY_YEAR.findall(text))
    yield from _YEAR_NAME_DAY.findall(text)


def _month(name: str) -> int:
    """Return the number of a month by its name, of which the longest known beginning counts; 0 if it is none."""
    name = name.lower()
    return next((_MONTH_NUMBERS[name[:end]] for end in range(8, 2, -1) if name[:end] in _MONTH_NUMBERS), 0)


def _year(digits: str) -> int:
    return int(digits) if len(digits) == 4 else int(digits) + (2000 if int(digits) < 70 else 1900)


def _find_time(text: str) -> timedelta:
    match = _TIME.search(text)
    if not match:
        return timedelta()
    hour, minute, second = int(match[2]), int(match[3]), min(int(match[4] or 0), 59)
    if half_day := match[1] or match[5]:
        hour = hour % 12 + (12 if half_day in {"p", "P", "오후", "下午", "午後"} else 0)
    if hour > 24 or minute > 59:
        raise ValueError("no time")
    return timedelta(hours=hour, minutes=minute, seconds=second)
