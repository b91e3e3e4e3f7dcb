"""Parser of schedules: text → local dates and times. Pure.

    daily 07:00          daily 07:00,18:00        weekdays 07:00       weekends 09:00
    mon,thu 18:30        weekly mon 07:00         monthly 1 08:00      monthly last 08:00
    cron 0 7 * * mon-fri                          (minute, hour, day of the month, month, weekday by name)

``monthly 31`` falls on the last day of a shorter month; cron, here as everywhere, leaves such a month out.
Weekdays are written by name, since cron programs differ on which day 0 is.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta
from itertools import product

from digest.model.errors import UsageError
from digest.model.schedule import Schedule

_DAY = timedelta(days=1)
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_LONG_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_GROUPS = {"daily": range(7), "weekdays": range(5), "weekends": range(5, 7)}
_SHORTHANDS = {
    "@hourly": "cron 0 * * * *",
    "@daily": "daily 00:00",
    "@midnight": "daily 00:00",
    "@weekly": "weekly sun 00:00",
    "@monthly": "monthly 1 00:00",
}
_ANY = "*"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Field:
    """Field of a cron expression: its range of numbers and their names."""

    kind: str
    first: int
    last: int
    names: tuple[str, ...] = ()


_MINUTE = _Field(kind="minute", first=0, last=59)
_HOUR = _Field(kind="hour", first=0, last=23)
_DAY_OF_MONTH = _Field(kind="day of the month", first=1, last=31)
_MONTH = _Field(kind="month", first=1, last=12, names=_MONTHS)
_WEEKDAY = _Field(kind="weekday", first=0, last=6, names=_WEEKDAYS)


class ScheduleError(UsageError, ValueError):
    """An invalid schedule; ``suggestion`` is the nearest valid one."""

    def __init__(self, message: str, *, suggestion: str = "") -> None:
        self.suggestion = suggestion
        super().__init__(message, hint=f'write it as "{suggestion}"' if suggestion else "")


def parse_schedule(text: str) -> Schedule:
    """Raises ``ScheduleError`` with a one-sentence message and the nearest valid schedule."""
    normalized = re.sub(r"\s*,\s*", ",", " ".join(text.lower().split()))
    try:
        return _parse(normalized)
    except ScheduleError as error:
        raise ScheduleError(f'"{text}" is not a schedule: {error}', suggestion=_nearest_valid(normalized)) from None


def _parse(normalized: str) -> Schedule:
    match normalized.split():
        case []:
            raise ScheduleError("it is empty")
        case ["cron", *fields]:
            return _cron(normalized, fields)
        case [_, _, _, _, _] as fields:
            return _cron(normalized, fields)
        case [group, at] if group in _GROUPS:
            return Schedule(text=normalized, times=_times(at), weekdays=frozenset(_GROUPS[group]))
        case ["monthly", days, at]:
            return Schedule(text=normalized, times=_times(at), days=_days_of_month(days), clamped=True)
        case ["weekly", names, at] | [names, at] if names not in {"weekly", "monthly"}:
            return Schedule(text=normalized, times=_times(at), weekdays=_days_of_week(names))
        case ["weekly" | "monthly" as frequency, *_]:
            raise ScheduleError(f"{frequency} needs a day and a time")
        case [_, _, _, _, _, _] | [_, _, _, _, _, _, _] as fields if _is_quartz(fields):
            raise ScheduleError("cron has five fields here, without the seconds")
        case _:
            raise ScheduleError("it needs the days and the time, or cron's five fields")


def _is_quartz(fields: Sequence[str]) -> bool:
    """Cron with seconds first, and perhaps years at the end, as Quartz, Spring and Kubernetes' libraries write it."""
    return all(re.fullmatch(r"[\d*/,\-]+", field) for field in fields[:3])


def _times(text: str) -> tuple[time, ...]:
    return tuple(sorted({_time(part) for part in text.split(",")}))


def _time(text: str) -> time:
    if not re.fullmatch(r"\d{1,2}:\d\d", text, re.ASCII):
        raise ScheduleError(f'"{text}" is not a time of day from 00:00 to 23:59')
    hour, minute = map(int, text.split(":"))
    if hour > 23 or minute > 59:
        raise ScheduleError(f'"{text}" is not a time of day from 00:00 to 23:59')
    return time(hour, minute)


def _days_of_week(text: str) -> frozenset[int]:
    return _set(_without_cron(text), _WEEKDAY)


def _days_of_month(text: str) -> frozenset[int]:
    days = ("31" if part == "last" else part for part in _without_cron(text).split(","))
    return _set(",".join(days), _DAY_OF_MONTH)


def _without_cron(text: str) -> str:
    if sign := re.search(r"[*/]", text):
        raise ScheduleError(f'"{sign[0]}" belongs in cron only')
    return text


def _cron(normalized: str, fields: Sequence[str]) -> Schedule:
    if len(fields) != 5:
        raise ScheduleError(f"cron has five fields (minute, hour, day, month, weekday), not {len(fields)}")
    minute, hour, day, month, weekday = fields
    if re.search(r"\d", weekday.partition("/")[0]):
        raise ScheduleError("weekdays are written by name, since programs differ on which day is 0")
    if day != _ANY and weekday != _ANY:
        raise ScheduleError("it names both days of the month and weekdays, which programs read differently; keep one")
    minutes, hours = _set(minute, _MINUTE), _set(hour, _HOUR)
    schedule = Schedule(
        text=normalized,
        times=tuple(time(*pair) for pair in product(sorted(hours), sorted(minutes))),
        days=_set(day, _DAY_OF_MONTH),
        months=_set(month, _MONTH),
        weekdays=_set(weekday, _WEEKDAY),
    )
    leap_year = (date(2024, 1, 1) + _DAY * number for number in range(366))
    if weekday == _ANY and not any(day in schedule for day in leap_year):
        raise ScheduleError("there is no such date in any year")
    return schedule


def _set(text: str, field: _Field) -> frozenset[int]:
    """A cron field, ``*``, ``7``, ``mon-fri``, ``1,15``, ``*/10``, as numbers; ranges of names may wrap round."""
    return frozenset(number for part in text.split(",") for number in _range(part, field))


def _range(part: str, field: _Field) -> list[int]:
    span, slash, step = part.partition("/")
    if slash and not re.fullmatch(r"[1-9]\d?", step, re.ASCII):
        raise ScheduleError(f'"{part}" has no step from 1 to 99 after its slash')
    start, stop = _ends(span, field, open_ended=bool(slash))
    if stop < start:
        if not field.names:
            raise ScheduleError(f'"{part}" runs backwards')
        stop += len(field.names)
    size = field.last - field.first + 1
    return [(number - field.first) % size + field.first for number in range(start, stop + 1, int(step or 1))]


def _ends(span: str, field: _Field, *, open_ended: bool) -> tuple[int, int]:
    if span == _ANY:
        return field.first, field.last
    low, dash, high = span.partition("-")
    start = _number(low, field)
    return start, _number(high, field) if dash else field.last if open_ended else start


def _number(text: str, field: _Field) -> int:
    short = text[:3] if text in _LONG_WEEKDAYS else text
    if short in field.names:
        return field.names.index(short) + field.first
    is_number = field is not _WEEKDAY and re.fullmatch(r"\d{1,2}", text, re.ASCII)
    if is_number and field.first <= int(text) <= field.last:
        return int(text)
    wanted = f"{field.names[0]} to {field.names[-1]}" if field.names else f"{field.first} to {field.last}"
    raise ScheduleError(f'"{text}" is not a {field.kind}, {wanted}')


# --- the nearest valid form --------------------------------------------------------------------------------------

_WORDS = (*_GROUPS, "weekly", "monthly", "last", *_WEEKDAYS, *_LONG_WEEKDAYS)
_CLOCK = re.compile(r"(\d{1,2})(?:[:.h]?(\d\d))?(?::\d\d)?(am|pm|h|uhr)?", re.ASCII)


def _nearest_valid(normalized: str) -> str:
    """The nearest valid schedule: with spelling corrected, times rewritten and missing parts added."""
    guesses = (_SHORTHANDS.get(normalized, ""), _as_cron(normalized) or _as_words(re.split(r"[\s,]+", normalized)))
    return next((guess for guess in guesses if _is_valid(guess)), "daily 07:00")


def _is_valid(text: str) -> bool:
    try:
        _parse(text)
    except ScheduleError:
        return False
    return True


def _as_cron(normalized: str) -> str:
    """Five fields, the weekday by name; cron's own numbers have 0 and 7 for Sunday, Quartz's (with "?") have 1."""
    sunday = 1 if "?" in normalized else 0
    fields = normalized.removeprefix("cron").replace("?", _ANY).split()
    if len(fields) > 5 and _is_quartz(fields):
        fields = fields[1:6]
    minute, hour, day, month, weekday = [*fields, *[_ANY] * 5][:5]
    named = re.sub(r"[0-7]", lambda digit: _WEEKDAYS[(int(digit[0]) - 1 - sunday) % 7], weekday.partition("/")[0])
    is_cron = normalized.startswith("cron") or (_ANY in fields and len(fields) > 3)
    return f"cron {minute} {hour} {day if named == _ANY else _ANY} {month} {named}" if is_cron else ""


def _as_words(parts: Sequence[str]) -> str:
    words = [(difflib.get_close_matches(part, _WORDS, n=1, cutoff=0.7) or [part])[0] for part in parts]
    numbers = [int(part) for part in parts if re.fullmatch(r"\d{1,2}", part, re.ASCII)]
    is_monthly = "monthly" in words
    times = ",".join(filter(None, (_clock(part, bare=not is_monthly) for part in parts))) or "07:00"
    if is_monthly:
        day = "last" if "last" in words else min(max(numbers[0], 1), 31) if numbers else 1
        return f"monthly {day} {times}"
    days = [word for word in words if _is_valid(f"{word} 07:00")] or ["weekly mon" if "weekly" in words else "daily"]
    named = f"{','.join(days)} {times}"
    return named if _is_valid(named) else f"{days[0]} {times}"


def _clock(text: str, *, bare: bool) -> str:
    """The time of day in ``7pm``, ``0730``, ``7.30``, and with ``bare`` in ``7``; empty if there is none."""
    match = _CLOCK.fullmatch(text)
    if not match or not (bare or match[2] or match[3]):
        return ""
    hour, minute = int(match[1]), int(match[2] or 0)
    if match[3] in {"am", "pm"}:
        hour = hour % 12 + (12 if match[3] == "pm" else 0)
    return f"{hour % 24:02}:{minute:02}" if hour <= 24 and minute < 60 else ""
